//! The adaptive softmax (Grave et al. 2017): frequent tokens in a short list, the others
//! in clusters that are opened only when they are needed.
//!
//! Outputs `h: [N, H]` and targets `[N]` become one number.
//!
//! In the book: [section 9.4].
//!
//! [section 9.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/vocabulary.html

use crate::{
    Real, Rng,
    linear::Linear,
    parameters::{Parameters, prefixed},
    read_out,
};
use ndarray::{Array2, ArrayView2, ArrayViewD, ArrayViewMutD, Axis, s};

// ANCHOR: adaptive
/// A read-out over tokens that are numbered by falling frequency: the head scores the
/// first tokens and one entry for each cluster, and a cluster scores its tokens.
#[derive(Clone, Debug)]
pub struct Adaptive {
    /// The number of the first token of each cluster, and `V` at the end.
    cuts: Vec<usize>,
    /// `H` to the first tokens and the clusters.
    pub head: Linear,
    /// `H` to the tokens of each cluster.
    pub tails: Vec<Linear>,
}

impl Adaptive {
    /// For `cuts` such as `[200, 800, 3000]`: 200 tokens in the head, a cluster of 600,
    /// one of 2200.
    ///
    /// # Panics
    /// If the cuts are not positive and rising.
    pub fn new(hidden: usize, cuts: &[usize], rng: &mut Rng) -> Self {
        let rising = cuts.windows(2).all(|pair| pair[0] < pair[1]);
        assert!(
            rising && cuts.first() > Some(&0),
            "{cuts:?} must be positive and rise"
        );
        let head = Linear::new(hidden, cuts[0] + cuts.len() - 1, rng);
        let tails = cuts.windows(2).map(|w| Linear::new(hidden, w[1] - w[0], rng));
        Self { cuts: cuts.to_vec(), head, tails: tails.collect() }
    }

    /// Where a token stands: its entry in the head and, unless it is a first token, its
    /// cluster and its place there.
    fn place(&self, token: usize) -> (usize, Option<(usize, usize)>) {
        assert!(token < self.cuts[self.cuts.len() - 1], "token {token} is unknown");
        match self.cuts.iter().rposition(|&cut| cut <= token) {
            None => (token, None),
            Some(cluster) => {
                (self.cuts[0] + cluster, Some((cluster, token - self.cuts[cluster])))
            }
        }
    }

    /// The mean cross-entropy in nats of the rows of `h: [N, H]` against the tokens
    /// `targets: [N]`, eq. (9.15) #gen-adaptive. Adds the gradients of the weights to
    /// `grad` and returns that of `h`.
    ///
    /// # Panics
    /// If there is not one target a row, or a target is no token.
    pub fn loss_and_gradient(
        &self,
        h: ArrayView2<Real>,
        targets: &[usize],
        grad: &mut Self,
    ) -> (Real, Array2<Real>) {
        let n = targets.len();
        let places: Vec<_> = targets.iter().map(|&token| self.place(token)).collect();
        let heads: Vec<usize> = places.iter().map(|place| place.0).collect();
        let (mut loss, mut d_h) =
            read_out::loss_and_gradient(&self.head, h, &heads, n, &mut grad.head);
        for (k, (tail, grad)) in self.tails.iter().zip(&mut grad.tails).enumerate() {
            // Only the rows whose target lies in this cluster
            let inside = |place: &(usize, Option<(usize, usize)>)| {
                place.1.filter(|&(cluster, _)| cluster == k).map(|(_, token)| token)
            };
            let (rows, tokens): (Vec<usize>, Vec<usize>) = places
                .iter()
                .enumerate()
                .filter_map(|(row, place)| Some((row, inside(place)?)))
                .unzip();
            if rows.is_empty() {
                continue;
            }
            let h = h.select(Axis(0), &rows);
            let (more, d) =
                read_out::loss_and_gradient(tail, h.view(), &tokens, n, grad);
            loss += more;
            for (&row, d) in rows.iter().zip(d.outer_iter()) {
                let mut sum = d_h.row_mut(row);
                sum += &d;
            }
        }
        (loss, d_h)
    }

    /// The log-probabilities of all tokens, `[N, V]`: every cluster is opened.
    pub fn log_probabilities(&self, h: ArrayView2<Real>) -> Array2<Real> {
        let log_p = |layer: &Linear| {
            let mut z = layer.forward(h);
            for mut row in z.rows_mut() {
                let log_sum = crate::loss::log_sum_exp(row.view());
                row -= log_sum;
            }
            z
        };
        let (first, head) = (self.cuts[0], log_p(&self.head));
        let mut all = Array2::zeros((h.nrows(), self.cuts[self.cuts.len() - 1]));
        all.slice_mut(s![.., ..first]).assign(&head.slice(s![.., ..first]));
        for (k, tail) in self.tails.iter().enumerate() {
            let cluster = head.slice(s![.., first + k..=first + k]);
            let columns = s![.., self.cuts[k]..self.cuts[k + 1]];
            all.slice_mut(columns).assign(&(log_p(tail) + cluster));
        }
        all
    }
}
// ANCHOR_END: adaptive

impl Parameters for Adaptive {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("head", self.head.parameters());
        for (k, tail) in self.tails.iter().enumerate() {
            list.extend(prefixed(&k.to_string(), tail.parameters()));
        }
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("head", self.head.parameters_mut());
        for (k, tail) in self.tails.iter_mut().enumerate() {
            list.extend(prefixed(&k.to_string(), tail.parameters_mut()));
        }
        list
    }
}
