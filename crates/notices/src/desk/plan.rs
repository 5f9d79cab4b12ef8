//! Choosing the ways of a message: what its kind allows, what the person wants, where they are reached.

use foundation::{Result, phone};
use kit::Context;

use crate::book::{Addressee, Person};
use crate::channel::Via;
use crate::kinds::{self, Kind};
use crate::office::Office;
use crate::store::deliveries::{self, New};
use crate::store::notices::{self, Kept};
use crate::store::{habits, subscriptions};

/// Messages looked at in one go.
const BATCH: i64 = 200;

/// Chooses the ways of messages that were left. Says how many messages it looked at.
pub async fn plan(cx: &Context) -> Result<usize> {
    let waiting = notices::unplanned(&cx.db, BATCH).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    // Where each goes is asked before, so that the transaction is short.
    let mut planned = Vec::with_capacity(waiting.len());
    for notice in &waiting {
        planned.push((notice.id, ways(cx, notice).await?));
    }
    let now = cx.clock.now();
    let mut tx = cx.db.begin().await?;
    for (id, (shown, ways)) in &planned {
        // Somebody else may have looked at it meanwhile.
        if notices::plan(&mut tx, *id, now, *shown).await? {
            for way in ways {
                deliveries::insert(&mut tx, now, way).await?;
            }
            if ways.is_empty() {
                notices::drop_secret(&mut tx, *id).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(waiting.len())
}

/// Whether a message stands on the person's page, and how else it goes.
async fn ways(cx: &Context, notice: &Kept) -> Result<(bool, Vec<New>)> {
    let office = cx.house.get::<Office>()?;
    let (Some(kind), Some(person)) = (kinds::kind(&notice.kind), notice.to()) else {
        return Ok((false, Vec::new()));
    };
    let Some(addressee) = office.book().find(person).await? else { return Ok((false, Vec::new())) };
    let habits = habits::of(&cx.db, person, office.night()).await?;
    let shown = !kind.secret && habits.wants(kind, Via::App);
    let now = cx.clock.now();
    let mut ways = Vec::new();
    for via in kind.possible.iter().copied().filter(|v| *v != Via::App) {
        if !habits.wants(kind, via) || !office.offers(via) {
            continue;
        }
        for target in targets(cx, person, &addressee, via).await? {
            ways.push(New {
                notice: notice.id,
                kind: kind.name,
                via,
                target,
                digest: habits.gathers(kind, via, notice.urgent),
                at: habits.moment(kind, via, notice.urgent, now),
            });
        }
    }
    if once(kind) {
        ways.truncate(1);
    }
    Ok((shown, ways))
}

/// Whether one way is enough: a code that comes twice confuses.
fn once(kind: &Kind) -> bool {
    kind.always
}

/// The targets of a way; none when the person is not reached that way.
async fn targets(cx: &Context, person: Person, to: &Addressee, via: Via) -> Result<Vec<String>> {
    let alone = |there: bool| if there { vec![String::new()] } else { Vec::new() };
    Ok(match via {
        Via::App => Vec::new(),
        Via::Email => alone(to.email.is_some()),
        Via::Sms | Via::Zalo => alone(to.phone.as_deref().and_then(phone::number).is_some()),
        Via::Push => subscriptions::ids(&cx.db, person).await?.iter().map(ToString::to_string).collect(),
    })
}
