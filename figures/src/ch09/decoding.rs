//! What the shipped model writes at several temperatures: how unsure it is, how varied it is, how likely.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    decoding::{Decoder, Predictor, Reading, distinct, entropy, softmax},
    saved::Level,
    stream::Parts,
    vocabulary::{SPECIAL, UNKNOWN},
};

use super::{BOOK, CHAOTIC, Corpus, shipped};
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::{Summary, mean, summary};
use crate::text::{fixed, mean_std};
use crate::{Progress, Record, parallel};

const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
const LENGTH: usize = 400;
const TEMPERATURES: [f32; 9] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6];

/// The distinct-2 of the passages of a text that are as long as what is written, every word as it stands.
fn passages(text: &str) -> Summary {
    let tokens = Level::Word.encode(&Level::Word.vocabulary(text, 1), text);
    let all: Vec<f64> =
        tokens.chunks_exact(LENGTH).map(|passage| distinct(passage, 2)).collect();
    summary(&all)
}

struct Written {
    /// The mean entropy of the distribution drawn from.
    entropy: f64,
    /// Different pairs of words, as a share.
    distinct: f64,
    /// The perplexity of what was written: by the model itself, and by an n-gram that did not write it.
    own: f64,
    other: f64,
}

/// Writes with several decoders and reads what was written.
///
/// # Errors
/// When the shipped model cannot be read.
pub fn run(progress: &Progress) -> Result<Record> {
    let saved = shipped()?;
    let corpus = Corpus::of(BOOK, Level::Word, 3);
    let (ngram, _) = corpus.counted(3);
    let plain =
        || Decoder { forbidden: (0..SPECIAL.len()).collect(), ..Decoder::default() };
    let mut decoders: Vec<(String, Decoder)> = TEMPERATURES
        .iter()
        .map(|&temperature| {
            (format!("temperature {temperature}"), Decoder { temperature, ..plain() })
        })
        .collect();
    let more = [
        ("top-k, k = 10", Decoder { top_k: Some(10), ..plain() }),
        ("nucleus, p = 0.9", Decoder { top_p: Some(0.9), ..plain() }),
        ("nucleus, p = 0.7", Decoder { top_p: Some(0.7), ..plain() }),
        ("greedy, penalty 1.3", Decoder { temperature: 0.0, penalty: 1.3, ..plain() }),
    ];
    decoders.extend(more.map(|(name, decoder)| (name.to_owned(), decoder)));

    let write = |decoder: &Decoder, seed: u64| {
        let mut rng = Rng::seed_from_u64(seed);
        let mut reading = Reading::new(&saved.model);
        let mut text = saved.shape.level.encode(&saved.vocabulary, "the state");
        text.iter().for_each(|&id| reading.read(id));
        let start = text.len();
        let (mut entropies, mut own) = (Vec::new(), Vec::new());
        for _ in 0..LENGTH {
            let scores = reading.scores();
            let p = decoder.distribution(&scores, &text);
            entropies.push(f64::from(entropy(&p)));
            let id = rnn_book_code::decoding::draw(&p, &mut rng);
            own.push(-f64::from(softmax(&scores)[id].ln()));
            text.push(id);
            reading.read(id);
        }
        Written {
            entropy: mean(&entropies),
            distinct: distinct(&text[start..], 2),
            own: mean(&own).exp(),
            other: ngram.loss(&text).exp(),
        }
    };
    progress.steps(decoders.len());
    let all = parallel::map(&decoders, |(_, decoder)| {
        let texts: Vec<Written> =
            SEEDS.iter().map(|&seed| write(decoder, seed)).collect();
        progress.tick();
        let over = |f: &dyn Fn(&Written) -> f64| {
            summary(&texts.iter().map(f).collect::<Vec<_>>())
        };
        [
            over(&|w| w.entropy),
            over(&|w| w.distinct),
            over(&|w| w.own),
            over(&|w| w.other),
        ]
    });

    let mut r = Record::new(
        &SEEDS,
        format!(
            "the shipped model continues \"the state\" by {LENGTH} words a seed; the other judge is a Kneser-Ney 3-gram \
             of the same training part"
        ),
    )
    .tolerance(CHAOTIC);
    // What people write, for comparison
    let human = passages(Parts::of(BOOK).test);
    let losses = saved.model.losses(&corpus.test);
    let own: Vec<f64> = losses.iter().map(|&loss| f64::from(loss)).collect();
    let human_own = mean(&own).exp();
    let human_other = ngram.loss(&corpus.test).exp();
    // The same over the words that the model knows, since it writes no others
    let known = |loss: &dyn Fn(usize) -> f64| {
        let places = (1..corpus.test.len()).filter(|&t| corpus.test[t] != UNKNOWN);
        mean(&places.map(loss).collect::<Vec<_>>()).exp()
    };
    let known_own = known(&|t| f64::from(losses[t - 1]));
    let known_other =
        known(&|t| -ngram.probability(&corpus.test[..t], corpus.test[t]).ln());
    let mut reading = Reading::new(&saved.model);
    let unsure: Vec<f64> = corpus
        .test
        .iter()
        .map(|&id| {
            reading.read(id);
            f64::from(entropy(&plain().distribution(&reading.scores(), &[])))
        })
        .collect();
    let unsure = mean(&unsure);
    r.value("human-distinct", human.mean, mean_std(human, 2));
    r.value("human-entropy", unsure, fixed(unsure, 2));
    r.value("known-own", known_own, fixed(known_own, 1));
    r.value("known-other", known_other, fixed(known_other, 1));
    r.value("human-own", human_own, fixed(human_own, 1));
    r.value("human-other", human_other, fixed(human_other, 1));
    let mut rows = Vec::new();
    let key = |name: &str| -> String {
        let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    };
    for ((name, _), [entropy, distinct, own, other]) in decoders.iter().zip(&all) {
        let key = key(name);
        r.value(&format!("{key}-entropy"), entropy.mean, fixed(entropy.mean, 2));
        r.value(&format!("{key}-distinct"), distinct.mean, fixed(distinct.mean, 2));
        r.value(&format!("{key}-own"), own.mean, fixed(own.mean, 1));
        r.value(&format!("{key}-other"), other.mean, fixed(other.mean, 1));
        rows.push(vec![
            name.clone(),
            mean_std(*entropy, 2),
            mean_std(*distinct, 2),
            mean_std(*own, 1),
            mean_std(*other, 1),
        ]);
    }
    let mut rest = vec!["the book itself".to_owned(), fixed(unsure, 2)];
    rest.push(mean_std(human, 2));
    rest.extend([fixed(human_own, 1), fixed(human_other, 1)]);
    rows.push(rest);
    let mut rest = vec!["its known words".to_owned(), "–".to_owned(), "–".to_owned()];
    rest.extend([fixed(known_own, 1), fixed(known_other, 1)]);
    rows.push(rest);
    r.table(
        "main",
        &[
            "decoder",
            "entropy (nats)",
            "distinct-2",
            "perplexity, own",
            "perplexity, 3-gram",
        ],
        "lrrrr",
        rows,
    );
    let line = |k: usize| -> Vec<(f64, f64)> {
        TEMPERATURES
            .iter()
            .zip(&all)
            .map(|(&t, row)| (f64::from(t), row[k].mean))
            .collect()
    };
    let spread = |k: usize| -> Vec<f64> {
        let of = |s: &Summary| s.std;
        TEMPERATURES.iter().zip(&all).map(|(_, row)| of(&row[k])).collect()
    };
    let axis = || Axis::linear("temperature").range(0.0, 1.6);
    let entropies = Lines::new(axis(), Axis::linear("entropy (nats)").from_zero())
        .title("how unsure")
        .legend(Legend::None)
        .with(Trace::new("entropy", line(0)).band(spread(0)))
        .level(unsure, "reading the book");
    let variety = Lines::new(axis(), Axis::linear("distinct-2").range(0.0, 1.05))
        .title("how varied")
        .legend(Legend::None)
        .with(Trace::new("distinct-2", line(1)).band(spread(1)).style(1))
        .level(human.mean, "the book");
    let likely = Lines::new(axis(), Axis::log("perplexity").range(5.0, 1000.0))
        .title("how likely, by two judges")
        .legend(Legend::Above)
        .with(Trace::new("the model itself", line(2)).style(2))
        .with(Trace::new("a 3-gram", line(3)).style(3))
        .level(known_other, "the book's known words, 3-gram");
    r.plot(
        &Panels::new(1, 300.0)
            .with("entropy", entropies)
            .with("variety", variety)
            .with("likely", likely),
    );
    Ok(r)
}
