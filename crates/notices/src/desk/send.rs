//! Sending what is due. The order is what the promise «nothing twice» rests on: take the way (a lease), write
//! the message, say that it leaves, hand it over, say what became of it. Who dies before it leaves loses
//! nothing; who dies after leaves it uncertain.

use std::time::Duration;

use foundation::{Instant, Result, phone};
use kit::Context;
use uuid::Uuid;

use crate::book::{Addressee, Person};
use crate::channel::{Message, Outcome, To, Via};
use crate::desk::write::{Piece, Receiver, message};
use crate::habits::{Habits, pause};
use crate::kinds;
use crate::office::Office;
use crate::store::deliveries::{self, End, Taken};
use crate::store::{habits, mailings, notices, subscriptions};

/// Letters gathered into one at most.
const DAILY_MOST: i64 = 100;
/// A channel that has not answered by then is not waited for; shorter than the lease.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The ways, several for a daily letter.
    pub ways: Vec<Uuid>,
    /// What became of them; none when they were not handed over.
    pub outcome: Option<Outcome>,
}

/// Takes the message that is due first and sends it. `None` when nothing is due.
pub async fn send_next(cx: &Context) -> Result<Option<Sent>> {
    let now = cx.clock.now();
    if !deliveries::any_due(&cx.db, now).await? {
        return Ok(None);
    }
    let office = cx.house.get::<Office>()?;
    let mut tx = cx.db.begin().await?;
    deliveries::take_back(&mut tx, now, &office.droppers()).await?;
    let taken = deliveries::take(&mut tx, now, DAILY_MOST).await?;
    tx.commit().await?;
    let Some(first) = taken.first() else { return Ok(None) };
    let (via, target) = (Via::parse(&first.via), first.target.clone());
    let person = notices::get(&cx.db, first.notice).await?.and_then(|kept| kept.to());
    match (via, person) {
        (Some(via), Some(person)) => send(cx, &office, (person, via, &target), taken).await,
        _ => {
            let group = taken.iter().map(|way| (way.id, way.notice)).collect();
            ended(cx, group, &End::GivenUp("unreadable")).await
        }
    }
    .map(Some)
}

async fn send(
    cx: &Context,
    office: &Office,
    (person, via, target): (Person, Via, &str),
    ways: Vec<Taken>,
) -> Result<Sent> {
    let habits = habits::of(&cx.db, person, office.night()).await?;
    let ids: Vec<Uuid> = ways.iter().map(|way| way.id).collect();
    let pieces = still_wanted(cx, &habits, via, ways).await?;
    if pieces.is_empty() {
        return Ok(Sent { ways: ids, outcome: None });
    }
    let group: Vec<(Uuid, Uuid)> = pieces.iter().map(|p| (p.way.id, p.notice.id)).collect();
    let Some(addressee) = office.book().find(person).await? else {
        return ended(cx, group, &End::GivenUp("no_receiver")).await;
    };
    let Some(to) = address(cx, person, &addressee, via, target).await? else {
        return ended(cx, group, &End::GivenUp("no_address")).await;
    };
    let Some(channel) = office.channel(via) else {
        return ended(cx, group, &End::GivenUp("no_channel")).await;
    };
    let tongue = habits.tongue.unwrap_or(addressee.tongue);
    let receiver = Receiver { to, via, addressee, tongue };
    let Some(message) = message(cx, &pieces, &receiver).await? else {
        return ended(cx, group, &End::GivenUp("erased")).await;
    };
    let ids: Vec<Uuid> = group.iter().map(|g| g.0).collect();
    let mut tx = cx.db.begin().await?;
    if !deliveries::leaving(&mut tx, &ids, cx.clock.now(), &receiver.to.masked()).await? {
        // We were so slow that somebody else has it now; dropping the transaction changes nothing.
        return Ok(Sent { ways: ids, outcome: None });
    }
    tx.commit().await?;
    let outcome = handed_over(channel, &message).await;
    let attempts = pieces.iter().map(|p| p.way.attempts).max().unwrap_or(1);
    let end = verdict(&outcome, attempts, channel.drops_doubles(), cx.clock.now());
    metrics::counter!("toancanh_notices_total", "via" => via.name(), "end" => word(&end)).increment(1);
    let gone = matches!(outcome, Outcome::Gone(_)).then(|| target.parse().ok()).flatten();
    finish(cx, &group, &end, gone).await?;
    Ok(Sent { ways: ids, outcome: Some(outcome) })
}

async fn handed_over(channel: &dyn crate::channel::Channel, message: &Message) -> Outcome {
    match tokio::time::timeout(PATIENCE, channel.send(message)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Unknown("no answer within a minute".into()),
    }
}

