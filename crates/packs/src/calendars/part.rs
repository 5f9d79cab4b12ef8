//! `calendars/*.yaml` of a pack: read, checked, written into rows.

use std::collections::BTreeSet;

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::{Context, PackFault, PackFile, PackNames, PackPart};
use storage::Tx;

use super::file::Definition;
use super::{ALWAYS, Calendars, store};
use crate::yaml;

/// The part.
#[derive(Debug, Clone, Copy, Default)]
pub struct CalendarPart;

impl PackPart for CalendarPart {
    fn files(&self) -> &'static str {
        "calendars/"
    }

    /// `calendar` → full ids, with the one that is built in.
    fn names(&self, files: &[PackFile]) -> Vec<(&'static str, String)> {
        let full = |f: &PackFile| {
            let definition = yaml::read_most::<Definition>(f).0?;
            Some(("calendar", crate::full_id(&f.pack, &definition.id)))
        };
        files.iter().filter_map(full).chain([("calendar", ALWAYS.to_owned())]).collect()
    }

    fn check(&self, files: &[PackFile], _: &PackNames) -> Vec<PackFault> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for file in files {
            match yaml::read::<Definition>(file) {
                Err(mut wrong) => faults.append(&mut wrong),
                Ok(definition) => {
                    let wrong = definition.wrong();
                    faults.extend(wrong.into_iter().map(|(at, why)| yaml::fault_at(file, &at, why)));
                    if !seen.insert((&file.pack, definition.id.clone())) {
                        let why = format!("id: mã lịch «{}» bị dùng hai lần trong gói.", definition.id);
                        faults.push(yaml::fault_at(file, "id", why));
                    }
                }
            }
        }
        faults
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx,
        cx: &'a Context,
        files: &'a [PackFile],
    ) -> BoxFuture<'a, Result<usize>> {
        Box::pin(async move {
            let mut all = Vec::with_capacity(files.len());
            for file in files {
                all.push((file.pack.clone(), yaml::read_checked::<Definition>(file)?));
            }
            store::save(tx, cx.clock.now(), &all).await
        })
    }

    fn applied<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match cx.house.get::<Calendars>() {
                Ok(calendars) => calendars.reload(&cx.db).await,
                Err(_) => Ok(()),
            }
        })
    }
}
