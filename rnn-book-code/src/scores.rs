//! How good is a classifier? Accuracy, precision, recall, F1, the confusion matrix, and
//! how sure one may be of them.
//!
//! Right labels and answers are `[N]`; the confusion matrix is `[C, C]`.
//!
//! In the book: [section 8.2].
//!
//! [section 8.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/baselines.html

use crate::Rng;
use rand::RngExt;

// ANCHOR: confusion
/// How often the label of the row was answered by the label of the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    /// `counts[right][answer]`.
    pub counts: Vec<Vec<usize>>,
}

impl Confusion {
    /// Counts the answers to questions with `labels` labels.
    ///
    /// # Panics
    /// If there is not one answer a question, or a label is too large.
    pub fn of(right: &[usize], answers: &[usize], labels: usize) -> Self {
        assert_eq!(right.len(), answers.len(), "one answer a question");
        let mut counts = vec![vec![0; labels]; labels];
        for (&right, &answer) in right.iter().zip(answers) {
            counts[right][answer] += 1;
        }
        Self { counts }
    }

    /// The share of right answers, eq. (8.1) #emo-accuracy.
    pub fn accuracy(&self) -> f64 {
        let right: usize = (0..self.counts.len()).map(|c| self.counts[c][c]).sum();
        share(right, self.counts.iter().flatten().sum())
    }

    /// Precision, recall and F1 of a label, eq. (8.2) #emo-f1.
    pub fn of_label(&self, c: usize) -> LabelScores {
        let hits = self.counts[c][c];
        let support = self.counts[c].iter().sum();
        let answered = self.counts.iter().map(|row| row[c]).sum();
        LabelScores {
            precision: share(hits, answered),
            recall: share(hits, support),
            f1: share(2 * hits, support + answered),
            support,
            answered,
        }
    }

    /// The mean F1 of the labels that occur among the questions or the answers,
    /// eq. (8.3) #emo-macro.
    pub fn macro_f1(&self) -> f64 {
        let labels = (0..self.counts.len()).map(|c| self.of_label(c));
        let occur: Vec<_> = labels.filter(|l| l.support + l.answered > 0).collect();
        occur.iter().map(|l| l.f1).sum::<f64>() / occur.len().max(1) as f64
    }
}
// ANCHOR_END: confusion

/// How well a label was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelScores {
    /// The share of its answers that were right.
    pub precision: f64,
    /// How many of its questions were found.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// How many questions have this label.
    pub support: usize,
    /// How often it was answered.
    pub answered: usize,
}

/// A part of a whole; 0 of nothing.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

// ANCHOR: bootstrap
/// The middle `level` of what `score` gives on `times` samples, each of as many
/// questions as there are, drawn with replacement (Efron 1979).
pub fn bootstrap(
    questions: usize,
    times: usize,
    level: f64,
    rng: &mut Rng,
    mut score: impl FnMut(&[usize]) -> f64,
) -> (f64, f64) {
    let mut scores: Vec<f64> = (0..times)
        .map(|_| {
            let sample: Vec<_> =
                (0..questions).map(|_| rng.random_range(0..questions)).collect();
            score(&sample)
        })
        .collect();
    scores.sort_by(f64::total_cmp);
    let at = |q: f64| scores[((times - 1) as f64 * q).round() as usize];
    (at((1.0 - level) / 2.0), at((1.0 + level) / 2.0))
}
// ANCHOR_END: bootstrap

// ANCHOR: multi
/// Hits, false alarms and misses of one label when a text may have several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Answered and right.
    pub hits: usize,
    /// Answered and wrong.
    pub false_alarms: usize,
    /// Right and not answered.
    pub misses: usize,
}

impl Hits {
    /// Its F1; 0 if it was never right.
    pub fn f1(self) -> f64 {
        share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)
    }
}

/// The counts of each of `labels` labels.
pub fn multi_label(
    right: &[Vec<usize>],
    answers: &[Vec<usize>],
    labels: usize,
) -> Vec<Hits> {
    let mut counts = vec![Hits::default(); labels];
    for (right, answers) in right.iter().zip(answers) {
        for (c, count) in counts.iter_mut().enumerate() {
            match (right.contains(&c), answers.contains(&c)) {
                (true, true) => count.hits += 1,
                (false, true) => count.false_alarms += 1,
                (true, false) => count.misses += 1,
                (false, false) => {}
            }
        }
    }
    counts
}
// ANCHOR_END: multi
