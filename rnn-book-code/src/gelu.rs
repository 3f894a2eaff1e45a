//! GELU, the soft ReLU of Transformers, exact and vectorised.
//!
//! A slice is one row, of any length.
//!
//! In the book: [section 10.3].
//!
//! [section 10.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/transformer.html

use crate::{Real, vector};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

// ANCHOR: table
/// The first coefficients of the Chebyshev series of `exp(z²) erfc(z) / t` in
/// `2t − 1`, where `t = 2 / (2 + z)` takes all `z ≥ 0` into `0 < t ≤ 1`: computed
/// with 40 digits from the definition of erfc. The error is below the first one left
/// out.
const SERIES: [f64; 26] = [
    0.577_033_738_616_469_7,
    0.355_436_921_270_498_5,
    0.065_095_158_828_786_52,
    0.003_671_142_395_839_163_7,
    -0.001_112_844_743_352_632_5,
    -0.000_160_758_299_153_780_8,
    3.278_031_574_173_137e-5,
    5.442_441_645_505_016e-6,
    -1.515_466_556_555_317e-6,
    -1.429_760_818_116_986_5e-7,
    8.234_608_827_419_493e-8,
    -1.296_284_685_230_656_2e-9,
    -4.154_721_631_015_198e-9,
    6.347_058_278_362_811e-10,
    1.432_082_271_225_622_4e-10,
    -6.160_390_105_204_586e-11,
    2.061_213_855_472_169_6e-12,
    3.571_493_148_837_704_5e-12,
    -8.586_422_843_251_797e-13,
    -6.145_600_213_790_631e-14,
    7.418_725_748_596_617e-14,
    -1.289_504_275_503_232_6e-14,
    -2.358_726_385_710_632_4e-15,
    1.572_934_938_168_591_1e-15,
    -2.278_296_253_954_646_5e-16,
    -6.312_330_450_756_43e-17,
];

/// How many of them this precision needs.
const TERMS: usize = if size_of::<Real>() == 4 { 11 } else { SERIES.len() };
// ANCHOR_END: table

// ANCHOR: gelu
/// `x Φ(x)`, with the normal distribution function Φ (Hendrycks & Gimpel 2016), and
/// its derivative `Φ(x) + x φ(x)`, eq. (10.17) #modern-gelu and
/// eq. (10.18) #modern-gelu-slope.
#[inline(always)]
fn gelu_and_slope(x: Real) -> (Real, Real) {
    let z = x.abs() * FRAC_1_SQRT_2 as Real;
    let bell = vector::exp_of(-z * z); // exp(−x²/2)
    // The upper tail of |x|: erfc(z) / 2
    let t = 2.0 / (2.0 + z);
    let tail = 0.5 * bell * t * chebyshev(2.0 * t - 1.0);
    let phi_sum = if x < 0.0 { tail } else { 1.0 - tail }; // Φ(x)
    let phi = bell * (0.5 / PI).sqrt() as Real; // φ(x) = exp(−x²/2) / √(2π)
    (x * phi_sum, x.mul_add(phi, phi_sum))
}

/// Σ c_k T_k(s), by Clenshaw's recurrence.
#[inline(always)]
fn chebyshev(s: Real) -> Real {
    let (mut b_1, mut b_2): (Real, Real) = (0.0, 0.0);
    for k in (1..TERMS).rev() {
        (b_1, b_2) = ((2.0 * s).mul_add(b_1, SERIES[k] as Real - b_2), b_1);
    }
    s.mul_add(b_1, SERIES[0] as Real - b_2)
}

/// Replaces each number by its GELU, and writes the derivative there to `slope`.
///
/// # Panics
/// If the slices are not equally long.
pub fn gelu(values: &mut [Real], slope: &mut [Real]) {
    vector::map_two(values, slope, gelu_and_slope);
}
// ANCHOR_END: gelu
