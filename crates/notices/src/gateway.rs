//! SMS and Zalo through whatever HTTP the provider speaks: a template of the request, and what in the answer
//! means that the message was taken. Only the configuration knows the provider and its secrets.

use bytes::Bytes;
use foundation::{Result, error::invalid, text::unmarked};
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use serde_json::Value as Json;

use crate::channel::{Channel, Message, Outcome, To, Via};
use crate::outside::{Answer, NoAnswer, Outside};
use crate::text::fill;

/// What the configuration says of a gateway. In address, headers and body stand `{to}` (84912345678),
/// `{text}`, `{title}`, `{kind}` and `{id}` (the same at every try).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spec {
    /// GET, POST or PUT.
    pub method: String,
    /// The address.
    pub url: String,
    /// Headers, one a line: `Authorization: Bearer …`.
    pub headers: String,
    /// The body: JSON when it begins with `{` or `[`, else a form.
    pub body: String,
    /// What in a JSON answer means that it was taken: `error=0`, `data.0.status=OK`. Empty: any 2xx.
    pub sent: String,
    /// Where in a JSON answer the provider's own name of the message stands: `data.msg_id`.
    pub id: String,
    /// Texts go without marks, so that they fit the alphabet of old telephones.
    pub plain: bool,
    /// The provider drops a message whose `{id}` it has seen.
    pub drops_doubles: bool,
}

/// How values are written where they stand.
#[derive(Clone, Copy)]
enum Writing {
    Url,
    Form,
    Json,
    Header,
}

/// The channel.
pub struct Gateway {
    via: Via,
    spec: Spec,
    method: Method,
    headers: Vec<(HeaderName, String)>,
    writing: Writing,
    sent: Option<(String, String)>,
    outside: Outside,
}

