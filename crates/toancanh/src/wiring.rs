//! The whole nervous system on one page: which modules there are, and which event calls which action of whom.

use std::sync::Arc;

use foundation::{Result, error::internal};
use kit::{House, Module, Offers, PackPart, TileSource};
use serde::de::DeserializeOwned;
use storage::outbox::Event;
use web::live::Renderer;

/// The modules, floor by floor. Migrations, routes, jobs, words and pack parts come from here and nowhere
/// else.
pub fn modules() -> Vec<Module> {
    vec![
        units::module(),
        identity::module(),
        packs::module(),
        indicators::module(),
        cases::module(),
        notices::module(),
        boards::module(),
    ]
}

/// Who reads packs.
pub fn pack_parts() -> Vec<Arc<dyn PackPart>> {
    modules().into_iter().flat_map(|m| m.pack_parts).collect()
}

/// Who draws tiles.
pub fn tiles() -> Vec<Arc<dyn TileSource>> {
    vec![Arc::new(indicators::tiles::Tiles), Arc::new(cases::tiles::Tiles)]
}

/// Who offers acts about what pages show, and who says where such subjects are found.
pub fn offers() -> Vec<Arc<dyn Offers>> {
    vec![
        Arc::new(cases::offers::Tasks),
        Arc::new(indicators::offers::Subjects),
        Arc::new(notices::offers::Documents),
        Arc::new(boards::offers::Tiles),
    ]
}

/// Who renders live topics.
pub fn renderers(house: &House) -> Vec<Arc<dyn Renderer>> {
    vec![
        Arc::new(boards::renderer::TileRenderer(house.clone())),
        Arc::new(indicators::http::head::HeadRenderer(house.clone())),
        Arc::new(indicators::http::follow::ToldRenderer(house.clone())),
    ]
}

/// What an event tells.
fn payload<T: DeserializeOwned>(event: &Event) -> Result<T> {
    let unreadable = || internal("event", format!("Sự kiện {} không đọc được", event.event));
    serde_json::from_value(event.payload.clone()).map_err(|e| unreadable().because(e))
}

/// An event and what it causes. An event that nobody handles is a fault of this page.
pub async fn deliver(house: &House, event: &Event) -> Result<()> {
    match event.event.as_str() {
        // Figures changed → old values are forgotten, the fragments that show them are drawn anew.
        indicators::events::CHANGED => indicators::events::on_changed(house, &payload(event)?).await,
        // Targets were set or taken back → those are forgotten, the fragments that show them are drawn anew.
        indicators::events::TARGETS_CHANGED => {
            indicators::events::on_targets_changed(house, &payload(event)?).await
        }
        // Packs were applied, perhaps by another process → the lists for menus, definitions and boards are
        // read again.
        packs::EVENT => packs::refresh(&house.system("packs.applied"), &pack_parts()).await,
        // The place was chosen, perhaps in another process → units are read again, with their root.
        identity::ROOT_CHOSEN => house.get::<units::Atlas>()?.reload(&house.db).await,
        // Agencies changed, perhaps in another process → units are read again, and every fragment is drawn
        // anew, because who reports decides what is complete.
        units::AGENCIES_CHANGED => {
            house.get::<units::Atlas>()?.reload(&house.db).await?;
            house.get::<indicators::Engine>()?.forget_all();
            house.live.touch_all();
            Ok(())
        }
        // A case was received or changed → who shows cases draws them anew, who it concerns is told; its
        // figures and its deadlines are looked at by the loops of `of_cases`.
        cases::events::CHANGED => {
            let changed = payload(event)?;
            cases::events::on_changed(house, &changed).await?;
            crate::told::on_case_changed(house, &changed).await
        }
        // A line of a register was written or changed → who shows registers draws them anew.
        cases::events::BOOK_CHANGED => cases::events::on_book_changed(house, &payload(event)?).await,
        // A deadline, an urgent report, a silent reporter → who shows cases draws them anew, who is to act is
        // told.
        cases::events::REMINDED => {
            let reminded = payload(event)?;
            cases::events::on_reminded(house, &reminded).await?;
            crate::told::on_reminded(house, &reminded).await
        }
        other => Err(internal("event_unknown", format!("Không ai xử lý sự kiện {other}"))),
    }
}
