//! Embeddings: one row of numbers for each token, looked up by its number; the
//! gradient, dense and sparse; optimisers that touch only the rows in use.
//!
//! Tokens `[T, B]` become rows `[T, B, D]`; the table is `[V, D]`.
//!
//! In the book: [section 6.2].
//!
//! [section 6.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/embedding.html

use crate::{
    Real, Rng, init,
    parameters::Parameters,
    vector::{slice, slice_mut},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Zip, s,
};

// ANCHOR: embedding
/// One row of `D` numbers for each of `V` tokens.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// The rows, `[V, D]`.
    pub w: Array2<Real>,
}

impl Embedding {
    /// Rows drawn from the standard normal distribution, as in PyTorch.
    pub fn new(vocabulary: usize, size: usize, rng: &mut Rng) -> Self {
        Self { w: init::normal(vocabulary, size, 1.0, rng) }
    }

    /// The rows of the tokens `ids: [T, B]`, `[T, B, D]`, eq. (6.4) #data-lookup. It is
    /// the product of one-hot rows with `w`, without the product.
    ///
    /// # Panics
    /// If a number is not below `V`.
    pub fn forward(&self, ids: ArrayView2<usize>) -> Array3<Real> {
        let (steps, batch) = ids.dim();
        let mut x = Array3::zeros((steps, batch, self.w.ncols()));
        for ((t, b), &id) in ids.indexed_iter() {
            let row = slice(self.w.row(self.check(id)));
            slice_mut(x.slice_mut(s![t, b, ..])).copy_from_slice(row);
        }
        x
    }

    /// Adds the gradient `d_x: [T, B, D]` of the rows to the rows of `grad` that they
    /// came from, eq. (6.6) #data-scatter-batched: a token that occurs twice collects
    /// two gradients.
    ///
    /// # Panics
    /// If a number is not below `V`, or the shapes do not agree.
    pub fn backward(
        &self,
        ids: ArrayView2<usize>,
        d_x: ArrayView3<Real>,
        grad: &mut Embedding,
    ) {
        for ((t, b), &id) in ids.indexed_iter() {
            let mut row = grad.w.row_mut(self.check(id));
            row += &d_x.slice(s![t, b, ..]);
        }
    }

    fn check(&self, id: usize) -> usize {
        assert!(
            id < self.w.nrows(),
            "token {id} of a vocabulary of {}",
            self.w.nrows()
        );
        id
    }
}
// ANCHOR_END: embedding

// ANCHOR: sparse
/// The rows of the gradient of an [`Embedding`] whose tokens occur; all others are 0.
#[derive(Clone, Debug, PartialEq)]
pub struct SparseRows {
    /// The tokens that occur, ascending, each once: `[N]`.
    pub ids: Vec<usize>,
    /// Their gradients, `[N, D]`.
    pub rows: Array2<Real>,
}

impl Embedding {
    /// What [`backward`](Self::backward) would add, as the rows of the tokens that
    /// occur.
    ///
    /// # Panics
    /// If a number is not below `V`, or the shapes do not agree.
    pub fn sparse_gradient(
        &self,
        ids: ArrayView2<usize>,
        d_x: ArrayView3<Real>,
    ) -> SparseRows {
        let mut distinct: Vec<usize> = ids.iter().map(|&id| self.check(id)).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut rows = Array2::zeros((distinct.len(), self.w.ncols()));
        for ((t, b), id) in ids.indexed_iter() {
            let n = distinct.binary_search(id).expect("every token is in the list");
            let mut row = rows.row_mut(n);
            row += &d_x.slice(s![t, b, ..]);
        }
        SparseRows { ids: distinct, rows }
    }
}

impl SparseRows {
    /// Adds the rows to a dense gradient.
    ///
    /// # Panics
    /// If `grad` has not as many rows, or rows of another length.
    pub fn add_to(&self, grad: &mut Embedding) {
        for (&id, row) in self.ids.iter().zip(self.rows.outer_iter()) {
            let mut sum = grad.w.row_mut(id);
            sum += &row;
        }
    }
}
// ANCHOR_END: sparse

// ANCHOR: optimisers
/// Gradient descent on the rows that have a gradient: the same as the dense step.
#[derive(Clone, Debug)]
pub struct SparseSgd {
    /// The learning rate η.
    pub rate: Real,
}

impl SparseSgd {
    /// One step.
    ///
    /// # Panics
    /// If the gradient belongs to an embedding of another shape.
    pub fn step(&self, embedding: &mut Embedding, gradient: &SparseRows) {
        for (&id, g) in gradient.ids.iter().zip(gradient.rows.outer_iter()) {
            embedding.w.row_mut(id).scaled_add(-self.rate, &g);
        }
    }
}

/// Adam on the rows that have a gradient. The moments of the others stand still, where
/// those of the dense Adam fade: the two are not the same.
#[derive(Clone, Debug)]
pub struct SparseAdam {
    /// The learning rate η.
    pub rate: Real,
    /// How much of the mean stays, β₁.
    pub beta_1: Real,
    /// How much of the mean square stays, β₂.
    pub beta_2: Real,
    /// Keeps the division from exploding.
    pub epsilon: Real,
    steps: i32,
    mean: Array2<Real>,
    mean_square: Array2<Real>,
}

impl SparseAdam {
    /// Nothing seen yet, β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    pub fn new(embedding: &Embedding, rate: Real) -> Self {
        let zeros = Array2::zeros(embedding.w.dim());
        Self {
            rate,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            steps: 0,
            mean: zeros.clone(),
            mean_square: zeros,
        }
    }

    /// One step.
    ///
    /// # Panics
    /// If the gradient belongs to an embedding of another shape.
    pub fn step(&mut self, embedding: &mut Embedding, gradient: &SparseRows) {
        self.steps += 1;
        let (beta_1, beta_2, epsilon) = (self.beta_1, self.beta_2, self.epsilon);
        let unbias_1 = 1.0 - beta_1.powi(self.steps);
        let unbias_2 = 1.0 - beta_2.powi(self.steps);
        let (step, root) = (self.rate / unbias_1, unbias_2.sqrt());
        for (&id, g) in gradient.ids.iter().zip(gradient.rows.outer_iter()) {
            Zip::from(embedding.w.row_mut(id))
                .and(&g)
                .and(self.mean.row_mut(id))
                .and(self.mean_square.row_mut(id))
                .for_each(|w, &g, m, s| {
                    *m = beta_1 * *m + (1.0 - beta_1) * g;
                    *s = beta_2 * *s + (1.0 - beta_2) * g * g;
                    *w -= step * *m / (s.sqrt() / root + epsilon);
                });
        }
    }
}
// ANCHOR_END: optimisers

impl Parameters for Embedding {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![("w".into(), self.w.view().into_dyn())]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![("w".into(), self.w.view_mut().into_dyn())]
    }
}
