#![no_main]
//! What a stranger's request carries before anybody is known: forwarded addresses, cookies, ranges, fields.

use std::net::{IpAddr, Ipv4Addr};

use foundation::Lang;
use libfuzzer_sys::fuzz_target;
use web::peer::{Cidr, Proxies};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let everybody: Cidr = "0.0.0.0/0".parse().expect("a range");
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let _ = Proxies([everybody].into()).origin(peer, text);
    assert_eq!(Proxies::default().origin(peer, text), peer, "a stranger cannot invent an address");
    if let Ok(range) = text.parse::<Cidr>() {
        let _ = range.contains(peer);
    }
    let _ = Lang::parse(text);
    let _ = identity::grant::parse_packs(text);
    let _ = identity::token::hash(text);
    if let Some(number) = foundation::phone::number(text) {
        assert!((8..=15).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()));
    }
    let mut headers = http::HeaderMap::new();
    if let Ok(value) = text.parse() {
        headers.insert(http::header::COOKIE, value);
        let _ = kit::http::cookie(&headers, "tc");
    }
});
