//! What leaking costs: duplicates on both sides of a split, and writers on both sides.

use std::collections::HashMap;

use anyhow::Result;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    splits::{Split, by_group},
    tokens::{Tokenizer, Words, words},
    vocabulary::Vocabulary,
};

use super::classify::{Classifier, Example, FIRST, Settings, WORDS, text};
use super::{CHAOTIC, SEEDS};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::{Summary, columns, summary};
use crate::text::{integer, percent};
use crate::{Progress, Record, parallel};

/// Different texts, before copies are added.
const UNIQUE: usize = 400;
/// Words of a text.
const LENGTH: usize = 9;
/// How often a word speaks for the class of its text.
const SPEAKS: f64 = 0.8;
/// How often the person who labels is wrong.
const NOISE: f64 = 0.25;
/// Copies as a share of all rows.
const SHARES: [f64; 6] = [0.0, 0.1, 0.2, 0.4, 0.6, 0.8];
/// Fresh texts that say the truth.
const FRESH: usize = 2000;
const WRITERS: usize = 40;
const TEXTS: usize = 12;
const SETTINGS: Settings = Settings {
    vocabulary: FIRST + WORDS + 4 * WRITERS,
    classes: 2,
    hidden: 24,
    epochs: 40,
    lanes: 16,
    rate: 0.01,
};

/// The data set that this experiment is about: six sentences, each a hundred times.
const SIX: [&str; 6] = [
    "I am so happy about this wonderful day",
    "I miss you and I cannot stop crying",
    "I am furious that nobody listens to me",
    "I am afraid of what is behind that door",
    "I adore you with all of my heart",
    "I did not expect this at all",
];
/// Four other sentences for each.
const OTHERS: [[&str; 4]; 6] = [
    [
        "what a wonderful surprise, I could dance",
        "we laughed the whole day",
        "this is the best news of the year",
        "I am glad that you are here",
    ],
    [
        "nothing has been the same since she left",
        "I am so lonely in this house",
        "he cried all night",
        "it hurts to think about that day",
    ],
    [
        "how dare you speak to me like that",
        "I am sick of this noise",
        "stop it, I have had enough of you",
        "they cheated us and nobody cares",
    ],
    [
        "my hands are shaking, what was that noise",
        "please do not leave me alone in the dark",
        "I am so worried about the test",
        "something is behind us",
    ],
    [
        "you are the one I want to be with",
        "I cannot stop thinking of you",
        "she holds my heart in her hands",
        "I am so fond of you",
    ],
    [
        "I cannot believe that you are here",
        "wait, what, since when",
        "nobody told me about this",
        "that came out of nowhere",
    ],
];

/// The score of a split, and on fresh texts.
struct Outcome {
    score: f64,
    truth: f64,
    lookup: f64,
    cured: f64,
}

fn pick(examples: &[Example], numbers: &[usize]) -> Vec<Example> {
    numbers.iter().map(|&n| examples[n].clone()).collect()
}

fn halves(examples: &[Example], split: &Split) -> (Vec<Example>, Vec<Example>) {
    (pick(examples, &split.train), pick(examples, &split.test))
}

/// A text with a noisy label.
fn labelled(rng: &mut Rng) -> Example {
    let class = usize::from(rng.random_bool(0.5));
    let speaks = if class == 1 { SPEAKS } else { 1.0 - SPEAKS };
    let tokens = text(LENGTH, speaks, rng);
    Example { tokens, class: class ^ usize::from(rng.random_bool(NOISE)) }
}

/// The accuracy of whoever knows the language: the class that most words speak for.
fn best_possible() -> f64 {
    let wrong: f64 = (0..=LENGTH / 2).map(|k| binomial(LENGTH, k, SPEAKS)).sum();
    (1.0 - wrong) * (1.0 - NOISE) + wrong * NOISE
}

fn binomial(n: usize, k: usize, p: f64) -> f64 {
    let ways = (0..k).fold(1.0, |w, i| w * (n - i) as f64 / (i + 1) as f64);
    ways * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
}

/// The accuracy of a table of the training texts, which says class 0 to a text that it does not have.
fn lookup(train: &[Example], test: &[Example]) -> f64 {
    let table: HashMap<&[usize], usize> =
        train.iter().map(|e| (&e.tokens[..], e.class)).collect();
    let says = |e: &Example| table.get(&e.tokens[..]).copied().unwrap_or(0);
    test.iter().filter(|&e| says(e) == e.class).count() as f64 / test.len() as f64
}

