//! Compares a second run with the record of the first.

use crate::record::{Record, Series};
use crate::store;

/// How far two records are apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The largest relative difference between two numbers.
    pub drift: f64,
    /// Each contradiction: one clear sentence with file and line.
    pub contradictions: Vec<String>,
}

impl Comparison {
    /// Whether the second run agrees with the first.
    pub fn agrees(&self) -> bool {
        self.contradictions.is_empty()
    }
}

/// Runs one comparison of everything: `recorded` is the record as it lies in its file, `recorded_svg` its
/// figure, `again` what the second run gave.
///
/// Numbers agree when their relative difference is at most the record's tolerance. Texts and table cells
/// agree when the words are equal, and each number in them agrees or is one unit of its last digit away.
/// Figures agree when their drawing commands are equal and the coordinates so near that no reader sees it.
pub fn compare(
    recorded: &Record,
    recorded_svg: Option<&str>,
    again: &Record,
) -> Comparison {
    let json = recorded.to_json().unwrap_or_default();
    let mut c = Comparer {
        tolerance: recorded.tolerance,
        file: store::shown(&store::record_path(&recorded.name)),
        json: &json,
        found: Comparison::default(),
    };
    c.same("chapter", &recorded.chapter, &again.chapter);
    c.same("title", &recorded.title, &again.title);
    c.same("seeds", &recorded.seeds, &again.seeds);
    c.same("sizes", &recorded.sizes, &again.sizes);
    c.same("tolerance", &recorded.tolerance, &again.tolerance);
    c.keys("value", recorded.values.keys(), again.values.keys());
    c.keys("table", recorded.tables.keys(), again.tables.keys());
    c.keys("series", recorded.series.keys(), again.series.keys());
    for (key, old) in recorded.values.iter().filter(|(_, old)| !old.timed) {
        if let Some(new) = again.values.get(key) {
            c.number(key, &format!("the value `{key}`"), old.value, new.value);
            c.text(
                key,
                &format!("the text of the value `{key}`"),
                &old.text,
                &new.text,
            );
        }
    }
    for (key, old) in &recorded.tables {
        if let Some(new) = again.tables.get(key) {
            c.table(key, old, new);
        }
    }
    c.same("timed_figure", &recorded.timed_figure, &again.timed_figure);
    if recorded.timed_figure {
        return c.found; // a figure of times differs in every run
    }
    for (key, old) in &recorded.series {
        if let Some(new) = again.series.get(key) {
            c.series(key, old, new);
        }
    }
    let Comparer { mut found, .. } = c;
    found.contradictions.extend(figure_contradiction(recorded, recorded_svg, again));
    found
}

struct Comparer<'a> {
    tolerance: f64,
    file: String,
    json: &'a str,
    found: Comparison,
}

