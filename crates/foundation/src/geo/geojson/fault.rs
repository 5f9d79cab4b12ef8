//! What can be wrong with one feature, and how that is said.

use std::fmt;

/// What is wrong with one feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The position of the feature in the file, from 0.
    pub feature: usize,
    /// What is wrong.
    pub reason: Reason,
}

/// The kinds of fault. Positions of polygons and rings count from 0, sentences from 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// It is no object of type `Feature`, or its members are of the wrong kind.
    NotAFeature,
    /// It has no geometry.
    NoGeometry,
    /// Its geometry is of another type than `Polygon` and `MultiPolygon`.
    OtherGeometry(String),
    /// Its coordinates are not nested as its type wants, or hold something that is no number.
    BadCoordinates,
    /// It has more rings than one unit can have.
    TooManyRings(usize),
    /// A coordinate is not on the globe.
    OffGlobe {
        /// The first number, which should be a longitude.
        lon: f64,
        /// The second number, which should be a latitude.
        lat: f64,
    },
    /// Latitude stands before longitude.
    Swapped,
    /// None of its rings has an area.
    Empty,
    /// Its properties are too long.
    LongProperties(usize),
    /// It repeats an earlier feature in all.
    Duplicate {
        /// The position of the earlier one.
        of: usize,
    },
    /// It has the same land as an earlier feature but other properties. It is kept.
    SameLand {
        /// The position of the earlier one.
        of: usize,
    },
    /// A ring did not end where it began. It was closed, the feature is kept.
    Unclosed {
        /// The position of the polygon.
        polygon: usize,
        /// The position of the ring in it; 0 is the outer one.
        ring: usize,
    },
    /// A ring has fewer than three different points or no area. It was left out, the feature is kept.
    FlatRing {
        /// The position of the polygon.
        polygon: usize,
        /// The position of the ring in it; 0 is the outer one.
        ring: usize,
    },
}

impl Fault {
    /// Whether the feature was kept in spite of the fault.
    pub fn is_kept(&self) -> bool {
        matches!(self.reason, Reason::SameLand { .. } | Reason::Unclosed { .. } | Reason::FlatRing { .. })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Đối tượng thứ {}: {}", self.feature + 1, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotAFeature => f.write_str("không phải là một Feature đúng chuẩn GeoJSON."),
            Reason::NoGeometry => f.write_str("không có ranh giới (geometry rỗng)."),
            Reason::OtherGeometry(kind) => {
                write!(f, "ranh giới phải là Polygon hoặc MultiPolygon, không phải «{kind}».")
            }
            Reason::BadCoordinates => {
                f.write_str("danh sách toạ độ sai cấu trúc hoặc có giá trị không phải số.")
            }
            Reason::TooManyRings(count) => write!(f, "có quá nhiều đường khép kín ({count})."),
            Reason::OffGlobe { lon, lat } => {
                write!(f, "toạ độ ({lon}, {lat}) nằm ngoài phạm vi kinh độ ±180, vĩ độ ±90.")
            }
            Reason::Swapped => {
                f.write_str("vĩ độ đứng trước kinh độ; GeoJSON cần kinh độ trước, ví dụ [105.85, 21.03].")
            }
            Reason::Empty => f.write_str("ranh giới không có diện tích."),
            Reason::LongProperties(bytes) => write!(f, "thuộc tính quá dài ({bytes} byte)."),
            Reason::Duplicate { of } => write!(f, "lặp lại hoàn toàn đối tượng thứ {}; đã bỏ qua.", of + 1),
            Reason::SameLand { of } => {
                write!(f, "ranh giới trùng với đối tượng thứ {} nhưng thuộc tính khác; hãy kiểm tra.", of + 1)
            }
            Reason::Unclosed { polygon, ring } => {
                let (polygon, ring) = (polygon + 1, ring + 1);
                write!(f, "đường thứ {ring} của mảnh thứ {polygon} chưa khép kín; đã tự khép lại.")
            }
            Reason::FlatRing { polygon, ring } => {
                let (polygon, ring) = (polygon + 1, ring + 1);
                write!(f, "đường thứ {ring} của mảnh thứ {polygon} không có diện tích; đã bỏ đường này.")
            }
        }
    }
}
