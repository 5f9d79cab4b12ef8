//! Reading the names of administrative units as people type them: «TP. Huế», «P.1», «x. Trần Đề», «TT Mái
//! Dầm».

use serde::{Deserialize, Serialize};

use super::{fold, has_marks, plain, spelling};

/// The types of administrative units, today's and those before 1 July 2025.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// Tỉnh.
    Province,
    /// Thành phố: of the centre, or (before July 2025) of a province.
    City,
    /// Phường.
    Ward,
    /// Xã.
    Commune,
    /// Đặc khu.
    SpecialZone,
    /// Thị trấn (before July 2025).
    Township,
    /// Thị xã (before July 2025).
    Town,
    /// Huyện (before July 2025).
    District,
    /// Quận (before July 2025).
    UrbanDistrict,
}

impl PlaceKind {
    /// «Tỉnh», «Thành phố», «Phường» ….
    pub fn vi(self) -> &'static str {
        match self {
            PlaceKind::Province => "Tỉnh",
            PlaceKind::City => "Thành phố",
            PlaceKind::Ward => "Phường",
            PlaceKind::Commune => "Xã",
            PlaceKind::SpecialZone => "Đặc khu",
            PlaceKind::Township => "Thị trấn",
            PlaceKind::Town => "Thị xã",
            PlaceKind::District => "Huyện",
            PlaceKind::UrbanDistrict => "Quận",
        }
    }
}

/// What a typed place seems to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceQuery {
    /// The type, when the text names one.
    pub kind: Option<PlaceKind>,
    /// The name without its type, as typed; «1» for «P.01», «Hồ Chí Minh» for «HCM».
    pub rest: String,
    /// The whole text, trimmed. Without marks a type and a name cannot always be told apart («phuong lien» is
    /// phường Liên or Phương Liên): a search should take the better score of `rest` and `whole`.
    pub whole: String,
}

/// Types in full, longest first so that «thị xã» is not taken for a name after «thị».
const FULL: [(&str, PlaceKind); 9] = [
    ("thành phố", PlaceKind::City),
    ("thị trấn", PlaceKind::Township),
    ("đặc khu", PlaceKind::SpecialZone),
    ("thị xã", PlaceKind::Town),
    ("phường", PlaceKind::Ward),
    ("huyện", PlaceKind::District),
    ("quận", PlaceKind::UrbanDistrict),
    ("tỉnh", PlaceKind::Province),
    ("xã", PlaceKind::Commune),
];

/// Abbreviations, without their dots; after them must come a dot, a space, a digit or the end.
const SHORT: [(&str, PlaceKind); 11] = [
    ("tp", PlaceKind::City),
    ("tt", PlaceKind::Township),
    ("tx", PlaceKind::Town),
    ("dk", PlaceKind::SpecialZone),
    ("ph", PlaceKind::Ward),
    ("p", PlaceKind::Ward),
    ("f", PlaceKind::Ward),
    ("q", PlaceKind::UrbanDistrict),
    ("h", PlaceKind::District),
    ("x", PlaceKind::Commune),
    ("t", PlaceKind::Province),
];

/// Cuts the type off a typed place. Full words («phường», or «phuong» in a text without any marks) and the
/// usual abbreviations (TP. T.P P. P1 F1 X. TT. TX. H. Q. ĐK. T.) are known. Never fails: what names no type
/// is all rest.
pub fn parse_place_query(text: &str) -> PlaceQuery {
    let whole = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (kind, rest) = full(&whole).or_else(|| short(&whole)).unwrap_or((None, whole.as_str()));
    let rest = rest.trim_start_matches(['.', ' ', ':', '-']);
    let rest = match fold(rest).as_str() {
        "hcm" => "Hồ Chí Minh".to_owned(),
        "hn" if kind == Some(PlaceKind::City) => "Hà Nội".to_owned(),
        number if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            let number = number.trim_start_matches('0');
            if number.is_empty() { "0".to_owned() } else { number.to_owned() }
        }
        _ => rest.to_owned(),
    };
    PlaceQuery { kind, rest, whole }
}

/// The parts of an address between commas, semicolons or line ends, smallest first as people write them;
/// empty ones left out.
pub fn parse_place_parts(text: &str) -> Vec<PlaceQuery> {
    text.split([',', ';', '\n']).map(parse_place_query).filter(|part| !part.whole.is_empty()).collect()
}

type Cut<'a> = Option<(Option<PlaceKind>, &'a str)>;

fn full(whole: &str) -> Cut<'_> {
    let marked = has_marks(whole);
    FULL.iter().find_map(|(name, kind)| {
        // The type is as many words as its name; what follows them is the rest.
        let words = name.split(' ').count();
        let end = whole.match_indices(' ').nth(words - 1).map_or(whole.len(), |(at, _)| at);
        let (first, rest) = whole.split_at(end);
        let first = first.trim_end_matches(['.', ':']);
        let same = if marked { spelling(first) == spelling(name) } else { plain(first) == plain(name) };
        same.then_some((Some(*kind), rest))
    })
}

