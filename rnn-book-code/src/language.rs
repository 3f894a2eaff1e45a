//! A language model: an embedding, a recurrent layer, a read-out over the vocabulary.

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
    /// `state`.
    pub fn loss_and_gradient(
        &self,
        window: &Window,
        state: &L::State,
        grad: &mut Self,
    ) -> (Real, L::State) {
        let (x, y) = (window.x.view(), window.y.view());
        self.lanes_loss_and_gradient(x, y, x.len(), state, grad)
    }

    /// Some lanes of a window of `tokens` tokens: their part of the mean.
    fn lanes_loss_and_gradient(
        &self,
        x: ArrayView2<usize>,
        y: ArrayView2<usize>,
        tokens: usize,
        state: &L::State,
        grad: &mut Self,
    ) -> (Real, L::State) {
        let targets: Vec<usize> = y.iter().copied().collect();
        // Forward: tokens → X → H → loss
        let embedded = self.embedding.forward(x);
        let tape = self.layer.forward(embedded.view(), None, state);
        let h = tape.output();
        // Backward: the same line from right to left
        let (loss, d_h) = read_out::loss_and_gradient(
            &self.out,
            rows(&h).view(),
            &targets,
            tokens,
            &mut grad.out,
        );
        let d_h = d_h.into_shape_with_order(h.dim()).unwrap();
        let (d_x, _) = self.layer.backward(&tape, d_h.view(), None, &mut grad.layer);
        self.embedding.backward(x, d_x.view(), &mut grad.embedding);
        (loss, tape.last())
    }

    /// The same on several threads, each with some of the lanes.
    pub fn parallel_loss_and_gradient(
        &self,
        window: &Window,
        state: &L::State,
        workers: &mut Workers<Self>,
        grad: &mut Self,
    ) -> (Real, L::State) {
        let lanes = window.x.ncols();
        let parts = workers.run(lanes, grad, |group, grad| {
            let x = window.x.slice(s![.., group.clone()]);
            let y = window.y.slice(s![.., group.clone()]);
            let state = state.lanes(group);
            self.lanes_loss_and_gradient(x, y, window.x.len(), &state, grad)
        });
        let (losses, states): (Vec<Real>, Vec<L::State>) = parts.into_iter().unzip();
        (losses.iter().sum::<Real>(), L::State::join(&states))
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
