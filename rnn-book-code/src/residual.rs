//! Two wrappers that help a deep stack: one adds a layer's input to its output, one
//! normalises a layer's input.
//!
//! `x: [T, B, D]` stays `[T, B, D]`.
//!
//! In the book: [section 7.2].
//!
//! [section 7.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/stacked.html

use crate::{
    Real, Rng,
    elman::rows,
    layer::{Layer, Recurrent, State, Tape},
    layer_norm::{LayerNorm, LayerNormTape},
    padding,
    parameters::{Parameters, prefixed},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMut2, ArrayViewMutD,
    Axis, s,
};

// ANCHOR: residual
/// What a layer puts out is added to what it reads, `Y = X + F(X)` (He et al. 2016).
/// The layer must have as many outputs as inputs.
#[derive(Clone, Debug)]
pub struct Residual<L> {
    /// The layer that is gone round, `F`.
    pub layer: L,
}

/// The state of a [`Residual`] layer. A state must show the output of its step, and the
/// sum is in no state of the inner layer.
#[derive(Clone, Debug, PartialEq)]
pub struct ResidualState<S> {
    /// The state of the inner layer.
    pub inner: S,
    /// The output of the step, `[B, H]`. No later step reads it.
    pub y: Array2<Real>,
}

/// What the backward pass of a [`Residual`] layer needs from the forward pass.
#[derive(Clone, Debug)]
pub struct ResidualTape<T> {
    /// The tape of the inner layer.
    pub inner: T,
    /// The outputs, `[T + 1, B, H]`: `y[0]` is that of the initial state.
    pub y: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl<L: Layer> Residual<L> {
    /// # Panics
    /// If the layer has not as many outputs as inputs.
    pub fn new(layer: L) -> Self {
        let (input, output) = (layer.input_size(), layer.output_size());
        assert!(input == output, "{input} inputs cannot be added to {output} outputs");
        Self { layer }
    }
}
// ANCHOR_END: residual

// ANCHOR: add
/// The input added to the output of the inner layer, eq. (7.12) #seq-residual.
fn add<T: Tape>(
    x: ArrayView3<Real>,
    inner: T,
    start: &ResidualState<T::State>,
    ends: Vec<usize>,
) -> ResidualTape<T> {
    let (steps, batch, size) = x.dim();
    let mut y = Array3::zeros((steps + 1, batch, size));
    y.index_axis_mut(Axis(0), 0).assign(&start.y);
    let mut sum = y.slice_mut(s![1.., .., ..]);
    sum += &x;
    sum += &inner.output();
    padding::clear(sum, &ends); // the padding of X need not be 0
    ResidualTape { inner, y, ends }
}
// ANCHOR_END: add

impl<T: Tape> Tape for ResidualTape<T> {
    type State = ResidualState<T::State>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.y.slice(s![1.., .., ..])
    }

    fn last(&self) -> Self::State {
        let y = padding::at_ends(self.y.view(), &self.ends);
        ResidualState { inner: self.inner.last(), y }
    }
}

impl<L: Layer> Layer for Residual<L> {
    type State = ResidualState<L::State>;
    type Tape = ResidualTape<L::Tape>;

    fn input_size(&self) -> usize {
        self.layer.input_size()
    }

    fn output_size(&self) -> usize {
        self.layer.output_size()
    }

    fn start(&self, batch: usize) -> Self::State {
        let y = Array2::zeros((batch, self.output_size()));
        ResidualState { inner: self.layer.start(batch), y }
    }

    // ANCHOR: passes
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Self::State,
    ) -> Self::Tape {
        let inner = self.layer.forward(x, lengths, &start.inner);
        add(x, inner, start, padding::ends(lengths, x.dim()))
    }

    fn backward(
        &self,
        tape: &Self::Tape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Self::State>,
        grad: &mut Self,
    ) -> (Array3<Real>, Self::State) {
        let last_y = d_last.map(|d_last| d_last.y.view());
        let d_y = padding::with_last(d_h, last_y, &tape.ends);
        let inner = d_last.map(|d_last| &d_last.inner);
        let (mut d_x, inner) =
            self.layer.backward(&tape.inner, d_y.view(), inner, &mut grad.layer);
        d_x += &d_y; // around the layer, eq. (7.13) #seq-residual-gradient
        let mut y = Array2::zeros((tape.ends.len(), self.output_size()));
        if let Some(last_y) = last_y {
            padding::add_ending(&mut y, last_y, &tape.ends, 0);
        }
        (d_x, ResidualState { inner, y })
    }
    // ANCHOR_END: passes

    fn forward_training(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Self::State,
        rng: &mut Rng,
    ) -> Self::Tape {
        let inner = self.layer.forward_training(x, lengths, &start.inner, rng);
        add(x, inner, start, padding::ends(lengths, x.dim()))
    }
}

