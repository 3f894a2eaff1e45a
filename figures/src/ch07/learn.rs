//! Models that write one text for another, and how all of them are trained.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    attention::Score,
    batching::buckets,
    bidirectional::Bidirectional,
    checkpoint::Checkpoint,
    dates::{self, Part},
    decoder::{Decoder, Place},
    encoder_decoder::EncoderDecoder,
    gru::Gru,
    layer::{Layer, Recurrent},
    optim::{Adam, Optimizer, clip_by_norm},
    pairs::{PairBatch, TokenPair},
    parallel::Workers,
    parameters::Parameters,
    schedule::{Decay, Schedule},
    scheduled::scheduled_inputs,
    tasks::{self, Pair},
    tokens::{Graphemes, Tokenizer},
    vocabulary::Vocabulary,
};

use super::{RATES, THRESHOLD, TUNING_SEED};
use crate::Progress;
use crate::tuning::Tuning;

/// Batches that are drawn together and sorted by length.
const POOL: usize = 20;
/// Steps over which the rate climbs.
const WARM_UP: usize = 100;
/// Pairs in a batch.
pub const BATCH: usize = 32;

/// What is to be written for what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lesson {
    /// Letters, backwards: up to so many.
    Reversing(usize),
    /// The sum of two numbers of up to so many digits.
    Addition(usize),
    /// Dates as people write them.
    Dates,
}

impl Lesson {
    /// Pairs to train on.
    pub fn draw(self, count: usize, rng: &mut Rng) -> Vec<Pair> {
        match self {
            Self::Reversing(longest) => tasks::reversing(count, 1..=longest, rng),
            Self::Addition(digits) => tasks::addition(count, 1..=digits, rng),
            Self::Dates => dates::dates(count, Part::Train, rng),
        }
    }

    /// The tokens of the task.
    pub fn tokens(self) -> Graphemes {
        let pairs = self.draw(20_000, &mut Rng::seed_from_u64(0));
        let text: String = pairs.into_iter().map(|p| p.source + &p.target).collect();
        Graphemes::of(&text, 1)
    }
}

/// How a model is trained.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// On what.
    pub lesson: Lesson,
    /// Updates.
    pub steps: usize,
    /// Full rate of Adam.
    pub rate: f64,
    /// Of weights and data.
    pub seed: u64,
    /// Whether the source is read from its end.
    pub reversed: bool,
    /// The probability, reached in a straight line over the first half of the updates,
    /// with which an input is the model's own.
    pub own: f64,
}

/// Numbers for texts.
pub fn encode(pairs: &[Pair], tokens: &Graphemes, reversed: bool) -> Vec<TokenPair> {
    let pairs = pairs.iter().map(|pair| TokenPair::of(pair, tokens));
    pairs.map(|pair| if reversed { pair.reversed() } else { pair }).collect()
}

/// Trains on fresh pairs; `None` where a loss or gradient was not finite.
pub fn train<E: Layer, D: Recurrent>(
    mut model: EncoderDecoder<E, D>,
    tokens: &Graphemes,
    training: &Training,
) -> Option<EncoderDecoder<E, D>> {
    let Training { lesson, steps, rate, seed, reversed, own } = *training;
    let mut rng = Rng::seed_from_u64(1000 + seed);
    let rate = rate as f32;
    let decay = Decay::Cosine { steps: steps - WARM_UP, lowest: rate / 20.0 };
    let schedule = Schedule { rate, warm_up: WARM_UP, decay };
    let mut adam = Adam::new(&model, rate);
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 1);
    let mut pool: Vec<PairBatch> = Vec::new();
    for step in 0..steps {
        if pool.is_empty() {
            let pairs = lesson.draw(POOL * BATCH, &mut rng);
            let pairs = encode(&pairs, tokens, reversed);
            let lengths: Vec<_> = pairs.iter().map(|pair| pair.source.len()).collect();
            pool = buckets(&lengths, BATCH, &mut rng)
                .iter()
                .map(|b| {
                    PairBatch::of(&b.iter().map(|&i| &pairs[i]).collect::<Vec<_>>())
                })
                .collect();
        }
        let mut batch = pool.pop()?;
        if own > 0.0 {
            let own = own * (2.0 * step as f64 / steps as f64).min(1.0);
            batch.inputs = scheduled_inputs(&model, &batch, own, &mut rng);
        }
        grad.set_zero();
        let loss = model.loss_and_gradient(&batch, &mut workers, &mut grad);
        let norm = clip_by_norm(&mut grad, THRESHOLD as f32);
        if !loss.is_finite() || !norm.is_finite() {
            return None;
        }
        adam.rate = schedule.rate_at(step);
        adam.step(&mut model, &grad);
    }
    Some(model)
}

