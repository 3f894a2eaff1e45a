//! The language model of chapter 9: dropout where Zaremba et al. (2014) put it, and one
//! matrix that reads tokens and scores them.
//!
//! Tokens `[T, B]` become scores `[T, B, V]`.
//!
//! In the book: [section 9.2].
//!
//! [section 9.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/model.html

use crate::{
    Real, Rng,
    dropout::{Dropout, masked},
    elman::rows,
    embedding::Embedding,
    init,
    layer::{Recurrent, State, Tape},
    parallel::Workers,
    parameters::{Parameters, prefixed},
    product::add_matmul,
    read_out,
    text::Window,
};
use ndarray::{Array1, Array2, ArrayView2, ArrayViewD, ArrayViewMutD, Axis, s};
use rand::{Rng as _, SeedableRng};
use std::ops::Range;

// ANCHOR: model
/// Reads one token of `V` at each step and scores each token as the next.
#[derive(Clone, Debug)]
pub struct NextToken<L> {
    /// One row of `D` numbers a token, `[V, D]`.
    pub embedding: Embedding,
    /// From the embedded tokens to the states, `D` to `H`.
    pub layer: L,
    /// One row a token that scores it, `[V, H]`; without it, the rows of the embedding
    /// do (Press & Wolf 2017).
    pub out: Option<Array2<Real>>,
    /// The bias of the scores, `[V]`.
    pub b: Array1<Real>,
    /// Between the embedding and the layer, and between the layer and the scores.
    pub dropout: Dropout,
}

impl<L: Recurrent> NextToken<L> {
    /// A random model around `layer`, with rows drawn uniformly between ±0.1.
    ///
    /// # Panics
    /// If it is to be `tied`, and the layer's output is not as wide as its input.
    pub fn new(
        vocabulary: usize,
        layer: L,
        tied: bool,
        dropout: Dropout,
        rng: &mut Rng,
    ) -> Self {
        let (d, h) = (layer.input_size(), layer.output_size());
        assert!(!tied || d == h, "rows of {d} cannot score outputs of {h}");
        Self {
            embedding: Embedding { w: init::uniform(vocabulary, d, 0.1, rng) },
            out: (!tied).then(|| init::uniform(vocabulary, h, 0.1, rng)),
            b: Array1::zeros(vocabulary),
            layer,
            dropout,
        }
    }

    // ANCHOR: counts
    /// Lets the bias start at the logarithm of each token's share in `ids`: there it
    /// comes to rest while the outputs are 0, eq. (9.17) #gen-counted-bias. What does
    /// not occur counts as half a token.
    ///
    /// # Panics
    /// If there is no token, or one is not below `V`.
    pub fn start_from_counts(&mut self, ids: &[usize]) {
        assert!(!ids.is_empty(), "no tokens to count");
        let mut counts = vec![0.0_f64; self.b.len()];
        ids.iter().for_each(|&id| counts[id] += 1.0);
        let all = ids.len() as f64;
        for (b, count) in self.b.iter_mut().zip(counts) {
            *b = (count.max(0.5) / all).ln() as Real;
        }
    }
    // ANCHOR_END: counts

    /// The rows that score, `[V, H]`.
    pub fn scoring(&self) -> ArrayView2<'_, Real> {
        self.out.as_ref().unwrap_or(&self.embedding.w).view()
    }

    /// The scores `[N, V]` of outputs `h: [N, H]`, eq. (9.10) #gen-tied-scores.
    pub fn scores(&self, h: ArrayView2<Real>) -> Array2<Real> {
        let shape = (h.nrows(), self.b.len());
        let mut z = self.b.broadcast(shape).expect("a bias a token").to_owned();
        if h.nrows() <= 4 {
            // Too few rows to lay out all weights for the kernel
            for (mut z, h) in z.outer_iter_mut().zip(h.outer_iter()) {
                z += &self.scoring().dot(&h);
            }
        } else {
            add_matmul(h, self.scoring().t(), z.view_mut());
        }
        z
    }

    /// Reads one token in each lane: the next state and the scores `[B, V]`.
    pub fn step(&self, ids: &[usize], state: &L::State) -> (L::State, Array2<Real>) {
        let ids = ArrayView2::from_shape((1, ids.len()), ids).expect("one row");
        let x = self.embedding.forward(ids);
        let state = self.layer.step(x.slice(s![0, .., ..]), state);
        let scores = self.scores(L::output(&state));
        (state, scores)
    }
}
// ANCHOR_END: model

