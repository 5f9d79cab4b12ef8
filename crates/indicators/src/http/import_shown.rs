//! What the import pages show, made ready for their templates.

use std::collections::HashSet;

use foundation::{Date, Lang, LocalText, Period, Result, error::internal, number};
use kit::{Context, Permission, Scope};
use storage::args;
use uuid::Uuid;

use crate::actions::import_undo::note_of;
use crate::engine::Engine;
use crate::import::Fraction;
use crate::import::compare::Correction;
use crate::import::drafts::Draft;
use crate::import::file::examples;
use crate::import::guess::{Fit, Known};
use crate::import::mapping::{Mapping, Role, heading};
use crate::import::rows::CellFault;
use crate::import::workbook::{Sheet, column_name};
use crate::observations::{self, Told};
use crate::show;

/// A pack that somebody may write.
#[derive(Debug, Clone, PartialEq)]
pub struct PackChoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The packs whose figures the actor may write somewhere.
pub async fn packs(cx: &Context) -> Result<Vec<PackChoice>> {
    let catalogue = cx.house.get::<Engine>()?.catalogue();
    let named = packs::list(&cx.db).await?;
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for indicator in catalogue.all().filter(|i| i.is_reported()) {
        if !seen.insert(indicator.pack.clone()) {
            continue;
        }
        let writable = cx.scope.units_where(Permission::WriteFigures, &indicator.pack);
        if writable.is_some_and(|units| units.is_empty()) {
            continue;
        }
        let name = named.iter().find(|p| p.id == indicator.pack).map(|p| p.name.clone());
        let name: Option<LocalText> = name.and_then(|n| serde_json::from_value(n).ok());
        let name = name.map_or_else(|| indicator.pack.clone(), |n| n.get(cx.lang).to_owned());
        all.push(PackChoice { id: indicator.pack.clone(), name });
    }
    Ok(all)
}

/// A column on the mapping page.
#[derive(Debug, Clone)]
pub struct ColumnRow {
    /// Its number from 0, for the form.
    pub index: usize,
    /// Its letters.
    pub letter: String,
    /// Its heading.
    pub heading: String,
    /// Its first values.
    pub example: String,
    /// The role chosen, as the form sends it.
    pub role: String,
    /// Whether it may be multiplied by a hundred, and is.
    pub hundredfold: Option<bool>,
    /// The role in words, when it is none of the list.
    pub special: Option<String>,
    /// `good`, `watch` or `none`.
    pub state: &'static str,
    /// How sure the guess is, in words.
    pub word: String,
}

/// The columns of a sheet, with what each is taken for.
pub fn columns(cx: &Context, sheet: &Sheet, mapping: &Mapping, pack: &str) -> Result<Vec<ColumnRow>> {
    let engine = cx.house.get::<Engine>()?;
    let (catalogue, map) = (engine.catalogue(), engine.atlas().map());
    let root = engine.atlas().require_root()?;
    let today = Date::of(cx.clock.now());
    let known = Known::new(&catalogue, &map, root, today, Some(pack).filter(|p| !p.is_empty()));
    let rows = (0..sheet.width().min(512)).map(|index| {
        let parts = heading(sheet, mapping.header, mapping.levels, index);
        let role = mapping.columns.get(index).cloned().unwrap_or_default();
        let fit = parts.last().map_or(Fit::None, |p| known.indicator(p).1);
        let (state, word) = match (&role, fit) {
            (Role::Skip, Fit::Computed) => ("none", "import-fit-computed"),
            (Role::Skip, _) => ("none", "import-fit-none"),
            (Role::Value { indicator: Some(_), .. }, Fit::Near) => ("watch", "import-fit-near"),
            _ => ("good", "import-fit-exact"),
        };
        let special = match &role {
            Role::Value { indicator, period, unit, .. } if period.is_some() || unit.is_some() => {
                let name = indicator.as_deref().and_then(|c| catalogue.code(c));
                let name = name.map(|i| i.def.name.get(cx.lang).to_owned());
                let period = period.as_deref().and_then(|p| Period::from_code(p).ok());
                let period = period.map(|p| show::period(p, cx.lang));
                let words: Vec<String> = [name, period, unit.clone()].into_iter().flatten().collect();
                Some(words.join(" · "))
            }
            _ => None,
        };
        // Where rows name the indicator, the column holds percentages among others.
        let percents = match &role {
            Role::Value { indicator, .. } => indicator
                .as_deref()
                .or(mapping.indicator.as_deref())
                .and_then(|code| catalogue.code(code))
                .is_none_or(|i| i.is_percent()),
            _ => false,
        };
        ColumnRow {
            hundredfold: percents.then(|| mapping.hundredfold.contains(&index)),
            index,
            letter: column_name(index),
            heading: parts.join(" · "),
            example: examples(sheet, mapping.first, index),
            role: role.code(),
            special,
            state,
            word: cx.t(word),
        }
    });
    Ok(rows.collect())
}

