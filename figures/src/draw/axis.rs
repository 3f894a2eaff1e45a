//! An axis: its label with the unit, its scale, its range and its ticks.

use crate::text;

/// An axis of a plot.
#[derive(Clone, Debug)]
pub struct Axis {
    pub(crate) label: String,
    log: bool,
    range: Option<(f64, f64)>,
    zero: bool,
    ticks: Option<Vec<(f64, String)>>,
}

impl Axis {
    /// A linear axis. The label names the quantity and its unit; it may hold mathematics, see [`super::Rich`].
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), log: false, range: None, zero: false, ticks: None }
    }

    /// A logarithmic axis.
    pub fn log(label: impl Into<String>) -> Self {
        Self { log: true, ..Self::linear(label) }
    }

    /// From `low` to `high`, whatever the data; lines are cut there.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// Begins at 0 (a linear axis).
    #[must_use]
    pub fn from_zero(mut self) -> Self {
        self.zero = true;
        self
    }

    /// Ticks at these places, labelled by their numbers.
    #[must_use]
    pub fn ticks(self, at: &[f64]) -> Self {
        let labelled = at.iter().map(|&x| (x, plain(x))).collect();
        self.labelled_ticks(labelled)
    }

    /// Ticks at these places with these labels.
    #[must_use]
    pub fn labelled_ticks(mut self, ticks: Vec<(f64, String)>) -> Self {
        self.ticks = Some(ticks);
        self
    }

    /// Where a number stands: itself, or its decimal logarithm. `None` where the axis cannot show it.
    pub(crate) fn place(&self, x: f64) -> Option<f64> {
        let placed = if self.log { x.log10() } else { x };
        (placed.is_finite() && !(self.log && x <= 0.0)).then_some(placed)
    }

    /// The range in placed numbers that shows all the data, with a share of it left free at either end.
    pub(crate) fn fit(&self, data: impl Iterator<Item = f64>, pad: f64) -> (f64, f64) {
        if let Some((low, high)) = self.range {
            return (self.place(low).unwrap_or(0.0), self.place(high).unwrap_or(1.0));
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for x in data.filter_map(|x| self.place(x)) {
            (low, high) = (low.min(x), high.max(x));
        }
        if !low.is_finite() {
            return (0.0, 1.0);
        }
        if self.zero && !self.log {
            low = low.min(0.0);
        }
        if high - low < 1e-12 {
            (low, high) = (low - 0.5, high + 0.5);
        }
        let room = pad * (high - low);
        let keep_zero = self.zero && low == 0.0;
        (if keep_zero { low } else { low - room }, high + room)
    }

    /// Ticks in a range of placed numbers, about `wanted` of them, with their labels.
    pub(crate) fn marks(
        &self,
        (low, high): (f64, f64),
        wanted: usize,
    ) -> Vec<(f64, String)> {
        let inside =
            |x: f64| x >= low - 1e-9 * (high - low) && x <= high + 1e-9 * (high - low);
        if let Some(ticks) = &self.ticks {
            return ticks
                .iter()
                .filter_map(|(x, label)| Some((self.place(*x)?, label.clone())))
                .filter(|(x, _)| inside(*x))
                .collect();
        }
        if !self.log {
            let step = nice_step((high - low) / wanted as f64);
            let decimals = (-step.log10().floor()
                + if is_quarter(step) { 1.0 } else { 0.0 })
            .max(0.0);
            let first = (low / step).ceil() as i64;
            return (first..)
                .map(|i| i as f64 * step)
                .take_while(|x| inside(*x))
                .filter(|x| inside(*x))
                .map(|x| (x, text::fixed(x, decimals as usize)))
                .collect();
        }
        let decades = high - low;
        if decades < 1.7 {
            let first = low.floor() as i32;
            return (first..=high.ceil() as i32)
                .flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * 10_f64.powi(e)))
                .map(|x| (x.log10(), plain(x)))
                .filter(|(x, _)| inside(*x))
                .collect();
        }
        let every = ((decades / wanted as f64).ceil() as i32).max(1);
        ((low.ceil() as i32)..=(high.floor() as i32))
            .filter(|e| e.rem_euclid(every) == 0)
            .map(|e| (f64::from(e), power_of_ten(e)))
            .collect()
    }
}

/// A step of 1, 2, 2.5 or 5 times a power of ten, near the wanted one.
fn nice_step(rough: f64) -> f64 {
    let unit = 10_f64.powf(rough.log10().floor());
    let times = rough / unit;
    let nice = [1.0, 2.0, 2.5, 5.0, 10.0];
    unit * nice.iter().copied().find(|n| *n >= times / 1.2).unwrap_or(10.0)
}

fn is_quarter(step: f64) -> bool {
    let unit = 10_f64.powf(step.log10().floor());
    (step / unit - 2.5).abs() < 1e-6
}

/// Small powers as plain numbers, others as 10ⁿ.
fn power_of_ten(exponent: i32) -> String {
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        2 => "100".to_owned(),
        _ => format!("10$^{{{exponent}}}$"),
    }
}

/// A number with no more digits than it needs.
fn plain(x: f64) -> String {
    (0..8)
        .find(|d| (x * 10_f64.powi(*d) - (x * 10_f64.powi(*d)).round()).abs() < 1e-9)
        .map_or_else(|| text::significant(x, 2), |d| text::fixed(x, d as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, range: (f64, f64)) -> Vec<String> {
        axis.marks(range, 5).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_stand_at_round_numbers() {
        assert_eq!(
            labels(&Axis::linear(""), (0.0, 1.0)),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels(&Axis::linear(""), (0.0, 1.25)),
            ["0.00", "0.25", "0.50", "0.75", "1.00", "1.25"]
        );
        assert_eq!(
            labels(&Axis::linear(""), (-20.0, 20.0)),
            ["−20", "−10", "0", "10", "20"]
        );
        assert_eq!(
            labels(&Axis::log(""), (-3.0, 1.0)),
            ["10$^{-3}$", "10$^{-2}$", "10$^{-1}$", "1", "10"]
        );
        assert_eq!(labels(&Axis::log(""), (0.0, 1.0)), ["1", "2", "5", "10"]);
    }
}
