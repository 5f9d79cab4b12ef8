//! The configuration: each setting with where it comes from.
//!
//! A flag beats the environment (`TOANCANH_LISTEN`), which beats the file (`toancanh.toml` in the data
//! folder, or the one of `--config`), which beats the default. A key that nobody knows is an error with the
//! nearest known one: a setting that is silently not read is worse than a program that does not start.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use foundation::{Result, error::invalid, error::unavailable};
use web::peer::Cidr;

use crate::outward::Outward;

/// The file's name in the data folder.
pub const FILE: &str = "toancanh.toml";

/// The settings: name, default, what it is for.
pub const KEYS: [(&str, Option<&str>, &str); 36] = [
    ("data", Some("data"), "thư mục dữ liệu"),
    ("database", None, "địa chỉ PostgreSQL; bỏ trống là SQLite trong thư mục dữ liệu"),
    ("listen", Some("127.0.0.1:8080"), "địa chỉ lắng nghe"),
    ("tls_cert", None, "tệp chứng chỉ TLS (PEM)"),
    ("tls_key", None, "tệp khóa TLS (PEM)"),
    ("behind_proxy", None, "dải địa chỉ của máy chủ ủy nhiệm đứng trước"),
    ("public_url", None, "địa chỉ mà người dùng mở"),
    ("log", Some("info"), "mức nhật ký"),
    ("smtp", None, "máy chủ thư: smtps://người:mật-khẩu@máy-chủ:465"),
    ("mail_from", None, "người gửi thư: «Toàn Cảnh <thongbao@…>»"),
    ("sms_url", None, "địa chỉ HTTP của nhà cung cấp SMS"),
    ("sms_method", None, "phương thức; bỏ trống là POST"),
    ("sms_headers", None, "tiêu đề, mỗi dòng «Tên: giá trị»"),
    ("sms_body", None, "nội dung, có {to} {text} {id}"),
    ("sms_sent", None, "chỗ trong câu trả lời nói là đã nhận: error=0"),
    ("sms_id", None, "chỗ trong câu trả lời có mã tin của nhà cung cấp"),
    ("sms_once", None, "yes: nhà cung cấp tự bỏ tin trùng {id}"),
    ("sms_marks", None, "yes: giữ dấu tiếng Việt (tin dài hơn)"),
    ("zalo_url", None, "địa chỉ HTTP của Zalo"),
    ("zalo_method", None, "như sms_method"),
    ("zalo_headers", None, "như sms_headers"),
    ("zalo_body", None, "như sms_body"),
    ("zalo_sent", None, "như sms_sent"),
    ("zalo_id", None, "như sms_id"),
    ("zalo_once", None, "như sms_once"),
    ("quiet_hours", None, "giờ không báo tin, trừ việc khẩn: 21:00-06:30; none là không có giờ nào"),
    ("push_contact", None, "bật tin trên trình duyệt: mailto:quantri@…"),
    ("push_services", None, "dịch vụ gửi tin trình duyệt của riêng mình, https://…"),
    ("oidc_issuer", None, "nơi người dân đăng nhập (OpenID Connect), https://…"),
    ("oidc_client", None, "tên của chương trình ở nơi đó"),
    ("oidc_secret", None, "mật khẩu của chương trình ở nơi đó"),
    ("oidc_name", None, "tên trên nút; bỏ trống là VNeID"),
    ("oidc_scopes", None, "phạm vi xin thêm; bỏ trống là phone"),
    ("oidc_subject", None, "tên trường định danh; bỏ trống là sub"),
    ("oidc_phone", None, "tên trường số điện thoại; none: không xin"),
    ("oidc_phone_verified", None, "tên trường nói số đã xác minh; none: số nào cũng đã xác minh"),
];

/// Settings whose values hold secrets of others: who looks at the configuration sees that they are set.
const SECRET: [&str; 7] =
    ["sms_url", "sms_headers", "sms_body", "zalo_url", "zalo_headers", "zalo_body", "oidc_secret"];

/// Settings that a file may write as a list, and what stands between when it is one text.
const LISTS: [(&str, &str); 4] =
    [("behind_proxy", ","), ("push_services", ","), ("sms_headers", "\n"), ("zalo_headers", "\n")];

/// Variables of our own scripts and tests, which are no settings.
const WORKSHOP: [&str; 5] = ["BIN", "CACHE", "CHROMIUM", "DRAW_TO", "REAL_DATA"];

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// This file.
    File(PathBuf),
    /// This variable.
    Environment(String),
    /// This flag.
    Flag(String),
}

