//! EXIF blocks, written by hand.

use super::SECRET;

/// Cần Thơ, near the bridge: 10° 2' 4.2" N, 105° 47' 16.8" E.
pub const CAN_THO: (f64, f64) = (10.0 + 2.0 / 60.0 + 4.2 / 3600.0, 105.0 + 47.0 / 60.0 + 16.8 / 3600.0);

/// The letters of both halves, and their six fractions.
pub type Gps = ([u8; 2], [(u32, u32); 6]);

/// What an EXIF block is to say.
#[derive(Debug, Clone)]
pub struct Block {
    pub little: bool,
    pub orientation: u16,
    /// The letters and fractions of latitude and longitude.
    pub gps: Option<Gps>,
    pub taken: Option<String>,
    pub zone: Option<String>,
}

impl Default for Block {
    fn default() -> Self {
        Block {
            little: true,
            orientation: 1,
            gps: Some((*b"NE", [(10, 1), (2, 1), (42, 10), (105, 1), (47, 1), (168, 10)])),
            taken: Some("2026:11:22 07:30:05".into()),
            zone: None,
        }
    }
}

struct Field {
    tag: u16,
    kind: u16,
    count: u32,
    value: Vec<u8>,
}

impl Block {
    fn two(&self, n: u16) -> Vec<u8> {
        if self.little { n.to_le_bytes().to_vec() } else { n.to_be_bytes().to_vec() }
    }

    fn four(&self, n: u32) -> Vec<u8> {
        if self.little { n.to_le_bytes().to_vec() } else { n.to_be_bytes().to_vec() }
    }

    fn text(&self, tag: u16, text: &str) -> Field {
        let value = [text.as_bytes(), b"\0"].concat();
        Field { tag, kind: 2, count: value.len() as u32, value }
    }

    fn fractions(&self, tag: u16, all: &[(u32, u32)]) -> Field {
        let value = all.iter().flat_map(|(a, b)| [self.four(*a), self.four(*b)].concat()).collect();
        Field { tag, kind: 5, count: all.len() as u32, value }
    }

    fn long(&self, tag: u16, n: u32) -> Field {
        Field { tag, kind: 4, count: 1, value: self.four(n) }
    }

    /// A directory at `at`, with its long values behind it.
    fn directory(&self, at: usize, fields: &[Field]) -> Vec<u8> {
        let mut out = self.two(fields.len() as u16);
        let mut tail: Vec<u8> = Vec::new();
        let behind = at + 2 + fields.len() * 12 + 4;
        for field in fields {
            out.extend([self.two(field.tag), self.two(field.kind), self.four(field.count)].concat());
            if field.value.len() <= 4 {
                let mut value = field.value.clone();
                value.resize(4, 0);
                out.extend(value);
            } else {
                out.extend(self.four((behind + tail.len()) as u32));
                tail.extend(&field.value);
            }
        }
        out.extend(self.four(0));
        out.extend(tail);
        out
    }

    /// The TIFF structure.
    pub fn bytes(&self) -> Vec<u8> {
        let mut shot = Vec::new();
        shot.extend(self.taken.as_ref().map(|taken| self.text(0x9003, taken)));
        shot.extend(self.zone.as_ref().map(|zone| self.text(0x9011, zone)));
        shot.push(self.text(0x927C, SECRET));
        let mut gps = Vec::new();
        if let Some((letters, fractions)) = &self.gps {
            gps.push(self.text(1, &(letters[0] as char).to_string()));
            gps.push(self.fractions(2, &fractions[..3]));
            gps.push(self.text(3, &(letters[1] as char).to_string()));
            gps.push(self.fractions(4, &fractions[3..]));
        }
        let first = |shot_at: usize, gps_at: usize| {
            let orientation = Field { tag: 0x0112, kind: 3, count: 1, value: self.two(self.orientation) };
            let fields = [
                self.text(0x010F, SECRET),
                orientation,
                self.long(0x8769, shot_at as u32),
                self.long(0x8825, gps_at as u32),
            ];
            self.directory(8, &fields)
        };
        let shot_at = 8 + first(0, 0).len();
        let shot = self.directory(shot_at, &shot);
        let gps_at = shot_at + shot.len();
        let mark = if self.little { b"II".to_vec() } else { b"MM".to_vec() };
        let head = [mark, self.two(42), self.four(8)].concat();
        [head, first(shot_at, gps_at), shot, self.directory(gps_at, &gps)].concat()
    }
}
