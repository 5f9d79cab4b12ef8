//! How a list is read: which index leads, in how many strands.
//!
//! A list wants the newest first under any mixture of filters. An index gives that order only where all its
//! columns before the number are equal to something, so a list of two stages in three places is read as six
//! strands, each from its own range of the index, and the strands are merged. One filter leads: the
//! narrowest that there is. The others are asked of the same index, which holds their columns too
//! (migration 0008). SQLite knows nothing of how many rows a value has and would sometimes take another
//! index; `Dialect::unindexed` keeps it from that.

use foundation::Result;
use storage::{Db, Dialect, Value, args, words};

use super::{After, Filter, Order, Sees};
use crate::index;
use crate::workflow::Stage;

/// More strands than these are read as one.
const MOST: usize = 96;

/// What leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// The words, or the marks beside them, newest first.
    Words,
    /// What was asked of others, or is disputed: tables that hold few.
    Few,
    /// Numbers that were asked for.
    Ids,
    /// The index of changes: it finds few, which are then put in order.
    Changes,
    /// When the next clock runs out.
    Due,
    /// The account in charge.
    Handler,
    /// What stands still.
    Paused,
    /// What is open, with positions.
    Open,
    /// The reader's units, by place and by agency.
    Sides,
    /// One column whose values are asked for.
    Column(&'static str),
    /// The stage alone.
    Stage,
}

/// A range of the index that leads.
#[derive(Debug, Clone, PartialEq)]
struct Strand {
    column: &'static str,
    value: Value,
    stage: i64,
}

/// A list that is going to be read.
pub(super) struct Reading<'a> {
    dialect: Dialect,
    sees: &'a Sees,
    filter: &'a Filter,
    lead: Lead,
    strands: Vec<Strand>,
    /// The question to the index of words.
    asked: Option<String>,
}

/// The conditions of a SELECT; the values are those of the whole statement.
struct Where<'v> {
    parts: Vec<String>,
    values: &'v mut Vec<Value>,
}

impl Where<'_> {
    /// Adds a condition whose `{}` is the value.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.parts.push(condition.replace("{}", &format!("${}", self.values.len())));
    }

    fn texts(&mut self, column: &str, values: &[String]) {
        match values {
            [] => {}
            [one] => self.and(&format!("{column} = {{}}"), one.as_str()),
            many => self.and(&format!("{column} IN (SELECT value FROM text_list({{}}))"), many.to_vec()),
        }
    }

    fn numbers(&mut self, column: &str, values: &[i64]) {
        match values {
            [] => {}
            [one] => self.and(&format!("{column} = {{}}"), *one),
            many => self.and(&format!("{column} IN (SELECT value FROM int_list({{}}))"), many.to_vec()),
        }
    }
}

fn lead(dialect: Dialect, sees: &Sees, filter: &Filter, mapped: bool) -> Lead {
    let open = |s: &i64| Stage::of(*s).is_some_and(Stage::is_open);
    let only_open = !filter.stages.is_empty() && filter.stages.iter().all(open);
    match () {
        () if filter.disputed || matches!(sees, Sees::Asked(_)) => Lead::Few,
        () if !filter.text.trim().is_empty() => Lead::Words,
        () if !filter.ids.is_empty() => Lead::Ids,
        () if filter.lately => Lead::Changes,
        () if filter.order == Order::Due || filter.due_before.is_some() => Lead::Due,
        () if filter.handler.is_some() => Lead::Handler,
        () if filter.paused == Some(true) => Lead::Paused,
        () if (mapped || filter.bounds.is_some()) && only_open => Lead::Open,
        () if matches!(sees, Sees::Units(_)) => Lead::Sides,
        () if !filter.places.is_empty() => Lead::Column("place"),
        () if !filter.agencies.is_empty() => Lead::Column("agency"),
        () if !filter.categories.is_empty() || !filter.services.is_empty() => Lead::Column("category"),
        // Both together may be rare. SQLite reads the marks beside the words as they come, the newest first;
        // PostgreSQL would read all that have them, and has an index instead (migration 0010).
        () if dialect == Dialect::Postgres && !filter.severities.is_empty() => Lead::Column("severity"),
        () if !filter.severities.is_empty() && !filter.channels.is_empty() => Lead::Words,
        () if !filter.kinds.is_empty() => Lead::Column("kind"),
        () => Lead::Stage,
    }
}

