//! The repository as the rules see it: the files that we wrote, with their text.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// Folders that hold nothing of ours: made by a build, fetched, or kept by a tool.
const NOT_OURS: [&str; 7] = ["target", "node_modules", "dist", "artifacts", "out", "shots", "__pycache__"];

/// Files that we wrote and the rules read.
const READ: [&str; 14] =
    ["rs", "ts", "css", "html", "mjs", "js", "sh", "md", "toml", "ftl", "sql", "yaml", "svg", "py"];

/// One file.
#[derive(Debug, Clone)]
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl File {
    /// What stands after the last dot of its name.
    pub fn extension(&self) -> &str {
        self.path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, ext)| ext)
    }

    /// Its lines, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line))
    }
}

/// Every file of ours.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// In the order of their paths.
    pub files: Vec<File>,
    /// Every path that there is, of files that the rules do not read and of folders too.
    pub paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the repository at `root`.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let mut tree = Tree::default();
        tree.walk(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    /// A tree of invented files, for the tests of rules.
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
        let mut tree = Tree { files: files.iter().map(file).collect(), paths: BTreeSet::new() };
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        tree.paths.extend(tree.files.iter().map(|f| f.path.clone()));
        tree
    }

    fn walk(&mut self, folder: &Path, at: &str) -> io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if at.is_empty() { name.clone() } else { format!("{at}/{name}") };
            self.paths.insert(path.clone());
            if entry.file_type()?.is_dir() {
                let theirs = NOT_OURS.contains(&name.as_str()) || path == "data";
                if !name.starts_with('.') && !theirs {
                    self.walk(&entry.path(), &path)?;
                }
                continue;
            }
            let script = matches!(path.as_str(), "run" | "test");
            if script || READ.iter().any(|ext| name.ends_with(&format!(".{ext}"))) {
                let text = std::fs::read_to_string(entry.path())
                    .map_err(|e| io::Error::new(e.kind(), format!("{path}: {e}")))?;
                self.files.push(File { path, text });
            }
        }
        Ok(())
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.binary_search_by(|f| f.path.as_str().cmp(path)).ok().map(|i| &self.files[i])
    }

    /// The files below `folder` whose names end in `.ext`.
    pub fn below<'a>(&'a self, folder: &'a str, ext: &'a str) -> impl Iterator<Item = &'a File> {
        let inside = move |f: &&File| f.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.files.iter().filter(inside).filter(move |f| f.extension() == ext)
    }

    /// The crates, by the name of their folder, with their `Cargo.toml`.
    pub fn crates(&self) -> BTreeMap<&str, &File> {
        let named = |f| Some((crate_manifest(f)?, f));
        self.files.iter().filter_map(named).collect()
    }
}

fn crate_manifest(file: &File) -> Option<&str> {
    let name = file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
    (!name.contains('/')).then_some(name)
}
