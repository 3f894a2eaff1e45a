//! The Transformer's block with any recurrent layer in the place of attention.
//!
//! `x: [T, B, D]` stays `[T, B, D]`.
//!
//! In the book: [section 10.4].
//!
//! [section 10.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/recurrences.html

use crate::{
    Real, Rng,
    elman::rows,
    layer::{Layer, Recurrent, State, Tape},
    layer_norm::{LayerNorm, LayerNormTape},
    linear::Linear,
    padding,
    parameters::{Parameters, prefixed},
    transformer::{Mlp, MlpTape},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMut2, ArrayViewMutD, s,
};

// ANCHOR: mixer
/// `X_1 = X + F(LN(X))`, `Y = X_1 + MLP(LN(X_1))`, where the layer `F` has as many
/// outputs as inputs.
#[derive(Clone, Debug)]
pub struct Mixer<L> {
    /// What `layer` reads.
    pub norm_1: LayerNorm,
    /// Mixes the steps.
    pub layer: L,
    /// What `mlp` reads.
    pub norm_2: LayerNorm,
    /// Works on each step.
    pub mlp: Mlp,
}

impl<L: Layer> Mixer<L> {
    /// A block around `layer`, with an MLP of four times its size.
    ///
    /// # Panics
    /// If the layer has not as many outputs as inputs.
    pub fn new(layer: L, rng: &mut Rng) -> Self {
        let (size, outputs) = (layer.input_size(), layer.output_size());
        assert!(size == outputs, "{size} inputs, but {outputs} outputs");
        let mlp = Mlp {
            up: Linear::new(size, 4 * size, rng),
            down: Linear::new(4 * size, size, rng),
        };
        Self { norm_1: LayerNorm::new(size), layer, norm_2: LayerNorm::new(size), mlp }
    }
}

/// What a [`Mixer`] hands on.
#[derive(Clone, Debug)]
pub struct MixerState<S> {
    /// The output, `[B, D]`. No later step reads it.
    pub y: Array2<Real>,
    /// The state of the layer.
    pub inner: S,
}
// ANCHOR_END: mixer

impl<S: State> State for MixerState<S> {
    fn arrays(&self) -> Vec<ArrayView2<'_, Real>> {
        let mut list = vec![self.y.view()];
        list.extend(self.inner.arrays());
        list
    }

    fn arrays_mut(&mut self) -> Vec<ArrayViewMut2<'_, Real>> {
        let mut list = vec![self.y.view_mut()];
        list.extend(self.inner.arrays_mut());
        list
    }

    fn map(&self, f: &mut dyn FnMut(ArrayView2<Real>) -> Array2<Real>) -> Self {
        Self { y: f(self.y.view()), inner: self.inner.map(f) }
    }
}

/// What the backward pass of a [`Mixer`] needs.
#[derive(Clone, Debug)]
pub struct MixerTape<T> {
    norm_1: LayerNormTape,
    /// Of the layer.
    pub inner: T,
    norm_2: LayerNormTape,
    x_mlp: Array2<Real>,
    mlp: MlpTape,
    /// The outputs, `[T + 1, B, D]`, that of the initial state first.
    pub y: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl<T: Tape> Tape for MixerTape<T> {
    type State = MixerState<T::State>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.y.slice(s![1.., .., ..])
    }

    fn last(&self) -> MixerState<T::State> {
        let y = padding::at_ends(self.y.view(), &self.ends);
        MixerState { y, inner: self.inner.last() }
    }
}

impl<L: Layer> Layer for Mixer<L> {
    type State = MixerState<L::State>;
    type Tape = MixerTape<L::Tape>;

    fn input_size(&self) -> usize {
        self.layer.input_size()
    }

    fn output_size(&self) -> usize {
        self.layer.output_size()
    }

    fn start(&self, batch: usize) -> MixerState<L::State> {
        let y = Array2::zeros((batch, self.output_size()));
        MixerState { y, inner: self.layer.start(batch) }
    }

