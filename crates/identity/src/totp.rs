//! The second step of a sign-in: a code of six digits that changes every half minute (RFC 6238), made by an
//! app on the person's phone from a secret that both know.

use fast_qr::{ECL, QRBuilder};
use foundation::{Instant, Result, error::internal, random_bytes};
use kit::http::url_encode;
use totp_rs::{Builder, Secret, Totp};

/// A new secret, 160 bits.
pub fn fresh() -> Result<Vec<u8>> {
    random_bytes::<20>().map(|b| b.to_vec())
}

fn totp(secret: &[u8]) -> Result<Totp> {
    Builder::new()
        .with_secret(secret.to_vec())
        .build()
        .map_err(|e| internal("totp", "Khóa mã xác thực bị hỏng").because(e.to_string()))
}

/// The step in which `code` is right at `now`, a step early or late being forgiven. A step is to be
/// accepted once.
pub fn step(secret: &[u8], code: &str, now: Instant) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(totp(secret)?.check(&digits, now.seconds().unsigned_abs()).map(|step| step as i64))
}

/// The code of a moment.
pub fn code(secret: &[u8], at: Instant) -> Result<String> {
    Ok(totp(secret)?.generate(at.seconds().unsigned_abs()).to_string())
}

/// The secret for typing, in groups of four.
pub fn spelled(secret: &[u8]) -> String {
    let text = Secret::from(secret.to_vec()).to_base32();
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The address that an app reads from the QR code.
pub fn address(secret: &[u8], sign_in: &str) -> String {
    let secret = Secret::from(secret.to_vec()).to_base32();
    let who = url_encode(sign_in).replace('/', "%2F");
    format!("otpauth://totp/Toan%20Canh:{who}?secret={secret}&issuer=Toan%20Canh")
}

/// A QR code as SVG, dark on light in every theme because cameras need that.
pub fn qr(text: &str, label: &str) -> Result<String> {
    let code = QRBuilder::new(text)
        .ecl(ECL::M)
        .build()
        .map_err(|e| internal("qr", "Không vẽ được mã QR").because(e.to_string()))?;
    let mut path = String::new();
    for y in 0..code.size {
        for x in 0..code.size {
            if code[y][x].value() {
                path.push_str(&format!("M{} {}h1v1h-1z", x + 4, y + 4));
            }
        }
    }
    let side = code.size + 8;
    let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" width=\"220\" height=\"220\" role=\"img\" \
         aria-label=\"{label}\" shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" \
         fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code(SECRET, Instant(seconds * 1_000_000)).unwrap(), expected);
        }
    }

    #[test]
    fn a_code_is_right_for_a_minute_and_a_half_and_names_its_step() {
        let at = |s: i64| Instant(s * 1_000_000);
        assert_eq!(step(SECRET, "287 082", at(59)).unwrap(), Some(1));
        assert_eq!(step(SECRET, "287082", at(89)).unwrap(), Some(1));
        assert_eq!(step(SECRET, "287082", at(120)).unwrap(), None);
        for wrong in ["", "28708", "2870822", "+87082", "abcdef"] {
            assert_eq!(step(SECRET, wrong, at(59)).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn the_picture_has_no_style_and_a_name() {
        let svg = qr(&address(SECRET, "mai@cantho.gov.vn"), "Mã QR").unwrap();
        assert!(svg.contains("aria-label=\"Mã QR\"") && !svg.contains("style"));
        assert_eq!(spelled(SECRET), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
