//! A small GPT: a causal Transformer that reads tokens and scores the next one.
//!
//! Tokens `[T, B]` become scores `[T, B, V]`.
//!
//! In the book: [section 10.3].
//!
//! [section 10.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/transformer.html

use crate::{
    Real, Rng,
    elman::rows,
    embedding::Embedding,
    init,
    layer_norm::{LayerNorm, LayerNormTape},
    linear::Linear,
    parallel::Workers,
    parameters::{Parameters, prefixed},
    positions::{PositionTable, Positions, Rotary},
    product::matmul,
    read_out,
    self_attention::KeyValueCache,
    text::Window,
    train::Task,
    transformer::{Block, BlockTape, NormPlace},
};
use ndarray::{
    Array1, Array2, Array3, ArrayView1, ArrayView2, ArrayViewD, ArrayViewMutD, Axis, s,
};
use rand::seq::SliceRandom;
use std::{collections::BTreeMap, ops::Range};

// ANCHOR: model
/// The sizes of a [`Gpt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GptSizes {
    /// The tokens it knows, `V`.
    pub vocabulary: usize,
    /// The places it can see at most, `C`.
    pub context: usize,
    /// The numbers that stand for a token, `D`.
    pub size: usize,
    /// The heads of each block, `A`.
    pub heads: usize,
    /// The blocks, `L`.
    pub blocks: usize,
    /// How it is told about places.
    pub positions: Positions,
}

/// A causal Transformer in the form of GPT-2 (Radford et al. 2019), without dropout.
#[derive(Clone, Debug)]
pub struct Gpt {
    /// One row a token, `[V, D]`: read on the way in, and compared with on the way out.
    pub tokens: Embedding,
    /// What is added to a token for its place, if positions are a table.
    pub places: Option<PositionTable>,
    /// One after the other.
    pub blocks: Vec<Block>,
    /// Before the read-out.
    pub norm: LayerNorm,
    /// The places it can see at most, `C`.
    pub context: usize,
}

impl Gpt {
    /// A random model, started as GPT-2 is: weights normal with standard deviation
    /// 0.02, those that write to the shortcut divided by √(2 · blocks).
    ///
    /// # Panics
    /// If the heads do not divide the size, or rotary heads have an odd size.
    pub fn new(sizes: &GptSizes, rng: &mut Rng) -> Self {
        let GptSizes { vocabulary, context, size, heads, blocks, positions } = *sizes;
        let tokens = Embedding { w: init::normal(vocabulary, size, 0.02, rng) };
        let places = match positions {
            Positions::Learned => {
                Some(PositionTable::learned(context, size, 0.02, rng))
            }
            // Waves as small as the tokens, which they would drown otherwise
            Positions::Sinusoidal => {
                Some(PositionTable::sinusoidal(context, size, 0.02))
            }
            Positions::Rotary | Positions::None => None,
        };
        let shrink = 1.0 / (2.0 * blocks as Real).sqrt();
        let mut blocks: Vec<Block> =
            (0..blocks).map(|_| Block::new(size, heads, true, shrink, rng)).collect();
        if positions == Positions::Rotary {
            for block in &mut blocks {
                block.attention.rotary = Some(Rotary::new(context, size / heads));
            }
        }
        Self { tokens, places, blocks, norm: LayerNorm::new(size), context }
    }

    /// The same model with its norms at that place. The last norm stays; after sums
    /// that are normalised already it does little.
    pub fn with_norms(mut self, place: NormPlace) -> Self {
        self.blocks.iter_mut().for_each(|block| block.place = place);
        self
    }

    /// The read-out as a layer: the weight is the table of the tokens, turned over
    /// (Press & Wolf 2017), and there is no bias.
    pub fn read_out(&self) -> Linear {
        let w = self.tokens.w.t().as_standard_layout().into_owned();
        Linear { b: Array1::zeros(w.ncols()), w }
    }
}
// ANCHOR_END: model

// ANCHOR: forward
/// What [`Gpt::backward`] needs from [`Gpt::forward`].
#[derive(Clone, Debug)]
pub struct GptTape {
    /// The tokens read, `[B, T]`.
    pub ids: Array2<usize>,
    /// One of each block.
    pub blocks: Vec<BlockTape>,
    norm: LayerNormTape,
    /// What the read-out reads, `[B, T, D]`.
    pub h: Array3<Real>,
}

