//! What an experiment measured: the numbers and tables that the prose quotes, and the data behind a figure.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::draw::Plot;

/// A measured number and the text by which the prose quotes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// The number, to nine significant digits.
    pub value: f64,
    /// As the prose shows it.
    pub text: String,
    /// Whether it is a measured time or hangs on one, which a second run need not repeat.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timed: bool,
}

/// A table: every cell is text, as the prose shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Heads of the columns; Markdown and maths are allowed.
    pub columns: Vec<String>,
    /// `left`, `right` or `center`, one a column.
    pub align: Vec<String>,
    /// The cells, row by row.
    pub rows: Vec<Vec<String>>,
}

/// The data behind one line, band or set of bars of a figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Abscissae.
    pub x: Vec<f64>,
    /// Ordinates.
    pub y: Vec<f64>,
    /// Lower edges of the spread that the caption names; empty when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub low: Vec<f64>,
    /// Upper edges of the spread.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub high: Vec<f64>,
}

/// The record of one experiment, as it lies in `figures/records/NAME.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Name of the experiment.
    pub name: String,
    /// The chapter that quotes it.
    pub chapter: u32,
    /// What it shows, in one line.
    pub title: String,
    /// Every seed that was used.
    pub seeds: Vec<u64>,
    /// The sizes of the set-up, in words.
    pub sizes: String,
    /// How long it took.
    pub seconds: f64,
    /// The relative difference below which a second run agrees.
    pub tolerance: f64,
    /// The numbers that the prose quotes.
    pub values: BTreeMap<String, Value>,
    /// The tables that the prose shows.
    pub tables: BTreeMap<String, Table>,
    /// Whether there is a figure.
    pub svg: bool,
    /// Whether the figure shows measured times, which a second run need not repeat.
    #[serde(default)]
    pub timed_figure: bool,
    /// The data behind the figure.
    #[serde(default)]
    pub series: BTreeMap<String, Series>,
    /// The figure itself, which lies in a file of its own.
    #[serde(skip)]
    pub image: Option<String>,
    #[serde(skip)]
    fault: Option<String>,
}

impl Record {
    /// A record of a set-up: the seeds it names and its sizes in words (`H = 100, T = 6000`).
    pub fn new(seeds: &[u64], sizes: impl Into<String>) -> Self {
        Self {
            seeds: seeds.to_vec(),
            sizes: sizes.into(),
            tolerance: 1e-3,
            ..Self::default()
        }
    }

    /// The relative difference below which a second run agrees; 10⁻³ where nothing is said.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Adds a number under a kebab-case key, with the text by which the prose quotes it; the functions of
    /// [`crate::text`] make that text.
    pub fn value(&mut self, key: &str, value: f64, text: impl Into<String>) {
        self.check_key(key);
        if !value.is_finite() {
            self.blame(format!(
                "the value `{key}` is {value}; a value is a finite number"
            ));
        }
        let entry = Value { value: round(value, 9), text: text.into(), timed: false };
        if self.values.insert(key.to_owned(), entry).is_some() {
            self.blame(format!("the value `{key}` is given twice"));
        }
    }

    /// Adds a measured time, or a ratio of such: `--check` does not compare it.
    pub fn timed_value(&mut self, key: &str, value: f64, text: impl Into<String>) {
        self.value(key, value, text);
        if let Some(entry) = self.values.get_mut(key) {
            entry.timed = true;
        }
    }

