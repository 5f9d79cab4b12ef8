//! The least of an OLE compound file ([MS-CFB]) that is needed to look into it before a reader does: names
//! and streams. Every chain of sectors is walked once, so that one that runs in a circle is an error and not
//! the end of the memory.

use foundation::Result;

use super::workbook::broken;

const END: u32 = 0xffff_fffe;
const RESERVED: u32 = 0xffff_fffa;

struct Entry {
    name: String,
    start: u32,
    size: usize,
}

/// An opened compound file.
pub struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    entries: Vec<Entry>,
}

fn word(bytes: &[u8], at: usize) -> Result<u32> {
    let b = bytes.get(at..at.saturating_add(4)).ok_or_else(|| broken("the compound file is cut"))?;
    Ok(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

impl<'a> Compound<'a> {
    /// Reads the header, the allocation tables and the directory.
    pub fn open(bytes: &'a [u8]) -> Result<Compound<'a>> {
        let sector = match bytes.get(30..32) {
            Some([9, 0]) => 512,
            Some([12, 0]) => 4096,
            _ => return Err(broken("sector size")),
        };
        let most = bytes.len() / sector + 1;
        let mut file = Compound {
            bytes,
            sector,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            entries: Vec::new(),
        };
        let mut tables: Vec<u32> = (0..109).map(|i| word(bytes, 76 + i * 4)).collect::<Result<_>>()?;
        let mut next = word(bytes, 68)?;
        let mut steps = 0;
        while next < RESERVED {
            steps += 1;
            let mut more: Vec<u32> = words(file.sector(next)?).collect();
            next = more.pop().unwrap_or(END);
            tables.extend(more);
            if steps > most {
                return Err(broken("the table of tables runs in a circle"));
            }
        }
        tables.retain(|id| *id < RESERVED);
        if tables.len() > most {
            return Err(broken("more tables than sectors"));
        }
        for id in tables {
            let part: Vec<u32> = words(file.sector(id)?).collect();
            file.fat.extend(part);
        }
        let directory = file.chain(word(bytes, 48)?, usize::MAX)?;
        for raw in directory.chunks_exact(128) {
            let length = usize::from(u16::from_le_bytes([raw[64], raw[65]])).clamp(2, 64) - 2;
            let units: Vec<u16> =
                raw[..length].chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
            let entry = Entry {
                name: String::from_utf16_lossy(&units),
                start: word(raw, 116)?,
                size: word(raw, 120)? as usize,
            };
            if !entry.name.is_empty() {
                file.entries.push(entry);
            }
        }
        let root = file.entries.first().map(|e| (e.start, e.size)).ok_or_else(|| broken("no root"))?;
        if word(bytes, 64)? > 0 {
            file.mini = file.chain(root.0, root.1)?;
            let table = file.chain(word(bytes, 60)?, usize::MAX)?;
            file.mini_fat = words(&table).collect();
        }
        Ok(file)
    }

    fn sector(&self, id: u32) -> Result<&'a [u8]> {
        let at = (id as usize + 1).saturating_mul(self.sector);
        let end = at.saturating_add(self.sector).min(self.bytes.len());
        self.bytes.get(at..end).filter(|s| !s.is_empty()).ok_or_else(|| broken("a sector beyond the end"))
    }

    fn chain(&self, start: u32, size: usize) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = start;
        while at != END && out.len() < size {
            out.extend_from_slice(self.sector(at)?);
            if out.len() > self.bytes.len() {
                return Err(broken("a chain of sectors runs in a circle"));
            }
            at = *self.fat.get(at as usize).ok_or_else(|| broken("a chain leaves the table"))?;
        }
        out.truncate(size);
        Ok(out)
    }

    fn mini_chain(&self, start: u32, size: usize) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = start;
        while at != END && out.len() < size {
            let from = at as usize * 64;
            let part = self.mini.get(from..(from + 64).min(self.mini.len())).filter(|s| !s.is_empty());
            out.extend_from_slice(part.ok_or_else(|| broken("a small sector beyond the end"))?);
            if out.len() > self.mini.len() {
                return Err(broken("a chain of small sectors runs in a circle"));
            }
            at = *self.mini_fat.get(at as usize).ok_or_else(|| broken("a chain leaves the small table"))?;
        }
        out.truncate(size);
        Ok(out)
    }

    /// Whether there is a stream of this name.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.name.eq_ignore_ascii_case(name))
    }

    /// The bytes of a stream.
    pub fn stream(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(entry) = self.entries.iter().find(|e| e.name.eq_ignore_ascii_case(name)) else {
            return Ok(None);
        };
        if entry.size < 4096 {
            self.mini_chain(entry.start, entry.size)
        } else {
            self.chain(entry.start, entry.size)
        }
        .map(Some)
    }
}
