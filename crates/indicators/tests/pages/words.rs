//! Every message that a page asks for is there in every language.

use std::path::Path;

use foundation::Lang;
use web::Words;

/// The keys between `open` and a quote, in a text.
fn keys<'a>(text: &'a str, open: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn every_message_of_the_pages_is_there_in_every_language() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources: Vec<web::words::Source> =
        web::words::OWN.iter().chain(indicators::module().words).copied().collect();
    let words = Words::new(&sources).unwrap();
    let mut found = Vec::new();
    files(&crate_folder.join("templates"), &mut found);
    files(&crate_folder.join("src/http"), &mut found);
    let mut asked = 0;
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        for open in ["page.t(\"", "page.t1(\"", "page.tn(\"", "self.t(\"", "cx.t(\"", "say(cx.lang, \""] {
            for key in keys(&text, open) {
                asked += 1;
                for lang in Lang::ALL {
                    assert!(words.knows(lang, key), "{}: {key} in {}", path.display(), lang.tag());
                }
            }
        }
    }
    assert!(asked > 100, "the messages were found");
}
