//! Attention pooling with a hidden layer, checked against central differences.

use ndarray::{Array1, Array2, ArrayViewD, ArrayViewMutD};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng, gradcheck::gradient_check, init, parameters::Parameters,
};

// ANCHOR: pool
/// Scores `tanh(H W) v`; the rows of `h` are a parameter here, to check them too.
#[derive(Clone)]
struct Additive {
    h: Array2<Real>,
    w: Array2<Real>,
    v: Array1<Real>,
}

impl Additive {
    /// The hidden layer, the weights and the pooled row.
    fn forward(&self) -> (Array2<Real>, Array1<Real>, Array1<Real>) {
        let u = self.h.dot(&self.w).mapv(Real::tanh);
        let scores = u.dot(&self.v);
        let largest = scores.fold(Real::NEG_INFINITY, |m, &e| m.max(e));
        let alpha = scores.mapv(|e| (e - largest).exp());
        let alpha = &alpha / alpha.sum();
        let c = alpha.dot(&self.h);
        (u, alpha, c)
    }

    /// All gradients, from that of the pooled row.
    fn backward(&self, d_c: &Array1<Real>) -> Self {
        let (u, alpha, _) = self.forward();
        let d_alpha = self.h.dot(d_c);
        let delta = &alpha * &(&d_alpha - alpha.dot(&d_alpha));
        // Through v and tanh: δ_t v ⊙ (1 − u_t²)
        let outer = |a: &Array1<Real>, b: &Array1<Real>| {
            let (n, m) = (a.len(), b.len());
            Array2::from_shape_fn((n, m), |(i, j)| a[i] * b[j])
        };
        let d_a = outer(&delta, &self.v) * u.mapv(|u| 1.0 - u * u);
        Self {
            h: outer(&alpha, d_c) + d_a.dot(&self.w.t()),
            w: self.h.t().dot(&d_a),
            v: delta.dot(&u),
        }
    }
}
// ANCHOR_END: pool

impl Parameters for Additive {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![
            ("h".into(), self.h.view().into_dyn()),
            ("w".into(), self.w.view().into_dyn()),
            ("v".into(), self.v.view().into_dyn()),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![
            ("h".into(), self.h.view_mut().into_dyn()),
            ("w".into(), self.w.view_mut().into_dyn()),
            ("v".into(), self.v.view_mut().into_dyn()),
        ]
    }
}

fn main() {
    // ANCHOR: main
    let rng = &mut Rng::seed_from_u64(5);
    let pool = Additive {
        h: init::normal(4, 3, 1.0, rng),
        w: init::normal(3, 2, 1.0, rng),
        v: init::normal(1, 2, 1.0, rng).row(0).to_owned(),
    };
    let d_c = init::normal(1, 3, 1.0, rng).row(0).to_owned();
    let grad = pool.backward(&d_c);
    for check in gradient_check(&pool, &grad, 1e-5, |pool| pool.forward().2.dot(&d_c)) {
        println!("{}: error below 1e-7: {}", check.name, check.error < 1e-7);
    }
    // ANCHOR_END: main
}
