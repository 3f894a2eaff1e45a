//! Where in a sequence a token stands: told to a model that cannot see order.
//!
//! A table is `[T, D]`; rotations act on single rows, `[d]`.
//!
//! In the book: [section 10.2].
//!
//! [section 10.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/positions.html

use crate::{Real, Rng, init, parameters::Parameters};
use ndarray::{Array2, Array3, ArrayView3, ArrayViewD, ArrayViewMutD, Axis, s};

// ANCHOR: table
/// One row of `D` numbers for each place, added to the tokens that stand there.
#[derive(Clone, Debug)]
pub struct PositionTable {
    /// The rows, `[C, D]`.
    pub w: Array2<Real>,
    /// Whether the rows are parameters.
    pub learned: bool,
}

impl PositionTable {
    /// Rows drawn at random, to be learned.
    pub fn learned(
        context: usize,
        size: usize,
        deviation: Real,
        rng: &mut Rng,
    ) -> Self {
        Self { w: init::normal(context, size, deviation, rng), learned: true }
    }

    /// Sines and cosines of angles `t ω_i` (Vaswani et al. 2017), eq. (10.11)
    /// #modern-sinusoid, times `scale`. Nothing is learned.
    pub fn sinusoidal(context: usize, size: usize, scale: Real) -> Self {
        let w = Array2::from_shape_fn((context, size), |(t, k)| {
            let angle = t as f64 * frequency(k / 2, size);
            let wave = if k % 2 == 0 { angle.sin() } else { angle.cos() };
            scale * wave as Real
        });
        Self { w, learned: false }
    }

    /// Adds row `t` to `x[b, t]`, for `x: [B, T, D]`.
    ///
    /// # Panics
    /// If there are more places than rows.
    pub fn add_to(&self, x: &mut Array3<Real>) {
        let steps = x.len_of(Axis(1));
        assert!(steps <= self.w.nrows(), "{steps} places, {} rows", self.w.nrows());
        *x += &self.w.slice(s![..steps, ..]);
    }

    /// Adds the gradient of the rows, the sum of `d_x: [B, T, D]` over the lanes, to
    /// `grad`.
    pub fn backward(&self, d_x: ArrayView3<Real>, grad: &mut PositionTable) {
        if self.learned {
            let mut rows = grad.w.slice_mut(s![..d_x.len_of(Axis(1)), ..]);
            rows += &d_x.sum_axis(Axis(0));
        }
    }
}

/// `ω_i = 10000^(−2i/D)`, the angle by which a place differs from the one before it.
fn frequency(i: usize, size: usize) -> f64 {
    10_000_f64.powf(-2.0 * i as f64 / size as f64)
}
// ANCHOR_END: table

impl Parameters for PositionTable {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let list = vec![("w".into(), self.w.view().into_dyn())];
        if self.learned { list } else { Vec::new() }
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let list = vec![("w".into(), self.w.view_mut().into_dyn())];
        if self.learned { list } else { Vec::new() }
    }
}

// ANCHOR: rotary
/// Rotary positions (Su et al. 2021): queries and keys are turned by angles that grow
/// with their place, so that a product of both knows only how far apart they are.
/// Number `i` of a head makes a pair with number `i + D/2`.
#[derive(Clone, Debug)]
pub struct Rotary {
    /// cos(t ω_i), `[C, D/2]`.
    pub cos: Array2<Real>,
    /// sin(t ω_i), `[C, D/2]`.
    pub sin: Array2<Real>,
}

impl Rotary {
    /// The angles of `context` places for heads of `size` numbers.
    ///
    /// # Panics
    /// If `size` is odd.
    pub fn new(context: usize, size: usize) -> Self {
        assert!(size.is_multiple_of(2), "a head of {size} numbers has no pairs");
        let angles = Array2::from_shape_fn((context, size / 2), |(t, i)| {
            t as f64 * frequency(i, size)
        });
        Self {
            cos: angles.mapv(|angle| angle.cos() as Real),
            sin: angles.mapv(|angle| angle.sin() as Real),
        }
    }

    /// Turns the pairs of `x: [D]`, which stands at place `t`, eq. (10.13)
    /// #modern-rotation.
    ///
    /// # Panics
    /// If `t` is not below the number of places.
    pub fn turn(&self, t: usize, x: &mut [Real]) {
        self.rotate(t, x, 1.0);
    }

    /// Turns back. It is the backward pass too: the transpose of a rotation is its
    /// inverse, eq. (10.15) #modern-rotary-back.
    pub fn turn_back(&self, t: usize, x: &mut [Real]) {
        self.rotate(t, x, -1.0);
    }

    fn rotate(&self, t: usize, x: &mut [Real], sign: Real) {
        assert!(t < self.cos.nrows(), "place {t} of {}", self.cos.nrows());
        let (a, b) = x.split_at_mut(self.cos.ncols());
        let angles = self.cos.row(t).into_iter().zip(self.sin.row(t));
        for ((a, b), (&cos, &sin)) in a.iter_mut().zip(b).zip(angles) {
            let sin = sign * sin;
            (*a, *b) = (*a * cos - *b * sin, *a * sin + *b * cos);
        }
    }
}
// ANCHOR_END: rotary

// ANCHOR: choice
/// How a model is told about places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Positions {
    /// Not at all.
    None,
    /// A fixed table of sines and cosines is added to the tokens.
    Sinusoidal,
    /// A table that is learned is added to the tokens.
    #[default]
    Learned,
    /// Queries and keys are turned.
    Rotary,
}
// ANCHOR_END: choice
