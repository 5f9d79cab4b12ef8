//! What every call brings: its format, what it asks for, who asks; and the answer it gets.

use axum::extract::{FromRequestParts, Query};
use axum::response::{IntoResponse, Response};
use foundation::{Error, Kind, Result, error::invalid, error::not_found};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit::{Context, House};

use super::document::{Document, Node, text};
use crate::http::show::Desk;

/// The setting in which the server keeps the address that people open.
pub const ADDRESS: &str = "serve.address";

/// In which form a document goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
}

impl Format {
    /// The MIME type.
    pub fn mime(self) -> &'static str {
        match self {
            Format::Xml => "text/xml",
            Format::Json => "application/json",
        }
    }

    /// By the ending of the address, or else by what is accepted; XML is the form that everybody must read.
    pub fn of(path: &str, headers: &HeaderMap) -> Format {
        match path.rsplit_once('.').map(|p| p.1) {
            Some("json") => return Format::Json,
            Some("xml") => return Format::Xml,
            _ => {}
        }
        let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
        let wish = |found: &dyn Fn(&str) -> bool| {
            let mut weights = accepts.split(',').filter_map(|part| {
                let mut parts = part.split(';').map(str::trim);
                let named = parts.next().is_some_and(found);
                let weight = parts.find_map(|p| p.strip_prefix("q=")?.parse::<f64>().ok()).unwrap_or(1.0);
                named.then_some(weight)
            });
            weights.next().unwrap_or(0.0)
        };
        let json = wish(&|name| name == "application/json" || name == "text/json");
        let xml = wish(&|name| name == "text/xml" || name == "application/xml");
        if json > xml { Format::Json } else { Format::Xml }
    }
}

/// What an address or a form gave. An empty value is like none.
#[derive(Debug, Clone, Default)]
pub(super) struct Given(pub Vec<(String, String)>);

impl Given {
    /// The value of `name`.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().filter(|(k, _)| k == name).map(|(_, v)| v.trim()).find(|v| !v.is_empty())
    }

    /// The same, or nothing.
    pub fn text(&self, name: &str) -> String {
        self.one(name).unwrap_or_default().to_owned()
    }

    /// Every value of `name`: given several times, with commas, or both.
    pub fn many(&self, name: &str) -> Vec<String> {
        let named = self.0.iter().filter(|(k, _)| k == name);
        let all = named.flat_map(|(_, v)| v.split(',')).map(str::trim).filter(|v| !v.is_empty());
        all.map(str::to_owned).collect()
    }
}

/// A call.
pub(super) struct Call {
    pub cx: Context,
    pub format: Format,
    /// The last part of the path, without the format.
    pub name: String,
    /// What the address asks for.
    pub given: Given,
    host: String,
    over_tls: bool,
}

impl FromRequestParts<House> for Call {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Response> {
        let (path, headers) = (parts.uri.path(), &parts.headers);
        let format = Format::of(path, headers);
        let told = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        // HTTP/2 says the host in the address.
        let host = parts.uri.authority().map(|a| a.as_str()).or(told("host")).unwrap_or("localhost");
        let (host, over_tls) = (host.to_owned(), told("x-forwarded-proto") == Some("https"));
        let last = path.rsplit('/').next().unwrap_or_default();
        let last = last.strip_suffix(".json").or(last.strip_suffix(".xml")).unwrap_or(last);
        let name = kit::http::url_decode(last);
        let given = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| {
            refusal(format, &invalid("address_unreadable", "Không đọc được các tham số trong địa chỉ."))
        })?;
        let cx = Context::from_request_parts(parts, house).await.map_err(|f| refusal(format, &f.0))?;
        Ok(Call { cx, format, name, given: Given(given.0), host, over_tls })
    }
}

impl Call {
    /// The house as this call sees it; refuses the one that is meant for another place.
    pub fn desk(&self, given: &Given) -> Result<Desk> {
        let desk = Desk::open(&self.cx)?;
        let own = desk.map.on(desk.root, desk.today).map_or("", |v| v.code.as_str());
        match given.one("jurisdiction_id") {
            Some(id) if id != own => Err(not_found(
                "jurisdiction_not_found",
                format!("Không có jurisdiction_id «{}»; nơi này là «{own}».", short(id)),
            )),
            _ => Ok(desk),
        }
    }

