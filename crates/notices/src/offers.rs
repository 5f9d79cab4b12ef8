//! Documents sent to households as subjects: `document:ID`.

use kit::{Context, Link, Offers, Permission, Subject, UnitId};
use uuid::Uuid;

/// What stands before a document.
const DOCUMENT: &str = "document:";

/// A document as a subject.
pub(crate) fn document(id: Uuid, unit: UnitId, title: String) -> Subject {
    Subject { source: format!("{DOCUMENT}{id}"), title, unit }
}

/// Where documents are found. Its name is told on its own page, to whoever may read it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Documents;

impl Offers for Documents {
    fn found(&self, cx: &Context, source: &str) -> Option<Link> {
        let id: Uuid = source.strip_prefix(DOCUMENT)?.parse().ok()?;
        let label = cx.t("notices-document");
        cx.may(Permission::ReadInternal).then(|| Link { label, href: format!("/notices/mailings/{id}") })
    }
}
