//! From scores to a text: greedy, temperature, top-k, nucleus, repetition penalty, beam.
//!
//! The scores are one row, `[V]`.
//!
//! In the book: [section 9.6].
//!
//! [section 9.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/decoding.html

use crate::{Real, Rng, layer::Recurrent, next_token::NextToken, ngram::NGram, vector};
use rand::RngExt;

// ANCHOR: temperature
/// Divides the scores by a temperature, eq. (9.18) #gen-temperature: below 1 the
/// probable becomes more probable, above 1 less.
///
/// # Panics
/// If the temperature is not positive.
pub fn temper(scores: &mut [Real], temperature: Real) {
    assert!(temperature > 0.0, "temperature {temperature} must be positive");
    scores.iter_mut().for_each(|z| *z /= temperature);
}

/// Scores become log-probabilities: all of them are at most 0.
pub fn log_softmax(scores: &mut [Real]) {
    let log_sum = crate::loss::log_sum_exp((&*scores).into());
    scores.iter_mut().for_each(|z| *z -= log_sum);
}

/// Scores become probabilities; a score of −∞ becomes 0.
pub fn softmax(scores: &[Real]) -> Vec<Real> {
    let mut p = scores.to_vec();
    log_softmax(&mut p);
    p.iter_mut().for_each(|z| *z = z.exp());
    p
}
// ANCHOR_END: temperature

// ANCHOR: top_k
/// Leaves the `k` best scores, the first of equal ones, and sets the others to −∞
/// (Fan et al. 2018).
///
/// # Panics
/// If `k` is 0.
pub fn top_k(scores: &mut [Real], k: usize) {
    assert!(k > 0, "at least one token must be left");
    for id in by_score(scores).split_off(k.min(scores.len())) {
        scores[id] = Real::NEG_INFINITY;
    }
}

/// All tokens, the best score first.
fn by_score(scores: &[Real]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order
}
// ANCHOR_END: top_k

// ANCHOR: top_p
/// Leaves the smallest set of best tokens that together have the probability `p`, the
/// nucleus (Holtzman et al. 2020), and sets the scores of the others to −∞.
///
/// # Panics
/// If `p` is not in `0 < p ≤ 1`.
pub fn top_p(scores: &mut [Real], p: Real) {
    assert!(p > 0.0 && p <= 1.0, "a nucleus of {p} is not in 0..=1");
    let probabilities = softmax(scores);
    let order = by_score(scores);
    let mut sum = 0.0;
    let inside = order.iter().position(|&id| {
        sum += probabilities[id];
        sum >= p
    });
    for &id in &order[inside.map_or(order.len(), |last| last + 1)..] {
        scores[id] = Real::NEG_INFINITY;
    }
}
// ANCHOR_END: top_p

// ANCHOR: penalty
/// Makes each token that occurs in `recent` less probable: its probability is raised
/// to the power `penalty` ≥ 1 (after Keskar et al. 2019), and then all are made to sum
/// to 1 again.
///
/// # Panics
/// If a recent token has no score.
pub fn penalise(scores: &mut [Real], recent: &[usize], penalty: Real) {
    log_softmax(scores);
    let mut recent = recent.to_vec();
    recent.sort_unstable();
    recent.dedup();
    recent.into_iter().for_each(|id| scores[id] *= penalty);
}
// ANCHOR_END: penalty

// ANCHOR: draw
/// Draws a token with these probabilities; one of probability 0 never.
///
/// # Panics
/// If all are 0.
pub fn draw(p: &[Real], rng: &mut Rng) -> usize {
    let mut left = rng.random::<Real>();
    for (id, &p) in p.iter().enumerate() {
        left -= p;
        if left < 0.0 {
            return id;
        }
    }
    // Rounding may leave a little over
    p.iter().rposition(|&p| p > 0.0).expect("some token must be possible")
}
// ANCHOR_END: draw

// ANCHOR: decoder
/// How the next token is chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoder {
    /// 0 takes the best token, 1 draws from the model's own probabilities.
    pub temperature: Real,
    /// Only so many of the best tokens.
    pub top_k: Option<usize>,
    /// Only the best tokens that have this probability together.
    pub top_p: Option<Real>,
    /// 1 for none.
    pub penalty: Real,
    /// How many of the last tokens the penalty looks at.
    pub memory: usize,
    /// Tokens that are never chosen.
    pub forbidden: Vec<usize>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: None,
            top_p: None,
            penalty: 1.0,
            memory: 64,
            forbidden: Vec::new(),
        }
    }
}

