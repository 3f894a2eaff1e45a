//! Self-attention: every place of a sequence asks all others, forward and backward.
//!
//! Sequences are **lane-major** here, `[B, T, D]`: no step waits for the one before it,
//! and what is used together is the whole sequence of a lane, one matrix `[T, D]`.
//!
//! `x: [B, T, D]` stays `[B, T, D]`; a head works on `[T, d]`, its weights are
//! `[T, T]`.
//!
//! In the book: [section 10.1] and [section 10.3].
//!
//! [section 10.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/attention.html
//! [section 10.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/transformer.html

use crate::{
    Real, Rng,
    elman::rows,
    init,
    linear::Linear,
    parameters::{Parameters, prefixed},
    positions::Rotary,
    product::add_matmul,
    vector::{self, slice_mut},
};
use ndarray::{
    Array1, Array2, Array3, Array4, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMut2,
    ArrayViewMutD, Axis, s,
};
use std::ops::Range;

/// Queries that are worked on together.
const QUERIES: usize = 64;

// ANCHOR: attend
/// One head of one lane: `P = softmax(Q Kᵀ / √d)`, `O = P V`, eq. (10.2)
/// #modern-scores and eq. (10.3) #modern-attention, for `q`, `k`, `v: [T, d]`.
/// Query `t` sees the first `visible(t)` keys, which must not decrease with `t`.
/// `p: [T, T]` and `o: [T, d]` must be 0 before.
pub fn attend(
    [q, k, v]: [ArrayView2<Real>; 3],
    visible: impl Fn(usize) -> usize,
    mut p: ArrayViewMut2<Real>,
    mut o: ArrayViewMut2<Real>,
) {
    let scale = 1.0 / (q.ncols() as Real).sqrt();
    for block in blocks(q.nrows()) {
        // No query of this block sees a key at `end` or later.
        let end = visible(block.end - 1);
        let mut p = p.slice_mut(s![block.clone(), ..end]);
        // S = Q Kᵀ
        add_matmul(
            q.slice(s![block.clone(), ..]),
            k.slice(s![..end, ..]).t(),
            p.view_mut(),
        );
        for (t, row) in block.clone().zip(p.outer_iter_mut()) {
            let (seen, unseen) = slice_mut(row).split_at_mut(visible(t));
            seen.iter_mut().for_each(|score| *score *= scale);
            vector::softmax(seen);
            unseen.fill(0.0);
        }
        // O = P V
        add_matmul(p.view(), v.slice(s![..end, ..]), o.slice_mut(s![block, ..]));
    }
}

/// The queries `0..steps` in blocks.
fn blocks(steps: usize) -> impl Iterator<Item = Range<usize>> {
    (0..steps).step_by(QUERIES).map(move |t| t..steps.min(t + QUERIES))
}
// ANCHOR_END: attend

// ANCHOR: attend_backward
/// From the gradient `d_o: [T, d]` of the output: adds the gradients of `q`, `k` and
/// `v` to `d_q`, `d_k` and `d_v`, eq. (10.6) #modern-d-values to
/// eq. (10.8) #modern-d-queries.
pub fn attend_backward(
    [q, k, v]: [ArrayView2<Real>; 3],
    p: ArrayView2<Real>,
    visible: impl Fn(usize) -> usize,
    d_o: ArrayView2<Real>,
    [mut d_q, mut d_k, mut d_v]: [ArrayViewMut2<Real>; 3],
) {
    let scale = 1.0 / (q.ncols() as Real).sqrt();
    for block in blocks(q.nrows()) {
        let end = visible(block.end - 1);
        let (rows, keys) = (s![block.clone(), ..], s![..end, ..]);
        let (p, d_o) = (p.slice(s![block.clone(), ..end]), d_o.slice(rows));
        // d_V += Pᵀ d_O
        add_matmul(p.t(), d_o, d_v.slice_mut(keys));
        // d_P = d_O Vᵀ
        let mut d_p = Array2::zeros(p.dim());
        add_matmul(d_o, v.slice(keys).t(), d_p.view_mut());
        // d_S = P ⊙ (d_P − (d_P · P)), a row at a time; an unseen key has P = 0
        let mut d_s = d_p;
        for (d_s, p) in d_s.outer_iter_mut().zip(p.outer_iter()) {
            vector::softmax_backward(vector::slice(p), slice_mut(d_s), scale);
        }
        // d_Q = d_S K / √d and d_K += d_Sᵀ Q / √d
        add_matmul(d_s.view(), k.slice(keys), d_q.slice_mut(rows));
        add_matmul(d_s.t(), q.slice(rows), d_k.slice_mut(keys));
    }
}
// ANCHOR_END: attend_backward