/// A model of the contests.
pub type Model = EncoderDecoder<Bidirectional<Gru>, Gru>;

/// A model of the contests: a bidirectional GRU reads, a GRU writes.
#[derive(Clone, Copy, Debug)]
pub struct Contestant {
    /// In tables.
    pub name: &'static str,
    /// In the keys of values.
    pub key: &'static str,
    /// Units of each direction of the encoder, and of the decoder.
    pub hidden: usize,
    /// How it looks, if it does; the additive score where it looks before the step.
    pub place: Option<Place>,
}

/// Without attention at two sizes, and with it in two forms.
pub const FIELD: [Contestant; 4] = [
    Contestant { name: "no attention", key: "blind", hidden: 64, place: None },
    Contestant { name: "no attention, larger", key: "large", hidden: 96, place: None },
    Contestant {
        name: "additive, before the step",
        key: "additive",
        hidden: 64,
        place: Some(Place::Before),
    },
    Contestant {
        name: "general, after the step",
        key: "general",
        hidden: 64,
        place: Some(Place::After),
    },
];

/// Size of an embedding.
pub const EMBEDDING: usize = 32;

impl Contestant {
    /// A random model.
    pub fn model(self, vocabulary: usize, seed: u64) -> Model {
        let rng = &mut Rng::seed_from_u64(seed);
        let (h, seen) = (self.hidden, 2 * self.hidden);
        let encoder = Bidirectional {
            ahead: Gru::new(EMBEDDING, h, rng),
            back: Gru::new(EMBEDDING, h, rng),
        };
        let decoder = match self.place {
            None => Decoder::blind(Gru::new(EMBEDDING, h, rng)),
            Some(Place::Before) => {
                let score = Score::additive(h, seen, h, rng);
                let layer = Gru::new(EMBEDDING + seen, h, rng);
                Decoder::looking(layer, Place::Before, score, seen, rng)
            }
            Some(Place::After) => {
                let score = Score::general(h, seen, rng);
                let layer = Gru::new(EMBEDDING, h, rng);
                Decoder::looking(layer, Place::After, score, seen, rng)
            }
        };
        EncoderDecoder::new(vocabulary, encoder, decoder, rng)
    }
}

/// For each contestant: the rate that was best on the tuning seed, by `judge`, the
/// lower the better, after `trial` updates; and what came of it for each seed.
pub fn contest(
    field: &[Contestant],
    lesson: Lesson,
    (trial, steps): (usize, usize),
    seeds: &[u64],
    progress: &Progress,
    judge: impl Fn(&Model) -> f64 + Sync,
) -> Vec<(f64, Vec<Option<Model>>)> {
    let tokens = lesson.tokens();
    let run = |steps| {
        let tokens = &tokens;
        move |contestant: Contestant, rate, seed| {
            let training =
                Training { lesson, steps, rate, seed, reversed: false, own: 0.0 };
            train(contestant.model(tokens.size(), seed), tokens, &training)
        }
    };
    let score = |model: &Option<Model>| model.as_ref().map_or(f64::INFINITY, &judge);
    let tuning = Tuning { rates: &RATES, tuning_seeds: &[TUNING_SEED], seeds };
    tuning.run_after_trials(field, progress, score, run(trial), run(steps))
}

/// The model that comes with the book, and its tokens.
///
/// # Errors
/// If the file cannot be loaded, or holds another model.
pub fn shipped() -> Result<(Model, Graphemes)> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../rnn-book-code/models/dates.safetensors"
    );
    let file = Checkpoint::load(path)?;
    let vocabulary: Vocabulary = serde_json::from_str(file.get("vocabulary")?)?;
    let tokens = Graphemes { vocabulary };
    let mut model = FIELD[2].model(tokens.size(), 0);
    file.restore("model", &mut model)?;
    Ok((model, tokens))
}
