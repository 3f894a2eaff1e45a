//! Elman's cell by the traits that all recurrent layers share.
//!
//! `x: [T, B, D]` becomes `[T, B, H]`.
//!
//! In the book: [section 3.2].
//!
//! [section 3.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/flow.html

use crate::{
    Real,
    elman::{Elman, ElmanTape},
    layer::{Layer, Recurrent, Tape},
    padding,
};
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, s};

/// The tape of Elman's cell, and where each example ends.
#[derive(Clone, Debug)]
pub struct PaddedTape {
    /// The tape of the cell.
    pub tape: ElmanTape,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl Tape for PaddedTape {
    type State = Array2<Real>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.tape.output()
    }

    fn last(&self) -> Array2<Real> {
        padding::at_ends(self.tape.h.view(), &self.ends)
    }
}

impl Layer for Elman {
    type State = Array2<Real>;
    type Tape = PaddedTape;

    fn input_size(&self) -> usize {
        self.w_xh.nrows()
    }

    fn output_size(&self) -> usize {
        self.w_hh.nrows()
    }

    fn start(&self, batch: usize) -> Array2<Real> {
        Array2::zeros((batch, self.output_size()))
    }

    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Array2<Real>,
    ) -> PaddedTape {
        let ends = padding::ends(lengths, x.dim());
        let mut tape = Elman::forward(self, x, start.view());
        padding::clear(tape.h.slice_mut(s![1.., .., ..]), &ends);
        PaddedTape { tape, ends }
    }

    fn backward(
        &self,
        tape: &PaddedTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Array2<Real>>,
        grad: &mut Elman,
    ) -> (Array3<Real>, Array2<Real>) {
        let d_last = d_last.map(|d_last| d_last.view());
        let d_h = padding::with_last(d_h, d_last, &tape.ends);
        let (d_x, mut d_start) = Elman::backward(self, &tape.tape, d_h.view(), grad);
        if let Some(d_last) = d_last {
            padding::add_ending(&mut d_start, d_last, &tape.ends, 0);
        }
        (d_x, d_start)
    }
}

impl Recurrent for Elman {
    fn step(&self, x: ArrayView2<Real>, state: &Array2<Real>) -> Array2<Real> {
        Elman::step(self, x, state.view())
    }

    fn output(state: &Array2<Real>) -> ArrayView2<'_, Real> {
        state.view()
    }
}