impl Comparer<'_> {
    fn contradict(&mut self, key: &str, sentence: &str) {
        let line = self.line_of(key);
        self.found.contradictions.push(format!("{}:{line}: {sentence}", self.file));
    }

    /// The line of the record on which a key first stands.
    fn line_of(&self, key: &str) -> usize {
        let quoted = format!("{}:", serde_json::Value::from(key));
        self.json
            .lines()
            .position(|l| l.trim_start().starts_with(&quoted))
            .map_or(1, |i| i + 1)
    }

    fn same<T: PartialEq + std::fmt::Debug>(&mut self, field: &str, old: &T, new: &T) {
        if old != new {
            self.contradict(
                field,
                &format!(
                    "the field `{field}` says {old:?}; the program now says {new:?}"
                ),
            );
        }
    }

    fn keys<'k>(
        &mut self,
        kind: &str,
        old: impl Iterator<Item = &'k String>,
        new: impl Iterator<Item = &'k String>,
    ) {
        let old: Vec<_> = old.collect();
        let new: Vec<_> = new.collect();
        for key in old.iter().filter(|key| !new.contains(key)) {
            self.contradict(
                key,
                &format!("the program no longer gives the {kind} `{key}`"),
            );
        }
        for key in new.iter().filter(|key| !old.contains(key)) {
            self.contradict(
                kind,
                &format!("the record lacks the {kind} `{key}` that the program gives"),
            );
        }
    }

    fn number(&mut self, key: &str, what: &str, old: f64, new: f64) {
        let drift = relative(old, new);
        self.found.drift = self.found.drift.max(drift);
        if drift > self.tolerance {
            self.contradict(
                key,
                &format!(
                    "{what} is recorded as {old}; a second run gives {new}, which is {drift:.1e} away \
                     (tolerance {:.0e})",
                    self.tolerance
                ),
            );
        }
    }

    fn text(&mut self, key: &str, what: &str, old: &str, new: &str) {
        for pair in tokens(old).iter().zip(&tokens(new)) {
            if let (Token::Number(a, _), Token::Number(b, _)) = pair {
                self.found.drift = self.found.drift.max(relative(*a, *b));
            }
        }
        if !texts_agree(old, new, self.tolerance) {
            self.contradict(
                key,
                &format!("{what} is recorded as `{old}`; a second run gives `{new}`"),
            );
        }
    }

    fn table(
        &mut self,
        key: &str,
        old: &crate::record::Table,
        new: &crate::record::Table,
    ) {
        if (&old.columns, &old.align, old.rows.len())
            != (&new.columns, &new.align, new.rows.len())
        {
            self.contradict(
                key,
                &format!("the table `{key}` has other columns or rows in a second run"),
            );
            return;
        }
        for (i, (old, new)) in old.rows.iter().zip(&new.rows).enumerate() {
            for (old, new) in old.iter().zip(new) {
                self.text(
                    key,
                    &format!("row {} of the table `{key}`", i + 1),
                    old,
                    new,
                );
            }
        }
    }

    fn series(&mut self, key: &str, old: &Series, new: &Series) {
        for (part, old, new) in [
            ("x", &old.x, &new.x),
            ("y", &old.y, &new.y),
            ("low", &old.low, &new.low),
            ("high", &old.high, &new.high),
        ] {
            if old.len() != new.len() {
                self.contradict(
                    key,
                    &format!(
                        "`{part}` of the series `{key}` has {} numbers; a second run gives {}",
                        old.len(),
                        new.len()
                    ),
                );
                continue;
            }
            // A point of a curve is judged on the scale of the curve.
            let scale = old.iter().fold(0.0_f64, |m, x| m.max(x.abs())).max(1e-12);
            let worst = old
                .iter()
                .zip(new)
                .map(|(a, b)| relative(*a, *b).min((a - b).abs() / scale));
            let worst = worst.fold(0.0_f64, f64::max);
            self.found.drift = self.found.drift.max(worst);
            if worst > self.tolerance {
                self.contradict(
                    key,
                    &format!(
                        "`{part}` of the series `{key}` is {worst:.1e} away in a second run (tolerance {:.0e})",
                        self.tolerance
                    ),
                );
            }
        }
    }
}

fn relative(a: f64, b: f64) -> f64 {
    let scale = a.abs().max(b.abs());
    if scale < 1e-12 { 0.0 } else { (a - b).abs() / scale }
}

fn figure_contradiction(
    recorded: &Record,
    svg: Option<&str>,
    again: &Record,
) -> Option<String> {
    let file = store::shown(&store::svg_path(&recorded.name));
    match (svg, &again.image) {
        (None, None) => None,
        (None, Some(_)) => {
            Some(format!("{file}:1: the figure is missing; the program draws one"))
        }
        (Some(_), None) => {
            Some(format!("{file}:1: there is a figure; the program draws none"))
        }
        (Some(old), Some(new)) => {
            let line = first_difference(old, new, recorded.tolerance)?;
            Some(format!(
                "{file}:{line}: a second run draws something else here (the numbers agree or are listed above)"
            ))
        }
    }
}

