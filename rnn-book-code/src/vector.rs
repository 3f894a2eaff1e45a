//! Exponential, tanh, σ and softmax of whole slices, in a form that the compiler turns
//! into vector instructions.
//!
//! The standard library's `exp` and `tanh` work on one number at a time, by a call.
//! Here every number takes the same few multiplications and additions, with no branch,
//! so that eight or sixteen of them go through the processor at once. The instructions
//! are chosen when the program runs ([`pulp`]); a fused multiply-add rounds once
//! everywhere, so every machine that has it gives the same bits.
//!
//! A slice is one row of an array, of any length.
//!
//! In the book: [appendix E].
//!
//! [appendix E]: https://rnn-basics.github.io/rnn-basics-from-scratch/appendix-e.html

use crate::Real;
use ndarray::{ArrayView1, ArrayViewMut1};
use pulp::{Arch, Simd, WithSimd};

// ANCHOR: format
/// How `f32` is stored, and how many terms of eq. (E.2) #exp-series it needs.
#[cfg(not(feature = "f64"))]
mod format {
    pub const TERMS: usize = 7;
    pub const MANTISSA: u32 = 23;
    pub const BIAS: u32 = 127;
    pub const LN_2_HIGH: f32 = 0.693_359_4; // ln 2 in two parts: the first has few
    pub const LN_2_LOW: f32 = -2.121_944_4e-4; // bits, so its product with n is exact
    pub const LARGEST: f32 = 88.0; // exp of it is still finite
}

/// How `f64` is stored, and how many terms of eq. (E.2) #exp-series it needs.
#[cfg(feature = "f64")]
mod format {
    pub const TERMS: usize = 13;
    pub const MANTISSA: u32 = 52;
    pub const BIAS: u64 = 1023;
    pub const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    pub const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    pub const LARGEST: f64 = 708.0;
}

use format::{BIAS, LARGEST, LN_2_HIGH, LN_2_LOW, MANTISSA, TERMS};

/// 1/k!
const INVERSE_FACTORIAL: [Real; TERMS + 1] = {
    let mut table = [1.0; TERMS + 1];
    let mut k = 1;
    while k <= TERMS {
        table[k] = table[k - 1] / k as Real;
        k += 1;
    }
    table
};
// ANCHOR_END: format

// ANCHOR: exp
/// `exp(x) = 2ⁿ (1 + p)`, as the pair (2ⁿ, p), eqs. (E.1) #exp-split and (E.2)
/// #exp-series. `x` must lie between ∓[`LARGEST`].
#[inline(always)]
fn exp_parts(x: Real) -> (Real, Real) {
    // n = x / ln 2, rounded: adding a number this large leaves no bits for a fraction,
    // and n in the lowest bits of the sum.
    const SHIFT: Real = 1.5 * (1_u64 << MANTISSA) as Real;
    let shifted = x.mul_add(std::f64::consts::LOG2_E as Real, SHIFT);
    let n = shifted - SHIFT;
    // r = x − n ln 2, at most half of ln 2 in size
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    // p = r + r²/2! + r³/3! + …, by Horner's rule
    let mut p = INVERSE_FACTORIAL[TERMS];
    for k in (1..TERMS).rev() {
        p = p.mul_add(r, INVERSE_FACTORIAL[k]);
    }
    // 2ⁿ: n in the place of the exponent
    let n = shifted.to_bits().wrapping_sub(SHIFT.to_bits());
    (Real::from_bits(n.wrapping_add(BIAS) << MANTISSA), p * r)
}

/// `exp(x)`: 0 far below, infinite far above.
#[inline(always)]
pub fn exp_of(x: Real) -> Real {
    let (power, p) = exp_parts(x.clamp(-LARGEST + 1.0, LARGEST));
    let inside = power.mul_add(p, power);
    let below = if x < -LARGEST + 1.0 { 0.0 } else { inside };
    if x > LARGEST { Real::INFINITY } else { below }
}

/// `tanh(x) = E / (E + 2)` with `E = exp(2x) − 1`, eq. (E.3) #tanh-exp.
#[inline(always)]
fn tanh_of(x: Real) -> Real {
    let (power, p) = exp_parts(2.0 * x.clamp(-20.0, 20.0));
    let e = power.mul_add(p, power - 1.0);
    e / (e + 2.0)
}

/// `σ(x) = 1 / (1 + exp(−x))`.
#[inline(always)]
fn sigmoid_of(x: Real) -> Real {
    let (power, p) = exp_parts((-x).clamp(-LARGEST + 1.0, LARGEST));
    1.0 / (1.0 + power.mul_add(p, power))
}
// ANCHOR_END: exp

// ANCHOR: slices
/// Replaces each number by its exponential.
pub fn exp(values: &mut [Real]) {
    Arch::new().dispatch(Each(values, exp_of));
}

/// Replaces each number by its tanh.
pub fn tanh(values: &mut [Real]) {
    Arch::new().dispatch(Each(values, tanh_of));
}

/// Replaces each number by σ of it.
pub fn sigmoid(values: &mut [Real]) {
    Arch::new().dispatch(Each(values, sigmoid_of));
}

