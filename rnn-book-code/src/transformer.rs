//! The block of a Transformer: attention mixes places, a small network works on each.
//!
//! `x: [B, T, D]` stays `[B, T, D]`.
//!
//! In the book: [section 10.3].
//!
//! [section 10.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/transformer.html

use crate::{
    Real, Rng,
    elman::rows,
    gelu::gelu,
    init,
    layer_norm::{LayerNorm, LayerNormTape},
    linear::Linear,
    parameters::{Parameters, prefixed},
    self_attention::{AttentionTape, KeyValueCache, SelfAttention},
    vector::slice_mut,
};
use ndarray::{
    Array1, Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD,
};

// ANCHOR: mlp
/// `GELU(X W_1 + b_1) W_2 + b_2`, the same for every row.
#[derive(Clone, Debug)]
pub struct Mlp {
    /// From `D` to `M`.
    pub up: Linear,
    /// From `M` to `D`.
    pub down: Linear,
}

/// What [`Mlp::backward`] needs from [`Mlp::forward`], besides its input.
#[derive(Clone, Debug)]
pub struct MlpTape {
    /// The hidden rows after GELU, `[N, M]`.
    pub h: Array2<Real>,
    /// The derivative of GELU at each of them, `[N, M]`.
    pub slope: Array2<Real>,
}

impl Mlp {
    /// The rows of `x: [N, D]` one by one.
    pub fn forward(&self, x: ArrayView2<Real>) -> (Array2<Real>, MlpTape) {
        let mut h = self.up.forward(x);
        let mut slope = Array2::zeros(h.dim());
        for (h, slope) in h.outer_iter_mut().zip(slope.outer_iter_mut()) {
            gelu(slice_mut(h), slice_mut(slope));
        }
        (self.down.forward(h.view()), MlpTape { h, slope })
    }

    /// Takes the input and the gradient `d_y: [N, D]` of the output; adds the gradients
    /// of the parameters to `grad`, and returns that of `x`.
    pub fn backward(
        &self,
        x: ArrayView2<Real>,
        tape: &MlpTape,
        d_y: ArrayView2<Real>,
        grad: &mut Mlp,
    ) -> Array2<Real> {
        let mut d_h = self.down.backward(tape.h.view(), d_y, &mut grad.down);
        d_h *= &tape.slope;
        self.up.backward(x, d_h.view(), &mut grad.up)
    }
}
// ANCHOR_END: mlp

// ANCHOR: block
/// Where a block normalises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NormPlace {
    /// What enters each part: `X + F(LN(X))`, eq. (10.20) #modern-pre-norm.
    #[default]
    Pre,
    /// What leaves each sum, as in the first Transformer: `LN(X + F(X))`, eq. (10.21)
    /// #modern-post-norm.
    Post,
}

/// One block: self-attention, then an MLP, each around a shortcut.
#[derive(Clone, Debug)]
pub struct Block {
    /// The normalisation that belongs to the attention.
    pub norm_1: LayerNorm,
    /// Mixes the places.
    pub attention: SelfAttention,
    /// The normalisation that belongs to the MLP.
    pub norm_2: LayerNorm,
    /// Works on each place.
    pub mlp: Mlp,
    /// Where both normalise.
    pub place: NormPlace,
}

/// What [`Block::backward`] needs from [`Block::forward`].
#[derive(Clone, Debug)]
pub struct BlockTape {
    norm_1: LayerNormTape,
    /// Of the attention, with the map of who looks where.
    pub attention: AttentionTape,
    norm_2: LayerNormTape,
    x_mlp: Array2<Real>,
    mlp: MlpTape,
}

impl Block {
    /// A block with an MLP of `4D` hidden units. Weights are normal with standard
    /// deviation 0.02, as in GPT-2 (Radford et al. 2019); those that write to the
    /// shortcut are multiplied by `shrink`. Biases are 0.
    ///
    /// # Panics
    /// If `heads` does not divide `size`.
    pub fn new(
        size: usize,
        heads: usize,
        causal: bool,
        shrink: Real,
        rng: &mut Rng,
    ) -> Self {
        let mut attention = SelfAttention::new(size, heads, causal, rng);
        let mut linear = |inputs: usize, outputs: usize, scale: Real| Linear {
            w: init::normal(inputs, outputs, 0.02 * scale, rng),
            b: Array1::zeros(outputs),
        };
        attention.qkv = linear(size, 3 * size, 1.0);
        attention.out = linear(size, size, shrink);
        let mlp = Mlp {
            up: linear(size, 4 * size, 1.0),
            down: linear(4 * size, size, shrink),
        };
        let norm = || LayerNorm::new(size);
        Self { norm_1: norm(), attention, norm_2: norm(), mlp, place: NormPlace::Pre }
    }
}
// ANCHOR_END: block

/// Rows as sequences again.
fn sequences(rows: Array2<Real>, shape: (usize, usize, usize)) -> Array3<Real> {
    rows.into_shape_with_order(shape).expect("rows of all places")
}

