//! Cases tell people: which change of a case is a message to whom. The only place that knows both rooms; the
//! reporter is reached by an id, and whoever handles the case is told nothing of them.

use std::collections::BTreeMap;

use cases::case::Case;
use cases::events::{Changed, Reminded};
use cases::workflow::Who;
use cases::{CaseType, Types};
use foundation::{Date, Lang, Result};
use kit::http::moment;
use kit::{Context, House, Permission, UnitId};
use notices::{Notice, Person, post};
use units::{Atlas, Map};
use uuid::Uuid;

/// No change rings at more people.
const MOST: usize = 50;

/// Who of a unit's staff holds a permission: those whose grant is nearest to the unit, so that not the whole
/// province is told of a street light.
async fn staff(cx: &Context, permission: Permission, unit: UnitId, pack: &str) -> Result<Vec<Person>> {
    let map = cx.house.get::<Atlas>()?.map();
    let day = Date::of(cx.clock.now());
    let grants = identity::store::grants::live(&cx.db, day).await?;
    for at in chain(&map, unit, day) {
        let mut found: Vec<Uuid> = grants
            .iter()
            .filter(|g| g.unit == at && g.role.permissions().contains(permission))
            .filter(|g| match &g.packs {
                kit::Fields::All => true,
                kit::Fields::Some(packs) => packs.contains(pack),
            })
            .map(|g| g.account)
            .collect();
        found.sort();
        found.dedup();
        if !found.is_empty() {
            return Ok(found.into_iter().take(MOST).map(Person::Account).collect());
        }
    }
    Ok(Vec::new())
}

/// A unit, its place, and what lies above, the nearest first.
fn chain(map: &Map, unit: UnitId, day: Date) -> Vec<UnitId> {
    let mut chain = vec![unit];
    if let Some(place) = map.on(unit, day).and_then(|v| v.place) {
        chain.push(place);
    }
    let last = chain.last().copied().unwrap_or(unit);
    chain.extend(map.ancestors(last, day).iter().map(|v| v.unit));
    chain
}

/// The lowest unit above the one in charge and above every agency that does not agree: whose leaders decide.
async fn above(cx: &Context, case: &Case) -> Result<Option<UnitId>> {
    let map = cx.house.get::<Atlas>()?.map();
    let day = Date::of(cx.clock.now());
    let asked = cases::store::entries::asked(&cx.db, case.seq).await?;
    let against = asked.iter().filter(|a| a.agrees == Some(false));
    let chains: Vec<Vec<UnitId>> = against.map(|a| chain(&map, a.agency, day)).collect();
    let own = chain(&map, case.agency, day).into_iter();
    Ok(own.into_iter().find(|unit| chains.iter().all(|c| c.contains(unit))))
}