    /// The address under which others reach us: the one that was set, or else the name by which the caller
    /// does, for the socket's own address means nothing elsewhere.
    pub async fn origin(&self) -> Result<String> {
        let set = storage::settings::get(&self.cx.db, ADDRESS).await?.unwrap_or_default();
        let (scheme, rest) = set.split_once("://").unwrap_or(("http", ""));
        let bare = rest.rsplit_once(':').map_or(rest, |(host, _)| host).trim_matches(['[', ']']);
        let named = !bare.is_empty() && bare.parse::<std::net::IpAddr>().is_err();
        Ok(match named {
            true => set,
            false if self.over_tls => format!("https://{}", self.host),
            false => format!("{scheme}://{}", self.host),
        })
    }

    /// The answer to a question. It is the same for everybody, whoever asks, so that pages of other places
    /// may read it too.
    pub fn answer(&self, made: Result<Document>) -> Response {
        let (mut response, keep) = match made {
            Ok(document) => (written(self.format, StatusCode::OK, &document), "public, max-age=30"),
            Err(error) => (self.refuse(&error), "no-store"),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        headers.insert(header::VARY, HeaderValue::from_static("accept"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        response
    }

    /// What is answered instead.
    pub fn refuse(&self, error: &Error) -> Response {
        refusal(self.format, error)
    }
}

/// What a caller wrote, no longer than a sentence can hold.
pub(super) fn short(written: &str) -> String {
    written.chars().take(60).collect()
}

/// A document as a response.
pub(super) fn written(format: Format, status: StatusCode, document: &Document) -> Response {
    let (body, mime) = match format {
        Format::Xml => (document.xml(), "text/xml; charset=utf-8"),
        Format::Json => (document.json(), "application/json; charset=utf-8"),
    };
    (status, [(header::CONTENT_TYPE, mime)], body).into_response()
}

/// The standard knows 404 for what is not there, 403 for a key that is wrong and 400 for all else that a
/// caller can mend; what they cannot mend keeps its own status.
fn status(kind: Kind) -> u16 {
    match kind {
        Kind::Invalid | Kind::Conflict => 400,
        other => other.status(),
    }
}

/// The document of an error.
pub(super) fn refusal(format: Format, error: &Error) -> Response {
    let code = status(error.kind());
    let words = match error.kind() {
        Kind::Internal => {
            tracing::error!(code = error.code(), "{error:?}");
            "Hệ thống gặp lỗi. Xin thử lại sau, hoặc báo cho nơi vận hành."
        }
        _ => error.message(),
    };
    let fields = Node::Fields(vec![("code", Node::Whole(i64::from(code))), ("description", text(words))]);
    let document = Document { root: "errors", node: Node::List("error", vec![fields]) };
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    written(format, status, &document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_the_address_is_stronger_than_what_is_accepted() {
        let of = |path: &str, accepts: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accepts));
            Format::of(path, &headers)
        };
        assert_eq!(of("/v2/services.json", "text/xml"), Format::Json);
        assert_eq!(of("/v2/services.xml", "application/json"), Format::Xml);
        assert_eq!(of("/v2/services", "application/json"), Format::Json);
        assert_eq!(of("/v2/services", "text/xml;q=0.5, application/json"), Format::Json);
        assert_eq!(of("/v2/services", "application/json;q=0.5, text/xml"), Format::Xml);
        for accepts in ["", "*/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"] {
            assert_eq!(of("/v2/services", accepts), Format::Xml, "{accepts}");
        }
    }

    #[test]
    fn many_values_come_repeated_or_with_commas_and_empty_ones_are_none() {
        let pairs = [("a", "1, 2"), ("b", " "), ("a", "3"), ("a", "")];
        let given = Given(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
        assert_eq!(given.many("a"), ["1", "2", "3"]);
        assert_eq!((given.one("b"), given.one("c"), given.one("a")), (None, None, Some("1, 2")));
    }
}
