//! What the tests of modules make a house from, feature `testing`: a shell without a menu, the table of other
//! modules that every action writes to.

use storage::Migration;
use web::Page;

use crate::house::{Context, Shell};

/// The audit log's table for a house without `identity`, under whose name it is migrated.
pub const AUDIT: &[Migration] = &[Migration { name: "0001_audit", sqlite: TABLE, postgres: TABLE }];

const TABLE: &str =
    "CREATE TABLE audit (id UUID NOT NULL PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL,
    action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL);";

/// A shell with nothing in its menu.
#[derive(Debug, Clone, Copy, Default)]
pub struct BareShell;

impl Shell for BareShell {
    fn page(&self, cx: &Context, title: String) -> Page {
        Page {
            title,
            lang: cx.lang,
            theme: cx.theme,
            words: cx.words.clone(),
            place: "Cần Thơ".into(),
            place_note: String::new(),
            nav: Vec::new(),
            quick: Vec::new(),
            boards: Vec::new(),
            clock: String::new(),
            person: None,
            path: cx.path.to_string(),
            live_since: 0,
            now: cx.clock.now(),
            date_line: String::new(),
            demo: false,
            notice: cx.notice.clone(),
        }
    }
}
