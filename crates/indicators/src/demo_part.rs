//! `demo/series.yaml` of a pack: what its synthetic figures look like.

use std::collections::BTreeMap;

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::{Context, PackFault, PackFile, PackNames, PackPart};
use packs::yaml::{self, did_you_mean, fault_at};
use storage::Tx;

use crate::demo::series::{self, Spec};

type File = BTreeMap<String, Spec>;

/// The part.
#[derive(Debug, Clone, Copy, Default)]
pub struct DemoPart;

impl PackPart for DemoPart {
    fn files(&self) -> &'static str {
        "demo/series.yaml"
    }

    fn names(&self, _: &[PackFile]) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn check(&self, files: &[PackFile], all: &PackNames) -> Vec<PackFault> {
        let mut faults = Vec::new();
        for file in files {
            match yaml::read::<File>(file) {
                Ok(specs) => {
                    for id in specs.keys() {
                        let code = format!("{}.{id}", file.pack);
                        if !all.contains(&("indicator", code.clone())) {
                            let known = all.iter().filter(|n| n.0 == "indicator").map(|n| n.1.as_str());
                            let hint = did_you_mean(&code, known);
                            faults.push(fault_at(file, id, format!("Không có chỉ tiêu «{code}».{hint}")));
                        }
                    }
                }
                Err(mut wrong) => faults.append(&mut wrong),
            }
        }
        faults
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx,
        _: &'a Context,
        files: &'a [PackFile],
    ) -> BoxFuture<'a, Result<usize>> {
        Box::pin(async move {
            let mut all = Vec::new();
            for file in files {
                for (id, spec) in yaml::read_checked::<File>(file)? {
                    all.push((format!("{}.{id}", file.pack), spec));
                }
            }
            series::save(tx, &all).await?;
            Ok(all.len())
        })
    }

    fn applied<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}