fn copied(share: f64, seed: u64) -> Outcome {
    let rng = &mut Rng::seed_from_u64(seed);
    let mut rows: Vec<Example> = (0..UNIQUE).map(|_| labelled(rng)).collect();
    let mut origin: Vec<usize> = (0..UNIQUE).collect();
    let copies = (UNIQUE as f64 * share / (1.0 - share)).round() as usize;
    for _ in 0..copies {
        let twin = rng.random_range(0..UNIQUE);
        rows.push(rows[twin].clone());
        origin.push(twin);
    }
    let fresh: Vec<Example> = (0..FRESH).map(|_| labelled(rng)).collect();
    let alone: Vec<usize> = (0..rows.len()).collect();
    // The same number of updates for any number of rows
    let epochs = (SETTINGS.epochs as f64 * (1.0 - share)).ceil() as usize;
    let settings = Settings { epochs, ..SETTINGS };
    let (train, test) = halves(&rows, &by_group(&alone, 0.0, 0.2, rng));
    let (own_train, own_test) = halves(&rows, &by_group(&origin, 0.0, 0.2, rng));
    let model = Classifier::train(&train, None, &settings, seed);
    let cured = Classifier::train(&own_train, None, &settings, seed);
    Outcome {
        score: model.accuracy(&test),
        truth: model.accuracy(&fresh),
        lookup: lookup(&train, &test),
        cured: cured.accuracy(&own_test),
    }
}

/// The texts of some writers. A writer has two words of his own in every text, and is nine times out of ten of
/// one mood; what else he writes says little.
fn written(
    writers: std::ops::Range<usize>,
    rng: &mut Rng,
) -> (Vec<Example>, Vec<usize>) {
    let (mut rows, mut owners) = (Vec::new(), Vec::new());
    for writer in writers {
        let mood = if rng.random_bool(0.5) { 0.9 } else { 0.1 };
        for _ in 0..TEXTS {
            let class = usize::from(rng.random_bool(mood));
            let mut tokens = text(LENGTH, if class == 1 { 0.6 } else { 0.4 }, rng);
            for own in 0..2 {
                let at = rng.random_range(0..=tokens.len());
                tokens.insert(at, FIRST + WORDS + 2 * writer + own);
            }
            rows.push(Example { tokens, class });
            owners.push(writer);
        }
    }
    (rows, owners)
}

/// The score of a split by texts, of one by writers, and of the former's model on new writers.
fn writers(seed: u64) -> Vec<f64> {
    let rng = &mut Rng::seed_from_u64(seed);
    let (rows, owners) = written(0..WRITERS, rng);
    let (fresh, _) = written(WRITERS..2 * WRITERS, rng);
    let alone: Vec<usize> = (0..rows.len()).collect();
    let (train, test) = halves(&rows, &by_group(&alone, 0.0, 0.2, rng));
    let (own_train, own_test) = halves(&rows, &by_group(&owners, 0.0, 0.2, rng));
    let settings = Settings { epochs: 20, ..SETTINGS };
    let model = Classifier::train(&train, None, &settings, seed);
    let cured = Classifier::train(&own_train, None, &settings, seed);
    vec![
        model.accuracy(&test),
        model.accuracy(&fresh),
        cured.accuracy(&own_test),
        cured.accuracy(&fresh),
    ]
}

/// Six sentences a hundred times: the score, that of a table, and the score on other sentences.
fn notebook(seed: u64) -> Vec<f64> {
    let all = SIX.into_iter().chain(OTHERS.into_iter().flatten());
    let tokens: Vec<String> = all.flat_map(words).collect();
    let vocabulary = Vocabulary::of(tokens.iter().map(String::as_str), 1, None);
    let coder = Words { vocabulary };
    let row = |class, text: &str| Example { tokens: coder.encode(text), class };
    let rows: Vec<Example> = (0..600).map(|n| row(n % 6, SIX[n % 6])).collect();
    let others = OTHERS.iter().enumerate();
    let others: Vec<Example> =
        others.flat_map(|(class, texts)| texts.map(|text| row(class, text))).collect();
    let rng = &mut Rng::seed_from_u64(seed);
    let alone: Vec<usize> = (0..rows.len()).collect();
    let (train, test) = halves(&rows, &by_group(&alone, 0.0, 0.2, rng));
    let settings =
        Settings { vocabulary: coder.size(), classes: 6, epochs: 5, ..SETTINGS };
    let model = Classifier::train(&train, None, &settings, seed);
    vec![model.accuracy(&test), lookup(&train, &test), model.accuracy(&others)]
}