impl<L: Recurrent> NextToken<L> {
    /// The mean loss of a window in nats a token, from `state` on, and the state after
    /// the window. Adds the gradients of all parameters to `grad`; none flows into
    /// `state`. The lanes are shared out among `workers`, the dropout comes from `rng`.
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

    // ANCHOR: gradient
    /// What some lanes of a window add to its mean loss and its gradient.
    fn backward_lanes(
        &self,
        window: &Window,
        state: &L::State,
        lanes: Range<usize>,
        rng: &mut Rng,
        grad: &mut Self,
    ) -> (Real, L::State) {
        let ids = window.x.slice(s![.., lanes.clone()]);
        let y = window.y.slice(s![.., lanes.clone()]);
        let y: Vec<usize> = y.iter().copied().collect();
        // Forward: tokens → X → dropout → layer → H → dropout → scores → loss
        let x = self.embedding.forward(ids);
        let mask_x = self.dropout.mask(x.dim(), rng);
        let x = masked(x.view(), &mask_x);
        let start = state.lanes(lanes);
        let tape = self.layer.forward_training(x.view(), None, &start, rng);
        let mask_h = self.dropout.mask(tape.output().dim(), rng);
        let h = masked(tape.output(), &mask_h);
        // Backward: the same line from right to left
        let (loss, d_h) = read_out::rows_loss_and_gradient(
            self.scoring(),
            self.b.view(),
            rows(&h.view()).view(),
            &y,
            window.y.len(),
            grad.out.as_mut().unwrap_or(&mut grad.embedding.w), // the second reader
            &mut grad.b,
        );
        let d_h = d_h.into_shape_with_order(h.dim()).expect("[T, B, H]") * mask_h;
        let (d_x, _) = self.layer.backward(&tape, d_h.view(), None, &mut grad.layer);
        let d_x = d_x * mask_x;
        self.embedding.backward(ids, d_x.view(), &mut grad.embedding); // the first
        (loss, tape.last())
    }
    // ANCHOR_END: gradient

    /// The loss of a window alone, without dropout.
    pub fn loss(&self, window: &Window, state: &L::State) -> (Real, L::State) {
        let x = self.embedding.forward(window.x.view());
        let tape = self.layer.forward(x.view(), None, state);
        let h = tape.output();
        let y: Vec<usize> = window.y.iter().copied().collect();
        let (w, b) = (self.scoring(), self.b.view());
        let loss = read_out::loss_by(w.t(), b, rows(&h).view(), &y);
        (loss / y.len() as Real, tape.last())
    }

    // ANCHOR: losses
    /// The loss in nats of each token but the first, each predicted from all before it:
    /// one lane, one state from the first token to the last, no dropout.
    ///
    /// # Panics
    /// If a token is not below `V`.
    pub fn losses(&self, tokens: &[usize]) -> Vec<Real> {
        let mut state = self.layer.start(1);
        let mut losses = Vec::with_capacity(tokens.len());
        let read = &tokens[..tokens.len().saturating_sub(1)];
        for (k, read) in read.chunks(128).enumerate() {
            let ids = ArrayView2::from_shape((read.len(), 1), read).expect("a column");
            let x = self.embedding.forward(ids);
            let tape = self.layer.forward(x.view(), None, &state);
            let scores = self.scores(tape.output().index_axis(Axis(1), 0));
            for (t, z) in scores.outer_iter().enumerate() {
                let target = tokens[k * 128 + t + 1];
                losses.push(crate::loss::log_sum_exp(z) - z[target]);
            }
            state = tape.last();
        }
        losses
    }
    // ANCHOR_END: losses
}

impl<L: Parameters> Parameters for NextToken<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters());
        list.extend(prefixed("layer", self.layer.parameters()));
        let out = self.out.iter().map(|out| ("out".into(), out.view().into_dyn()));
        list.extend(out);
        list.push(("b".into(), self.b.view().into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters_mut());
        list.extend(prefixed("layer", self.layer.parameters_mut()));
        let out = self.out.iter_mut();
        list.extend(out.map(|out| ("out".into(), out.view_mut().into_dyn())));
        list.push(("b".into(), self.b.view_mut().into_dyn()));
        list
    }
}