/// The strands of a list; none where it is read as one.
fn strands(sees: &Sees, filter: &Filter, lead: Lead) -> Vec<Strand> {
    // The same range twice would give its cases twice.
    let asked = |s: &i64| filter.stages.is_empty() || filter.stages.contains(s);
    let stages: Vec<i64> = Stage::ALL.iter().map(|s| s.number()).filter(asked).collect();
    let texts = |t: &[String]| -> Vec<Value> { t.iter().map(|t| Value::from(t.as_str())).collect() };
    let numbers = |n: &[i64]| -> Vec<Value> { n.iter().map(|n| Value::Int(*n)).collect() };
    let ranges: Vec<(&'static str, Value)> = match (lead, sees) {
        (Lead::Stage, _) => return stages.iter().map(|s| Strand::of_stage(*s)).collect(),
        (Lead::Sides, Sees::Units(units)) => {
            let by = |column: &'static str| numbers(units).into_iter().map(move |u| (column, u));
            by("place").chain(by("agency")).collect()
        }
        (Lead::Column(column), _) => {
            let values = match column {
                "place" => numbers(&filter.places),
                "agency" => numbers(&filter.agencies),
                "kind" => texts(&filter.kinds),
                "severity" => texts(&filter.severities),
                _ if filter.categories.is_empty() => {
                    let named: Vec<String> = filter.services.iter().map(|s| s.1.clone()).collect();
                    texts(&named)
                }
                _ => texts(&filter.categories),
            };
            values.into_iter().map(|v| (column, v)).collect()
        }
        _ => return Vec::new(),
    };
    let mut once = Vec::with_capacity(ranges.len());
    for range in ranges {
        if !once.contains(&range) {
            once.push(range);
        }
    }
    let ranges = once;
    if ranges.len() * stages.len() > MOST {
        return Vec::new();
    }
    let of = |(column, value): &(&'static str, Value)| {
        let (column, value) = (*column, value.clone());
        stages.iter().map(move |stage| Strand { column, value: value.clone(), stage: *stage }).collect()
    };
    ranges.iter().flat_map(|r| -> Vec<Strand> { of(r) }).collect()
}

/// The numbers of few cases, as queries of tables that hold nothing else.
fn few(sees: &Sees, filter: &Filter, values: &mut Vec<Value>) -> Vec<String> {
    let mut few = Vec::new();
    if let Sees::Asked(units) = sees {
        let mut sql = "SELECT DISTINCT seq FROM case_asked WHERE answered_at IS NULL".to_owned();
        if let Some(units) = units {
            values.push(Value::Ints(units.clone()));
            sql.push_str(&format!(" AND agency IN (SELECT value FROM int_list(${}))", values.len()));
        }
        few.push(sql);
    }
    if filter.disputed {
        few.push("SELECT seq FROM case_dispute WHERE settled_at IS NULL".into());
    }
    few
}

/// The index of words of a reader.
fn table_of(sees: &Sees) -> &'static str {
    if *sees == Sees::Public { "case_public_words" } else { "case_words" }
}

/// See [`super::begun`].
pub(super) async fn begun(db: &Db, sees: &Sees, filter: &Filter) -> Result<bool> {
    let (dialect, table) = (db.dialect(), table_of(sees));
    let anywhere = Filter { stages: Vec::new(), ..filter.clone() };
    let question = words::question(dialect, &filter.text, &index::lists(sees, &anywhere));
    let Some(words::Question { whole, begun: Some(_) }) = question else { return Ok(false) };
    let (row, matched) = (dialect.words_row(), dialect.words_match(table, 1));
    let sql = format!("SELECT {row} AS seq FROM {table} w WHERE {matched} ORDER BY {row} DESC LIMIT 1");
    Ok(db.one::<(i64,)>(&sql, args![whole]).await?.is_none())
}

/// The question of the typed words; none where they ask for nothing.
async fn asked(db: &Db, sees: &Sees, filter: &Filter) -> Result<Option<String>> {
    let question = words::question(db.dialect(), &filter.text, &index::lists(sees, filter));
    let Some(question) = question else { return Ok(None) };
    let Some(unfinished) = question.begun else { return Ok(Some(question.whole)) };
    let begun = match filter.begun {
        Some(known) => known,
        None => begun(db, sees, filter).await?,
    };
    Ok(Some(if begun { unfinished } else { question.whole }))
}

impl Strand {
    /// A stage, whatever else.
    fn of_stage(stage: i64) -> Strand {
        Strand { column: "stage", value: Value::Int(stage), stage }
    }
}