    /// Adds a table under a kebab-case key, `main` where there is one. The alignment says `l`, `r` or `c` for
    /// each column, as in `"lrr"`.
    pub fn table(
        &mut self,
        key: &str,
        columns: &[&str],
        align: &str,
        rows: Vec<Vec<String>>,
    ) {
        self.check_key(key);
        let align: Vec<String> = align
            .chars()
            .map(|c| match c {
                'r' => "right".to_owned(),
                'c' => "center".to_owned(),
                _ => "left".to_owned(),
            })
            .collect();
        if align.len() != columns.len() {
            self.blame(format!(
                "the table `{key}` has {} columns and {} alignments",
                columns.len(),
                align.len()
            ));
        }
        if let Some(row) = rows.iter().find(|row| row.len() != columns.len()) {
            self.blame(format!(
                "the table `{key}` has {} columns and a row of {} cells",
                columns.len(),
                row.len()
            ));
        }
        let columns = columns.iter().map(|&c| c.to_owned()).collect();
        self.tables.insert(key.to_owned(), Table { columns, align, rows });
    }

    /// Draws the plot as the figure, and keeps the data of its series.
    pub fn plot(&mut self, plot: &dyn Plot) {
        for (name, mut series) in plot.data() {
            for numbers in
                [&mut series.x, &mut series.y, &mut series.low, &mut series.high]
            {
                numbers.iter_mut().for_each(|x| *x = round(*x, 6));
                if numbers.iter().any(|x| !x.is_finite()) {
                    self.blame(format!(
                        "the series `{name}` holds a number that is not finite"
                    ));
                }
            }
            if self.series.insert(name.clone(), series).is_some() {
                self.blame(format!("two series are called `{name}`"));
            }
        }
        self.picture(plot.svg());
    }

    /// [`plot`](Self::plot) for a figure of measured times, or of samples that may tip on another processor: `--check` does not compare
    /// it.
    pub fn timed_plot(&mut self, plot: &dyn Plot) {
        self.timed_figure = true;
        self.plot(plot);
    }

    /// Takes a figure that is drawn otherwise, such as a diagram.
    pub fn picture(&mut self, svg: String) {
        self.svg = true;
        self.image = Some(svg);
    }

    pub(crate) fn identify(&mut self, name: &str, chapter: u32, title: &str) {
        self.name = name.to_owned();
        self.chapter = chapter;
        self.title = title.to_owned();
    }

    pub(crate) fn set_seconds(&mut self, seconds: f64) {
        self.seconds = if seconds < 0.095 {
            (seconds * 100.0).ceil() / 100.0
        } else {
            round(seconds, 2)
        };
    }

    /// Keeps the time of an old record that is otherwise equal, when both are of one order.
    pub(crate) fn keep_seconds_of(&mut self, old: &Record) {
        let timeless =
            |r: &Record| Record { seconds: 0.0, image: None, fault: None, ..r.clone() };
        let ratio = (self.seconds / old.seconds).max(old.seconds / self.seconds);
        let both_short = self.seconds < 1.0 && old.seconds < 1.0;
        if timeless(self) == timeless(old) && (ratio < 2.0 || both_short) {
            self.seconds = old.seconds;
        }
    }