// ANCHOR: forward
impl Block {
    /// Reads `x: [B, T, D]`; see [`SelfAttention::forward`] for the lengths.
    ///
    /// # Panics
    /// If the shapes do not fit each other.
    pub fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
    ) -> (Array3<Real>, BlockTape) {
        let shape = x.dim();
        let of = |norm: &LayerNorm, x: ArrayView3<Real>| norm.forward(rows(&x).view());
        match self.place {
            NormPlace::Pre => {
                // X_1 = X + Attention(LN(X))
                let (n, norm_1) = of(&self.norm_1, x);
                let n = sequences(n, shape);
                let (mut x_1, attention) = self.attention.forward(n.view(), lengths);
                x_1 += &x;
                // Y = X_1 + MLP(LN(X_1))
                let (x_mlp, norm_2) = of(&self.norm_2, x_1.view());
                let (y, mlp) = self.mlp.forward(x_mlp.view());
                x_1 += &sequences(y, shape);
                (x_1, BlockTape { norm_1, attention, norm_2, x_mlp, mlp })
            }
            NormPlace::Post => {
                // X_1 = LN(X + Attention(X))
                let (mut x_1, attention) = self.attention.forward(x, lengths);
                x_1 += &x;
                let (x_mlp, norm_1) = of(&self.norm_1, x_1.view());
                // Y = LN(X_1 + MLP(X_1))
                let (mut y, mlp) = self.mlp.forward(x_mlp.view());
                y += &x_mlp;
                let (y, norm_2) = self.norm_2.forward(y.view());
                let tape = BlockTape { norm_1, attention, norm_2, x_mlp, mlp };
                (sequences(y, shape), tape)
            }
        }
    }
}
// ANCHOR_END: forward

// ANCHOR: backward
impl Block {
    /// Takes the gradient `d_y: [B, T, D]` of the output; adds the gradients of the
    /// parameters to `grad`, and returns that of `x`: each shortcut hands it on whole,
    /// and the part beside it adds its own.
    pub fn backward(
        &self,
        tape: &BlockTape,
        d_y: ArrayView3<Real>,
        grad: &mut Block,
    ) -> Array3<Real> {
        let shape = d_y.dim();
        let d_y = rows(&d_y);
        let (x_mlp, mlp) = (tape.x_mlp.view(), &tape.mlp);
        match self.place {
            NormPlace::Pre => {
                let d_n = self.mlp.backward(x_mlp, mlp, d_y.view(), &mut grad.mlp);
                let norm = (&tape.norm_2, &mut grad.norm_2);
                let d_1 = self.norm_2.backward(norm.0, d_n.view(), norm.1);
                let d_1 = sequences(d_1 + &d_y, shape);
                let (attention, grad_a) = (&tape.attention, &mut grad.attention);
                let d_n = self.attention.backward(attention, d_1.view(), grad_a);
                let d_n = d_n.view();
                let norm = (&tape.norm_1, &mut grad.norm_1);
                let d_x = self.norm_1.backward(norm.0, rows(&d_n).view(), norm.1);
                d_1 + sequences(d_x, shape)
            }
            NormPlace::Post => {
                let norm = (&tape.norm_2, &mut grad.norm_2);
                let d = self.norm_2.backward(norm.0, d_y.view(), norm.1);
                let d_1 = self.mlp.backward(x_mlp, mlp, d.view(), &mut grad.mlp) + d;
                let norm = (&tape.norm_1, &mut grad.norm_1);
                let d_1 = self.norm_1.backward(norm.0, d_1.view(), norm.1);
                let d_1 = sequences(d_1, shape);
                let (attention, grad_a) = (&tape.attention, &mut grad.attention);
                self.attention.backward(attention, d_1.view(), grad_a) + d_1
            }
        }
    }
}
// ANCHOR_END: backward

// ANCHOR: step
impl Block {
    /// Reads `x: [B, D]` at place `t`; the cache holds the places before it.
    ///
    /// # Panics
    /// If the cache has no room for place `t`.
    pub fn step(
        &self,
        x: ArrayView2<Real>,
        t: usize,
        cache: &mut KeyValueCache,
    ) -> Array2<Real> {
        match self.place {
            NormPlace::Pre => {
                let n = self.norm_1.forward(x).0;
                let x_1 = self.attention.step(n.view(), t, cache) + x;
                let n = self.norm_2.forward(x_1.view()).0;
                self.mlp.forward(n.view()).0 + x_1
            }
            NormPlace::Post => {
                let x_1 = self.attention.step(x, t, cache) + x;
                let x_1 = self.norm_1.forward(x_1.view()).0;
                let y = self.mlp.forward(x_1.view()).0 + x_1;
                self.norm_2.forward(y.view()).0
            }
        }
    }
}
// ANCHOR_END: step

impl Parameters for Mlp {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("up", self.up.parameters());
        list.extend(prefixed("down", self.down.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("up", self.up.parameters_mut());
        list.extend(prefixed("down", self.down.parameters_mut()));
        list
    }
}

impl Parameters for Block {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("norm_1", self.norm_1.parameters());
        list.extend(prefixed("attention", self.attention.parameters()));
        list.extend(prefixed("norm_2", self.norm_2.parameters()));
        list.extend(prefixed("mlp", self.mlp.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("norm_1", self.norm_1.parameters_mut());
        list.extend(prefixed("attention", self.attention.parameters_mut()));
        list.extend(prefixed("norm_2", self.norm_2.parameters_mut()));
        list.extend(prefixed("mlp", self.mlp.parameters_mut()));
        list
    }
}