/// What the texts may name.
fn values(cx: &Context, case: &Case, kind: &CaseType) -> Result<BTreeMap<String, String>> {
    let atlas = cx.house.get::<Atlas>()?;
    let due = case.promised_at.or(case.due_at).map(|at| moment(at, Lang::Vi)).unwrap_or_default();
    Ok([
        ("code", case.code(&kind.flow.code)),
        ("title", case.title.clone()),
        ("due", due),
        ("agency", atlas.map().name(case.agency, Date::of(cx.clock.now()))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect())
}

/// The message to the reporter that a deed is.
fn to_reporter(deed: &str) -> Option<&'static str> {
    Some(match deed {
        "receive" => "case.received",
        "take_in" => "case.taken_in",
        "ask" => "case.question",
        "approve" => "case.answered",
        "refuse" | "pass_out" => "case.refused",
        "reopen" => "case.reopened",
        _ => return None,
    })
}

/// Who hears of a case by this message: its reporter and the browsers that hold its receipt; how it goes on
/// also whoever the desk joined to it, while questions are the first reporter's.
async fn citizens(cx: &Context, case: &Case, name: &str) -> Result<Vec<Uuid>> {
    let reporter = cases::store::people::reporter(&cx.db, case.seq).await?;
    let mut all: Vec<Uuid> = reporter.and_then(|r| r.citizen).into_iter().collect();
    all.extend(cases::store::browsers::of(&cx.db, case.seq).await?);
    if !matches!(name, "case.received" | "case.question") {
        let also = cases::store::also::of(&cx.db, case.seq).await?;
        all.extend(also.into_iter().filter_map(|r| r.citizen));
    }
    Ok(all)
}

/// The messages to staff that a deed is: kind, and who.
fn to_staff(deed: &str, rings: bool) -> Vec<(&'static str, Permission)> {
    match deed {
        "receive" if rings => vec![("case.urgent", Permission::TakeInCases)],
        "take_in" if rings => vec![("case.urgent", Permission::HandleCases)],
        "take_in" | "assign" | "direct" | "settle" | "reopen" => {
            vec![("case.assigned", Permission::HandleCases)]
        }
        "propose" => vec![("case.approval_wanted", Permission::ApproveAnswers)],
        _ => Vec::new(),
    }
}

/// A case was received or changed: whoever it concerns is told, once.
pub async fn on_case_changed(house: &House, changed: &Changed) -> Result<()> {
    let cx = house.system("cases.changed");
    let Some(case) = cases::store::cases::get(&cx.db, changed.case).await? else { return Ok(()) };
    if case.demo {
        return Ok(());
    }
    let kind = house.get::<Types>()?.get(&case.kind)?;
    let rings = kind.flow.severity(&case.severity).is_some_and(|s| s.rings);
    let given = values(&cx, &case, &kind)?;
    let code = given.get("code").cloned().unwrap_or_default();
    let notice = |name: &'static str, to: Person, link: String| Notice {
        kind: name,
        to,
        about: format!("case:{}", case.seq),
        values: given.clone(),
        link,
        urgent: name == "case.urgent",
        key: format!("{name}/{}/{}", case.seq, changed.entry),
    };
    let mut all = Vec::new();
    if let Some(name) = to_reporter(&changed.deed) {
        let mut values = given.clone();
        match name {
            "case.question" => {
                let line = cases::store::entries::line(&cx.db, case.seq, changed.entry).await?;
                values.insert("question".into(), line.map(|l| l.text).unwrap_or_default());
            }
            "case.refused" => {
                values.insert("reason".into(), case.answer.clone());
            }
            _ => {}
        }
        for citizen in citizens(&cx, &case, name).await? {
            let to = Person::Citizen(citizen);
            all.push(Notice { values: values.clone(), ..notice(name, to, format!("/track?code={code}")) });
        }
    }
    // Whoever was named is told by somebody else than themselves.
    if changed.deed == "handler"
        && let Some(line) = cases::store::entries::line(&cx.db, case.seq, changed.entry).await?
        && let Some(id) = line.detail["handler"].as_str().and_then(|id| id.parse::<Uuid>().ok())
        && line.actor != format!("account:{id}")
    {
        all.push(notice("case.assigned", Person::Account(id), format!("/cases/{code}")));
    }
    if changed.deed == "asked_disagrees"
        && let Some(unit) = above(&cx, &case).await?
    {
        for person in staff(&cx, Permission::DirectCases, unit, &kind.pack).await? {
            all.push(notice("case.disagreement", person, format!("/cases/{code}")));
        }
    }
    for (name, permission) in to_staff(&changed.deed, rings) {
        let at = if permission == Permission::TakeInCases { case.place } else { case.agency };
        for person in staff(&cx, permission, at, &kind.pack).await? {
            all.push(notice(name, person, format!("/cases/{code}")));
        }
    }
    leave(&cx, all).await
}

/// The permission by which somebody is meant, and at which of a case's units.
fn meant(who: Who, case: &Case) -> Option<(Permission, UnitId)> {
    Some(match who {
        Who::Intake => (Permission::TakeInCases, case.place),
        Who::Handler => (Permission::HandleCases, case.agency),
        Who::Leader => (Permission::ApproveAnswers, case.agency),
        Who::Director => (Permission::DirectCases, case.agency),
        Who::Reporter => return None,
    })
}

/// A deadline comes near or is over, an urgent report rings: whoever is to act is told, once each time.
pub async fn on_reminded(house: &House, reminded: &Reminded) -> Result<()> {
    let cx = house.system("cases.reminded");
    let Some(case) = cases::store::cases::get(&cx.db, reminded.case).await? else { return Ok(()) };
    // A reporter who does not answer stands on the desk's page; nobody is rung for it.
    if case.demo || reminded.kind == "waiting" {
        return Ok(());
    }
    let kind = house.get::<Types>()?.get(&case.kind)?;
    let late = case.promised_at.is_some_and(|due| cx.clock.now() > due);
    let name = match (reminded.kind.as_str(), late) {
        ("ring", _) => "case.urgent",
        (_, true) => "case.overdue",
        (_, false) => "case.due_soon",
    };
    let given = values(&cx, &case, &kind)?;
    let code = given.get("code").cloned().unwrap_or_default();
    let due = case.promised_at.map_or(0, |at| at.0);
    let mut all = Vec::new();
    for who in &reminded.tell {
        let Some((permission, unit)) = meant(*who, &case) else { continue };
        for person in staff(&cx, permission, unit, &kind.pack).await? {
            all.push(Notice {
                kind: name,
                to: person,
                about: format!("case:{}", case.seq),
                values: given.clone(),
                link: format!("/cases/{code}"),
                urgent: name == "case.urgent",
                key: format!("{name}/{}/{}/{due}", case.seq, reminded.rung),
            });
        }
    }
    leave(&cx, all).await
}

/// Leaves messages for the desk of notices.
async fn leave(cx: &Context, all: Vec<Notice>) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let mut tx = cx.db.begin().await?;
    for told in all {
        post(&mut tx, cx, told).await?;
    }
    tx.commit().await
}