/// A titled group of choices: what the form sends, what it says.
pub type Choices = (String, Vec<(String, String)>);

/// What a column can be, in groups: what it says of a figure, and the indicators by pack.
pub fn choices(cx: &Context, pack: &str) -> Result<Vec<Choices>> {
    let catalogue = cx.house.get::<Engine>()?.catalogue();
    let mut plain: Vec<(String, String)> = ["unit", "indicator", "period", "estimated"]
        .into_iter()
        .map(|role| (role.to_owned(), cx.t(&format!("import-role-{role}"))))
        .collect();
    plain.push((Role::value().code(), cx.t("import-role-value")));
    let mut dims = HashSet::new();
    for dim in catalogue.all().flat_map(|i| &i.def.dims) {
        if dims.insert(dim.id.clone()) {
            let name = dim.name.as_ref().map_or(dim.id.as_str(), |n| n.get(cx.lang));
            plain.push((Role::Dim { id: dim.id.clone() }.code(), name.to_owned()));
        }
    }
    let mut groups = vec![(cx.t("import-roles"), plain)];
    for indicator in catalogue.all().filter(|i| i.is_reported() && (pack.is_empty() || i.pack == pack)) {
        let choice = (Role::of(&indicator.code).code(), indicator.def.name.get(cx.lang).to_owned());
        match groups.iter_mut().skip(1).find(|g| g.0 == indicator.pack) {
            Some(group) => group.1.push(choice),
            None => groups.push((indicator.pack.clone(), vec![choice])),
        }
    }
    Ok(groups)
}

/// A value on the preview page.
#[derive(Debug, Clone)]
pub struct CorrectionRow {
    /// Whose.
    pub unit: String,
    /// Which indicator.
    pub indicator: String,
    /// When.
    pub period: String,
    /// What was told before.
    pub before: String,
    /// What is told now.
    pub after: String,
    /// The difference, with its sign.
    pub change: String,
}

/// A column of percentages that looks like parts of one.
#[derive(Debug, Clone)]
pub struct FractionRow {
    /// The sheet.
    pub sheet: String,
    /// The column, from 0.
    pub column: usize,
    /// Its letters.
    pub letter: String,
    /// What is told of it.
    pub sentence: String,
}

/// What is told of columns of percentages.
pub fn fractions(cx: &Context, found: &[Fraction]) -> Result<Vec<FractionRow>> {
    let catalogue = cx.house.get::<Engine>()?.catalogue();
    let row = |f: &Fraction| {
        let letter = column_name(f.column);
        let name = catalogue.code(&f.indicator).map_or(f.indicator.as_str(), |i| i.def.name.get(cx.lang));
        let args = [
            ("column", letter.clone().into()),
            ("indicator", name.to_owned().into()),
            ("n", f.values.to_string().into()),
            ("most", show::number(f.most, 3, cx.lang).into()),
            ("times", show::number(f.most * 100.0, 1, cx.lang).into()),
        ];
        let sentence = cx.words.say(cx.lang, "import-fraction", &args);
        FractionRow { sheet: f.sheet.clone(), column: f.column, letter, sentence }
    };
    Ok(found.iter().map(row).collect())
}

