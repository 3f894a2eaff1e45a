//! A time series: read from a file, prepared by what its past says, cut into windows.
//!
//! `N` windows of `k` numbers are `[k, N, 1]`, what comes after them `[N, horizon]`.
//!
//! In the book: [section 6.6].
//!
//! [section 6.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/series.html

use crate::Real;
use ndarray::{Array2, Array3};
use std::{
    fmt,
    path::{Path, PathBuf},
};

// ANCHOR: read
/// Measurements at equal distances in time, the oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The numbers.
    pub values: Vec<Real>,
}

impl Series {
    /// Reads one column of a CSV file whose first line names its columns. Line by line:
    /// nothing but this column is kept.
    ///
    /// # Errors
    /// If the file cannot be read, has no such column, or a line has no number in it.
    pub fn read(path: impl AsRef<Path>, column: &str) -> Result<Self, SeriesError> {
        let path = path.as_ref();
        let wrong = |line, what| SeriesError { path: path.into(), line, what };
        let broken = |error: csv::Error| {
            let line = error.position().map(|position| position.line());
            wrong(line, error.to_string())
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(|error| wrong(None, format!("cannot be read: {error}")))?;
        let head = reader.headers().map_err(broken)?.clone();
        let place = head.iter().position(|name| name == column).ok_or_else(|| {
            let names: Vec<&str> = head.iter().collect();
            wrong(Some(1), format!("no column {column:?}; there are {names:?}"))
        })?;
        let mut series = Self { values: Vec::new() };
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let line = record.position().map(|position| position.line());
            let text = record.get(place).unwrap_or("");
            let number = text.parse().ok().filter(|x: &Real| x.is_finite());
            series.values.push(number.ok_or_else(|| {
                let wanted = format!("a finite number in column {column:?}");
                wrong(line, format!("expected {wanted}, found {text:?}"))
            })?);
        }
        Ok(series)
    }
}
// ANCHOR_END: read

// ANCHOR: scaler
/// Brings numbers to mean 0 and standard deviation 1, by the mean and the deviation of
/// the numbers that it was fitted to, whatever it is then applied to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaler {
    /// The mean of the past.
    pub mean: Real,
    /// The standard deviation of the past; 1 if it does not vary.
    pub deviation: Real,
}

impl Scaler {
    /// Fits it. No later number may be among `past`, eq. (6.22) #data-scaler.
    ///
    /// # Panics
    /// If `past` is empty.
    pub fn fit(past: &[Real]) -> Self {
        assert!(!past.is_empty(), "nothing to fit a scaler to");
        // In `f64` always: a long past has sums that outgrow an `f32`
        let n = past.len() as f64;
        let mean = past.iter().map(|&y| y as f64).sum::<f64>() / n;
        let square = past.iter().map(|&y| (y as f64 - mean).powi(2)).sum::<f64>() / n;
        let deviation = if square > 0.0 { square.sqrt() } else { 1.0 };
        Self { mean: mean as Real, deviation: deviation as Real }
    }
}
// ANCHOR_END: scaler

// ANCHOR: preparation
/// What bends the numbers, so that swings that grow with the level become more alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Curve {
    /// Nothing does.
    #[default]
    Straight,
    /// The logarithm, for numbers above 0.
    Log,
    /// The square root, for numbers from 0 on.
    Root,
}

/// What is done to a series before it is scaled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recipe {
    /// What comes first.
    pub curve: Curve,
    /// Then subtract the value of so many steps before.
    pub lag: Option<usize>,
}

/// A recipe and the scaler that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preparation {
    /// What comes first.
    pub recipe: Recipe,
    /// What comes last.
    pub scaler: Scaler,
}

impl Preparation {
    /// Fits the scaler to the past.
    ///
    /// # Errors
    /// If `past` is empty or not longer than the lag, the lag is 0, or a number has no
    /// logarithm or no root.
    pub fn fit(recipe: Recipe, past: &[Real]) -> Result<Self, String> {
        recipe.check(past)?;
        Ok(Self { recipe, scaler: Scaler::fit(&recipe.apply(past)) })
    }

