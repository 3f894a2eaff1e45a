//! Mean and spread of what several seeds gave.

/// Mean and sample standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation (divisor n − 1); 0 for a single number.
    pub std: f64,
    /// How many numbers there were.
    pub n: usize,
}

/// Arithmetic mean.
///
/// # Panics
/// When there is no number.
pub fn mean(xs: &[f64]) -> f64 {
    assert!(!xs.is_empty(), "mean of no numbers");
    xs.iter().sum::<f64>() / xs.len() as f64
}

/// The middle number in order; of an even count the mean of the two in the middle.
///
/// # Panics
/// When there is no number.
pub fn median(xs: &[f64]) -> f64 {
    let mut sorted = xs.to_vec();
    sorted.sort_by(f64::total_cmp);
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

/// Sample standard deviation (divisor n − 1); 0 for a single number.
///
/// # Panics
/// When there is no number.
pub fn sample_std(xs: &[f64]) -> f64 {
    let m = mean(xs);
    if xs.len() < 2 {
        return 0.0;
    }
    (xs.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (xs.len() - 1) as f64).sqrt()
}

/// Mean and sample standard deviation together.
///
/// # Panics
/// When there is no number.
pub fn summary(xs: &[f64]) -> Summary {
    Summary { mean: mean(xs), std: sample_std(xs), n: xs.len() }
}

/// Summary of each column: `rows[s][j]` is what seed s gave at position j.
///
/// # Panics
/// When there are no rows, or they differ in length.
pub fn columns(rows: &[Vec<f64>]) -> Vec<Summary> {
    let width = rows.first().map_or(0, Vec::len);
    assert!(width > 0, "no rows to summarise");
    (0..width)
        .map(|j| summary(&rows.iter().map(|row| row[j]).collect::<Vec<_>>()))
        .collect()
}

/// Slope of the least-squares line through the points.
///
/// # Panics
/// When there are fewer than two points.
pub fn slope(points: &[(f64, f64)]) -> f64 {
    assert!(points.len() > 1, "a slope needs two points");
    let n = points.len() as f64;
    let mx = points.iter().map(|p| p.0).sum::<f64>() / n;
    let my = points.iter().map(|p| p.1).sum::<f64>() / n;
    let xy: f64 = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
    let xx: f64 = points.iter().map(|p| (p.0 - mx).powi(2)).sum();
    xy / xx
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_divides_by_n_minus_one() {
        let s = summary(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(s.mean, 2.5);
        assert!((s.std - (5.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(summary(&[7.0]).std, 0.0);
    }

    #[test]
    fn the_slope_of_a_line_is_its_slope() {
        let line: Vec<_> =
            (0..5).map(|i| (f64::from(i), 3.0 - 0.5 * f64::from(i))).collect();
        assert!((slope(&line) + 0.5).abs() < 1e-12);
    }
}
