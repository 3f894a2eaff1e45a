//! Words, tokens and vectors of a novel that the book does not ship.
//!
//! `NOVEL=FILE cargo run --release -p figures -- data-novel`, where FILE is the plain text of *Pride and Prejudice*
//! by Jane Austen, which is in the public domain (Project Gutenberg has it as number 1342).

use std::collections::HashSet;
use std::time::Instant;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    bpe::BytePairs,
    skip_gram::{Settings, SkipGram, Training},
    tokens::{Tokenizer, words},
    vocabulary::{Counts, Vocabulary},
    word_vectors::WordVectors,
};

use super::SEEDS;
use super::tokens::{make, parts};
use super::zipf::{exponent, heaps, measure};
use crate::parallel::map;
use crate::prose::novel;
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std, percent};
use crate::{Progress, Record};

const MERGES: [usize; 3] = [500, 2000, 8000];
const MIN_COUNT: usize = 5;
/// Words whose neighbours are shown.
const SHOWN: [&str; 6] = ["sister", "letter", "happy", "walk", "five", "very"];
/// Pairs of men and women that occur often enough.
const PAIRS: [[&str; 2]; 8] = [
    ["he", "she"],
    ["his", "her"],
    ["himself", "herself"],
    ["man", "woman"],
    ["father", "mother"],
    ["brother", "sister"],
    ["uncle", "aunt"],
    ["gentleman", "lady"],
];

fn settings() -> Settings {
    Settings { size: 100, epochs: 15, ..Settings::default() }
}

/// Paragraphs as sentences: lines of a printed book end anywhere.
fn learn(
    lines: &[Vec<usize>],
    counts: &[usize],
    vocabulary: &Vocabulary,
    seed: u64,
) -> Result<WordVectors> {
    let settings = settings();
    let mut rng = Rng::seed_from_u64(seed);
    let mut model = SkipGram::new(vocabulary.size(), settings.size, &mut rng);
    let epochs = settings.epochs;
    let mut training =
        Training::new(settings, counts, rng).map_err(anyhow::Error::msg)?;
    for _ in 0..epochs {
        lines.iter().for_each(|line| training.read(&mut model, line));
    }
    Ok(model.vectors(vocabulary))
}

fn names<'a>(list: &[(&'a str, f32)]) -> Vec<&'a str> {
    list.iter().map(|(word, _)| *word).collect()
}