impl<'a> Reading<'a> {
    /// A list, or with `mapped` the positions of one. `None` when the words ask for nothing that could be
    /// found.
    pub async fn of(
        db: &Db,
        sees: &'a Sees,
        filter: &'a Filter,
        mapped: bool,
    ) -> Result<Option<Reading<'a>>> {
        let (dialect, lead) = (db.dialect(), lead(db.dialect(), sees, filter, mapped));
        let asked = match (filter.text.trim().is_empty(), lead) {
            (false, _) => match asked(db, sees, filter).await? {
                None => return Ok(None),
                some => some,
            },
            (true, Lead::Words) => Some(words::marked(dialect, &index::lists(sees, filter))),
            (true, _) => None,
        };
        let strands = strands(sees, filter, lead);
        Ok(Some(Reading { dialect, sees, filter, lead, strands, asked }))
    }

    /// Every strand as a SELECT of `columns`, at most `limit` of each; the order among strands is the
    /// caller's.
    pub fn select(
        &self,
        columns: &str,
        also: &str,
        after: Option<After>,
        limit: i64,
    ) -> (String, Vec<Value>) {
        let order = match (self.lead, self.filter.order) {
            (_, Order::Due) => "c.due_at, c.seq",
            (Lead::Words, _) => &format!("{} DESC", self.dialect.words_row()),
            // An expression is in no index, so the order is made after the cases were found.
            (Lead::Few | Lead::Changes | Lead::Due | Lead::Open, _) => "+c.seq DESC",
            _ => "c.seq DESC",
        };
        let mut values = Vec::new();
        let parts = self.each(after, &mut values, |clause, values| {
            values.push(Value::Int(limit));
            let n = values.len();
            format!("SELECT {columns} FROM {clause} AND {also} ORDER BY {order} LIMIT ${n}")
        });
        if let [one] = parts.as_slice() {
            return (one.clone(), values);
        }
        let wrapped = parts.iter().enumerate().map(|(n, p)| format!("SELECT * FROM ({p}) AS s{n}"));
        (wrapped.collect::<Vec<_>>().join(" UNION ALL "), values)
    }

    /// How many there are, at most `most` of each strand, as `n`.
    pub fn count(&self, most: i64) -> (String, Vec<Value>) {
        let mut values = Vec::new();
        let parts = self.each(None, &mut values, |clause, values| {
            values.push(Value::Int(most));
            let n = values.len();
            format!("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM {clause} LIMIT ${n}) AS few")
        });
        let parts = parts.join(" UNION ALL ");
        (format!("SELECT CAST(SUM(n) AS BIGINT) AS n FROM ({parts}) AS parts"), values)
    }

    fn each(
        &self,
        after: Option<After>,
        values: &mut Vec<Value>,
        write: impl Fn(String, &mut Vec<Value>) -> String,
    ) -> Vec<String> {
        let strands: Vec<Option<&Strand>> = match self.strands.as_slice() {
            [] => vec![None],
            some => some.iter().map(Some).collect(),
        };
        strands
            .into_iter()
            .map(|strand| {
                let clause = self.clause(strand, after, values);
                write(clause, values)
            })
            .collect()
    }

    /// FROM … WHERE … of a strand.
    fn clause(&self, strand: Option<&Strand>, after: Option<After>, values: &mut Vec<Value>) -> String {
        let (filter, dialect) = (self.filter, self.dialect);
        let mut w = Where { parts: Vec::new(), values };
        let mut from = "cases c".to_owned();
        for few in few(self.sees, filter, w.values) {
            // One leads; another is asked beside.
            match from == "cases c" {
                true => {
                    from = format!("({few}) f CROSS JOIN cases c");
                    w.parts.push("c.seq = f.seq".into());
                }
                false => w.parts.push(format!("c.seq IN ({few})")),
            }
        }
        if let Some(asked) = &self.asked {
            let (row, table) = (dialect.words_row(), table_of(self.sees));
            match self.lead {
                Lead::Words => from = format!("{table} w JOIN cases c ON c.seq = {row}"),
                _ => {
                    from = format!("{from} CROSS JOIN {table} w");
                    w.parts.push(format!("{row} = c.seq"));
                }
            }
            w.values.push(Value::Text(asked.clone()));
            w.parts.push(dialect.words_match(table, w.values.len()));
        }
        // Where nothing leads, the database may choose.
        let free = strand.is_none() && matches!(self.lead, Lead::Sides | Lead::Column(_) | Lead::Stage);
        let column =
            |name: &str| if free { format!("c.{name}") } else { dialect.unindexed(&format!("c.{name}")) };
        if let Some(strand) = strand {
            if strand.column != "stage" {
                w.and(&format!("c.{} = {{}}", strand.column), strand.value.clone());
            }
            w.and("c.stage = {}", strand.stage);
        } else {
            w.numbers(&column("stage"), &filter.stages);
        }
        match (self.sees, strand) {
            // Written out, because the index of changes holds published cases alone.
            (Sees::Public, _) => w.parts.push("c.published".into()),
            (Sees::All | Sees::Asked(_), _) => {}
            (Sees::Units(_), Some(strand)) if strand.column == "place" => {}
            // What lies in the reader's units is in the strands of its place.
            (Sees::Units(units), Some(strand)) if strand.column == "agency" => {
                let place = column("place");
                w.and(&format!("{place} NOT IN (SELECT value FROM int_list({{}}))"), units.clone());
            }
            (Sees::Units(units), _) => {
                let (place, agency) = (column("place"), column("agency"));
                w.and(&format!("({place} IN (SELECT value FROM int_list({{}}))"), units.clone());
                let first = w.parts.pop().unwrap_or_default();
                w.and(&format!("{first} OR {agency} IN (SELECT value FROM int_list({{}})))"), units.clone());
            }
        }
        // What the strand is a range of need not be asked of each of its rows.
        let led = |name: &str| strand.is_some() && matches!(self.lead, Lead::Column(led) if led == name);
        if !led("kind") {
            w.texts(&column("kind"), &filter.kinds);
        }
        if !led("category") {
            w.texts(&column("category"), &filter.categories);
        }
        if !led("severity") {
            w.texts(&column("severity"), &filter.severities);
        }
        if !filter.services.is_empty() {
            let both: Vec<String> = filter.services.iter().map(|(k, c)| format!("{k}/{c}")).collect();
            w.texts("c.kind || '/' || c.category", &both);
        }
        if !led("place") {
            w.numbers(&column("place"), &filter.places);
        }
        if !led("agency") {
            w.numbers(&column("agency"), &filter.agencies);
        }
        w.texts(&column("channel"), &filter.channels);
        w.numbers("c.seq", &filter.ids);
        if let Some(handler) = filter.handler {
            w.and("c.handler = {}", handler);
        }
        if let Some(before) = filter.due_before {
            w.and("c.due_at < {}", before);
        }
        if filter.order == Order::Due || filter.due_before.is_some() {
            w.parts.push("c.due_at IS NOT NULL".into());
        }
        if let Some(paused) = filter.paused {
            // Written out, because the index of what stands still holds nothing else.
            w.parts.push(if paused { "c.paused" } else { "NOT c.paused" }.into());
        }
        let moments = [
            ("received_at", ">=", filter.received_from),
            ("received_at", "<", filter.received_to),
            ("changed_at", ">=", filter.changed_from),
            ("changed_at", "<", filter.changed_to),
        ];
        for (name, how, at) in moments {
            if let Some(at) = at {
                let name = if self.lead == Lead::Changes { format!("c.{name}") } else { column(name) };
                w.and(&format!("{name} {how} {{}}"), at);
            }
        }
        if let Some([west, south, east, north]) = filter.bounds {
            w.and("c.lon >= {}", west);
            w.and("c.lat >= {}", south);
            w.and("c.lon <= {}", east);
            w.and("c.lat <= {}", north);
        }
        if self.lead == Lead::Open {
            // Written out, because the index of what is open holds nothing else.
            w.parts.push("c.solved_at IS NULL".into());
        }
        match (filter.order, after) {
            (_, None) => {}
            (Order::Newest, Some(at)) => {
                let number = if self.asked.is_some() { dialect.words_row() } else { "c.seq" };
                w.and(&format!("{number} < {{}}"), at.seq);
            }
            (Order::Due, Some(at)) => {
                w.and("(c.due_at, c.seq) > ({}", at.due.unwrap_or(foundation::Instant(0)));
                let last = w.parts.pop().unwrap_or_default();
                w.and(&format!("{last}, {{}})"), at.seq);
            }
        }
        if w.parts.is_empty() {
            w.parts.push("TRUE".into());
        }
        format!("{from} WHERE {}", w.parts.join(" AND "))
    }
}