impl Gpt {
    /// Reads the tokens `ids: [T, B]`, each lane from place 0 on.
    ///
    /// # Panics
    /// If `T` is above the context, or a token is not below `V`.
    pub fn forward(&self, ids: ArrayView2<usize>) -> GptTape {
        let steps = ids.nrows();
        assert!(steps <= self.context, "{steps} places, but it sees {}", self.context);
        // From here on a lane is what stands together: [B, T], [B, T, D]
        let ids = ids.t().as_standard_layout().into_owned();
        let mut x = self.tokens.forward(ids.view());
        if let Some(places) = &self.places {
            places.add_to(&mut x);
        }
        let mut tapes = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let tape;
            (x, tape) = block.forward(x.view(), None);
            tapes.push(tape);
        }
        let (h, norm) = self.norm.forward(rows(&x.view()).view());
        let h = h.into_shape_with_order(x.dim()).expect("rows of all places");
        GptTape { ids, blocks: tapes, norm, h }
    }

    /// Takes the gradient `d_h: [B, T, D]` of what the read-out reads; adds the
    /// gradients of all parameters to `grad`.
    pub fn backward(&self, tape: &GptTape, d_h: Array3<Real>, grad: &mut Gpt) {
        let shape = d_h.dim();
        let d_h = d_h.view();
        let d_x = self.norm.backward(&tape.norm, rows(&d_h).view(), &mut grad.norm);
        let mut d_x = d_x.into_shape_with_order(shape).expect("rows of all places");
        for (k, (block, tape)) in self.blocks.iter().zip(&tape.blocks).enumerate().rev()
        {
            d_x = block.backward(tape, d_x.view(), &mut grad.blocks[k]);
        }
        if let (Some(places), Some(grad)) = (&self.places, &mut grad.places) {
            places.backward(d_x.view(), grad);
        }
        self.tokens.backward(tape.ids.view(), d_x.view(), &mut grad.tokens);
    }
}
// ANCHOR_END: forward

// ANCHOR: gradient
impl Gpt {
    /// The mean loss of a window in nats a token; each lane starts at place 0. Adds the
    /// gradients of all parameters to `grad`. The lanes are shared out among `workers`.
    pub fn loss_and_gradient(
        &self,
        window: &Window,
        workers: &mut Workers<Self>,
        grad: &mut Self,
    ) -> Real {
        let parts = workers.run(window.x.ncols(), grad, |lanes, grad| {
            self.backward_lanes(window, lanes, grad)
        });
        parts.into_iter().sum()
    }

    /// What some lanes of a window add to its mean loss and its gradient.
    fn backward_lanes(
        &self,
        window: &Window,
        lanes: Range<usize>,
        grad: &mut Self,
    ) -> Real {
        let tape = self.forward(window.x.slice(s![.., lanes.clone()]));
        let y: Vec<usize> = window.y.slice(s![.., lanes]).t().iter().copied().collect();
        let (out, count) = (self.read_out(), window.y.len());
        let mut d_out = out.zeros_like();
        let (loss, d_h) = read_out::loss_and_gradient(
            &out,
            rows(&tape.h.view()).view(),
            &y,
            count,
            &mut d_out,
        );
        // The table of the tokens has two readers, and their gradients add.
        grad.tokens.w += &d_out.w.t();
        let d_h = d_h.into_shape_with_order(tape.h.dim()).expect("rows of all places");
        self.backward(&tape, d_h, grad);
        loss
    }

    /// The mean loss of a window alone.
    pub fn loss(&self, window: &Window) -> Real {
        let tape = self.forward(window.x.view());
        let y: Vec<usize> = window.y.t().iter().copied().collect();
        let h = tape.h.view();
        read_out::loss(&self.read_out(), rows(&h).view(), &y) / y.len() as Real
    }

    /// The scores `[T, B, V]` of all tokens as the next one, after each of
    /// `ids: [T, B]`.
    pub fn scores(&self, ids: ArrayView2<usize>) -> Array3<Real> {
        let (steps, batch) = ids.dim();
        let h = self.forward(ids).h;
        let h = h.permuted_axes([1, 0, 2]).as_standard_layout().into_owned();
        let h = h.view();
        let scores = matmul(rows(&h).view(), self.tokens.w.t());
        let shape = (steps, batch, self.tokens.w.nrows());
        scores.into_shape_with_order(shape).expect("scores of all places")
    }
}
// ANCHOR_END: gradient

// ANCHOR: step
/// What a [`Gpt`] keeps from token to token.
#[derive(Clone, Debug)]
pub struct GptCache {
    /// The keys and values of each block.
    pub blocks: Vec<KeyValueCache>,
    /// The tokens read in each lane, which is the place of the next one.
    pub read: usize,
    out: Linear,
}

