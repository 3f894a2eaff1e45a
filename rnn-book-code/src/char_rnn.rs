//! A character model: one-hot characters, Elman's cell, a linear read-out,
//! cross-entropy.
//!
//! Characters `[T, B]` become logits `[T, B, V]`.
//!
//! In the book: [section 2.6].
//!
//! [section 2.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/training.html

use crate::{
    Real, Rng,
    elman::{Elman, rows},
    linear::Linear,
    loss::softmax_cross_entropy,
    parameters::{Parameters, prefixed},
    text::Window,
};
use ndarray::{Array2, Array3, ArrayView2, ArrayViewD, ArrayViewMutD, Axis};

// ANCHOR: model
/// Reads one character of a vocabulary of `V` at each step and scores each character as
/// the next.
#[derive(Clone, Debug)]
pub struct CharRnn {
    /// The recurrent cell, `D = V`.
    pub cell: Elman,
    /// From the state `[H]` to the logits `[V]`.
    pub out: Linear,
}

impl CharRnn {
    /// A random model.
    pub fn new(vocabulary: usize, hidden: usize, rng: &mut Rng) -> Self {
        Self {
            cell: Elman::new(vocabulary, hidden, rng),
            out: Linear::new(hidden, vocabulary, rng),
        }
    }

    /// The state before the first character, `[B, H]`.
    pub fn start(&self, batch: usize) -> Array2<Real> {
        Array2::zeros((batch, self.cell.b_h.len()))
    }

    /// Reads one character in each lane: the next state `[B, H]` and the logits
    /// `[B, V]`.
    pub fn step(
        &self,
        ids: &[usize],
        h: ArrayView2<Real>,
    ) -> (Array2<Real>, Array2<Real>) {
        let ids = ArrayView2::from_shape((1, ids.len()), ids).expect("one row");
        let x = one_hot(ids, self.out.b.len());
        let h = self.cell.step(x.index_axis(Axis(0), 0), h);
        let logits = self.out.forward(h.view());
        (h, logits)
    }
}

/// Numbers `[T, B]` as one-hot rows `[T, B, V]`.
pub fn one_hot(ids: ArrayView2<usize>, vocabulary: usize) -> Array3<Real> {
    let (steps, batch) = ids.dim();
    let mut x = Array3::zeros((steps, batch, vocabulary));
    for ((t, b), &id) in ids.indexed_iter() {
        x[[t, b, id]] = 1.0;
    }
    x
}
// ANCHOR_END: model

// ANCHOR: gradient
impl CharRnn {
    /// The mean loss of a window in nats a character, from the state `h_0: [B, H]` on,
    /// and the state after the window. Adds the gradients of all parameters to `grad`.
    /// No gradient flows into `h_0`: back-propagation is cut off at the start of the
    /// window.
    pub fn loss_and_gradient(
        &self,
        window: &Window,
        h_0: ArrayView2<Real>,
        grad: &mut CharRnn,
    ) -> (Real, Array2<Real>) {
        // Forward: X → H → logits → loss
        let x = one_hot(window.x.view(), self.out.b.len());
        let tape = self.cell.forward(x.view(), h_0);
        let h = tape.output();
        let logits = self.out.forward(rows(&h).view());
        let targets: Vec<usize> = window.y.iter().copied().collect();
        let (loss, d_logits) = softmax_cross_entropy(logits.view(), &targets);

        // Backward: the same line from right to left
        let d_h = self.out.backward(rows(&h).view(), d_logits.view(), &mut grad.out);
        let d_h = d_h.into_shape_with_order(h.dim()).unwrap();
        self.cell.backward(&tape, d_h.view(), &mut grad.cell);
        (loss, tape.last().to_owned())
    }

    /// The loss of [`loss_and_gradient`](Self::loss_and_gradient) alone.
    pub fn loss(&self, window: &Window, h_0: ArrayView2<Real>) -> Real {
        let x = one_hot(window.x.view(), self.out.b.len());
        let tape = self.cell.forward(x.view(), h_0);
        let h = tape.output();
        let logits = self.out.forward(rows(&h).view());
        let targets: Vec<usize> = window.y.iter().copied().collect();
        softmax_cross_entropy(logits.view(), &targets).0
    }
}
// ANCHOR_END: gradient

// ANCHOR: generate
impl CharRnn {
    /// Reads `prompt`, then draws `length` characters, reading each one back in.
    /// `choose` picks the next character from the logits.
    ///
    /// # Panics
    /// If the prompt is empty.
    pub fn generate(
        &self,
        prompt: &[usize],
        length: usize,
        mut choose: impl FnMut(ndarray::ArrayView1<Real>) -> usize,
    ) -> Vec<usize> {
        assert!(
            !prompt.is_empty(),
            "generation needs a prompt of at least one character"
        );
        let mut h = self.start(1);
        let mut logits = Array2::zeros((1, self.out.b.len()));
        for &id in prompt {
            (h, logits) = self.step(&[id], h.view());
        }
        let mut drawn = Vec::with_capacity(length);
        for _ in 0..length {
            let id = choose(logits.row(0));
            drawn.push(id);
            (h, logits) = self.step(&[id], h.view());
        }
        drawn
    }
}
// ANCHOR_END: generate

// ANCHOR: parameters
impl Parameters for CharRnn {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("cell", self.cell.parameters());
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("cell", self.cell.parameters_mut());
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
// ANCHOR_END: parameters
