//! Numbers as the prose shows them: a true minus sign, thin spaces between thousands.
//!
//! Thousands are parted by U+202F (a thin space at which no line breaks), from five digits on.

use crate::stats::Summary;

/// The thin space that parts thousands.
const THIN: char = '\u{202f}';
const MINUS: char = '\u{2212}';

/// A fixed number of decimals: `fixed(0.126, 2)` is `0.13`.
pub fn fixed(x: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", x.abs());
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let negative = x < 0.0 && plain.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let sign = if negative { String::from(MINUS) } else { String::new() };
    format!("{sign}{}{rest}", thousands(whole))
}

/// An integer: `integer(16512.0)` is `16 512` with a thin space.
pub fn integer(x: f64) -> String {
    fixed(x.round(), 0)
}

/// Significant digits: `significant(0.01234, 2)` is `0.012`; outside 10⁻⁴ … 10⁶ as `1.2 × 10⁻⁵`.
pub fn significant(x: f64, digits: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return fixed(x, digits.saturating_sub(1));
    }
    let digits = digits.max(1);
    // Rust's own rounding decides the exponent, so that 9.96 at two digits is 10 and not 10.0.
    let scientific = format!("{:.*e}", digits - 1, x);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let mantissa = mantissa.replace('-', &MINUS.to_string());
        return format!("{mantissa} × 10{}", superscript(exponent));
    }
    fixed(x, (digits as i32 - 1 - exponent).max(0) as usize)
}

/// A share in percent: `percent(0.1234, 1)` is `12.3 %` with a thin space.
pub fn percent(x: f64, decimals: usize) -> String {
    format!("{}{THIN}%", fixed(100.0 * x, decimals))
}

/// Mean and standard deviation: `1.23 ± 0.04`.
pub fn mean_std(s: Summary, decimals: usize) -> String {
    format!("{} ± {}", fixed(s.mean, decimals), fixed(s.std, decimals))
}

/// An integer in raised digits.
pub fn superscript(n: i32) -> String {
    n.to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => {
                char::from_u32(0x2070 + digit as u32 - '0' as u32).unwrap_or(digit)
            }
        })
        .collect()
}

fn thousands(whole: &str) -> String {
    if whole.len() < 5 {
        return whole.to_owned();
    }
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_the_prose_shows_them() {
        assert_eq!(fixed(-0.126, 2), "−0.13");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(integer(1234.0), "1234");
        assert_eq!(integer(1_234_567.0), "1\u{202f}234\u{202f}567");
        assert_eq!(significant(0.012_34, 2), "0.012");
        assert_eq!(significant(9.96, 2), "10");
        assert_eq!(significant(0.999_9, 2), "1.0");
        assert_eq!(significant(1.2e-5, 2), "1.2 × 10⁻⁵");
        assert_eq!(significant(123.4, 2), "123");
        assert_eq!(percent(0.1234, 1), "12.3\u{202f}%");
    }
}