impl Gateway {
    /// A channel by this template. Errors: `gateway`, with what is wrong.
    pub fn new(via: Via, spec: Spec) -> Result<Gateway> {
        let wrong = |what: &str| invalid("gateway", format!("Cấu hình gửi {}: {what}", via.name()));
        let method = match spec.method.to_ascii_uppercase().as_str() {
            "" | "POST" => Method::POST,
            "GET" => Method::GET,
            "PUT" => Method::PUT,
            _ => return Err(wrong("phương thức phải là GET, POST hoặc PUT.")),
        };
        let example = fill(&spec.url, |_| Some("1"));
        let uri: Uri = example.parse().map_err(|_| wrong("địa chỉ không đọc được."))?;
        if !matches!(uri.scheme_str(), Some("https" | "http")) || uri.host().is_none() {
            return Err(wrong("địa chỉ phải bắt đầu bằng https:// hoặc http://."));
        }
        let authority =
            spec.url.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
        if authority.contains('{') {
            return Err(wrong("tên máy chủ không được chứa {giá trị}."));
        }
        let writing = match spec.body.trim_start().starts_with(['{', '[']) {
            true => Writing::Json,
            false => Writing::Form,
        };
        if matches!(writing, Writing::Json)
            && serde_json::from_str::<Json>(&fill(&spec.body, |_| Some("1"))).is_err()
        {
            return Err(wrong("nội dung không phải JSON đúng."));
        }
        let mut headers = Vec::new();
        for line in spec.headers.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let (name, value) =
                line.split_once(':').ok_or_else(|| wrong("mỗi dòng tiêu đề là «Tên: giá trị»."))?;
            let name = name.trim().parse().map_err(|_| wrong("tên tiêu đề không đúng."))?;
            headers.push((name, value.trim().to_owned()));
        }
        if !spec.body.is_empty() && !headers.iter().any(|(name, _)| *name == http::header::CONTENT_TYPE) {
            let kind = match writing {
                Writing::Json => "application/json",
                _ => "application/x-www-form-urlencoded",
            };
            headers.push((http::header::CONTENT_TYPE, kind.to_owned()));
        }
        let sent = match spec.sent.trim() {
            "" => None,
            text => {
                let (path, value) =
                    text.split_once('=').ok_or_else(|| wrong("«đã nhận» phải như error=0."))?;
                Some((path.trim().to_owned(), value.trim().to_owned()))
            }
        };
        Ok(Gateway { via, spec, method, headers, writing, sent, outside: Outside::new() })
    }

    /// The request of a message; `None` when a value cannot stand where the template puts it.
    fn request(&self, message: &Message, to: &str) -> Option<Request<Bytes>> {
        let id = message.id.to_string();
        let text = if self.spec.plain { unmarked(&message.body) } else { message.body.clone() };
        let title = if self.spec.plain { unmarked(&message.title) } else { message.title.clone() };
        let filled = |template: &str, writing: Writing| {
            let values =
                [("to", to), ("text", &text), ("title", &title), ("kind", message.kind), ("id", &id)];
            let written: Vec<(&str, String)> =
                values.into_iter().map(|(name, value)| (name, write(value, writing))).collect();
            fill(template, |name| written.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str()))
        };
        let mut request = Request::builder().method(&self.method).uri(filled(&self.spec.url, Writing::Url));
        for (name, template) in &self.headers {
            let value = HeaderValue::from_str(&filled(template, Writing::Header)).ok()?;
            request = request.header(name, value);
        }
        let body = filled(&self.spec.body, self.writing);
        request.body(Bytes::from(body)).ok()
    }

    async fn hand_over(&self, message: &Message) -> Outcome {
        let To::Phone(to) = &message.to else { return Outcome::Never("not a telephone".into()) };
        let Some(request) = self.request(message, to) else {
            return Outcome::Never("the message does not fit the template".into());
        };
        match self.outside.ask(request).await {
            Ok(answer) => self.judge(&answer),
            Err(NoAnswer { left: false, reason }) => Outcome::Later(reason),
            Err(NoAnswer { left: true, reason }) => Outcome::Unknown(reason),
        }
    }

    /// What an answer means.
    fn judge(&self, answer: &Answer) -> Outcome {
        let status = answer.status;
        let reason = format!("HTTP {status}");
        match status {
            200..300 => {
                let json: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
                let provider_id = Some(&self.spec.id).filter(|p| !p.is_empty()).and_then(|p| at(&json, p));
                match &self.sent {
                    None => Outcome::Sent { provider_id },
                    Some((path, value)) => match at(&json, path) {
                        Some(found) if found == *value => Outcome::Sent { provider_id },
                        // Said so by the provider: it is not on its way, and may be later.
                        Some(found) => Outcome::Later(format!("{path}={}", clipped(&found))),
                        None => Outcome::Unknown(format!("{reason}, no {path} in the answer")),
                    },
                }
            }
            // Something in between broke; behind it the message may be on its way.
            500 | 502 | 504 => Outcome::Unknown(reason),
            // A key that ran out, too much at once: a matter of the configuration or of time.
            401 | 402 | 403 | 407 | 408 | 425 | 429 | 501 | 503 | 505.. => Outcome::Later(reason),
            _ => Outcome::Never(reason),
        }
    }
}

/// What of an answer the log shows. Digits in a row may be a telephone.
fn clipped(text: &str) -> String {
    let long = text.chars().filter(char::is_ascii_digit).count() > 6;
    if long { "…".into() } else { text.chars().take(40).collect() }
}