/// The first line on which two drawings differ by more than a reader would see: in anything but a number, or
/// in a coordinate by more than a pixel's fifth and the tolerance's share of the page's width.
fn first_difference(old: &str, new: &str, tolerance: f64) -> Option<usize> {
    if old == new {
        return None;
    }
    let near = 0.2 + 640.0 * tolerance;
    let (mut a, mut b) = (old.lines(), new.lines());
    let mut line = 0;
    loop {
        line += 1;
        let (a, b) = match (a.next(), b.next()) {
            (None, None) => return None,
            (Some(a), Some(b)) => (a, b),
            _ => return Some(line),
        };
        let (a, b) = (tokens(a), tokens(b));
        let agree = |(x, y): (&Token, &Token)| match (x, y) {
            (Token::Number(x, _), Token::Number(y, _)) => (x - y).abs() <= near,
            (x, y) => x == y,
        };
        if a.len() != b.len() || !a.iter().zip(&b).all(agree) {
            return Some(line);
        }
    }
}

/// Whether two texts say the same: equal words, and numbers that agree within the tolerance or differ by one
/// unit of their last printed digit.
fn texts_agree(old: &str, new: &str, tolerance: f64) -> bool {
    if old == new {
        return true;
    }
    let (a, b) = (tokens(old), tokens(new));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(x, y)| match (x, y) {
            (Token::Number(x, unit), Token::Number(y, _)) => {
                // A whole number that is printed in full has no rounding to excuse it.
                let rounding = if *unit < 1.0 { 1.001 * unit } else { 0.0 };
                relative(*x, *y) <= tolerance || (x - y).abs() <= rounding
            }
            (x, y) => x == y,
        })
}

/// A piece of a text: a number with the unit of its last digit, or what stands between numbers.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64, f64),
    Words(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut words = String::new();
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let mut i = 0;
    while i < chars.len() {
        if !digit(i) {
            words.push(chars[i]);
            i += 1;
            continue;
        }
        let negative = words.ends_with(['-', '−']);
        if negative {
            words.pop();
        }
        out.push(Token::Words(std::mem::take(&mut words)));
        let (mut number, mut decimals, mut point) = (String::new(), 0, false);
        loop {
            if digit(i) {
                number.push(chars[i]);
                decimals += i32::from(point);
            } else if chars.get(i) == Some(&'.') && !point && digit(i + 1) {
                number.push('.');
                point = true;
            } else if !(chars.get(i) == Some(&'\u{202f}') && !point && digit(i + 1)) {
                break;
            }
            i += 1;
        }
        let x: f64 = number.parse().unwrap_or(f64::NAN);
        out.push(Token::Number(if negative { -x } else { x }, 10_f64.powi(-decimals)));
    }
    out.push(Token::Words(words));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_digit_may_round_otherwise_but_no_more() {
        assert!(texts_agree("0.12 ± 0.01", "0.13 ± 0.01", 1e-3));
        assert!(!texts_agree("0.12 ± 0.01", "0.14 ± 0.01", 1e-3));
        assert!(!texts_agree("16\u{202f}512", "16\u{202f}513", 1e-6));
        assert!(texts_agree("16\u{202f}512", "16\u{202f}513", 1e-3));
        assert!(!texts_agree("−0.50", "0.50", 1e-3));
        assert!(!texts_agree("12 steps", "12 lags", 1e-3));
    }

    #[test]
    fn a_drawing_may_shift_by_less_than_a_reader_sees() {
        let old = "<svg>\n<path d=\"M10.0 20.0L30.5 40\"/>\n</svg>";
        assert_eq!(first_difference(old, &old.replace("20.0", "20.1"), 1e-4), None);
        assert_eq!(first_difference(old, &old.replace("20.0", "21.0"), 1e-4), Some(2));
        assert_eq!(first_difference(old, &old.replace("path", "line"), 1e-4), Some(2));
        assert_eq!(first_difference(old, "<svg>\n", 1e-4), Some(2));
    }
}