    /// What is wrong with the record, if anything is.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// The record as JSON: keys in a fixed order, one value, one table row and one run of numbers a line.
    ///
    /// # Errors
    /// When a number is not finite.
    pub fn to_json(&self) -> Result<String> {
        let fields = [
            ("name", serde_json::to_value(&self.name)),
            ("chapter", serde_json::to_value(self.chapter)),
            ("title", serde_json::to_value(&self.title)),
            ("seeds", serde_json::to_value(&self.seeds)),
            ("sizes", serde_json::to_value(&self.sizes)),
            ("seconds", serde_json::to_value(self.seconds)),
            ("tolerance", serde_json::to_value(self.tolerance)),
            ("values", serde_json::to_value(&self.values)),
            ("tables", serde_json::to_value(&self.tables)),
            ("svg", serde_json::to_value(self.svg)),
            ("timed_figure", serde_json::to_value(self.timed_figure)),
            ("series", serde_json::to_value(&self.series)),
        ];
        let said = fields
            .into_iter()
            .filter(|(k, _)| *k != "timed_figure" || self.timed_figure);
        let mut out = String::from("{\n");
        for (i, (key, value)) in said.enumerate() {
            let value =
                value.with_context(|| format!("the field `{key}` is no JSON"))?;
            let comma = if i == 0 { "" } else { ",\n" };
            write!(out, "{comma}  \"{key}\": ")?;
            lay_out(&value, 1, &mut out);
        }
        out.push_str("\n}\n");
        Ok(out)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// When the text is no JSON or a field is missing.
    pub fn from_json(text: &str) -> Result<Self> {
        Ok(serde_json::from_str(text)?)
    }

    fn check_key(&mut self, key: &str) {
        let kebab = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !key.split('-').all(kebab) {
            self.blame(format!("the key `{key}` is not kebab-case (`like-this-2`)"));
        }
    }

    fn blame(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }
}

/// Lays JSON out so that a difference is one line: what holds only scalars stands on one.
fn lay_out(json: &Json, depth: usize, out: &mut String) {
    let scalar = |j: &Json| !j.is_array() && !j.is_object();
    let (open, close, children): (_, _, Vec<(String, &Json)>) = match json {
        Json::Array(items) => {
            ('[', ']', items.iter().map(|j| (String::new(), j)).collect())
        }
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| (rank(key), *key));
            let quote = |key: &str| format!("{}: ", Json::from(key));
            ('{', '}', entries.into_iter().map(|(key, j)| (quote(key), j)).collect())
        }
        _ => {
            out.push_str(&json.to_string());
            return;
        }
    };
    let flat = children.iter().all(|(_, j)| scalar(j));
    let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
    out.push(open);
    for (i, (key, child)) in children.iter().enumerate() {
        match (flat, i) {
            (true, 0) => {}
            (true, _) => out.push_str(", "),
            (false, 0) => out.push_str(&line(depth + 1)),
            (false, _) => {
                out.push(',');
                out.push_str(&line(depth + 1));
            }
        }
        out.push_str(key);
        lay_out(child, depth + 1, out);
    }
    if !flat {
        out.push_str(&line(depth));
    }
    out.push(close);
}

/// The fields of a value, a table and a series in reading order; names of the author's choice come after, by
/// the alphabet. (The order in which `serde_json` keeps the keys depends on its features.)
fn rank(key: &str) -> usize {
    const FIELDS: [&str; 9] =
        ["value", "text", "columns", "align", "rows", "x", "y", "low", "high"];
    FIELDS.iter().position(|field| *field == key).unwrap_or(FIELDS.len())
}

/// Rounds to so many significant digits, so that a record does not show more than was measured.
fn round(x: f64, digits: usize) -> f64 {
    format!("{:.*e}", digits - 1, x).parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        let mut r = Record::new(&[1, 2], "H = 3").tolerance(0.01);
        r.value("loss", 0.123_456_789_123, "0.12");
        r.table(
            "main",
            &["T", "loss"],
            "rr",
            vec![vec!["10".into(), "0.12 ± 0.01".into()]],
        );
        r.identify("sample", 1, "A sample");
        r
    }

    #[test]
    fn a_record_survives_its_file() {
        let r = sample();
        assert_eq!(r.fault(), None);
        let json = r.to_json().unwrap();
        assert_eq!(Record::from_json(&json).unwrap(), r);
        assert!(
            json.contains(
                "\n    \"loss\": {\"value\": 0.123456789, \"text\": \"0.12\"}\n"
            ),
            "{json}"
        );
    }

    #[test]
    fn a_malformed_record_says_so() {
        let mut r = sample();
        r.value("Loss", 1.0, "1");
        assert!(r.fault().unwrap().contains("kebab-case"));
        let mut r = sample();
        r.value("nothing", f64::NAN, "?");
        assert!(r.fault().unwrap().contains("finite"));
        let mut r = sample();
        r.table("wide", &["a", "b"], "ll", vec![vec!["1".into()]]);
        assert!(r.fault().unwrap().contains("a row of 1 cells"));
    }
}