fn shown(cx: &Context, told: &Told, before: Option<f64>) -> Result<CorrectionRow> {
    let engine = cx.house.get::<Engine>()?;
    let (catalogue, map) = (engine.catalogue(), engine.atlas().map());
    let indicator = catalogue.get(told.indicator);
    let decimals = indicator.map_or(0, |i| i.def.decimals);
    let text = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| show::number(v, decimals, cx.lang));
    let name =
        indicator.map_or_else(|| format!("#{}", told.indicator), |i| i.def.name.get(cx.lang).to_owned());
    Ok(CorrectionRow {
        unit: map.name(told.unit, told.period.last_day()),
        indicator: if told.dims.is_empty() { name } else { format!("{name} ({})", told.dims) },
        period: show::period(told.period, cx.lang),
        before: text(before),
        after: text(told.value),
        change: match (before, told.value) {
            (Some(a), Some(b)) => show::change(b - a, decimals, cx.lang),
            _ => String::new(),
        },
    })
}

/// The figures that a file would correct.
pub fn corrections(cx: &Context, found: &[Correction]) -> Result<Vec<CorrectionRow>> {
    found.iter().map(|c| shown(cx, &c.told, c.before)).collect()
}

/// The first values of a file.
pub fn first_rows(cx: &Context, told: &[Told]) -> Result<Vec<CorrectionRow>> {
    told.iter().take(20).map(|t| shown(cx, t, None)).collect()
}

/// How far a job is, in its own words.
pub async fn job_progress(cx: &Context, job: Option<Uuid>) -> Result<String> {
    let row: Option<(Option<String>,)> =
        cx.db.one("SELECT progress FROM job WHERE id = $1", args![job]).await?;
    Ok(row.and_then(|r| r.0).unwrap_or_default())
}

/// A delivery in a list.
#[derive(Debug, Clone)]
pub struct HistoryRow {
    /// Where it leads.
    pub href: String,
    /// The delivery, when it was written.
    pub batch: Option<Uuid>,
    /// The file's name, or what it was.
    pub name: String,
    /// When.
    pub at: String,
    /// New and different values.
    pub changed: String,
    /// Values that were there already.
    pub unchanged: String,
    /// `good`, `watch` or `none`.
    pub state: &'static str,
    /// Its state in words.
    pub word: String,
    /// Whether it can be taken back.
    pub undoable: bool,
}

fn count(n: i64, lang: Lang) -> String {
    match lang {
        Lang::Vi => number::show_vi(n as f64, 0),
        Lang::En => number::show_en(n as f64, 0),
    }
}

impl HistoryRow {
    /// A file that waits.
    pub fn of_draft(cx: &Context, draft: &Draft) -> HistoryRow {
        HistoryRow {
            href: format!("/import/{}", draft.id),
            batch: None,
            name: draft.name.clone(),
            at: show::moment(draft.at, cx.lang),
            changed: count((draft.summary.new + draft.summary.changed) as i64, cx.lang),
            unchanged: count(draft.summary.unchanged as i64, cx.lang),
            state: "watch",
            word: cx.t(&format!("import-state-{}", draft.state)),
            undoable: false,
        }
    }
}

storage::row! {
    struct BatchRow {
        id: Uuid,
        kind: String,
        at: foundation::Instant,
        changed: i64,
        unchanged: i64,
        note: String,
        undone: i64,
    }
}

const BATCH: &str = "SELECT b.id AS id, b.kind AS kind, b.at AS at, b.changed AS changed,
    b.unchanged AS unchanged, b.note AS note,
    (SELECT COUNT(*) FROM batch u WHERE u.kind = 'undo' AND u.note = 'undo:' || CAST($1 AS TEXT)) AS undone
    FROM batch b";