impl Origin {
    /// As the page of the command line says it.
    pub fn show(&self) -> String {
        match self {
            Origin::Default => "mặc định".into(),
            Origin::File(path) => format!("tệp {}", path.display()),
            Origin::Environment(name) => format!("biến môi trường {name}"),
            Origin::Flag(name) => format!("tham số {name}"),
        }
    }
}

/// What the command line set: setting → value, and the file of `--config`.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The values.
    pub values: Vec<(&'static str, String)>,
    /// The file.
    pub config: Option<PathBuf>,
}

/// The effective configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// The PostgreSQL server, instead of SQLite.
    pub database: Option<String>,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Certificate and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The proxies that are believed.
    pub proxies: Vec<Cidr>,
    /// The address people open, without a slash at the end.
    pub public_url: Option<String>,
    /// The filter of the log.
    pub log: String,
    /// How messages leave.
    pub outward: Outward,
    /// Where citizens may sign in, beside a code to their telephone.
    pub provider: Option<identity::oidc::Settings>,
    /// Every setting that has a value, with its origin.
    pub told: Vec<(&'static str, String, Origin)>,
    /// `TOANCANH_…` variables that are no settings and resemble none.
    pub unread: Vec<String>,
}

impl Settings {
    /// Whether browsers reach the program over TLS, directly or through a proxy.
    pub fn secure(&self) -> bool {
        match &self.public_url {
            Some(url) => url.starts_with("https://"),
            None => self.tls.is_some() || !self.proxies.is_empty(),
        }
    }

    /// The address that people open, when the server listens at `address`.
    pub fn url(&self, address: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"))
    }
}

type Values = BTreeMap<&'static str, (String, Origin)>;

fn known(key: &str) -> Option<&'static str> {
    KEYS.iter().map(|k| k.0).find(|k| *k == key)
}

fn unknown(key: &str, place: &str) -> foundation::Error {
    let near = packs::did_you_mean(key, KEYS.iter().map(|k| k.0));
    let all: Vec<&str> = KEYS.iter().map(|k| k.0).collect();
    invalid(
        "config_unknown_key",
        format!("{place}: không có thiết lập «{key}».{near} Các thiết lập: {}.", all.join(", ")),
    )
}

/// The configuration from flags, environment, file and defaults.
pub fn resolve(flags: &Flags, environment: impl Iterator<Item = (String, String)>) -> Result<Settings> {
    let mut values: Values = KEYS
        .iter()
        .filter_map(|(key, default, _)| default.map(|d| (*key, (d.to_owned(), Origin::Default))))
        .collect();
    let mut unread = Vec::new();
    let mut above: Values = BTreeMap::new();
    for (name, value) in environment {
        let Some(word) = name.strip_prefix("TOANCANH_") else { continue };
        let key = word.to_lowercase();
        match known(&key) {
            Some(key) if !value.is_empty() => {
                above.insert(key, (value, Origin::Environment(name)));
            }
            Some(_) => {}
            None if word.starts_with("TEST_") || WORKSHOP.contains(&word) => {}
            None if packs::did_you_mean(&key, KEYS.iter().map(|k| k.0)).is_empty() => unread.push(name),
            None => return Err(unknown(&key, &format!("Biến môi trường {name}"))),
        }
    }
    for (key, value) in &flags.values {
        let flag = format!("--{}", key.replace('_', "-"));
        above.insert(*key, (value.clone(), Origin::Flag(flag)));
    }
    let data = above.get("data").or_else(|| values.get("data")).map(|v| PathBuf::from(&v.0));
    let data = data.unwrap_or_default();
    let file = flags.config.clone().unwrap_or_else(|| data.join(FILE));
    if flags.config.is_some() || file.is_file() {
        read(&file, flags.config.is_none(), &mut values)?;
    }
    values.extend(above);
    settle(values, unread)
}

