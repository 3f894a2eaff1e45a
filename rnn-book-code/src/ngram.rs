//! Counting: n-grams, smoothed by Witten and Bell or by Kneser and Ney. The baseline of
//! every language model.
//!
//! A context of tokens becomes probabilities `[V]`.
//!
//! In the book: [section 9.1].
//!
//! [section 9.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/counting.html

use std::collections::{HashMap, HashSet};

// ANCHOR: counts
/// What followed one context.
#[derive(Clone, Debug, Default, PartialEq)]
struct Followers {
    /// How often each token followed.
    counts: HashMap<usize, u32>,
    /// The sum of the counts.
    total: u32,
    /// How many tokens followed once, twice, and at least three times.
    classes: [u32; 3],
}

/// What followed each context of one length.
type Level = HashMap<Vec<usize>, Followers>;

/// Counts the n-grams of length `n` in a stream of tokens: how often each occurs, or,
/// for `continuation` counts, after how many different tokens.
fn level(tokens: &[usize], n: usize, continuation: bool) -> Level {
    let mut level = Level::new();
    let mut add = |gram: &[usize]| {
        let (token, context) = gram.split_last().expect("an n-gram has a last token");
        let followers = level.entry(context.to_vec()).or_default();
        *followers.counts.entry(*token).or_default() += 1;
    };
    if continuation {
        let longer: HashSet<&[usize]> = tokens.windows(n + 1).collect();
        longer.into_iter().for_each(|gram| add(&gram[1..]));
    } else {
        tokens.windows(n).for_each(add);
    }
    for followers in level.values_mut() {
        followers.total = followers.counts.values().sum();
        for &count in followers.counts.values() {
            followers.classes[(count as usize).min(3) - 1] += 1;
        }
    }
    level
}
// ANCHOR_END: counts

// ANCHOR: smoothing
/// How probability is taken from what was seen for what was not.
#[derive(Clone, Debug, PartialEq)]
pub enum Smoothing {
    /// As much as there were new tokens after the context (Witten & Bell 1991).
    WittenBell,
    /// A constant from each count: for each length of n-gram, from 1 on, what is taken
    /// from a count of 1, of 2 and of 3 or more (Kneser & Ney 1995; three discounts:
    /// Chen & Goodman 1999). Shorter n-grams have continuation counts.
    KneserNey(Vec<[f64; 3]>),
}

/// An interpolated n-gram model over tokens `0..V`.
#[derive(Clone, Debug)]
pub struct NGram {
    /// The contexts of 0, 1, … tokens.
    levels: Vec<Level>,
    vocabulary: usize,
    smoothing: Smoothing,
}

impl NGram {
    /// Witten-Bell, from n-grams of up to `order` tokens.
    ///
    /// # Panics
    /// If `order` or `vocabulary` is 0.
    pub fn witten_bell(tokens: &[usize], vocabulary: usize, order: usize) -> Self {
        assert!(order > 0 && vocabulary > 0, "no tokens to predict, or none by which");
        let levels = (1..=order).map(|n| level(tokens, n, false)).collect();
        Self { levels, vocabulary, smoothing: Smoothing::WittenBell }
    }

    /// Kneser-Ney, with the discounts that Chen and Goodman estimate from the counts,
    /// eq. (9.9) #gen-discounts.
    ///
    /// # Panics
    /// If `order` or `vocabulary` is 0.
    pub fn kneser_ney(tokens: &[usize], vocabulary: usize, order: usize) -> Self {
        assert!(order > 0 && vocabulary > 0, "no tokens to predict, or none by which");
        let levels: Vec<Level> =
            (1..=order).map(|n| level(tokens, n, n < order)).collect();
        let discounts = levels.iter().map(estimate).collect();
        Self { levels, vocabulary, smoothing: Smoothing::KneserNey(discounts) }
    }
}

impl NGram {
    /// The same counts with these discounts, one row for each length of n-gram. (After
    /// [`NGram::witten_bell`] no counts are continuation counts: that is absolute
    /// discounting.)
    ///
    /// # Panics
    /// If there are not as many rows as lengths.
    pub fn with_discounts(mut self, discounts: Vec<[f64; 3]>) -> Self {
        let (rows, order) = (discounts.len(), self.levels.len());
        assert!(rows == order, "{rows} rows of discounts for an order of {order}");
        self.smoothing = Smoothing::KneserNey(discounts);
        self
    }
}