    // ANCHOR: passes
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &MixerState<L::State>,
    ) -> MixerTape<L::Tape> {
        let (steps, batch, size) = x.dim();
        let ends = padding::ends(lengths, x.dim());
        // X_1 = X + F(LN(X))
        let (n, norm_1) = self.norm_1.forward(rows(&x).view());
        let n = n.into_shape_with_order(x.dim()).expect("all rows");
        let inner = self.layer.forward(n.view(), lengths, &start.inner);
        let mut y = Array3::zeros((steps + 1, batch, size));
        y.slice_mut(s![0, .., ..]).assign(&start.y);
        let mut x_1 = y.slice_mut(s![1.., .., ..]);
        x_1.assign(&x);
        x_1 += &inner.output();
        // Y = X_1 + MLP(LN(X_1))
        let (x_mlp, norm_2) = self.norm_2.forward(rows(&x_1.view()).view());
        let (z, mlp) = self.mlp.forward(x_mlp.view());
        x_1 += &z.into_shape_with_order(x.dim()).expect("all rows");
        padding::clear(x_1, &ends);
        MixerTape { norm_1, inner, norm_2, x_mlp, mlp, y, ends }
    }

    fn backward(
        &self,
        tape: &MixerTape<L::Tape>,
        d_h: ArrayView3<Real>,
        d_last: Option<&MixerState<L::State>>,
        grad: &mut Self,
    ) -> (Array3<Real>, MixerState<L::State>) {
        let shape = d_h.dim();
        let d_y = padding::with_last(d_h, d_last.map(|d| d.y.view()), &tape.ends);
        let d_y = d_y.to_shape((shape.0 * shape.1, shape.2)).expect("all rows");
        let d_n =
            self.mlp.backward(tape.x_mlp.view(), &tape.mlp, d_y.view(), &mut grad.mlp);
        let d_1 =
            self.norm_2.backward(&tape.norm_2, d_n.view(), &mut grad.norm_2) + &d_y;
        let d_1 = d_1.into_shape_with_order(shape).expect("all rows");
        let (d_n, d_inner) = self.layer.backward(
            &tape.inner,
            d_1.view(),
            d_last.map(|d| &d.inner),
            &mut grad.layer,
        );
        let d_n = d_n.view();
        let d_x =
            self.norm_1.backward(&tape.norm_1, rows(&d_n).view(), &mut grad.norm_1);
        let d_x = d_1 + d_x.into_shape_with_order(shape).expect("all rows");
        let mut d_start = MixerState { inner: d_inner, ..self.start(shape.1) };
        if let Some(d_last) = d_last {
            padding::add_ending(&mut d_start.y, d_last.y.view(), &tape.ends, 0);
        }
        (d_x, d_start)
    }
    // ANCHOR_END: passes
}

impl<L: Recurrent> Recurrent for Mixer<L> {
    fn step(
        &self,
        x: ArrayView2<Real>,
        state: &MixerState<L::State>,
    ) -> MixerState<L::State> {
        let n = self.norm_1.forward(x).0;
        let inner = self.layer.step(n.view(), &state.inner);
        let x_1 = &L::output(&inner) + &x;
        let n = self.norm_2.forward(x_1.view()).0;
        MixerState { y: self.mlp.forward(n.view()).0 + x_1, inner }
    }

    fn output(state: &MixerState<L::State>) -> ArrayView2<'_, Real> {
        state.y.view()
    }
}

impl<L: Parameters> Parameters for Mixer<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("norm_1", self.norm_1.parameters());
        list.extend(prefixed("layer", self.layer.parameters()));
        list.extend(prefixed("norm_2", self.norm_2.parameters()));
        list.extend(prefixed("mlp", self.mlp.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("norm_1", self.norm_1.parameters_mut());
        list.extend(prefixed("layer", self.layer.parameters_mut()));
        list.extend(prefixed("norm_2", self.norm_2.parameters_mut()));
        list.extend(prefixed("mlp", self.mlp.parameters_mut()));
        list
    }
}
