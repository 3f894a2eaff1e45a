//! From one sequence to another: an encoder reads, a decoder writes.
//!
//! Sources `[S, B]` and inputs `[T, B]` become scores `[T, B, V]`.
//!
//! In the book: [section 7.3].
//!
//! [section 7.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/encoder-decoder.html

use crate::{
    Real, Rng,
    attention::Memory,
    batching::Padded,
    decoder::{Decoder, Written},
    embedding::Embedding,
    layer::{Layer, Recurrent, State, Tape},
    linear::Linear,
    pairs::PairBatch,
    parallel::Workers,
    parameters::{Parameters, prefixed},
    read_out,
    vocabulary::PADDING,
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis,
    concatenate, s,
};

// ANCHOR: model
/// Reads one sequence of tokens and writes another.
#[derive(Clone, Debug)]
pub struct EncoderDecoder<E, D> {
    /// Rows for the tokens that are read, `[V, I]`.
    pub source: Embedding,
    /// Rows for the tokens that are written, `[V, J]`.
    pub target: Embedding,
    /// Reads the source.
    pub encoder: E,
    /// From the encoder's last state to the decoder's first.
    pub bridge: Linear,
    /// Writes the target.
    pub decoder: Decoder<D>,
    /// From what the decoder shows to the scores of the tokens, `[D, V]`.
    pub out: Linear,
}

impl<E: Layer, D: Recurrent> EncoderDecoder<E, D> {
    /// A random model around an encoder and a decoder.
    pub fn new(
        vocabulary: usize,
        encoder: E,
        decoder: Decoder<D>,
        rng: &mut Rng,
    ) -> Self {
        let input = decoder.input_size(encoder.output_size());
        let from = joined(&encoder.start(1)).ncols();
        let to = joined(&decoder.layer.start(1)).ncols();
        Self {
            source: Embedding::new(vocabulary, encoder.input_size(), rng),
            target: Embedding::new(vocabulary, input, rng),
            bridge: Linear::new(from, to, rng),
            out: Linear::new(decoder.layer.output_size(), vocabulary, rng),
            encoder,
            decoder,
        }
    }
}

/// The matrices of a state side by side, `[B, …]`.
fn joined<S: State>(state: &S) -> Array2<Real> {
    concatenate(Axis(1), &state.arrays()).expect("matrices of one batch")
}

/// The other way round: cut into matrices as wide as those of `like`.
fn parted<S: State>(all: ArrayView2<Real>, like: &S) -> S {
    let mut from = 0;
    like.map(&mut |a| {
        let part = all.slice(s![.., from..from + a.ncols()]).to_owned();
        from += a.ncols();
        part
    })
}
// ANCHOR_END: model

// ANCHOR: gradient
impl<E: Layer, D: Recurrent> EncoderDecoder<E, D> {
    /// The mean loss in nats a token, where the decoder reads the tokens
    /// `batch.inputs`. Adds the gradients of all parameters to `grad`. The examples are
    /// shared out among `workers`. It calls [`Layer::forward`], so the dropout of a
    /// stack is *off*.
    pub fn loss_and_gradient(
        &self,
        batch: &PairBatch,
        workers: &mut Workers<Self>,
        grad: &mut Self,
    ) -> Real {
        let count = batch.targets.iter().filter(|&&y| y != PADDING).count();
        let parts = workers.run(batch.source.lengths.len(), grad, |lanes, grad| {
            self.backward_lanes(&batch.lanes(lanes), count, grad)
        });
        parts.iter().sum()
    }

