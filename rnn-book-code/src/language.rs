//! A language model: an embedding, a recurrent layer, a read-out over the vocabulary.
//!
//! Tokens `[T, B]` become scores `[T, B, V]`.
//!
//! In the book: [section 5.5].
//!
//! [section 5.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch05-gru/text.html

use crate::{
    Real, Rng,
    elman::rows,
    embedding::Embedding,
    layer::{Recurrent, State, Tape},
    linear::Linear,
    parallel::Workers,
    parameters::{Parameters, prefixed},
    read_out,
    text::Window,
};
use ndarray::{Array2, ArrayView2, ArrayViewD, ArrayViewMutD, s};
use rand::{Rng as _, SeedableRng};
use std::ops::Range;

// ANCHOR: model
/// Reads one token of a vocabulary of `V` at each step and scores each token as the
/// next.
#[derive(Clone, Debug)]
pub struct LanguageModel<L> {
    /// One row of `D` numbers a token, `[V, D]`.
    pub embedding: Embedding,
    /// From the embedded tokens to the states, `D` to `H`.
    pub layer: L,
    /// From the states to the scores, `H` to `V`.
    pub out: Linear,
}

impl<L: Recurrent> LanguageModel<L> {
    /// A random model around `layer`.
    pub fn new(vocabulary: usize, layer: L, rng: &mut Rng) -> Self {
        Self {
            embedding: Embedding::new(vocabulary, layer.input_size(), rng),
            out: Linear::new(layer.output_size(), vocabulary, rng),
            layer,
        }
    }

    /// Reads one token in each lane: the next state and the scores `[B, V]`.
    pub fn step(&self, ids: &[usize], state: &L::State) -> (L::State, Array2<Real>) {
        let ids = ArrayView2::from_shape((1, ids.len()), ids).expect("one row");
        let x = self.embedding.forward(ids);
        let state = self.layer.step(x.slice(s![0, .., ..]), state);
        let scores = self.out.forward(L::output(&state));
        (state, scores)
    }
}
// ANCHOR_END: model

// ANCHOR: gradient
impl<L: Recurrent> LanguageModel<L> {
    /// The mean loss of a window in nats a token, from `state` on, and the state after
    /// the window. Adds the gradients of all parameters to `grad`; none flows into
    /// `state`. The lanes are shared out among `workers`; what is random, such as
    /// dropout, comes from `rng`.
    pub fn loss_and_gradient(
        &self,
        window: &Window,
        state: &L::State,
        rng: &mut Rng,
        workers: &mut Workers<Self>,
        grad: &mut Self,
    ) -> (Real, L::State) {
        let seed = rng.next_u64();
        let parts = workers.run(window.x.ncols(), grad, |lanes, grad| {
            let mut rng = Rng::seed_from_u64(seed.wrapping_add(lanes.start as u64));
            self.backward_lanes(window, state, lanes, &mut rng, grad)
        });
        let (losses, states): (Vec<Real>, Vec<L::State>) = parts.into_iter().unzip();
        (losses.iter().sum(), L::State::join(&states))
    }

    /// What some lanes of a window add to its mean loss and its gradient.
    fn backward_lanes(
        &self,
        window: &Window,
        state: &L::State,
        lanes: Range<usize>,
        rng: &mut Rng,
        grad: &mut Self,
    ) -> (Real, L::State) {
        let x = window.x.slice(s![.., lanes.clone()]);
        let y: Vec<usize> =
            window.y.slice(s![.., lanes.clone()]).iter().copied().collect();
        // Forward: tokens → X → H → loss
        let embedded = self.embedding.forward(x);
        let start = state.lanes(lanes);
        let tape = self.layer.forward_training(embedded.view(), None, &start, rng);
        let h = tape.output();
        // Backward: the same line from right to left
        let (out, count) = (&mut grad.out, window.y.len());
        let (loss, d_h) =
            read_out::loss_and_gradient(&self.out, rows(&h).view(), &y, count, out);
        let d_h = d_h.into_shape_with_order(h.dim()).unwrap();
        let (d_x, _) = self.layer.backward(&tape, d_h.view(), None, &mut grad.layer);
        self.embedding.backward(x, d_x.view(), &mut grad.embedding);
        (loss, tape.last())
    }

    /// The loss of a window alone, with nothing random.
    pub fn loss(&self, window: &Window, state: &L::State) -> (Real, L::State) {
        let x = self.embedding.forward(window.x.view());
        let tape = self.layer.forward(x.view(), None, state);
        let h = tape.output();
        let y: Vec<usize> = window.y.iter().copied().collect();
        let loss = read_out::loss(&self.out, rows(&h).view(), &y);
        (loss / y.len() as Real, tape.last())
    }
}
// ANCHOR_END: gradient

impl<L: Recurrent> Parameters for LanguageModel<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters());
        list.extend(prefixed("layer", self.layer.parameters()));
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters_mut());
        list.extend(prefixed("layer", self.layer.parameters_mut()));
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