impl<L: Recurrent> Recurrent for Residual<L> {
    fn step(&self, x: ArrayView2<Real>, state: &Self::State) -> Self::State {
        let inner = self.layer.step(x, &state.inner);
        let y = &x + &L::output(&inner);
        ResidualState { inner, y }
    }

    fn output(state: &Self::State) -> ArrayView2<'_, Real> {
        state.y.view()
    }
}

impl<S: State> State for ResidualState<S> {
    fn arrays(&self) -> Vec<ArrayView2<'_, Real>> {
        let mut list = self.inner.arrays();
        list.push(self.y.view());
        list
    }

    fn arrays_mut(&mut self) -> Vec<ArrayViewMut2<'_, Real>> {
        let mut list = self.inner.arrays_mut();
        list.push(self.y.view_mut());
        list
    }

    fn map(&self, f: &mut dyn FnMut(ArrayView2<Real>) -> Array2<Real>) -> Self {
        Self { inner: self.inner.map(f), y: f(self.y.view()) }
    }
}

impl<L: Parameters> Parameters for Residual<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        prefixed("layer", self.layer.parameters())
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        prefixed("layer", self.layer.parameters_mut())
    }
}

// ANCHOR: prenorm
/// A layer that reads its input normalised, `F(LN(X))` (Ba et al. 2016). Within a
/// [`Residual`], what goes round the layer is not normalised.
#[derive(Clone, Debug)]
pub struct PreNorm<L> {
    /// The normalisation of each row of the input.
    pub norm: LayerNorm,
    /// The layer that reads it.
    pub layer: L,
}

/// The tapes of a [`PreNorm`] layer.
#[derive(Clone, Debug)]
pub struct PreNormTape<T> {
    /// Of the normalisation of all rows, `[T B, D]`.
    pub norm: LayerNormTape,
    /// Of the inner layer.
    pub inner: T,
}

impl<L: Layer> PreNorm<L> {
    /// A normalisation, which starts with scale 1 and shift 0, before `layer`.
    pub fn new(layer: L) -> Self {
        Self { norm: LayerNorm::new(layer.input_size()), layer }
    }

    /// Every row of `x: [T, B, D]` normalised.
    fn normalised(&self, x: ArrayView3<Real>) -> (Array3<Real>, LayerNormTape) {
        let (normed, tape) = self.norm.forward(rows(&x).view());
        (normed.into_shape_with_order(x.dim()).expect("as many rows"), tape)
    }
}
// ANCHOR_END: prenorm

impl<T: Tape> Tape for PreNormTape<T> {
    type State = T::State;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.inner.output()
    }

    fn last(&self) -> T::State {
        self.inner.last()
    }
}

impl<L: Layer> Layer for PreNorm<L> {
    type State = L::State;
    type Tape = PreNormTape<L::Tape>;

    fn input_size(&self) -> usize {
        self.layer.input_size()
    }

    fn output_size(&self) -> usize {
        self.layer.output_size()
    }

    fn start(&self, batch: usize) -> L::State {
        self.layer.start(batch)
    }

    // ANCHOR: prenorm_passes
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &L::State,
    ) -> Self::Tape {
        let (x, norm) = self.normalised(x);
        PreNormTape { norm, inner: self.layer.forward(x.view(), lengths, start) }
    }

    fn backward(
        &self,
        tape: &Self::Tape,
        d_h: ArrayView3<Real>,
        d_last: Option<&L::State>,
        grad: &mut Self,
    ) -> (Array3<Real>, L::State) {
        let (d_normed, d_start) =
            self.layer.backward(&tape.inner, d_h, d_last, &mut grad.layer);
        let d_rows = rows(&d_normed.view()).into_owned();
        let d_x = self.norm.backward(&tape.norm, d_rows.view(), &mut grad.norm);
        let d_x = d_x.into_shape_with_order(d_normed.dim()).expect("as many rows");
        (d_x, d_start)
    }
    // ANCHOR_END: prenorm_passes

    fn forward_training(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &L::State,
        rng: &mut Rng,
    ) -> Self::Tape {
        let (x, norm) = self.normalised(x);
        let inner = self.layer.forward_training(x.view(), lengths, start, rng);
        PreNormTape { norm, inner }
    }
}

impl<L: Recurrent> Recurrent for PreNorm<L> {
    fn step(&self, x: ArrayView2<Real>, state: &L::State) -> L::State {
        self.layer.step(self.norm.forward(x).0.view(), state)
    }

    fn output(state: &L::State) -> ArrayView2<'_, Real> {
        L::output(state)
    }
}

impl<L: Parameters> Parameters for PreNorm<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("norm", self.norm.parameters());
        list.extend(prefixed("layer", self.layer.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("norm", self.norm.parameters_mut());
        list.extend(prefixed("layer", self.layer.parameters_mut()));
        list
    }
}