// ANCHOR: layer
/// Multi-head self-attention (Vaswani et al. 2017) on sequences of rows of size `D`.
#[derive(Clone, Debug)]
pub struct SelfAttention {
    /// From the rows to the queries, keys and values of all heads, `D` to `3D`: the
    /// queries of head 0, of head 1, …, then the keys, then the values.
    pub qkv: Linear,
    /// From the outputs of all heads to the output, `D` to `D`.
    pub out: Linear,
    /// The number of heads, `A`; each has `D/A` numbers.
    pub heads: usize,
    /// Whether a place sees only itself and what stands before it.
    pub causal: bool,
    /// Turns queries and keys by their place, if it is there.
    pub rotary: Option<Rotary>,
}

impl SelfAttention {
    /// Weights after Glorot, biases 0, no rotary positions.
    ///
    /// # Panics
    /// If `heads` does not divide `size`.
    pub fn new(size: usize, heads: usize, causal: bool, rng: &mut Rng) -> Self {
        assert!(
            heads > 0 && size.is_multiple_of(heads),
            "{heads} heads cannot share {size} numbers"
        );
        let linear = |outputs: usize, rng: &mut Rng| Linear {
            w: init::glorot_uniform(size, outputs, rng),
            b: Array1::zeros(outputs),
        };
        let (qkv, out) = (linear(3 * size, rng), linear(size, rng));
        Self { qkv, out, heads, causal, rotary: None }
    }

    /// The size of the rows, `D`.
    pub fn size(&self) -> usize {
        self.out.w.nrows()
    }

    /// How many keys query `t` of a lane of `length` steps sees.
    fn visible(&self, t: usize, length: usize) -> usize {
        if self.causal { length.min(t + 1) } else { length }
    }

    /// The columns of head `a` in the queries (`part` 0), keys (1) or values (2).
    fn columns(&self, part: usize, a: usize) -> Range<usize> {
        let size = self.size() / self.heads;
        let start = part * self.size() + a * size;
        start..start + size
    }
}

/// What [`SelfAttention::backward`] needs from [`SelfAttention::forward`].
#[derive(Clone, Debug)]
pub struct AttentionTape {
    /// The input, `[B, T, D]`.
    pub x: Array3<Real>,
    /// Queries, keys and values, queries and keys turned, `[B, T, 3D]`.
    pub qkv: Array3<Real>,
    /// Who looks where, `[B, A, T, T]`: each row sums to 1.
    pub p: Array4<Real>,
    /// The outputs of the heads, side by side, `[B, T, D]`.
    pub o: Array3<Real>,
    /// The number of steps of each lane, `[B]`.
    pub ends: Vec<usize>,
}
// ANCHOR_END: layer

// ANCHOR: forward
impl SelfAttention {
    /// Reads `x: [B, T, D]`, of which lane `b` has `lengths[b]` steps, or `T` if no
    /// lengths are given. No place sees the padding after that; what comes out there
    /// does not matter.
    ///
    /// # Panics
    /// If a length is 0 or above `T`, or the shapes do not fit each other.
    pub fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
    ) -> (Array3<Real>, AttentionTape) {
        let (batch, steps, size) = x.dim();
        let ends = lengths.map_or(vec![steps; batch], <[usize]>::to_vec);
        assert!(
            ends.len() == batch && ends.iter().all(|&n| (1..=steps).contains(&n)),
            "lengths {ends:?} for {batch} lanes of {steps} steps"
        );
        // [Q | K | V] = X W + b: all heads of all places of all lanes in one product
        let qkv = self.qkv.forward(rows(&x).view());
        let mut qkv = qkv.into_shape_with_order((batch, steps, 3 * size)).unwrap();
        self.turn(&mut qkv, Rotary::turn);

        let mut p = Array4::zeros((batch, self.heads, steps, steps));
        let mut o = Array3::zeros((batch, steps, size));
        for (b, &end) in ends.iter().enumerate() {
            for a in 0..self.heads {
                let parts =
                    [0, 1, 2].map(|part| qkv.slice(s![b, .., self.columns(part, a)]));
                attend(
                    parts,
                    |t| self.visible(t, end),
                    p.slice_mut(s![b, a, .., ..]),
                    o.slice_mut(s![b, .., self.columns(0, a)]),
                );
            }
        }
        // Y = [O of head 0 | O of head 1 | …] W + b
        let y = self.out.forward(rows(&o.view()).view());
        let y = y.into_shape_with_order((batch, steps, size)).unwrap();
        (y, AttentionTape { x: x.to_owned(), qkv, p, o, ends })
    }

    /// Turns the queries and keys of all heads, if positions are rotary.
    fn turn(&self, qkv: &mut Array3<Real>, turn: impl Fn(&Rotary, usize, &mut [Real])) {
        let Some(rotary) = &self.rotary else { return };
        for mut lane in qkv.outer_iter_mut() {
            for (t, mut row) in lane.outer_iter_mut().enumerate() {
                let heads = row.slice_mut(s![..2 * self.size()]);
                for head in slice_mut(heads).chunks_exact_mut(self.size() / self.heads)
                {
                    turn(rotary, t, head);
                }
            }
        }
    }
}
// ANCHOR_END: forward

