//! Layers on top of each other, with dropout between them.
//!
//! `x: [T, B, D]` becomes `[T, B, H]`, the outputs of the last layer.
//!
//! In the book: [section 7.2].
//!
//! [section 7.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/stacked.html

use crate::{
    Real, Rng,
    dropout::{Dropout, masked},
    layer::{Layer, Recurrent, Tape},
    parameters::{Parameters, prefixed},
};
use ndarray::{Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD};

// ANCHOR: stacked
/// Layers of one kind: each reads what the one below puts out. The input of every layer
/// but the first passes through dropout while training (Zaremba et al. 2014: between
/// layers, never from step to step).
#[derive(Clone, Debug)]
pub struct Stacked<L> {
    /// From the input upwards.
    pub layers: Vec<L>,
    /// Between two layers.
    pub dropout: Dropout,
}

/// The tapes of a [`Stacked`] layer, from the input upwards.
#[derive(Clone, Debug)]
pub struct StackedTape<T> {
    /// One tape a layer.
    pub tapes: Vec<T>,
    /// One mask between two layers, or none if there was no dropout.
    pub masks: Vec<Array3<Real>>,
}

impl<L: Layer> Stacked<L> {
    /// # Panics
    /// If there is no layer, or two neighbours do not fit.
    pub fn new(layers: Vec<L>, dropout: Dropout) -> Self {
        assert!(!layers.is_empty(), "a stack needs at least one layer");
        for pair in layers.windows(2) {
            let (below, above) = (pair[0].output_size(), pair[1].input_size());
            assert!(below == above, "{below} outputs do not fit {above} inputs");
        }
        Self { layers, dropout }
    }

    /// From the first layer to the last; with dropout if there is an `rng`.
    fn climb(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &[L::State],
        mut rng: Option<&mut Rng>,
    ) -> StackedTape<L::Tape> {
        assert!(start.len() == self.layers.len(), "one state a layer");
        let (mut tapes, mut masks) = (Vec::<L::Tape>::new(), Vec::new());
        for (layer, start) in self.layers.iter().zip(start) {
            let below = tapes.last().map_or(x, Tape::output);
            let tape = match rng.as_deref_mut() {
                Some(rng) if self.dropout.rate() > 0.0 && !tapes.is_empty() => {
                    let mask = self.dropout.mask(below.dim(), rng);
                    let below = masked(below, &mask);
                    masks.push(mask);
                    layer.forward_training(below.view(), lengths, start, rng)
                }
                Some(rng) => layer.forward_training(below, lengths, start, rng),
                None => layer.forward(below, lengths, start),
            };
            tapes.push(tape);
        }
        StackedTape { tapes, masks }
    }
}
// ANCHOR_END: stacked

impl<T: Tape> Tape for StackedTape<T> {
    type State = Vec<T::State>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.tapes.last().expect("a stack has a layer").output()
    }

    fn last(&self) -> Vec<T::State> {
        self.tapes.iter().map(Tape::last).collect()
    }
}

impl<L: Layer> Layer for Stacked<L> {
    type State = Vec<L::State>;
    type Tape = StackedTape<L::Tape>;

    fn input_size(&self) -> usize {
        self.layers[0].input_size()
    }

    fn output_size(&self) -> usize {
        self.layers[self.layers.len() - 1].output_size()
    }

    fn start(&self, batch: usize) -> Vec<L::State> {
        self.layers.iter().map(|layer| layer.start(batch)).collect()
    }

    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Vec<L::State>,
    ) -> StackedTape<L::Tape> {
        self.climb(x, lengths, start, None)
    }

    fn forward_training(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Vec<L::State>,
        rng: &mut Rng,
    ) -> StackedTape<L::Tape> {
        self.climb(x, lengths, start, Some(rng))
    }

    // ANCHOR: backward
    fn backward(
        &self,
        tape: &StackedTape<L::Tape>,
        d_h: ArrayView3<Real>,
        d_last: Option<&Vec<L::State>>,
        grad: &mut Self,
    ) -> (Array3<Real>, Vec<L::State>) {
        let mut d_start = Vec::with_capacity(self.layers.len());
        let mut d_x = Array3::zeros((0, 0, 0));
        for (k, layer) in self.layers.iter().enumerate().rev() {
            let above = if k + 1 == self.layers.len() { d_h } else { d_x.view() };
            let d_last = d_last.map(|d_last| &d_last[k]);
            let (d_below, d_first) =
                layer.backward(&tape.tapes[k], above, d_last, &mut grad.layers[k]);
            d_x = match tape.masks.get(k.wrapping_sub(1)) {
                Some(mask) => d_below * mask,
                None => d_below,
            };
            d_start.push(d_first);
        }
        d_start.reverse();
        (d_x, d_start)
    }
    // ANCHOR_END: backward
}

impl<L: Recurrent> Recurrent for Stacked<L> {
    fn step(&self, x: ArrayView2<Real>, state: &Vec<L::State>) -> Vec<L::State> {
        assert!(state.len() == self.layers.len(), "one state a layer");
        let mut next: Vec<L::State> = Vec::with_capacity(state.len());
        for (layer, state) in self.layers.iter().zip(state) {
            let x = next.last().map_or(x, L::output);
            let state = layer.step(x, state);
            next.push(state);
        }
        next
    }

    fn output(state: &Vec<L::State>) -> ArrayView2<'_, Real> {
        L::output(state.last().expect("a stack has a layer"))
    }
}

impl<L: Parameters> Parameters for Stacked<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let layers = self.layers.iter().enumerate();
        layers.flat_map(|(k, l)| prefixed(&k.to_string(), l.parameters())).collect()
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let layers = self.layers.iter_mut().enumerate();
        layers.flat_map(|(k, l)| prefixed(&k.to_string(), l.parameters_mut())).collect()
    }
}
