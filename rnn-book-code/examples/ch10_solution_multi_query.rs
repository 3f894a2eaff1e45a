//! Multi-query attention: many queries, one head of keys and values.

use ndarray::{Array2, ArrayViewD, ArrayViewMutD, s};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    gradcheck::gradient_check,
    init::normal,
    parameters::Parameters,
    self_attention::{attend, attend_backward},
};

const STEPS: usize = 5;
const HEADS: usize = 3;
const SIZE: usize = 2;

// ANCHOR: pass
/// Queries of all heads, `[T, A d]`, and the keys and values that they share, `[T, d]`.
#[derive(Clone)]
struct Shared {
    q: Array2<Real>,
    k: Array2<Real>,
    v: Array2<Real>,
}

impl Shared {
    fn forward(&self) -> (Array2<Real>, Vec<Array2<Real>>) {
        let mut o = Array2::zeros(self.q.dim());
        let maps = (0..HEADS).map(|a| {
            let columns = s![.., a * SIZE..(a + 1) * SIZE];
            let mut p = Array2::zeros((STEPS, STEPS));
            let qkv = [self.q.slice(columns), self.k.view(), self.v.view()];
            attend(qkv, |t| t + 1, p.view_mut(), o.slice_mut(columns));
            p
        });
        let maps = maps.collect();
        (o, maps)
    }

    /// The keys and values have as many readers as there are heads: `attend_backward`
    /// adds, so the same arrays are handed to it again and again.
    fn backward(&self, maps: &[Array2<Real>], d_o: &Array2<Real>) -> Self {
        let mut d = self.zeros_like();
        for (a, p) in maps.iter().enumerate() {
            let columns = s![.., a * SIZE..(a + 1) * SIZE];
            let qkv = [self.q.slice(columns), self.k.view(), self.v.view()];
            let d_qkv = [d.q.slice_mut(columns), d.k.view_mut(), d.v.view_mut()];
            attend_backward(qkv, p.view(), |t| t + 1, d_o.slice(columns), d_qkv);
        }
        d
    }
}
// ANCHOR_END: pass

impl Parameters for Shared {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let list = [("q", &self.q), ("k", &self.k), ("v", &self.v)];
        list.map(|(name, x)| (name.into(), x.view().into_dyn())).into()
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let list = [("q", &mut self.q), ("k", &mut self.k), ("v", &mut self.v)];
        list.map(|(name, x)| (name.into(), x.view_mut().into_dyn())).into()
    }
}

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let mut draw = |size| normal(STEPS, size, 1.0, &mut rng);
    let shared = Shared { q: draw(HEADS * SIZE), k: draw(SIZE), v: draw(SIZE) };
    let readers = draw(HEADS * SIZE);
    let (_, maps) = shared.forward();
    let grad = shared.backward(&maps, &readers);
    for check in
        gradient_check(&shared, &grad, 1e-5, |m| (m.forward().0 * &readers).sum())
    {
        println!("{}: below 1e-8: {}", check.name, check.error < 1e-8);
    }
    println!(
        "numbers in the cache a place: {} in place of {}",
        2 * SIZE,
        2 * HEADS * SIZE
    );
}
