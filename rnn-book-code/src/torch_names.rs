//! The models of this book under the names and in the shapes that PyTorch uses.
//!
//! PyTorch keeps a weight as `[outputs, inputs]`, this crate as `[inputs, outputs]`.
//!
//! In the book: [section 10.7].
//!
//! [section 10.7]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/onwards.html

use crate::{
    Real,
    checkpoint::{Checkpoint, CheckpointError, NamedArrays},
    gpt::Gpt,
    layer_norm::LayerNorm,
    linear::Linear,
    lstm::Lstm,
    transformer::{Block, NormPlace},
};
use ndarray::{Array1, ArrayD, ArrayView2, Ix1, Ix2};

// ANCHOR: named
/// Arrays with their names, as a `state_dict` of PyTorch has them.
#[derive(Clone, Debug, Default)]
pub struct StateDict(pub Vec<(String, ArrayD<Real>)>);

impl StateDict {
    fn push(&mut self, name: String, array: ArrayD<Real>) {
        self.0.push((name, array));
    }

    /// PyTorch multiplies by the transpose: what is `[I, O]` here is `[O, I]` there.
    fn weight(&mut self, name: String, w: ArrayView2<Real>) {
        self.push(name, w.t().as_standard_layout().into_owned().into_dyn());
    }

    fn linear(&mut self, part: &str, linear: &Linear) {
        self.weight(format!("{part}.weight"), linear.w.view());
        self.push(format!("{part}.bias"), linear.b.clone().into_dyn());
    }

    fn norm(&mut self, part: &str, norm: &LayerNorm) {
        self.push(format!("{part}.weight"), norm.gamma.clone().into_dyn());
        self.push(format!("{part}.bias"), norm.beta.clone().into_dyn());
    }

    /// The arrays as [`checkpoint::save`](crate::checkpoint::save) takes them.
    pub fn views(&self) -> NamedArrays<'_> {
        self.0.iter().map(|(name, array)| (name.clone(), array.view())).collect()
    }
}
// ANCHOR_END: named

// ANCHOR: lstm
/// An LSTM as the first layer of a `torch.nn.LSTM`, whose names follow `prefix`. The
/// gates stand in the same order; of PyTorch's two biases the second is 0.
pub fn lstm_to_torch(prefix: &str, lstm: &Lstm) -> StateDict {
    let mut dict = StateDict::default();
    dict.weight(format!("{prefix}weight_ih_l0"), lstm.w_x.view());
    dict.weight(format!("{prefix}weight_hh_l0"), lstm.w_h.view());
    dict.push(format!("{prefix}bias_ih_l0"), lstm.b.clone().into_dyn());
    let zeros = Array1::<Real>::zeros(lstm.b.len());
    dict.push(format!("{prefix}bias_hh_l0"), zeros.into_dyn());
    dict
}

/// The first layer of a `torch.nn.LSTM` whose names follow `prefix`.
///
/// # Errors
/// If an array is missing, or the shapes do not fit each other.
pub fn lstm_from_torch(
    file: &Checkpoint,
    prefix: &str,
) -> Result<Lstm, CheckpointError> {
    let array = |name: &str| file.array(&format!("{prefix}{name}_l0"));
    let [w_ih, w_hh, b_ih, b_hh] = [
        array("weight_ih")?,
        array("weight_hh")?,
        array("bias_ih")?,
        array("bias_hh")?,
    ];
    let shapes = [w_ih.shape(), w_hh.shape(), b_ih.shape(), b_hh.shape()];
    let wrong =
        || file.wrong(format!("{shapes:?} are not [4H, D], [4H, H], [4H] and [4H]"));
    let matrix = |a: ndarray::ArrayViewD<Real>| -> Result<_, CheckpointError> {
        let matrix = a.into_dimensionality::<Ix2>().map_err(|_| wrong())?;
        Ok(matrix.t().as_standard_layout().into_owned())
    };
    let vector = |a: ndarray::ArrayViewD<Real>| -> Result<_, CheckpointError> {
        Ok(a.into_dimensionality::<Ix1>().map_err(|_| wrong())?.to_owned())
    };
    let (w_x, w_h) = (matrix(w_ih.view())?, matrix(w_hh.view())?);
    let (b_x, b_h) = (vector(b_ih.view())?, vector(b_hh.view())?);
    let gates = 4 * w_h.nrows();
    if [w_x.ncols(), w_h.ncols(), b_x.len(), b_h.len()] != [gates; 4] {
        return Err(wrong());
    }
    Ok(Lstm { w_x, w_h, b: b_x + b_h })
}
// ANCHOR_END: lstm

// ANCHOR: gpt
/// A GPT whose places are a table: `tokens` and `places` as `torch.nn.Embedding`, each
/// block as a `torch.nn.TransformerEncoderLayer`, and the last norm.
///
/// # Panics
/// If positions are rotary, or norms stand after the sums: no name would say so.
pub fn gpt_to_torch(gpt: &Gpt) -> StateDict {
    let rotary = |block: &Block| block.attention.rotary.is_some();
    assert!(!gpt.blocks.iter().any(rotary), "rotary positions have no names");
    let before = |block: &Block| matches!(block.place, NormPlace::Pre);
    assert!(gpt.blocks.iter().all(before), "norms after the sums have no names");
    let mut dict = StateDict::default();
    // An embedding is a table of rows in both worlds: nothing to turn over.
    dict.push("tokens.weight".into(), gpt.tokens.w.clone().into_dyn());
    if let Some(places) = &gpt.places {
        dict.push("places.weight".into(), places.w.clone().into_dyn());
    }
    for (k, block) in gpt.blocks.iter().enumerate() {
        let part = |name: &str| format!("blocks.{k}.{name}");
        dict.norm(&part("norm1"), &block.norm_1);
        let qkv = &block.attention.qkv;
        dict.weight(part("self_attn.in_proj_weight"), qkv.w.view());
        dict.push(part("self_attn.in_proj_bias"), qkv.b.clone().into_dyn());
        dict.linear(&part("self_attn.out_proj"), &block.attention.out);
        dict.norm(&part("norm2"), &block.norm_2);
        dict.linear(&part("linear1"), &block.mlp.up);
        dict.linear(&part("linear2"), &block.mlp.down);
    }
    dict.norm("norm", &gpt.norm);
    dict
}
// ANCHOR_END: gpt
