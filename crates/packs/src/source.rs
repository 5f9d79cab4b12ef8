//! Where packs come from: a folder, or the program itself. A source is read whole into memory; it holds
//! texts, not meanings.

use std::fs;
use std::path::Path;

use foundation::{Result, error::unavailable};
use kit::PackFault;
use rust_embed::RustEmbed;

use crate::yaml::MAX_BYTES;

/// The packs that the program ships.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../packs"]
#[allow_missing = true]
struct Shipped;

/// A source may have so many files.
const MAX_FILES: usize = 2_000;
/// Folders lie so deep in a pack at most: `boards/field.yaml`.
const MAX_DEPTH: usize = 3;

/// Packs as texts.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The packs, by the names of their folders.
    pub(crate) packs: Vec<Folder>,
    /// Whether these are all packs, so that one that is missing has ended; a single pack's folder is not.
    pub(crate) whole: bool,
    /// What could not be read.
    pub(crate) faults: Vec<PackFault>,
}

/// One pack's folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folder {
    /// Its name, which is the pack's id.
    pub id: String,
    /// Its files, by path.
    pub files: Vec<Text>,
}

/// One file.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    /// Its path inside the pack, `boards/field.yaml`.
    pub path: String,
    /// Its path as a person sees it.
    pub shown: String,
    /// What it says.
    pub text: String,
}

impl Source {
    /// The packs inside the program.
    pub fn embedded() -> Source {
        let mut source = Source { whole: true, ..Source::default() };
        for name in Shipped::iter().filter(|name| name.ends_with(".yaml")) {
            if let Some(file) = Shipped::get(&name) {
                source.add(&name, &format!("packs/{name}"), &file.data);
            }
        }
        source.sorted()
    }

    /// The packs below `folder`; or the one pack, when `folder` itself has a `pack.yaml`. What cannot be read
    /// is told by `check`; a folder that is not there is an error.
    pub fn folder(folder: &Path) -> Result<Source> {
        let missing = |e: std::io::Error| {
            let told = format!("Không đọc được thư mục gói {}. Hãy kiểm tra đường dẫn.", folder.display());
            unavailable("packs_folder", told).because(e)
        };
        let whole = !folder.join("pack.yaml").is_file();
        let mut source = Source { whole, ..Source::default() };
        if whole {
            source.walk(folder, "", 0).map_err(missing)?;
        } else {
            let full = folder.canonicalize().map_err(missing)?;
            let id = full.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            source.walk(folder, &id, 1).map_err(missing)?;
        }
        Ok(source.sorted())
    }

    /// Packs from texts: (`health/pack.yaml`, text). For tests, and for packs that come from elsewhere.
    pub fn texts<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Source {
        let mut source = Source { whole: true, ..Source::default() };
        for (path, text) in files {
            source.add(path, &format!("packs/{path}"), text.as_bytes());
        }
        source.sorted()
    }

    /// The ids of its packs.
    pub fn ids(&self) -> Vec<&str> {
        self.packs.iter().map(|p| p.id.as_str()).collect()
    }

    /// Reads the YAML files of `folder` and below. `inside` is its path from the root of the packs. Links are
    /// not followed: a pack holds its own files and nobody else's.
    fn walk(&mut self, folder: &Path, inside: &str, depth: usize) -> std::io::Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            let shown = path.display().to_string();
            let inner = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() && depth < MAX_DEPTH {
                self.walk(&path, &inner, depth + 1)?;
            } else if kind.is_symlink() {
                self.fault(&shown, "Đây là liên kết; gói chỉ chứa tệp của chính nó. Hãy chép tệp vào gói.");
            } else if kind.is_file() && depth > 0 && name.ends_with(".yaml") {
                match entry.metadata()?.len() > MAX_BYTES as u64 {
                    true => {
                        let told = format!("Tệp lớn hơn {MAX_BYTES} byte. Hãy chia thành nhiều gói.");
                        self.fault(&shown, &told);
                    }
                    false => self.add(&inner, &shown, &fs::read(&path)?),
                }
            } else if kind.is_file() && depth > 0 && name.ends_with(".yml") {
                self.fault(&shown, "Tệp của gói có đuôi .yaml. Hãy đổi tên tệp này.");
            }
        }
        Ok(())
    }

    fn fault(&mut self, shown: &str, message: &str) {
        self.faults.push(PackFault {
            path: shown.to_owned(),
            line: 1,
            column: 1,
            message: message.to_owned(),
        });
    }

    fn add(&mut self, inside: &str, shown: &str, bytes: &[u8]) {
        let Some((id, path)) = inside.split_once('/') else { return };
        if self.packs.iter().map(|p| p.files.len()).sum::<usize>() >= MAX_FILES {
            if self.faults.last().is_none_or(|f| f.path != id) {
                self.fault(id, &format!("Có hơn {MAX_FILES} tệp; các tệp sau không được đọc."));
            }
            return;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n"),
            Err(e) => {
                let good = &bytes[..e.valid_up_to()];
                let line = good.iter().filter(|b| **b == b'\n').count() as u64 + 1;
                let message = "Tệp không phải UTF-8. Hãy lưu lại bằng mã Unicode (UTF-8).".to_owned();
                self.faults.push(PackFault { path: shown.to_owned(), line, column: 1, message });
                return;
            }
        };
        let file = Text { path: path.to_owned(), shown: shown.to_owned(), text };
        match self.packs.iter_mut().find(|p| p.id == id) {
            Some(pack) => pack.files.push(file),
            None => self.packs.push(Folder { id: id.to_owned(), files: vec![file] }),
        }
    }

    fn sorted(mut self) -> Source {
        self.packs.sort_by(|a, b| a.id.cmp(&b.id));
        for pack in &mut self.packs {
            pack.files.sort_by(|a, b| a.path.cmp(&b.path));
        }
        self
    }
}
