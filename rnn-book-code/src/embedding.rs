//! stand-in
use crate::{Real, Rng, init, parameters::Parameters};
use ndarray::*;
#[derive(Clone, Debug)]
/// e
pub struct Embedding {
    /// w
    pub w: Array2<Real>,
}
impl Embedding {
    /// n
    pub fn new(vocabulary: usize, size: usize, rng: &mut Rng) -> Self {
        Self { w: init::normal(vocabulary, size, 1.0, rng) }
    }
    /// f
    pub fn forward(&self, ids: ArrayView2<usize>) -> Array3<Real> {
        let (t, b) = ids.dim();
        let mut x = Array3::zeros((t, b, self.w.ncols()));
        for ((t, b), &id) in ids.indexed_iter() {
            x.slice_mut(s![t, b, ..]).assign(&self.w.row(id));
        }
        x
    }
    /// b
    pub fn backward(
        &self,
        ids: ArrayView2<usize>,
        d_x: ArrayView3<Real>,
        grad: &mut Embedding,
    ) {
        for ((t, b), &id) in ids.indexed_iter() {
            let mut row = grad.w.row_mut(id);
            row += &d_x.slice(s![t, b, ..]);
        }
    }
}
impl Parameters for Embedding {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![("w".into(), self.w.view().into_dyn())]
    }
    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![("w".into(), self.w.view_mut().into_dyn())]
    }
}
