//! Zipf's law and Heaps's on the shipped prose, on random typing, and on the generated world.

use std::collections::HashSet;

use anyhow::Result;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{Rng, tokens::words, vocabulary::Counts, world};

use super::PROSE;
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::slope;
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record};

const SEED: u64 = 1;

/// Ranks or places at even distances on a logarithmic axis, with what stands there.
pub(super) fn spread(values: &[f64]) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    let mut next = 1.0;
    for (i, &value) in values.iter().enumerate() {
        let rank = (i + 1) as f64;
        if rank >= next || i + 1 == values.len() {
            points.push((rank, value));
            next = rank * 1.12;
        }
    }
    points
}

/// Counts by rank, and the number of distinct words after each word.
pub(super) fn measure(tokens: &[String]) -> (Vec<f64>, Vec<f64>) {
    let counts: Counts = tokens.iter().map(String::as_str).collect();
    let ranked = counts.iter().map(|(_, n)| n as f64).collect();
    let mut seen = HashSet::new();
    let growth = tokens.iter().map(|token| {
        seen.insert(token.as_str());
        seen.len() as f64
    });
    (ranked, growth.collect())
}

/// The exponent of Zipf's law from rank 10 to the last word that occurs at least twice: the words that occur once
/// lie on a level that has no slope.
pub(super) fn exponent(ranked: &[f64]) -> f64 {
    let points =
        spread(ranked).into_iter().filter(|&(rank, n)| rank >= 10.0 && n >= 2.0);
    let logs: Vec<_> = points.map(|(rank, n)| (rank.ln(), n.ln())).collect();
    -slope(&logs)
}

/// The exponent of Heaps's law from the hundredth word on.
pub(super) fn heaps(growth: &[f64]) -> f64 {
    let points = spread(growth).into_iter().filter(|&(read, _)| read >= 100.0);
    let logs: Vec<_> = points.map(|(read, n)| (read.ln(), n.ln())).collect();
    slope(&logs)
}

/// Characters of the prose in random order, each drawn apart: its letters and spaces alone.
fn typing(length: usize, rng: &mut Rng) -> String {
    let keys: Vec<char> = PROSE
        .to_lowercase()
        .chars()
        .filter(|c| c.is_ascii_lowercase() || *c == ' ')
        .collect();
    (0..length).map(|_| keys[rng.random_range(0..keys.len())]).collect()
}

/// Measures and draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut rng = Rng::seed_from_u64(SEED);
    let prose = words(PROSE);
    let random = words(&typing(PROSE.len(), &mut rng));
    let mut generated = words(&world::text(3000, &mut rng));
    generated.truncate(prose.len());
    let texts = [
        ("prose", "prose of this book", prose),
        ("typing", "random typing", random),
        ("world", "generated world", generated),
    ];

    let mut r = Record::new(
        &[SEED],
        "the shipped prose; as many characters typed at random; as many generated words",
    );
    let mut ranks = Lines::new(
        Axis::log("rank of the word"),
        Axis::log("times it occurs").ticks(&[1.0, 10.0, 100.0, 1000.0]),
    )
    .title("Zipf: frequency by rank")
    .legend(Legend::Above);
    let mut grown = Lines::new(
        Axis::log("words read"),
        Axis::log("distinct words").ticks(&[1.0, 10.0, 100.0, 1000.0]),
    )
    .title("Heaps: the vocabulary grows")
    .legend(Legend::None);
    for (i, (key, name, tokens)) in texts.iter().enumerate() {
        let (ranked, growth) = measure(tokens);
        let total = tokens.len() as f64;
        let once = ranked.iter().filter(|&&n| n == 1.0).count() as f64;
        let top: f64 = ranked.iter().take(100).sum();
        r.value(&format!("{key}-words"), total, integer(total));
        r.value(
            &format!("{key}-distinct"),
            ranked.len() as f64,
            integer(ranked.len() as f64),
        );
        r.value(
            &format!("{key}-once"),
            once / ranked.len() as f64,
            percent(once / ranked.len() as f64, 0),
        );
        r.value(&format!("{key}-top"), top / total, percent(top / total, 0));
        let zipf = exponent(&ranked);
        r.value(&format!("{key}-exponent"), zipf, fixed(zipf, 2));
        let beta = heaps(&growth);
        r.value(&format!("{key}-heaps"), beta, fixed(beta, 2));
        // New words a hundred words, over the last tenth
        let last = growth.len() - growth.len() / 10;
        let new = 100.0 * (growth[growth.len() - 1] - growth[last - 1])
            / (growth.len() - last) as f64;
        r.value(&format!("{key}-new"), new, fixed(new, 1));
        ranks = ranks.with(Trace::new(*name, spread(&ranked)).style(i));
        grown = grown.with(Trace::new(*name, spread(&growth)).style(i));
    }
    let first = r.values["prose-words"].value;
    let most = measure(&texts[0].2).0[0];
    r.value("most", most / first, percent(most / first, 1));
    r.plot(&Panels::new(1, 330.0).with("rank", ranks).with("growth", grown));
    Ok(r)
}