/// A value as it may stand there: it cannot end what is around it.
fn write(value: &str, writing: Writing) -> String {
    match writing {
        Writing::Url | Writing::Form => kit::http::url_encode(value).replace('/', "%2F"),
        Writing::Json => {
            let quoted = Json::from(value).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Writing::Header => value.chars().filter(|c| !c.is_control()).collect(),
    }
}

/// The text or number at a path of names and places, `data.0.id`.
fn at(json: &Json, path: &str) -> Option<String> {
    let mut here = json;
    for step in path.split('.') {
        here = match here {
            Json::Array(list) => list.get(step.parse::<usize>().ok()?)?,
            other => other.get(step)?,
        };
    }
    match here {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

impl Channel for Gateway {
    fn via(&self) -> Via {
        self.via
    }

    fn drops_doubles(&self) -> bool {
        self.spec.drops_doubles
    }

    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Outcome> {
        Box::pin(self.hand_over(message))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spec() -> Spec {
        Spec {
            url: "https://sms.example/send?id={id}".into(),
            headers: "Authorization: Bearer k3y\n".into(),
            body: r#"{"to":"{to}","text":"{text}","n":1}"#.into(),
            sent: "data.0.error=0".into(),
            id: "data.0.msg_id".into(),
            plain: true,
            ..Spec::default()
        }
    }

    fn message(body: &str) -> Message {
        Message {
            id: uuid::Uuid::nil(),
            to: To::Phone("84912345678".into()),
            name: "Mai".into(),
            place: "Cần Thơ".into(),
            kind: "case.answered",
            title: String::new(),
            body: body.into(),
            link: String::new(),
            stop: None,
            tongue: Default::default(),
            urgent: false,
            stale_s: 60,
        }
    }

    fn answer(status: u16, body: &'static str) -> Answer {
        Answer { status, body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn a_template_that_cannot_work_is_refused_at_the_start() {
        let refused = |change: fn(&mut Spec)| {
            let mut spec = spec();
            change(&mut spec);
            Gateway::new(Via::Sms, spec).is_err()
        };
        assert!(!refused(|_| {}));
        assert!(refused(|s| s.method = "DELETE".into()));
        assert!(refused(|s| s.url = "sms.example".into()));
        assert!(refused(|s| s.url = "https://{to}.example/".into()));
        assert!(refused(|s| s.url = "ftp://sms.example/".into()));
        assert!(refused(|s| s.body = r#"{"to":{to}"#.into()));
        assert!(refused(|s| s.headers = "Authorization".into()));
        assert!(refused(|s| s.sent = "error".into()));
    }

    #[test]
    fn an_answer_means_what_the_template_says() {
        let gateway = Gateway::new(Via::Sms, spec()).unwrap();
        let judged = |status, body| gateway.judge(&answer(status, body));
        let taken = Outcome::Sent { provider_id: Some("m7".into()) };
        assert_eq!(judged(200, r#"{"data":[{"error":0,"msg_id":"m7"}]}"#), taken);
        let poor = judged(200, r#"{"data":[{"error":-115,"msg_id":"m7"}]}"#);
        assert_eq!(poor, Outcome::Later("data.0.error=-115".into()));
        let echo = judged(200, r#"{"data":[{"error":"no 84912345678"}]}"#);
        assert_eq!(echo, Outcome::Later("data.0.error=…".into()), "no telephone in the log");
        assert!(matches!(judged(200, "<html>"), Outcome::Unknown(_)));
        assert!(matches!(judged(502, ""), Outcome::Unknown(_)));
        assert!(matches!(judged(429, ""), Outcome::Later(_)) && matches!(judged(401, ""), Outcome::Later(_)));
        assert!(matches!(judged(400, ""), Outcome::Never(_)) && matches!(judged(302, ""), Outcome::Never(_)));
    }

    proptest! {
        #[test]
        fn a_text_never_leaves_its_place(text: String) {
            let gateway = Gateway::new(Via::Sms, Spec { plain: false, ..spec() }).unwrap();
            let request = gateway.request(&message(&text), "84912345678").unwrap();
            let body: Json = serde_json::from_slice(request.body()).unwrap();
            prop_assert_eq!(body, serde_json::json!({ "to": "84912345678", "text": text, "n": 1 }));
            let form = Spec { body: "to={to}&text={text}&z=1".into(), plain: false, ..spec() };
            let gateway = Gateway::new(Via::Sms, form).unwrap();
            let request = gateway.request(&message(&text), "84912345678").unwrap();
            let body = String::from_utf8(request.body().to_vec()).unwrap();
            let pairs: Vec<_> = body.split('&').collect();
            prop_assert_eq!((pairs.len(), pairs[2]), (3, "z=1"));
            prop_assert_eq!(kit::http::url_decode(pairs[1].strip_prefix("text=").unwrap()), text);
        }
    }
}