fn short(whole: &str) -> Cut<'_> {
    if let "tphcm" | "hcmc" = fold(whole).as_str() {
        return Some((Some(PlaceKind::City), "HCM"));
    }
    SHORT.iter().find_map(|(letters, kind)| {
        let mut rest = whole;
        let mut dotted = false;
        for letter in letters.chars() {
            rest = rest.strip_prefix(['.', '/']).unwrap_or(rest);
            let first = rest.chars().next()?;
            // «Đ» and «D» alike; only plain letters count, or «Ph» would be taken from «Phú».
            let folded = match first {
                'Đ' | 'đ' | 'Ð' | 'ð' => 'd',
                _ => first.to_ascii_lowercase(),
            };
            if folded != letter {
                return None;
            }
            rest = &rest[first.len_utf8()..];
        }
        if let Some(after) = rest.strip_prefix('.') {
            (rest, dotted) = (after, true);
        }
        let next = rest.chars().next();
        let ends = dotted || next.is_none_or(|c| c == ' ' || c.is_ascii_digit());
        // A lone letter is a type only before something («P» alone is a query for names with P).
        let says = letters.len() > 1 || !rest.trim().is_empty();
        (ends && says).then_some((Some(*kind), rest))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reads(text: &str, kind: PlaceKind, rest: &str) {
        let query = parse_place_query(text);
        assert_eq!((query.kind, query.rest.as_str()), (Some(kind), rest), "{text}");
    }

    #[test]
    fn abbreviated_types_are_told_from_names() {
        use PlaceKind::*;
        for text in [
            "TP. Huế",
            "TP Huế",
            "T.P Huế",
            "T.P. Huế",
            "tp.Huế",
            "Thành phố Huế",
            "THÀNH PHỐ  Huế",
            "T/P Huế",
        ] {
            reads(text, City, "Huế");
        }
        reads("P. Bến Nghé", Ward, "Bến Nghé");
        reads("P1", Ward, "1");
        reads("P.01", Ward, "1");
        reads("F.7", Ward, "7");
        reads("Phường 10", Ward, "10");
        reads("x.Trần Đề", Commune, "Trần Đề");
        reads("xã Trần Đề", Commune, "Trần Đề");
        reads("TT. Mái Dầm", Township, "Mái Dầm");
        reads("TX Vĩnh Châu", Town, "Vĩnh Châu");
        reads("Thị xã Vĩnh Châu", Town, "Vĩnh Châu");
        reads("H. Kế Sách", District, "Kế Sách");
        reads("Q.1", UrbanDistrict, "1");
        reads("ĐK. Phú Quốc", SpecialZone, "Phú Quốc");
        reads("dk Phu Quoc", SpecialZone, "Phu Quoc");
        reads("đặc khu Trường Sa", SpecialZone, "Trường Sa");
        reads("T. Cà Mau", Province, "Cà Mau");
        reads("Phươ\u{300}ng Liên", Ward, "Liên");
    }

    #[test]
    fn the_biggest_city_has_many_short_names() {
        for text in ["TP.HCM", "TPHCM", "tp hcm", "TP. Hồ Chí Minh", "T.P.HCM"] {
            reads(text, PlaceKind::City, "Hồ Chí Minh");
        }
    }

    #[test]
    fn with_marks_a_name_is_not_taken_for_a_type() {
        for text in [
            "Phương Liên",
            "Quan Sơn",
            "Tinh Hoà",
            "Phú Quốc",
            "Hà Tiên",
            "Tân An",
            "Xa Mát ấp",
            "Huế",
            "Thới An",
        ] {
            let query = parse_place_query(text);
            assert_eq!((query.kind, query.rest.as_str()), (None, text));
        }
    }

    #[test]
    fn without_marks_both_readings_are_kept() {
        let query = parse_place_query("phuong lien");
        assert_eq!(query.kind, Some(PlaceKind::Ward));
        assert_eq!((query.rest.as_str(), query.whole.as_str()), ("lien", "phuong lien"));
    }

    #[test]
    fn an_address_is_read_part_by_part() {
        let parts = parse_place_parts("P. Bến Nghé, Q.1, TP.HCM, ");
        let kinds: Vec<_> = parts.iter().map(|part| part.kind.unwrap().vi()).collect();
        assert_eq!(kinds, ["Phường", "Quận", "Thành phố"]);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "(TP|T\\.P|P|Đ|ð|xã|phường|[. /0-9]|\\PC){0,8}") {
            let query = parse_place_query(&text);
            prop_assert!(query.kind.is_some() || !query.rest.is_empty() || fold(&text).is_empty());
        }
    }
}
