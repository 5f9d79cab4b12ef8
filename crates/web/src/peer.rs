//! Where a request comes from: the peer of the connection, or what a trusted proxy says about it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use foundation::{Error, Result, error::invalid};
use http::request::Parts;

/// A range of addresses, `10.0.0.0/8`, `::1/128`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    net: IpAddr,
    bits: u8,
}

impl std::str::FromStr for Cidr {
    type Err = Error;

    fn from_str(text: &str) -> Result<Cidr> {
        let wrong = || {
            invalid(
                "cidr",
                format!("«{text}» không phải dải địa chỉ. Ví dụ đúng: 10.0.0.0/8 hoặc 127.0.0.1."),
            )
        };
        let (net, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(n, b)| (n, Some(b)));
        let net: IpAddr = net.parse().map_err(|_| wrong())?;
        let most = if net.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if bits > most { Err(wrong()) } else { Ok(Cidr { net, bits }) }
    }
}

impl Cidr {
    /// Whether the address lies in the range.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let wide = |ip: IpAddr| match ip {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, true),
            IpAddr::V6(v6) => (u128::from(v6), false),
        };
        let ((net, a), (ip, b)) = (wide(self.net), wide(plain(ip)));
        let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
        a == b && net & mask == ip & mask
    }
}

/// An IPv4 address that came over an IPv6 socket is that IPv4 address.
fn plain(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        v4 => v4,
    }
}

/// The proxies whose `X-Forwarded-For` is believed. Put into every request's extensions; without it nobody
/// is believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies(pub Arc<[Cidr]>);

impl Proxies {
    fn trusts(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(ip))
    }

    /// The address of whoever sent a request that came from `peer` with these `X-Forwarded-For` hops: the
    /// last hop that is no proxy of ours, because everything before it could be invented.
    pub fn origin(&self, peer: IpAddr, forwarded: &str) -> IpAddr {
        let mut seen = plain(peer);
        for hop in forwarded.rsplit(',') {
            if !self.trusts(seen) {
                break;
            }
            match hop.trim().parse() {
                Ok(ip) => seen = plain(ip),
                Err(_) => break,
            }
        }
        seen
    }
}

/// The address of whoever sent the request; 0.0.0.0 when the server did not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let proxies = parts.extensions.get::<Proxies>().cloned().unwrap_or_default();
        let all = parts.headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let forwarded = all.collect::<Vec<_>>().join(",");
        Ok(ClientIp(proxies.origin(peer, &forwarded)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("a test's address")
    }

    fn proxies(ranges: &[&str]) -> Proxies {
        Proxies(ranges.iter().map(|r| r.parse().expect("a test's range")).collect())
    }

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        let range: Cidr = "10.1.0.0/16".parse().expect("a range");
        assert!(range.contains(ip("10.1.200.3")) && range.contains(ip("::ffff:10.1.2.3")));
        assert!(!range.contains(ip("10.2.0.1")) && !range.contains(ip("::1")));
        assert!("0.0.0.0/0".parse::<Cidr>().expect("all").contains(ip("8.8.8.8")));
        assert!("10.0.0.0/33".parse::<Cidr>().is_err() && "x".parse::<Cidr>().is_err());
    }

    #[test]
    fn a_stranger_cannot_invent_an_address() {
        assert_eq!(Proxies::default().origin(ip("203.0.113.9"), "1.2.3.4"), ip("203.0.113.9"));
        let ours = proxies(&["127.0.0.1"]);
        assert_eq!(ours.origin(ip("127.0.0.1"), "1.2.3.4, 203.0.113.9"), ip("203.0.113.9"));
    }

    #[test]
    fn hops_of_our_own_proxies_are_passed_over() {
        let ours = proxies(&["127.0.0.1", "10.0.0.0/8"]);
        assert_eq!(ours.origin(ip("127.0.0.1"), "203.0.113.9, 10.0.0.7"), ip("203.0.113.9"));
        assert_eq!(ours.origin(ip("127.0.0.1"), ""), ip("127.0.0.1"));
    }
}
