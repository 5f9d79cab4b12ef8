//! How long a text is as SMS (3GPP TS 23.038): in parts, which is how they are paid for.

/// What one character takes in the alphabet of telephones: one place, two (the extension), or none when the
/// alphabet does not have it.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
                     ABCDEFGHIJKLMNOPQRSTUVWXYZ\
                     ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "^{}\\[~]|€\u{c}";

fn places(c: char) -> Option<usize> {
    match () {
        () if BASIC.contains(c) => Some(1),
        () if EXTENSION.contains(c) => Some(2),
        () => None,
    }
}

/// How a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Places in the alphabet of telephones, or units of UTF-16 when it has other letters.
    pub places: usize,
    /// Whether the alphabet of telephones is enough.
    pub plain: bool,
    /// So many messages.
    pub parts: usize,
}

/// The length of a text: up to 160 places in one part and 153 in each of several; 70 and 67 with letters that
/// the alphabet of telephones does not have.
pub fn length(text: &str) -> Length {
    let counted: Option<usize> = text.chars().map(places).sum();
    let (places, plain, one, each) = match counted {
        Some(places) => (places, true, 160, 153),
        None => (text.encode_utf16().count(), false, 70, 67),
    };
    let parts = if places <= one { places.min(1) } else { places.div_ceil(each) };
    Length { places, plain, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_as_the_networks_count_them() {
        let parts = |text: &str| length(text).parts;
        assert_eq!(parts(""), 0);
        assert_eq!((parts(&"a".repeat(160)), parts(&"a".repeat(161)), parts(&"a".repeat(307))), (1, 2, 3));
        assert_eq!((parts(&"€".repeat(80)), parts(&"€".repeat(81))), (1, 2));
        assert_eq!((parts(&"ạ".repeat(70)), parts(&"ạ".repeat(71)), parts(&"ạ".repeat(135))), (1, 2, 3));
        assert!(length("Phan anh 12: da tiep nhan.").plain && !length("đã").plain);
        assert_eq!(length("ក").places, 1);
    }
}