    /// The prepared numbers, as many fewer as the lag is long. They are not finite
    /// where a number has no logarithm or root.
    pub fn apply(&self, values: &[Real]) -> Vec<Real> {
        let Scaler { mean, deviation } = self.scaler;
        self.recipe.apply(values).iter().map(|w| (w - mean) / deviation).collect()
    }

    /// The way back: prepared forecasts of the numbers that come after `past`.
    ///
    /// # Panics
    /// If `past` is shorter than the lag.
    pub fn undo(&self, past: &[Real], forecasts: &[Real]) -> Vec<Real> {
        let Recipe { curve, lag } = self.recipe;
        let (have, need) = (past.len(), lag.unwrap_or(0));
        assert!(have >= need, "{have} numbers before a difference over {need}");
        let mut known: Vec<Real> = past.to_vec();
        for w in forecasts {
            let mut y = w * self.scaler.deviation + self.scaler.mean;
            if let Some(lag) = lag {
                // The value of `lag` steps before may be a forecast itself
                y += curve.bend(known[known.len() - lag]);
            }
            known.push(curve.back(y));
        }
        known.split_off(past.len())
    }
}

impl Recipe {
    fn apply(self, values: &[Real]) -> Vec<Real> {
        let bent: Vec<Real> = values.iter().map(|&y| self.curve.bend(y)).collect();
        match self.lag {
            None => bent,
            Some(d) => bent.iter().skip(d).zip(&bent).map(|(y, y_d)| y - y_d).collect(),
        }
    }
}

impl Curve {
    fn bend(self, y: Real) -> Real {
        match self {
            Self::Straight => y,
            Self::Log => y.ln(),
            Self::Root => y.sqrt(),
        }
    }

    /// The way back; a forecast of a root below 0 is taken for 0.
    fn back(self, z: Real) -> Real {
        match self {
            Self::Straight => z,
            Self::Log => z.exp(),
            Self::Root => z.max(0.0).powi(2),
        }
    }
}
// ANCHOR_END: preparation

impl Recipe {
    /// Can these numbers be prepared so?
    ///
    /// # Errors
    /// As [`Preparation::fit`]; a number is named by its place, counted from 1.
    pub fn check(self, values: &[Real]) -> Result<(), String> {
        if self.lag == Some(0) {
            return Err("a difference over 0 steps leaves nothing".into());
        }
        let (have, lag) = (values.len(), self.lag.unwrap_or(0));
        if have <= lag {
            return Err(format!("{have} numbers for a difference over {lag}"));
        }
        let (wrong, what): (fn(Real) -> bool, _) = match self.curve {
            Curve::Straight => return Ok(()),
            Curve::Log => (|y| y <= 0.0, "logarithm"),
            Curve::Root => (|y| y < 0.0, "square root"),
        };
        match values.iter().position(|&y| wrong(y)) {
            None => Ok(()),
            Some(n) => Err(format!(
                "value {}: {} has no {what}; prepare without one",
                n + 1,
                values[n]
            )),
        }
    }
}

// ANCHOR: windows
/// Windows of a series side by side, each with what came after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    /// The windows, `[k, N, 1]`.
    pub x: Array3<Real>,
    /// The numbers after them, `[N, horizon]`.
    pub y: Array2<Real>,
}

/// Every window of `length` numbers that has `horizon` numbers after it: the one that
/// starts at `n` has `values[n..n + length]`, and the next `horizon` as targets.
///
/// # Errors
/// If there is none.
pub fn windows(
    values: &[Real],
    length: usize,
    horizon: usize,
) -> Result<Windows, String> {
    let both = length + horizon;
    if length == 0 || horizon == 0 || values.len() < both {
        return Err(format!(
            "{} numbers for windows of {length} and {horizon} after them",
            values.len()
        ));
    }
    let count = values.len() - both + 1;
    Ok(Windows {
        x: Array3::from_shape_fn((length, count, 1), |(t, n, _)| values[n + t]),
        y: Array2::from_shape_fn((count, horizon), |(n, h)| values[n + length + h]),
    })
}
// ANCHOR_END: windows

/// What is wrong with a file that should hold a series.
#[derive(Debug)]
pub struct SeriesError {
    /// The file.
    pub path: PathBuf,
    /// The line, if one is to blame.
    pub line: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for SeriesError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.what)
    }
}

impl std::error::Error for SeriesError {}