fn row_of(cx: &Context, row: BatchRow, undone: bool) -> HistoryRow {
    let word = match (row.kind.as_str(), undone) {
        ("undo", _) => "import-state-undo",
        (_, true) => "import-state-undone",
        _ => "import-state-done",
    };
    let name = match row.kind.as_str() {
        "undo" => cx.t("import-kind-undo"),
        "grid" => cx.t("import-kind-grid"),
        _ => row.note.clone(),
    };
    HistoryRow {
        href: String::new(),
        batch: Some(row.id),
        name,
        at: show::moment(row.at, cx.lang),
        changed: count(row.changed, cx.lang),
        unchanged: count(row.unchanged, cx.lang),
        state: if undone { "none" } else { "good" },
        word: cx.t(word),
        undoable: !undone && row.changed > 0 && row.kind != "undo",
    }
}

/// One delivery of the actor.
pub async fn batch(cx: &Context, id: Uuid) -> Result<Option<HistoryRow>> {
    let row: Option<BatchRow> =
        cx.db.one(&format!("{BATCH} WHERE b.id = $2"), args![id.to_string(), id]).await?;
    Ok(row.map(|r| {
        let undone = r.undone > 0;
        row_of(cx, r, undone)
    }))
}

/// The newest deliveries by hand and file: the actor's own, all for the program itself.
pub async fn history(cx: &Context, limit: i64) -> Result<Vec<HistoryRow>> {
    let all = matches!(cx.scope, Scope::System(_));
    let rows: Vec<BatchRow> = cx
        .db
        .all(
            &format!(
                "{BATCH} WHERE b.kind IN ('excel', 'csv', 'grid', 'undo') AND ($2 OR b.actor = $3)
                 ORDER BY b.at DESC, b.id DESC LIMIT $4"
            ),
            args!["", all, cx.actor.audit_name(), limit],
        )
        .await?;
    let notes: Vec<String> = rows.iter().map(|r| note_of(r.id)).collect();
    let undone: Vec<(String,)> = cx
        .db
        .all(
            "SELECT note FROM batch WHERE kind = 'undo' AND note IN (SELECT value FROM text_list($1))",
            args![notes],
        )
        .await?;
    let undone: HashSet<String> = undone.into_iter().map(|r| r.0).collect();
    Ok(rows
        .into_iter()
        .map(|r| {
            let gone = undone.contains(&note_of(r.id));
            row_of(cx, r, gone)
        })
        .collect())
}

/// The indicators that a delivery changed: name and address.
pub async fn touched(cx: &Context, batch: Uuid) -> Result<Vec<(String, String)>> {
    let catalogue = cx.house.get::<Engine>()?.catalogue();
    let touched = observations::touched(&cx.db, batch).await?;
    let links = touched.into_iter().filter_map(|t| {
        let indicator = catalogue.get(t.0)?;
        Some((indicator.def.name.get(cx.lang).to_owned(), format!("/indicators/{}", indicator.code)))
    });
    Ok(links.take(12).collect())
}

/// Faults as a file for Excel: UTF-8 with its mark, semicolons, nothing that Excel would run as a formula.
pub fn fault_csv(cx: &Context, faults: &[CellFault]) -> Result<String> {
    let broken = |e: csv::Error| internal("faults_file", "Không ghi được tệp ô sai").because(e);
    let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let heads = ["sheet", "cell", "text", "reason", "remedy", "candidates", "code"];
    out.write_record(heads.map(|h| cx.t(&format!("import-head-{h}")))).map_err(broken)?;
    for fault in faults {
        let candidates = fault.candidates.join("; ");
        let fields =
            [&fault.sheet, &fault.cell, &fault.text, &fault.message, &fault.remedy, &candidates, &fault.code];
        let safe = fields.map(|f| match f.as_bytes().first() {
            Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => format!("'{f}"),
            _ => f.clone(),
        });
        out.write_record(safe).map_err(broken)?;
    }
    let bytes = out
        .into_inner()
        .map_err(|e| internal("faults_file", "Không ghi được tệp ô sai").because(e.to_string()))?;
    Ok(format!("\u{feff}{}", String::from_utf8_lossy(&bytes)))
}