impl Decoder {
    /// The probabilities that it draws from, after the tokens `text`.
    pub fn distribution(&self, scores: &[Real], text: &[usize]) -> Vec<Real> {
        let mut z = scores.to_vec();
        self.forbidden.iter().for_each(|&id| z[id] = Real::NEG_INFINITY);
        if self.penalty != 1.0 {
            let start = text.len().saturating_sub(self.memory);
            penalise(&mut z, &text[start..], self.penalty);
        }
        if self.temperature == 0.0 {
            top_k(&mut z, 1);
        } else {
            temper(&mut z, self.temperature);
        }
        if let Some(k) = self.top_k {
            top_k(&mut z, k);
        }
        if let Some(p) = self.top_p {
            top_p(&mut z, p);
        }
        softmax(&z)
    }

    /// Chooses the next token.
    pub fn choose(&self, scores: &[Real], text: &[usize], rng: &mut Rng) -> usize {
        draw(&self.distribution(scores, text), rng)
    }
}
// ANCHOR_END: decoder

// ANCHOR: predictor
/// Reads tokens and scores the next one. A model by counting and one by learning look
/// the same from here.
pub trait Predictor {
    /// Reads a token.
    fn read(&mut self, id: usize);

    /// The scores of the next token, `[V]`: log-probabilities up to a constant.
    fn scores(&self) -> Vec<Real>;
}

/// A [`NextToken`] model that reads. Before the first token every score is 0.
#[derive(Clone, Debug)]
pub struct Reading<'a, L: Recurrent> {
    model: &'a NextToken<L>,
    state: L::State,
    scores: Vec<Real>,
}

impl<'a, L: Recurrent> Reading<'a, L> {
    /// It has read nothing yet.
    pub fn new(model: &'a NextToken<L>) -> Self {
        let scores = vec![0.0; model.b.len()];
        Self { model, state: model.layer.start(1), scores }
    }
}

impl<L: Recurrent> Predictor for Reading<'_, L> {
    fn read(&mut self, id: usize) {
        let (state, scores) = self.model.step(&[id], &self.state);
        (self.state, self.scores) = (state, vector::slice(scores.row(0)).to_vec());
    }

    fn scores(&self) -> Vec<Real> {
        self.scores.clone()
    }
}

/// An [`NGram`] that reads.
#[derive(Clone, Debug)]
pub struct Counting<'a> {
    model: &'a NGram,
    context: Vec<usize>,
}

impl<'a> Counting<'a> {
    /// It has read nothing yet.
    pub fn new(model: &'a NGram) -> Self {
        Self { model, context: Vec::new() }
    }
}

impl Predictor for Counting<'_> {
    fn read(&mut self, id: usize) {
        self.context.push(id);
        let old = self.context.len().saturating_sub(self.model.order() - 1);
        self.context.drain(..old);
    }

    fn scores(&self) -> Vec<Real> {
        let p = self.model.distribution(&self.context);
        p.into_iter().map(|p| p.ln() as Real).collect()
    }
}
// ANCHOR_END: predictor

// ANCHOR: beam
/// The `width` most probable continuations of `length` tokens that a beam search finds
/// from `start` on, the best first, each with its log-probability. With a width of 1 it
/// is greedy. There are fewer than `width` if no more are possible.
///
/// # Panics
/// If `width` is 0.
pub fn beam<P: Predictor + Clone>(
    start: &P,
    length: usize,
    width: usize,
    forbidden: &[usize],
) -> Vec<(Vec<usize>, Real)> {
    assert!(width > 0, "a beam must hold something");
    let mut beam = vec![(start.clone(), Vec::new(), 0.0 as Real)];
    for _ in 0..length {
        let mut next = Vec::new();
        for (place, (reader, _, sum)) in beam.iter().enumerate() {
            let mut scores = reader.scores();
            forbidden.iter().for_each(|&id| scores[id] = Real::NEG_INFINITY);
            log_softmax(&mut scores);
            let best = by_score(&scores).into_iter().take(width);
            for id in best.filter(|&id| scores[id] > Real::NEG_INFINITY) {
                next.push((sum + scores[id], place, id));
            }
        }
        next.sort_by(|a, b| b.0.total_cmp(&a.0));
        next.truncate(width);
        let grown = next.into_iter().map(|(sum, place, id)| {
            let (mut reader, mut text) = (beam[place].0.clone(), beam[place].1.clone());
            reader.read(id);
            text.push(id);
            (reader, text, sum)
        });
        beam = grown.collect();
    }
    beam.into_iter().map(|(_, text, sum)| (text, sum)).collect()
}
// ANCHOR_END: beam

// ANCHOR: measures
/// The entropy of a distribution in nats, eq. (9.12) #gen-entropy.
pub fn entropy(p: &[Real]) -> Real {
    p.iter().filter(|&&p| p > 0.0).map(|&p| p * (0.0 - p.ln())).sum()
}

/// How many of the n-grams of a text are different ones, as a share (Li et al. 2016);
/// 1 if there are none.
pub fn distinct(text: &[usize], n: usize) -> f64 {
    let all = text.windows(n).count();
    let different: std::collections::HashSet<&[usize]> = text.windows(n).collect();
    if all == 0 { 1.0 } else { different.len() as f64 / all as f64 }
}
// ANCHOR_END: measures
