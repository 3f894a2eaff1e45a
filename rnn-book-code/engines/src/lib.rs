//! Models of the book in candle, an engine that the book did not write: they are read
//! from safetensors files by the names that PyTorch uses.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{
    Embedding, LSTM, LSTMConfig, LayerNorm, Linear, Module, RNN, VarBuilder, embedding,
    layer_norm, linear, lstm, ops::softmax_last_dim,
};
use std::path::Path;

// ANCHOR: lstm
/// The tensors of a file, by their names.
///
/// # Errors
/// If it cannot be read, or is no safetensors file.
pub fn open(path: &Path) -> Result<VarBuilder<'static>> {
    let tensors = candle_core::safetensors::load(path, &Device::Cpu)?;
    Ok(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
}

/// The LSTM of a file with the names of `torch.nn.LSTM`.
///
/// # Errors
/// If an array is missing or has another shape.
pub fn read_lstm(path: &Path, input: usize, hidden: usize) -> Result<LSTM> {
    lstm(input, hidden, LSTMConfig::default(), open(path)?)
}

/// The outputs `[B, T, H]` to `x: [B, T, D]`: engines put the batch first.
///
/// # Errors
/// If the shapes do not fit each other.
pub fn outputs(lstm: &LSTM, x: &Tensor) -> Result<Tensor> {
    lstm.states_to_tensor(&lstm.seq(x)?)
}
// ANCHOR_END: lstm

// ANCHOR: gpt
/// One block, by the names of `torch.nn.TransformerEncoderLayer`.
struct Block {
    norms: [LayerNorm; 2],
    qkv: Linear,
    out: Linear,
    mlp: [Linear; 2],
}

/// The GPT of this book, forward only.
pub struct Gpt {
    tokens: Embedding,
    places: Embedding,
    blocks: Vec<Block>,
    norm: LayerNorm,
    heads: usize,
}

/// The sizes that a file of arrays does not tell by itself.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Tokens, `V`.
    pub vocabulary: usize,
    /// Places, `C`.
    pub context: usize,
    /// The width, `D`.
    pub size: usize,
    /// Heads of each block.
    pub heads: usize,
    /// Blocks.
    pub blocks: usize,
}

impl Gpt {
    /// Reads the arrays that `gpt_to_torch` of the book's crate has named.
    ///
    /// # Errors
    /// If an array is missing or has another shape.
    pub fn read(path: &Path, sizes: Sizes) -> Result<Self> {
        let (file, d) = (open(path)?, sizes.size);
        let norm = |file: VarBuilder| layer_norm(d, 1e-5, file);
        let block = |k: usize| {
            let file = file.pp(format!("blocks.{k}"));
            let attention = file.pp("self_attn");
            let w = attention.get((3 * d, d), "in_proj_weight")?;
            let b = attention.get(3 * d, "in_proj_bias")?;
            Ok(Block {
                norms: [norm(file.pp("norm1"))?, norm(file.pp("norm2"))?],
                qkv: Linear::new(w, Some(b)),
                out: linear(d, d, attention.pp("out_proj"))?,
                mlp: [
                    linear(d, 4 * d, file.pp("linear1"))?,
                    linear(4 * d, d, file.pp("linear2"))?,
                ],
            })
        };
        Ok(Self {
            tokens: embedding(sizes.vocabulary, d, file.pp("tokens"))?,
            places: embedding(sizes.context, d, file.pp("places"))?,
            blocks: (0..sizes.blocks).map(block).collect::<Result<_>>()?,
            norm: norm(file.pp("norm"))?,
            heads: sizes.heads,
        })
    }

    /// The scores `[B, T, V]` after each of the tokens `ids: [B, T]`.
    ///
    /// # Errors
    /// If there are more places than the model sees.
    pub fn scores(&self, ids: &Tensor) -> Result<Tensor> {
        let steps = ids.dim(1)?;
        let places = Tensor::arange(0, steps as u32, ids.device())?;
        let places = self.places.forward(&places)?;
        let mut x = self.tokens.forward(ids)?.broadcast_add(&places)?;
        for block in &self.blocks {
            x = (&x + self.attend(block, &block.norms[0].forward(&x)?)?)?;
            let [up, down] = &block.mlp;
            let n = block.norms[1].forward(&x)?;
            x = (&x + down.forward(&up.forward(&n)?.gelu_erf()?)?)?;
        }
        let h = self.norm.forward(&x)?;
        h.broadcast_matmul(&self.tokens.embeddings().t()?)
    }

    fn attend(&self, block: &Block, x: &Tensor) -> Result<Tensor> {
        let (batch, steps, size) = x.dims3()?;
        let head = size / self.heads;
        // [B, T, 3D] → three of [B, A, T, D/A]
        let qkv = block.qkv.forward(x)?;
        let part = |k: usize| {
            let part = qkv.narrow(2, k * size, size)?;
            part.reshape((batch, steps, self.heads, head))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (q, k, v) = (part(0)?, part(1)?, part(2)?);
        let scores = (q.matmul(&k.t()?)? / (head as f64).sqrt())?;
        let ahead = |t: usize, s: usize| if s > t { f32::NEG_INFINITY } else { 0.0 };
        let mask: Vec<f32> =
            (0..steps * steps).map(|k| ahead(k / steps, k % steps)).collect();
        let mask = Tensor::from_vec(mask, (steps, steps), x.device())?;
        let o = softmax_last_dim(&scores.broadcast_add(&mask)?)?.matmul(&v)?;
        block.out.forward(&o.transpose(1, 2)?.reshape((batch, steps, size))?)
    }
}
// ANCHOR_END: gpt
