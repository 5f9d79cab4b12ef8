//! What the tests of modules make a house from, feature `testing`: a shell without a menu, the table of other
//! modules that every action writes to, people with grants.

use std::sync::Arc;

use storage::Migration;
use web::Page;

use crate::actor::{Actor, Role, Session};
use crate::house::{Context, Shell};
use crate::scope::{Fields, Granted, Reach, Scope, UnitId};

/// Somebody who holds these roles, each in its own units and in all fields; the first is the heading.
pub fn person(name: &str, grants: &[(Role, &[UnitId])]) -> Session {
    let reach = |(role, units): &(Role, &[UnitId])| Reach {
        units: units.iter().copied().collect(),
        packs: Fields::All,
        may: role.permissions(),
    };
    let granted = Granted { grants: grants.iter().map(reach).collect() };
    let role = grants.first().map_or(Role::Viewer, |g| g.0);
    let actor = Actor::Person { id: foundation::new_id(), name: name.into(), role, may: granted.may() };
    Session { actor, scope: Scope::Granted(Arc::new(granted)) }
}

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

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: http::StatusCode,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header; empty when it is not there.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The body as JSON; falls over when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The text without tags, with single spaces.
    pub fn words(&self) -> String {
        let mut out = String::new();
        let mut inside = false;
        for c in self.text().chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    out.push(' ');
                }
                c if !inside => out.push(c),
                _ => {}
            }
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Asks a router, as a browser or a program does.
pub async fn ask(router: &axum::Router, request: http::Request<axum::body::Body>) -> Reply {
    let answered = tower::ServiceExt::oneshot(router.clone(), request).await;
    let (parts, body) = answered.unwrap_or_else(|never| match never {}).into_parts();
    let bytes = axum::body::to_bytes(body, 64 << 20).await;
    let bytes = bytes.unwrap_or_else(|e| panic!("the body broke off: {e}")).to_vec();
    Reply { status: parts.status, headers: parts.headers, bytes }
}