fn read(file: &Path, in_data: bool, values: &mut Values) -> Result<()> {
    let text = std::fs::read_to_string(file).map_err(|e| {
        unavailable("config_file", format!("Không đọc được tệp cấu hình {}.", file.display())).because(e)
    })?;
    let table: toml::Table = toml::from_str(&text).map_err(|e| {
        invalid("config_syntax", format!("Tệp cấu hình {} sai cú pháp TOML.", file.display())).because(e)
    })?;
    let place = file.display().to_string();
    for (name, value) in table {
        let key = known(&name).ok_or_else(|| unknown(&name, &place))?;
        if key == "data" && in_data {
            return Err(invalid(
                "config_data_in_itself",
                format!(
                    "{place}: thư mục dữ liệu không đặt được từ tệp nằm trong chính nó. Hãy dùng --data."
                ),
            ));
        }
        let wrong = || invalid("config_type", format!("{place}: «{name}» cần là văn bản trong dấu nháy."));
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Array(list) if LISTS.iter().any(|(name, _)| *name == key) => {
                let words: Option<Vec<&str>> = list.iter().map(toml::Value::as_str).collect();
                let between =
                    LISTS.iter().find(|(name, _)| *name == key).map_or(",", |(_, between)| *between);
                words.ok_or_else(wrong)?.join(between)
            }
            _ => return Err(wrong()),
        };
        values.insert(key, (text, Origin::File(file.to_owned())));
    }
    Ok(())
}

/// Reads the values; a fault names where its value came from.
fn settle(values: Values, unread: Vec<String>) -> Result<Settings> {
    let get = |key: &str| values.get(key).map(|v| v.0.clone()).filter(|v| !v.is_empty());
    let from = |key: &str| values.get(key).map_or_else(String::new, |v| v.1.show());
    let listen_text = get("listen").unwrap_or_default();
    let listen: SocketAddr = listen_text.parse().map_err(|_| {
        invalid(
            "config_listen",
            format!("«{listen_text}» ({}) không phải địa chỉ. Ví dụ đúng: 0.0.0.0:8080.", from("listen")),
        )
    })?;
    let tls = match (get("tls_cert"), get("tls_key")) {
        (Some(cert), Some(key)) => Some((PathBuf::from(cert), PathBuf::from(key))),
        (None, None) => None,
        _ => {
            return Err(invalid(
                "config_tls",
                "tls_cert và tls_key phải có cùng nhau: tệp chứng chỉ và tệp khóa (PEM).",
            ));
        }
    };
    let proxies = get("behind_proxy").unwrap_or_default();
    let proxies = proxies.split(',').map(str::trim).filter(|c| !c.is_empty()).map(str::parse);
    let proxies = proxies.collect::<Result<Vec<Cidr>>>()?;
    let public_url = get("public_url").map(|u| u.trim_end_matches('/').to_owned());
    if let Some(url) = &public_url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(invalid(
            "config_public_url",
            format!("«{url}» ({}) cần bắt đầu bằng https:// hoặc http://.", from("public_url")),
        ));
    }
    Ok(Settings {
        data: get("data").unwrap_or_default().into(),
        database: get("database"),
        listen,
        tls,
        proxies,
        public_url,
        log: get("log").unwrap_or_default(),
        outward: Outward::read(get)?,
        provider: crate::citizens::read(get)?,
        told: KEYS
            .iter()
            .filter_map(|(key, ..)| values.get(key).map(|(v, o)| (*key, masked(key, v), o.clone())))
            .collect(),
        unread,
    })
}