/// The least discount. Without one a context hands nothing on, and what is new after it
/// has the probability 0.
const LEAST: f64 = 0.001;

/// The discounts of a level, from how many n-grams occur 1, 2, 3 and 4 times.
fn estimate(level: &Level) -> [f64; 3] {
    let mut n = [0.0; 4];
    for &count in level.values().flat_map(|followers| followers.counts.values()) {
        if let Some(n) = n.get_mut(count as usize - 1) {
            *n += 1.0;
        }
    }
    let y = n[0] / (n[0] + 2.0 * n[1]);
    let discount = |k: usize| {
        let d = k as f64 - (k + 1) as f64 * y * n[k] / n[k - 1];
        if d.is_finite() { d.clamp(LEAST, k as f64) } else { 0.5 }
    };
    [discount(1), discount(2), discount(3)]
}
// ANCHOR_END: smoothing

// ANCHOR: probability
impl NGram {
    /// The probability of `token` after `context`, of which only the last tokens count.
    /// eq. (9.8) #gen-kneser-ney, from the shortest context to the longest.
    pub fn probability(&self, context: &[usize], token: usize) -> f64 {
        let mut p = 1.0 / self.vocabulary as f64;
        for (length, level) in self.levels.iter().enumerate() {
            let Some(start) = context.len().checked_sub(length) else { break };
            let Some(seen) = level.get(&context[start..]) else { break };
            let count = seen.counts.get(&token).copied().unwrap_or(0);
            let total = f64::from(seen.total);
            p = match &self.smoothing {
                Smoothing::WittenBell => {
                    let new = f64::from(seen.classes.iter().sum::<u32>());
                    (f64::from(count) + new * p) / (total + new)
                }
                Smoothing::KneserNey(discounts) => {
                    let d = &discounts[length];
                    let taken =
                        if count == 0 { 0.0 } else { d[count.min(3) as usize - 1] };
                    let mass: f64 =
                        d.iter().zip(seen.classes).map(|(d, n)| d * f64::from(n)).sum();
                    (f64::from(count) - taken + mass * p) / total
                }
            };
        }
        p
    }
}
// ANCHOR_END: probability

impl NGram {
    /// The longest n-gram, counted in tokens.
    pub fn order(&self) -> usize {
        self.levels.len()
    }

    /// How many tokens there are.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// How probability is moved.
    pub fn smoothing(&self) -> &Smoothing {
        &self.smoothing
    }

    /// The probabilities of all tokens after a context, `[V]`.
    pub fn distribution(&self, context: &[usize]) -> Vec<f64> {
        let start = context.len().saturating_sub(self.order() - 1);
        (0..self.vocabulary).map(|w| self.probability(&context[start..], w)).collect()
    }

    /// The mean loss in nats of the tokens but the first, each from those before it.
    ///
    /// # Panics
    /// If there are fewer than two tokens.
    pub fn loss(&self, tokens: &[usize]) -> f64 {
        assert!(tokens.len() > 1, "a loss needs two tokens");
        let losses = (1..tokens.len()).map(|t| {
            let start = t.saturating_sub(self.order() - 1);
            -self.probability(&tokens[start..t], tokens[t]).ln()
        });
        losses.sum::<f64>() / (tokens.len() - 1) as f64
    }

    // ANCHOR: tune
    /// Moves each discount up and down, by less and less, as long as the loss of `dev`
    /// falls. Witten-Bell has nothing to move.
    pub fn tune(&mut self, dev: &[usize]) {
        let Smoothing::KneserNey(discounts) = &self.smoothing else { return };
        let mut best = (self.loss(dev), discounts.clone());
        for step in [0.2, 0.05] {
            for place in (0..self.order()).flat_map(|n| (0..3).map(move |k| (n, k))) {
                for step in [step, -step] {
                    loop {
                        let (n, k) = place;
                        let mut trial = best.1.clone();
                        trial[n][k] = (trial[n][k] + step).clamp(LEAST, k as f64 + 1.0);
                        self.smoothing = Smoothing::KneserNey(trial.clone());
                        let loss = self.loss(dev);
                        if loss >= best.0 {
                            break;
                        }
                        best = (loss, trial);
                    }
                }
            }
        }
        self.smoothing = Smoothing::KneserNey(best.1);
    }
    // ANCHOR_END: tune
}