// ANCHOR: backward
impl SelfAttention {
    /// Takes the gradient `d_y: [B, T, D]` of the output; adds the gradients of the
    /// parameters to `grad`, and returns that of `x`.
    pub fn backward(
        &self,
        tape: &AttentionTape,
        d_y: ArrayView3<Real>,
        grad: &mut SelfAttention,
    ) -> Array3<Real> {
        let (batch, steps, size) = d_y.dim();
        let (x, o) = (tape.x.view(), tape.o.view());
        let d_o = self.out.backward(rows(&o).view(), rows(&d_y).view(), &mut grad.out);
        let d_o = d_o.into_shape_with_order((batch, steps, size)).unwrap();

        let mut d_qkv = Array3::zeros((batch, steps, 3 * size));
        for (b, &end) in tape.ends.iter().enumerate() {
            let lane = d_qkv.index_axis_mut(Axis(0), b);
            let (mut d_q, lane) = lane.split_at(Axis(1), size);
            let (mut d_k, mut d_v) = lane.split_at(Axis(1), size);
            for a in 0..self.heads {
                let of_head = self.columns(0, a);
                attend_backward(
                    [0, 1, 2]
                        .map(|part| tape.qkv.slice(s![b, .., self.columns(part, a)])),
                    tape.p.slice(s![b, a, .., ..]),
                    |t| self.visible(t, end),
                    d_o.slice(s![b, .., of_head.clone()]),
                    [&mut d_q, &mut d_k, &mut d_v]
                        .map(|d| d.slice_mut(s![.., of_head.clone()])),
                );
            }
        }
        self.turn(&mut d_qkv, Rotary::turn_back);
        let d_qkv = d_qkv.into_shape_with_order((batch * steps, 3 * size)).unwrap();
        let d_x = self.qkv.backward(rows(&x).view(), d_qkv.view(), &mut grad.qkv);
        d_x.into_shape_with_order((batch, steps, size)).unwrap()
    }
}
// ANCHOR_END: backward

// ANCHOR: cache
/// The keys and values of the places that were read, kept for those to come.
#[derive(Clone, Debug)]
pub struct KeyValueCache {
    /// The keys of each head as columns, `[B, A, D/A, C]`.
    pub k_t: Array4<Real>,
    /// The values of each head as rows, `[B, A, C, D/A]`.
    pub v: Array4<Real>,
}

impl SelfAttention {
    /// An empty cache for `batch` lanes of at most `context` places.
    pub fn cache(&self, batch: usize, context: usize) -> KeyValueCache {
        let size = self.size() / self.heads;
        KeyValueCache {
            k_t: Array4::zeros((batch, self.heads, size, context)),
            v: Array4::zeros((batch, self.heads, context, size)),
        }
    }

    /// Reads `x: [B, D]` at place `t`; the cache must hold the places before it.
    ///
    /// # Panics
    /// If the cache has no room for place `t`.
    pub fn step(
        &self,
        x: ArrayView2<Real>,
        t: usize,
        cache: &mut KeyValueCache,
    ) -> Array2<Real> {
        let mut qkv = self.qkv.forward(x);
        let mut o = Array2::zeros(x.dim());
        for (b, mut row) in qkv.outer_iter_mut().enumerate() {
            for a in 0..self.heads {
                let [q, k, v] = [0, 1, 2].map(|part| self.columns(part, a));
                // The key stands at its own place, not at 0.
                if let Some(rotary) = &self.rotary {
                    rotary.turn(t, slice_mut(row.slice_mut(s![q.clone()])));
                    rotary.turn(t, slice_mut(row.slice_mut(s![k.clone()])));
                }
                cache.k_t.slice_mut(s![b, a, .., t]).assign(&row.slice(s![k]));
                cache.v.slice_mut(s![b, a, t, ..]).assign(&row.slice(s![v]));
                // One query against all keys so far
                let mut p = Array2::zeros((1, t + 1));
                let row_of = |r: Range<usize>| row.slice(s![r]).insert_axis(Axis(0));
                add_matmul(
                    row_of(q.clone()),
                    cache.k_t.slice(s![b, a, .., ..=t]),
                    p.view_mut(),
                );
                p *= 1.0 / (q.len() as Real).sqrt();
                vector::softmax(slice_mut(p.row_mut(0)));
                let o = o.slice_mut(s![b..=b, q]);
                add_matmul(p.view(), cache.v.slice(s![b, a, ..=t, ..]), o);
            }
        }
        self.out.forward(o.view())
    }
}
// ANCHOR_END: cache

impl Parameters for SelfAttention {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("qkv", self.qkv.parameters());
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("qkv", self.qkv.parameters_mut());
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