/// The value as it may be shown: passwords are not, and what other services gave us neither.
fn masked(key: &str, value: &str) -> String {
    if SECRET.contains(&key) {
        return "***".into();
    }
    let parts = value.split_once("://").and_then(|(s, rest)| rest.rsplit_once('@').map(|(w, h)| (s, w, h)));
    match parts {
        Some((scheme, who, host)) if matches!(key, "database" | "smtp") => match who.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:***@{host}"),
            None => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> std::vec::IntoIter<(String, String)> {
        let all: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        all.into_iter()
    }

    fn origin(settings: &Settings, key: &str) -> Origin {
        settings.told.iter().find(|t| t.0 == key).map(|t| t.2.clone()).unwrap()
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
        let folder = std::env::temp_dir().join(format!("toancanh-config-{}", foundation::new_id()));
        std::fs::create_dir_all(&folder).unwrap();
        let text = "listen = \"0.0.0.0:1\"\nlog = \"warn\"\nbehind_proxy = [\"10.0.0.0/8\", \"::1\"]\n";
        std::fs::write(folder.join(FILE), text).unwrap();
        let data = ("data", folder.display().to_string());
        let flags = Flags { values: vec![data, ("log", "debug".into())], config: None };
        let s = resolve(&flags, env(&[("TOANCANH_LISTEN", "0.0.0.0:2"), ("TOANCANH_LOG", "error")])).unwrap();
        assert_eq!((s.listen.port(), s.log.as_str(), s.proxies.len()), (2, "debug", 2));
        assert_eq!(origin(&s, "log"), Origin::Flag("--log".into()));
        assert_eq!(origin(&s, "listen"), Origin::Environment("TOANCANH_LISTEN".into()));
        assert_eq!(origin(&s, "behind_proxy"), Origin::File(folder.join(FILE)));
        assert!(s.secure());
        std::fs::write(folder.join(FILE), "databse = \"x\"").unwrap();
        let e = resolve(&flags, env(&[])).unwrap_err();
        assert_eq!(e.code(), "config_unknown_key");
        assert!(e.message().contains("“database”"), "{e}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_variable_that_is_nearly_a_setting_is_an_error_and_another_is_told() {
        let e = resolve(&Flags::default(), env(&[("TOANCANH_LISTN", "x")])).unwrap_err();
        assert_eq!(e.code(), "config_unknown_key");
        let s = resolve(&Flags::default(), env(&[("TOANCANH_WEATHER", "x"), ("TOANCANH_TEST_DB", "both")]));
        assert_eq!(s.unwrap().unread, ["TOANCANH_WEATHER"]);
    }

    #[test]
    fn the_channels_of_messages_are_read_and_half_of_one_is_refused() {
        let set = |pairs: &[(&str, &str)]| resolve(&Flags::default(), env(pairs)).map(|s| s.outward);
        assert_eq!(set(&[]).unwrap(), Outward::default());
        let all = [
            ("TOANCANH_SMTP", "smtp+plain://127.0.0.1"),
            ("TOANCANH_MAIL_FROM", "Toàn Cảnh <a@b.example>"),
            ("TOANCANH_SMS_URL", "https://sms.example"),
            ("TOANCANH_SMS_ONCE", "yes"),
            ("TOANCANH_PUSH_CONTACT", "mailto:a@b.example"),
        ];
        let read = set(&all).unwrap();
        assert!(read.mail.is_some() && read.push.is_some() && read.zalo.is_none());
        assert!(read.sms.is_some_and(|sms| sms.drops_doubles && sms.plain));
        assert_eq!(set(&all[..1]).unwrap_err().code(), "config_mail");
        let lost = [("TOANCANH_ZALO_BODY", "{}")];
        assert_eq!(set(&lost).unwrap_err().code(), "config_gateway");
        assert_eq!(set(&[("TOANCANH_PUSH_CONTACT", "a@b.example")]).unwrap_err().code(), "config_push");
    }

    #[test]
    fn the_provider_of_citizens_is_read_and_one_that_is_not_safe_is_refused() {
        let set = |pairs: &[(&str, &str)]| resolve(&Flags::default(), env(pairs)).map(|s| s.provider);
        assert_eq!(set(&[]).unwrap(), None);
        let all = [
            ("TOANCANH_OIDC_ISSUER", "https://id.example"),
            ("TOANCANH_OIDC_CLIENT", "toan-canh"),
            ("TOANCANH_OIDC_PHONE_VERIFIED", "none"),
        ];
        let read = set(&all).unwrap().unwrap();
        assert_eq!((read.name.as_str(), read.subject.as_str(), read.secret), ("VNeID", "sub", None));
        assert_eq!((read.scopes, read.phone.as_str()), (vec!["phone".to_owned()], "phone_number"));
        assert_eq!(read.phone_verified, "", "it checks every number");
        assert_eq!(set(&all[..1]).unwrap_err().code(), "config_oidc");
        let open = [("TOANCANH_OIDC_ISSUER", "http://id.example"), all[1]];
        assert_eq!(set(&open).unwrap_err().code(), "config_oidc");
        assert_eq!(masked("oidc_secret", "x"), "***");
    }

    #[test]
    fn a_password_is_not_shown_and_half_of_tls_is_refused() {
        let shown = masked("database", "postgres://ioc:se:cr@et@db.example/ioc");
        assert_eq!(shown, "postgres://ioc:***@db.example/ioc");
        assert_eq!(masked("smtp", "smtps://bao:m%40t@mail.example:465"), "smtps://bao:***@mail.example:465");
        assert_eq!(masked("sms_headers", "Authorization: Bearer k3y"), "***");
        let flags = Flags { values: vec![("tls_cert", "a.pem".into())], config: None };
        assert_eq!(resolve(&flags, env(&[])).unwrap_err().code(), "config_tls");
    }
}