/// A function of each number of a slice. What is inlined here is compiled once for each
/// kind of processor, and the right one is chosen when the program runs.
struct Each<'a, F>(&'a mut [Real], F);

impl<F: Fn(Real) -> Real> WithSimd for Each<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.0 {
            *x = (self.1)(*x);
        }
    }
}
// ANCHOR_END: slices

/// Replaces each number `x` of `values` by the first part of `f(x)`, and writes the
/// second to `second`.
///
/// # Panics
/// If the slices are not equally long.
pub fn map_two(
    values: &mut [Real],
    second: &mut [Real],
    f: impl Fn(Real) -> (Real, Real),
) {
    let lengths = (values.len(), second.len());
    assert!(lengths.0 == lengths.1, "two slices of different lengths: {lengths:?}");
    Arch::new().dispatch(Pairs(values, second, f));
}

struct Pairs<'a, F>(&'a mut [Real], &'a mut [Real], F);

impl<F: Fn(Real) -> (Real, Real)> WithSimd for Pairs<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (x, second) in self.0.iter_mut().zip(self.1) {
            (*x, *second) = (self.2)(*x);
        }
    }
}

// ANCHOR: softmax
/// As many running sums as the widest vector has places. Their number is fixed, so that
/// a sum does not depend on the machine.
const PLACES: usize = 16;

/// Replaces logits by their softmax and returns the log of the sum of their
/// exponentials, eq. (2.5) #log-sum-exp.
pub fn softmax(z: &mut [Real]) -> Real {
    Arch::new().dispatch(Softmax(z))
}

struct Softmax<'a>(&'a mut [Real]);

impl WithSimd for Softmax<'_> {
    type Output = Real;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Real {
        let z = self.0;
        let larger = |a, b| if a > b { a } else { b };
        let largest = fold(z, Real::NEG_INFINITY, larger, larger);
        for z_i in &mut *z {
            *z_i = exp_of(*z_i - largest);
        }
        let sum = fold(z, 0.0, |a, b| a + b, |a, b| a + b);
        let inverse = 1.0 / sum;
        for p_i in z {
            *p_i *= inverse;
        }
        largest + sum.ln()
    }
}

/// From `p`, the softmax of a row, and the gradient `d` of `p`: the gradient of what
/// the softmax was taken of, times `scale`, in the place of `d`, eq. (10.7)
/// #modern-softmax-back.
pub fn softmax_backward(p: &[Real], d: &mut [Real], scale: Real) {
    Arch::new().dispatch(SoftmaxBackward(p, d, scale));
}

struct SoftmaxBackward<'a>(&'a [Real], &'a mut [Real], Real);

impl WithSimd for SoftmaxBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(p, d, scale) = self;
        let mut places = [0.0; PLACES];
        let ((p_blocks, p_rest), (d_blocks, d_rest)) =
            (p.as_chunks::<PLACES>(), d.as_chunks::<PLACES>());
        for (p, d) in p_blocks.iter().zip(d_blocks) {
            for k in 0..PLACES {
                places[k] = p[k].mul_add(d[k], places[k]);
            }
        }
        for ((place, &p), &d) in places.iter_mut().zip(p_rest).zip(d_rest) {
            *place = p.mul_add(d, *place);
        }
        let along: Real = places.into_iter().sum();
        for (d, &p) in d.iter_mut().zip(p) {
            *d = scale * p * (*d - along);
        }
    }
}

/// `step` takes one value after the other, place by place; `join` takes the places.
#[inline(always)]
fn fold(
    values: &[Real],
    start: Real,
    step: impl Fn(Real, Real) -> Real,
    join: impl Fn(Real, Real) -> Real,
) -> Real {
    let mut places = [start; PLACES];
    let (blocks, rest) = values.as_chunks::<PLACES>();
    for block in blocks {
        for k in 0..PLACES {
            places[k] = step(places[k], block[k]);
        }
    }
    for (place, &x) in places.iter_mut().zip(rest) {
        *place = step(*place, x);
    }
    places.into_iter().fold(start, join)
}
// ANCHOR_END: softmax

/// The sum of the squares.
pub fn sum_of_squares(values: &[Real]) -> Real {
    Arch::new().dispatch(SumOfSquares(values))
}

struct SumOfSquares<'a>(&'a [Real]);

impl WithSimd for SumOfSquares<'_> {
    type Output = Real;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Real {
        fold(self.0, 0.0, |sum, x| x.mul_add(x, sum), |a, b| a + b)
    }
}

/// A row of an array as a slice.
///
/// # Panics
/// If its numbers are not next to each other.
pub fn slice<'a>(row: ArrayView1<'a, Real>) -> &'a [Real] {
    row.to_slice().expect("the row must be contiguous")
}

/// A row of an array as a slice to write to.
///
/// # Panics
/// If its numbers are not next to each other.
pub fn slice_mut<'a>(row: ArrayViewMut1<'a, Real>) -> &'a mut [Real] {
    row.into_slice().expect("the row must be contiguous")
}