impl Gpt {
    /// An empty cache for `batch` lanes of at most `context` places.
    ///
    /// # Panics
    /// If the model does not see so many.
    pub fn cache(&self, batch: usize, context: usize) -> GptCache {
        assert!(
            context <= self.context,
            "{context} places, but it sees {}",
            self.context
        );
        let blocks =
            self.blocks.iter().map(|block| block.attention.cache(batch, context));
        GptCache { blocks: blocks.collect(), read: 0, out: self.read_out() }
    }

    /// Reads one token in each lane: the scores `[B, V]` of all tokens as the next.
    ///
    /// # Panics
    /// If the cache is full.
    pub fn step(&self, ids: &[usize], cache: &mut GptCache) -> Array2<Real> {
        let t = cache.read;
        let ids = ArrayView2::from_shape((1, ids.len()), ids).expect("one row");
        let mut x = self.tokens.forward(ids).index_axis_move(Axis(0), 0);
        if let Some(places) = &self.places {
            x += &places.w.row(t); // its own place, not place 0
        }
        for (block, cache) in self.blocks.iter().zip(&mut cache.blocks) {
            x = block.step(x.view(), t, cache);
        }
        cache.read += 1;
        cache.out.forward(self.norm.forward(x.view()).0.view())
    }
}
// ANCHOR_END: step

// ANCHOR: generate
impl Gpt {
    /// Reads `prompt`, then writes `count` tokens, each picked from its scores by
    /// `choose` and read in turn.
    ///
    /// # Panics
    /// If the prompt is empty, or all of it does not fit into the context.
    pub fn generate(
        &self,
        prompt: &[usize],
        count: usize,
        mut choose: impl FnMut(ArrayView1<Real>) -> usize,
    ) -> Vec<usize> {
        let (&last, before) = prompt.split_last().expect("a prompt with a token");
        let mut cache = self.cache(1, before.len() + count.max(1));
        for &id in before {
            self.step(&[id], &mut cache);
        }
        let (mut id, mut written) = (last, Vec::with_capacity(count));
        for _ in 0..count {
            id = choose(self.step(&[id], &mut cache).row(0));
            written.push(id);
        }
        written
    }
}
// ANCHOR_END: generate

impl Parameters for Gpt {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("tokens", self.tokens.parameters());
        if let Some(places) = &self.places {
            list.extend(prefixed("places", places.parameters()));
        }
        for (k, block) in self.blocks.iter().enumerate() {
            list.extend(prefixed(&format!("blocks.{k}"), block.parameters()));
        }
        list.extend(prefixed("norm", self.norm.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("tokens", self.tokens.parameters_mut());
        if let Some(places) = &mut self.places {
            list.extend(prefixed("places", places.parameters_mut()));
        }
        for (k, block) in self.blocks.iter_mut().enumerate() {
            list.extend(prefixed(&format!("blocks.{k}"), block.parameters_mut()));
        }
        list.extend(prefixed("norm", self.norm.parameters_mut()));
        list
    }
}

// ANCHOR: task
/// Training a [`Gpt`] on windows that know nothing of each other, in a new order in
/// each epoch.
#[derive(Clone, Debug)]
pub struct SeparateWindows {
    /// The windows to learn from.
    pub train: Vec<Window>,
    /// The windows to judge by.
    pub dev: Vec<Window>,
    /// Threads that share the lanes.
    pub threads: usize,
    /// What must be the same when a run is resumed.
    pub settings: BTreeMap<String, String>,
    /// What a program needs to use the model later.
    pub metadata: BTreeMap<String, String>,
}

impl Task for SeparateWindows {
    type Model = Gpt;
    type Batch = Window;
    type Memory = Workers<Gpt>;

    fn batches(
        &self,
        _epoch: usize,
        rng: &mut Rng,
    ) -> Box<dyn Iterator<Item = Window> + '_> {
        let mut order: Vec<usize> = (0..self.train.len()).collect();
        order.shuffle(rng);
        Box::new(order.into_iter().map(|k| self.train[k].clone()))
    }

    fn memory(&self, model: &Gpt) -> Workers<Gpt> {
        Workers::new(model, self.threads)
    }

    fn loss_and_gradient(
        &self,
        model: &Gpt,
        batch: &Window,
        workers: &mut Workers<Gpt>,
        _rng: &mut Rng,
        grad: &mut Gpt,
    ) -> Real {
        model.loss_and_gradient(batch, workers, grad)
    }

    fn evaluate(&self, model: &Gpt) -> Real {
        let losses = self.dev.iter().map(|window| model.loss(window));
        losses.sum::<Real>() / self.dev.len() as Real
    }

    fn settings(&self) -> BTreeMap<String, String> {
        let mut settings = self.settings.clone();
        settings.insert("threads".into(), self.threads.to_string());
        settings
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        self.metadata.clone()
    }
}
// ANCHOR_END: task