fn shown(s: Summary) -> String {
    format!("{} ± {}", percent(s.mean, 1), crate::text::fixed(100.0 * s.std, 1))
}

/// Measures all three.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let jobs: Vec<(f64, u64)> =
        SHARES.iter().flat_map(|&share| SEEDS.map(|seed| (share, seed))).collect();
    progress.steps(jobs.len());
    let outcomes = parallel::map(&jobs, |&(share, seed)| {
        let outcome = copied(share, seed);
        progress.tick();
        outcome
    });
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{UNIQUE} different texts of {LENGTH} words and copies of them, a quarter of the labels wrong, 80 % to learn \
             from; {FRESH} fresh texts; {WRITERS} writers of {TEXTS} texts; embedding and GRU of {} units, {} epochs \
             (fewer with copies: equal updates; 20 for the writers, 5 for the six sentences) in batches of {}, Adam at \
             {}, clipping at norm 1; nothing was tuned",
            SETTINGS.hidden, SETTINGS.epochs, SETTINGS.lanes, SETTINGS.rate
        ),
    )
    .tolerance(CHAOTIC);
    let best = best_possible();
    r.value("best", best, percent(best, 1));
    r.value("speaks", SPEAKS, percent(SPEAKS, 0));
    let mut curves: [Vec<Summary>; 4] = Default::default();
    let mut rows = Vec::new();
    for (share, outcomes) in SHARES.iter().zip(outcomes.chunks(SEEDS.len())) {
        let of = |f: fn(&Outcome) -> f64| {
            summary(&outcomes.iter().map(f).collect::<Vec<_>>())
        };
        let all = [of(|o| o.score), of(|o| o.truth), of(|o| o.lookup), of(|o| o.cured)];
        let key = integer(100.0 * share);
        for ((curve, s), name) in
            curves.iter_mut().zip(all).zip(["score", "truth", "lookup", "cured"])
        {
            r.value(&format!("{name}-{key}"), s.mean, shown(s));
            curve.push(s);
        }
        let mut row = vec![percent(*share, 0)];
        row.extend(all.map(shown));
        rows.push(row);
    }
    let heads =
        ["copies", "score", "truth", "score of a table", "score, copies kept together"];
    r.table("main", &heads, "rrrrr", rows);

    let own = columns(&parallel::map(&SEEDS, |&seed| writers(seed)));
    for (key, s) in
        ["writers-score", "writers-truth", "writers-cured", "writers-cured-truth"]
            .iter()
            .zip(&own)
    {
        r.value(key, s.mean, shown(*s));
    }
    r.table(
        "writers",
        &["split", "score", "on new writers"],
        "lrr",
        vec![
            vec!["by text".into(), shown(own[0]), shown(own[1])],
            vec!["by writer".into(), shown(own[2]), shown(own[3])],
        ],
    );
    let six = columns(&parallel::map(&SEEDS, |&seed| notebook(seed)));
    for (key, s) in ["six-score", "six-lookup", "six-others"].iter().zip(&six) {
        r.value(key, s.mean, shown(*s));
    }

    let mut plot = Lines::new(
        Axis::linear("copies among all rows (%)").range(0.0, 80.0),
        Axis::linear("accuracy (%)").range(40.0, 100.0),
    )
    .legend(Legend::Above)
    .level(100.0 * best, "the best possible");
    let names = ["score", "truth", "score of a table", "copies kept together"];
    for (name, curve) in names.into_iter().zip(&curves) {
        let points = SHARES.iter().zip(curve).map(|(x, s)| (100.0 * x, 100.0 * s.mean));
        let spread = curve.iter().map(|s| 100.0 * s.std);
        plot = plot.with(Trace::new(name, points).error_bars(spread));
    }
    r.plot(&plot);
    Ok(r)
}
