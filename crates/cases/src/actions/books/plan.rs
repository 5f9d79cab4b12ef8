//! Set a rule of reception days, end one, move or call off one day.
//!
//! Who: whoever takes in cases at the unit. A rule is never changed, it ends and another one begins, so that
//! what was announced can be read afterwards; what was decided for a day is replaced by the next decision.

use foundation::{Date, Result, error::invalid, error::not_found};
use kit::{Context, UnitId, audit};
use serde_json::json;

use super::{clean, demand};
use crate::books::reception::{Exception, Pattern, Rule};
use crate::store::books::reception as store;

/// Sets a rule.
#[derive(Debug, Clone)]
pub struct SetRule {
    /// The rule; its id is given.
    pub rule: Rule,
}

/// Ends a rule.
#[derive(Debug, Clone, Copy)]
pub struct EndRule {
    /// The last day on which it holds.
    pub on: Date,
}

/// Moves or calls off one day.
#[derive(Debug, Clone)]
pub struct Except {
    /// The day that the rule gives.
    pub day: Date,
    /// The day instead; none: nobody is received.
    pub moved_to: Option<Date>,
    /// Why; citizens read it.
    pub reason: String,
}

fn no_rule() -> foundation::Error {
    not_found("book_rule_not_found", "Không có lịch tiếp này, hoặc nó không thuộc phạm vi của bạn.")
}

impl SetRule {
    /// Sets it; says which it is.
    pub async fn run(self, cx: &Context) -> Result<i64> {
        demand(cx, self.rule.unit)?;
        let rule = Rule {
            receiver: clean(&self.rule.receiver, 200, "Người tiếp")?,
            place: clean(&self.rule.place, 200, "Nơi tiếp")?,
            remark: clean(&self.rule.remark, 500, "Ghi chú")?,
            ..self.rule
        };
        Pattern::parse(&rule.pattern)?;
        if rule.receiver.is_empty() || rule.place.is_empty() {
            return Err(invalid("book_rule", "Hãy ghi người tiếp và nơi tiếp."));
        }
        if !(0..86_400).contains(&rule.opens) || rule.closes <= rule.opens || rule.closes > 86_400 {
            return Err(invalid("book_rule_hours", "Giờ kết thúc phải sau giờ bắt đầu."));
        }
        if rule.valid_to.is_some_and(|to| to < rule.valid_from) {
            return Err(invalid("book_rule_days", "Ngày cuối phải sau ngày đầu."));
        }
        let mut tx = cx.db.begin().await?;
        let id = store::insert(&mut tx, &rule, &cx.actor.audit_name(), cx.clock.now()).await?;
        let detail = json!({"unit": rule.unit, "pattern": rule.pattern, "from": rule.valid_from});
        audit(&mut tx, cx, "book.rule", &format!("rule:{id}"), &detail).await?;
        tx.commit().await?;
        Ok(id)
    }
}

impl EndRule {
    /// Ends it; says whose it was.
    pub async fn run(self, cx: &Context, id: i64) -> Result<UnitId> {
        let mut tx = cx.db.begin().await?;
        let rule = store::lock(&mut tx, id).await?.ok_or_else(no_rule)?;
        demand(cx, rule.unit)?;
        store::end(&mut tx, id, self.on, &cx.actor.audit_name(), cx.clock.now()).await?;
        audit(&mut tx, cx, "book.rule_end", &format!("rule:{id}"), &json!({"on": self.on.0})).await?;
        tx.commit().await?;
        Ok(rule.unit)
    }
}

impl Except {
    /// Writes it; says whose rule it is of.
    pub async fn run(self, cx: &Context, id: i64) -> Result<UnitId> {
        let reason = clean(&self.reason, 300, "Lý do")?;
        if reason.is_empty() {
            return Err(invalid("book_reason", "Hãy ghi lý do: người dân đọc được lý do này."));
        }
        let mut tx = cx.db.begin().await?;
        let rule = store::lock(&mut tx, id).await?.ok_or_else(no_rule)?;
        demand(cx, rule.unit)?;
        if !Pattern::parse(&rule.pattern)?.holds(self.day) {
            return Err(invalid("book_rule_day", "Ngày này không phải ngày tiếp theo lịch."));
        }
        if self.moved_to.is_some_and(|to| to.days_since(self.day).abs() > 30) {
            return Err(invalid("book_rule_far", "Chỉ dời được trong vòng 30 ngày."));
        }
        let day = |d: Date| i64::from(d.0);
        let exception = Exception { rule: id, day: day(self.day), moved_to: self.moved_to.map(day), reason };
        store::except(&mut tx, &exception, &cx.actor.audit_name(), cx.clock.now()).await?;
        let detail = json!({"day": exception.day, "moved_to": exception.moved_to});
        audit(&mut tx, cx, "book.except", &format!("rule:{id}"), &detail).await?;
        tx.commit().await?;
        Ok(rule.unit)
    }
}