/// The ways that may leave now. Of the others those that nobody wants or that come too late end, and those
/// that would ring at night wait.
async fn still_wanted(cx: &Context, habits: &Habits, via: Via, ways: Vec<Taken>) -> Result<Vec<Piece>> {
    let now = cx.clock.now();
    let mut pieces = Vec::with_capacity(ways.len());
    for way in ways {
        let found = notices::get(&cx.db, way.notice).await?;
        let group = [(way.id, way.notice)];
        let Some((notice, kind)) = found.and_then(|n| kinds::kind(&n.kind).map(|k| (n, k))) else {
            finish(cx, &group, &End::GivenUp("unreadable"), None).await?;
            continue;
        };
        let end = if !habits.wants(kind, via) {
            Some(End::Stopped)
        } else if now.since(notice.created_at) > kind.stale_s * 1_000_000 {
            Some(End::GivenUp("too_late"))
        } else {
            habits.rest(kind, notice.urgent, now).map(|morning| End::Again(morning, None))
        };
        match end {
            Some(end) => finish(cx, &group, &end, None).await?,
            None => pieces.push(Piece { way, notice, kind }),
        }
    }
    // A daily letter is read from its oldest message to its newest.
    pieces.sort_by_key(|p| p.way.id);
    Ok(pieces)
}

async fn address(
    cx: &Context,
    person: Person,
    addressee: &Addressee,
    via: Via,
    target: &str,
) -> Result<Option<To>> {
    Ok(match via {
        Via::App => None,
        Via::Email => addressee.email.clone().map(To::Email),
        Via::Sms | Via::Zalo => addressee.phone.as_deref().and_then(phone::number).map(To::Phone),
        Via::Push => match target.parse() {
            Ok(id) => subscriptions::get(&cx.db, person, id).await?.map(To::Browser),
            Err(_) => None,
        },
    })
}

/// What a try means. Pure.
fn verdict(outcome: &Outcome, attempts: i64, drops_doubles: bool, now: Instant) -> End<'_> {
    let again = |reason| match pause(attempts) {
        Some(seconds) => End::Again(now.plus_seconds(seconds), Some(reason)),
        None => End::GivenUp(reason),
    };
    match outcome {
        Outcome::Sent { provider_id } => End::Sent(provider_id.as_deref()),
        Outcome::Later(reason) => again(reason.as_str()),
        Outcome::Unknown(reason) if drops_doubles => again(reason.as_str()),
        Outcome::Unknown(reason) => End::Uncertain(reason),
        Outcome::Never(reason) | Outcome::Gone(reason) => End::GivenUp(reason),
    }
}

fn word(end: &End<'_>) -> &'static str {
    match end {
        End::Sent(_) => "sent",
        End::Again(..) => "again",
        End::GivenUp(_) => "given_up",
        End::Uncertain(_) => "uncertain",
        End::Stopped => "stopped",
    }
}

async fn ended(cx: &Context, group: Vec<(Uuid, Uuid)>, end: &End<'_>) -> Result<Sent> {
    finish(cx, &group, end, None).await?;
    Ok(Sent { ways: group.into_iter().map(|g| g.0).collect(), outcome: None })
}

/// Writes the end of ways (way, message), and what follows from it.
async fn finish(cx: &Context, group: &[(Uuid, Uuid)], end: &End<'_>, gone: Option<Uuid>) -> Result<()> {
    let now = cx.clock.now();
    let mut tx = cx.db.begin().await?;
    for (way, notice) in group {
        deliveries::end(&mut tx, *way, now, end).await?;
        if matches!(end, End::Sent(_)) {
            mailings::delivered(&mut tx, *notice, now).await?;
        }
        notices::drop_secret(&mut tx, *notice).await?;
    }
    if let Some(browser) = gone {
        subscriptions::gone(&mut tx, browser).await?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sends_again_what_may_have_left_unless_doubles_are_dropped() {
        let now = Instant(0);
        let unknown = Outcome::Unknown("reset".into());
        assert!(matches!(verdict(&unknown, 1, false, now), End::Uncertain("reset")));
        assert!(matches!(verdict(&unknown, 1, true, now), End::Again(at, Some("reset")) if at > now));
        let later = Outcome::Later("busy".into());
        assert!(matches!(verdict(&later, 7, false, now), End::Again(..)));
        assert!(matches!(verdict(&later, 8, false, now), End::GivenUp("busy")));
        let sent = Outcome::Sent { provider_id: Some("7".into()) };
        assert!(matches!(verdict(&sent, 9, false, now), End::Sent(Some("7"))));
    }
}