    /// What some examples add to the loss and its gradient; `count` is the number of
    /// tokens of all.
    fn backward_lanes(&self, batch: &PairBatch, count: usize, grad: &mut Self) -> Real {
        let Padded { ids, lengths } = &batch.source;
        // Forward: source → X → H, the last state → the first of the decoder
        let x = self.source.forward(ids.view());
        let nothing = self.encoder.start(lengths.len());
        let read = self.encoder.forward(x.view(), Some(lengths), &nothing);
        let last = joined(&read.last());
        let like = self.decoder.layer.start(lengths.len());
        let start = parted(self.bridge.forward(last.view()).view(), &like);
        // target, one token late → Y → what the read-out reads
        let y = self.target.forward(batch.inputs.view());
        let written = self.decoder.forward(y.view(), &start, read.output(), lengths);
        // The loss reads only rows whose target is no padding, eq. (6.17) #data-masked
        let (loss, d_out) = self.masked_loss(written.out.view(), batch, count, grad);

        // Backward: the same lines from right to left
        let d = self.decoder.backward(&written, d_out.view(), &mut grad.decoder);
        self.target.backward(batch.inputs.view(), d.y.view(), &mut grad.target);
        let d_start = joined(&d.start);
        let d_last =
            self.bridge.backward(last.view(), d_start.view(), &mut grad.bridge);
        let d_last = parted(d_last.view(), &nothing);
        let d_h = d.values.unwrap_or_else(|| Array3::zeros(read.output().dim()));
        let (d_x, _) =
            self.encoder.backward(&read, d_h.view(), Some(&d_last), &mut grad.encoder);
        self.source.backward(ids.view(), d_x.view(), &mut grad.source);
        loss
    }

    fn masked_loss(
        &self,
        out: ArrayView3<Real>,
        batch: &PairBatch,
        count: usize,
        grad: &mut Self,
    ) -> (Real, Array3<Real>) {
        let all = batch.targets.indexed_iter();
        let live: Vec<_> = all.filter(|&(_, &y)| y != PADDING).collect();
        let mut h = Array2::zeros((live.len(), out.dim().2));
        for (mut row, &((t, b), _)) in h.outer_iter_mut().zip(&live) {
            row.assign(&out.slice(s![t, b, ..]));
        }
        let targets: Vec<usize> = live.iter().map(|&(_, &y)| y).collect();
        let (loss, d_h) = read_out::loss_and_gradient(
            &self.out,
            h.view(),
            &targets,
            count,
            &mut grad.out,
        );
        let mut d_out = Array3::zeros(out.dim());
        for (row, &((t, b), _)) in d_h.outer_iter().zip(&live) {
            d_out.slice_mut(s![t, b, ..]).assign(&row);
        }
        (loss, d_out)
    }
}
// ANCHOR_END: gradient

// ANCHOR: write
/// A source that was read, ready to be written from.
#[derive(Clone, Debug)]
pub struct Read<S> {
    /// What the decoder looks at, if it does.
    pub memory: Option<Memory>,
    /// The first state of the decoder.
    pub start: S,
}

impl<E: Layer, D: Recurrent> EncoderDecoder<E, D> {
    /// Reads the sources.
    pub fn read(&self, source: &Padded) -> Read<D::State> {
        let Padded { ids, lengths } = source;
        let (x, batch) = (self.source.forward(ids.view()), lengths.len());
        let read =
            self.encoder.forward(x.view(), Some(lengths), &self.encoder.start(batch));
        let start = self.bridge.forward(joined(&read.last()).view());
        Read {
            memory: self.decoder.memory(read.output(), lengths),
            start: parted(start.view(), &self.decoder.layer.start(batch)),
        }
    }

    /// One step of the decoder after the tokens `last: [R]`, and the scores of all
    /// tokens, `[R, V]`. For the order of the rows see [`Decoder::step`].
    pub fn step(
        &self,
        last: &[usize],
        state: &D::State,
        memory: Option<&Memory>,
    ) -> (Written<D::State>, Array2<Real>) {
        let ids = ArrayView2::from_shape((1, last.len()), last).expect("one row");
        let y = self.target.forward(ids);
        let written = self.decoder.step(y.index_axis(Axis(0), 0), state, memory);
        let scores = self.out.forward(written.out.view());
        (written, scores)
    }
}
// ANCHOR_END: write

impl<E: Parameters, D: Parameters> Parameters for EncoderDecoder<E, D> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("source", self.source.parameters());
        list.extend(prefixed("target", self.target.parameters()));
        list.extend(prefixed("encoder", self.encoder.parameters()));
        list.extend(prefixed("bridge", self.bridge.parameters()));
        list.extend(prefixed("decoder", self.decoder.parameters()));
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("source", self.source.parameters_mut());
        list.extend(prefixed("target", self.target.parameters_mut()));
        list.extend(prefixed("encoder", self.encoder.parameters_mut()));
        list.extend(prefixed("bridge", self.bridge.parameters_mut()));
        list.extend(prefixed("decoder", self.decoder.parameters_mut()));
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