/// Measures it.
///
/// # Errors
/// When no text is given, or it is not the novel.
pub fn run(progress: &Progress) -> Result<Record> {
    let text = novel()?;
    let tokens = words(&text);
    let (ranked, growth) = measure(&tokens);
    let counts: Counts = tokens.iter().map(String::as_str).collect();
    let vocabulary = Vocabulary::of_counts(&counts, MIN_COUNT, None);
    let known: Vec<_> =
        (0..vocabulary.size()).map(|id| counts.get(vocabulary.token(id))).collect();
    let paragraphs: Vec<Vec<usize>> = text
        .replace('\r', "")
        .split("\n\n")
        .map(|p| words(p).iter().map(|word| vocabulary.id(word)).collect())
        .collect();

    let mut r = Record::new(
        &SEEDS,
        format!(
            "*Pride and Prejudice* by Jane Austen, public domain, lower case; D = 100, window 5, K = 5, {} epochs, \
             words that occur {MIN_COUNT} times or more",
            settings().epochs
        ),
    )
    .tolerance(0.5);
    let total = tokens.len() as f64;
    r.value("words", total, integer(total));
    r.value("distinct", ranked.len() as f64, integer(ranked.len() as f64));
    let kept = vocabulary.size() - 4;
    r.value("kept", kept as f64, integer(kept as f64));
    let once =
        ranked.iter().filter(|&&n| n == 1.0).count() as f64 / ranked.len() as f64;
    r.value("once", once, percent(once, 0));
    let zipf = exponent(&ranked);
    r.value("exponent", zipf, fixed(zipf, 2));
    let beta = heaps(&growth);
    r.value("heaps", beta, fixed(beta, 2));
    let last = growth.len() - growth.len() / 10;
    let new = 100.0 * (growth[growth.len() - 1] - growth[last - 1])
        / (growth.len() - last) as f64;
    r.value("new", new, fixed(new, 1));

    // Pairs of bytes
    let (learned, other) = parts(&text, 0.8)?;
    for merges in MERGES {
        let start = Instant::now();
        let pairs = BytePairs::of(learned, merges);
        let seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let ids = pairs.encode(&text);
        let encode = start.elapsed().as_secs_f64();
        anyhow::ensure!(pairs.decode(&ids) == text, "every text comes back");
        let made = make(&pairs, learned, other);
        let key = format!("pairs-{merges}");
        r.value(
            &format!("{key}-other"),
            made.per_hundred[1],
            fixed(made.per_hundred[1], 1),
        );
        r.value(&format!("{key}-bits"), made.bits, fixed(made.bits, 2));
        r.timed_value(&format!("{key}-seconds"), seconds, fixed(seconds, 2));
        let speed = text.len() as f64 / 1e6 / encode;
        r.timed_value(&format!("{key}-speed"), speed, fixed(speed, 1));
    }

    // Vectors
    progress.steps(SEEDS.len());
    let train = |seed| {
        let vectors = learn(&paragraphs, &known, &vocabulary, seed);
        progress.tick();
        vectors
    };
    // The first alone, by the clock; the others side by side
    let start = Instant::now();
    let mut all = vec![train(SEEDS[0])?];
    let seconds = start.elapsed().as_secs_f64();
    r.timed_value("seconds", seconds, fixed(seconds, 0));
    for vectors in map(&SEEDS[1..], |&seed| train(seed)) {
        all.push(vectors?);
    }
    let near = |vectors: &WordVectors, word: &str, n: usize| -> Result<Vec<String>> {
        let list = vectors
            .neighbours(word, n)
            .with_context(|| format!("no {word:?}: another text?"))?;
        Ok(names(&list).into_iter().map(String::from).collect())
    };
    let mut rows = Vec::new();
    for word in SHOWN {
        let times = counts.get(word) as f64;
        let lists =
            all[..2].iter().map(|v| near(v, word, 5)).collect::<Result<Vec<_>>>()?;
        // The file marks emphasis by underscores; a table would take them for its own
        let escaped = |list: &[String]| list.join(", ").replace('_', "\\_");
        rows.push(vec![
            word.into(),
            integer(times),
            escaped(&lists[0]),
            escaped(&lists[1]),
        ]);
    }
    r.table(
        "main",
        &["word", "times", "nearest, seed 1", "nearest, seed 2"],
        "lrll",
        rows,
    );
    // How many of ten neighbours another seed finds again, by frequency
    for (key, low, high) in
        [("rare", 5, 10), ("middle", 20, 60), ("frequent", 200, 2000)]
    {
        let band: Vec<&str> = all[0]
            .words()
            .iter()
            .map(String::as_str)
            .filter(|w| {
                (low..high).contains(&counts.get(w))
                    && w.chars().all(char::is_alphabetic)
            })
            .take(100)
            .collect();
        let mut shares = Vec::new();
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                let mut found = Vec::new();
                for word in &band {
                    let first: HashSet<_> = near(a, word, 10)?.into_iter().collect();
                    let again = near(b, word, 10)?
                        .iter()
                        .filter(|w| first.contains(*w))
                        .count();
                    found.push(again as f64);
                }
                shares.push(mean(&found));
            }
        }
        let again = summary(&shares);
        r.value(&format!("again-{key}"), again.mean, mean_std(again, 1));
    }
    // Analogies of men and women
    let (mut right, mut five, mut given) = (Vec::new(), Vec::new(), Vec::new());
    let mut nearest = Vec::new();
    for vectors in &all {
        let (mut first, mut among, mut asked) = (0.0, 0.0, 0.0);
        let (mut allowed, mut alone) = (0.0, 0.0);
        for (i, [a, b]) in PAIRS.iter().enumerate() {
            for (j, [c, d]) in PAIRS.iter().enumerate() {
                if i == j {
                    continue;
                }
                let list = vectors
                    .analogy(a, b, c, 5)
                    .context("every word of the pairs occurs")?;
                let list = names(&list);
                asked += 1.0;
                first += f64::from(u8::from(list[0] == *d));
                among += f64::from(u8::from(list.contains(d)));
                // The same with all words allowed, and without any arithmetic
                let rows = [*a, *b, *c].map(|word| vectors.unit(word));
                let [Some(a_row), Some(b_row), Some(c_row)] = rows else { continue };
                let direction = &b_row - &a_row + c_row;
                let free = names(&vectors.nearest(direction.view(), 1, &[]))[0];
                allowed += f64::from(u8::from([*a, *b, *c].contains(&free)));
                let near = names(&vectors.nearest(c_row, 1, &[a, b, c]))[0];
                alone += f64::from(u8::from(near == *d));
            }
        }
        right.push(first / asked);
        five.push(among / asked);
        given.push(allowed / asked);
        nearest.push(alone / asked);
    }
    let (right, five) = (summary(&right), summary(&five));
    r.value("right", right.mean, mean_std(right, 2));
    r.value("five", five.mean, mean_std(five, 2));
    let (given, nearest) = (summary(&given), summary(&nearest));
    r.value("given", given.mean, mean_std(given, 2));
    r.value("nearest", nearest.mean, mean_std(nearest, 2));
    Ok(r)
}
