//! Which sequence to write: the best token at each step, or the best of several
//! sequences kept side by side.
//!
//! In the book: [section 7.3] and [section 7.5].
//!
//! [section 7.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/encoder-decoder.html
//! [section 7.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/search.html

use crate::{
    Real,
    attention::Memory,
    batching::Padded,
    encoder_decoder::EncoderDecoder,
    layer::{Layer, Recurrent, State},
    loss::log_sum_exp,
    sampling,
    vocabulary::{END, START},
};
use ndarray::{Array2, Array3, Axis};

// ANCHOR: greedy
/// Writes the most probable token at each step for sources side by side, until all have
/// ended or `longest` tokens are written. [`END`] is not part of what is returned.
/// Nothing is forbidden: a model that finds them most probable writes tokens such as
/// [`START`] or [`PADDING`](crate::vocabulary::PADDING) too.
pub fn greedy_batch<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    source: &Padded,
    longest: usize,
) -> Vec<Vec<usize>> {
    let read = model.read(source);
    let mut written = vec![Vec::new(); source.lengths.len()];
    let mut ended = vec![false; written.len()];
    let mut last = vec![START; written.len()];
    let mut state = read.start;
    for _ in 0..longest {
        let (step, scores) = model.step(&last, &state, read.memory.as_ref());
        for (b, scores) in scores.outer_iter().enumerate() {
            last[b] = sampling::greedy(scores);
            ended[b] |= last[b] == END;
            if !ended[b] {
                written[b].push(last[b]);
            }
        }
        if ended.iter().all(|&ended| ended) {
            break;
        }
        state = step.state;
    }
    written
}
// ANCHOR_END: greedy

// ANCHOR: writer
/// Something that writes one token after another.
pub trait Writer {
    /// All that it remembers of several sequences that it is writing, one a row.
    type State;

    /// The logarithms of the next token's probabilities, `[K, V]`, after the tokens
    /// `last: [K]`, and the states after it.
    fn step(&self, last: &[usize], state: &Self::State) -> (Self::State, Array2<Real>);

    /// The rows with these numbers, in this order; a row may be taken more than once.
    fn select(&self, state: &Self::State, rows: &[usize]) -> Self::State;
}

/// A model with one source that was read.
#[derive(Clone, Copy, Debug)]
pub struct OneSource<'a, E, D> {
    /// The model.
    pub model: &'a EncoderDecoder<E, D>,
    /// What its decoder looks at, if it does.
    pub memory: Option<&'a Memory>,
}

impl<E: Layer, D: Recurrent> Writer for OneSource<'_, E, D> {
    type State = D::State;

    fn step(&self, last: &[usize], state: &D::State) -> (D::State, Array2<Real>) {
        let (written, mut scores) = self.model.step(last, state, self.memory);
        for mut row in scores.outer_iter_mut() {
            let log_sum = log_sum_exp(row.view());
            row -= log_sum;
        }
        (written.state, scores)
    }

    fn select(&self, state: &D::State, rows: &[usize]) -> D::State {
        state.select(rows)
    }
}
// ANCHOR_END: writer

// ANCHOR: hypothesis
/// A sequence and how probable it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis {
    /// The tokens, without [`START`] and [`END`].
    pub ids: Vec<usize>,
    /// The logarithm of its probability, with [`END`] if it has ended.
    pub log_p: Real,
    /// Whether it has ended.
    pub ended: bool,
}

impl Hypothesis {
    /// `ln p / n^power`, where `n` counts the tokens with [`END`], eq. (7.38)
    /// #seq-length.
    pub fn score(&self, power: Real) -> Real {
        let n = self.ids.len() + usize::from(self.ended);
        self.log_p / (n.max(1) as Real).powf(power)
    }
}
// ANCHOR_END: hypothesis

// ANCHOR: beam
/// How to search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beam {
    /// Sequences that are kept at each step, `K`; 1 is greedy if `power` is 0.
    pub width: usize,
    /// Tokens after which a sequence is given up, [`END`] counted.
    pub longest: usize,
    /// What the length is raised to before the score is divided by it; 0 for plain
    /// probability.
    pub power: Real,
}

impl Beam {
    /// The sequences found, the best first: those that ended, at most `width`, or, if
    /// none has, those that were being written.
    ///
    /// # Panics
    /// If the width is 0.
    pub fn search<W: Writer>(&self, writer: &W, start: W::State) -> Vec<Hypothesis> {
        assert!(self.width > 0, "a beam has a width");
        let first = Hypothesis { ids: Vec::new(), log_p: 0.0, ended: false };
        let (mut live, mut done) = (vec![first], Vec::new());
        let (mut state, mut last) = (start, vec![START]);
        for _ in 0..self.longest {
            let (next, log_p) = writer.step(&last, &state);
            // Every way to go on from every sequence, the most probable first
            let mut ways: Vec<(usize, usize, Real)> = log_p
                .indexed_iter()
                .map(|((k, id), &log_p)| (k, id, live[k].log_p + log_p))
                .collect();
            ways.sort_by(|a, b| b.2.total_cmp(&a.2));
            let mut kept = Vec::new();
            for (rank, (k, id, log_p)) in ways.into_iter().enumerate() {
                let mut ids = live[k].ids.clone();
                if id != END {
                    ids.push(id);
                    kept.push((k, Hypothesis { ids, log_p, ended: false }));
                } else if rank < self.width {
                    done.push(Hypothesis { ids, log_p, ended: true });
                }
                if kept.len() == self.width {
                    break;
                }
            }
            done.sort_by(|a: &Hypothesis, b| {
                b.score(self.power).total_cmp(&a.score(self.power))
            });
            done.truncate(self.width);
            if kept.is_empty() {
                break;
            }
            let from: Vec<usize> = kept.iter().map(|&(k, _)| k).collect();
            state = writer.select(&next, &from);
            live = kept.into_iter().map(|(_, hypothesis)| hypothesis).collect();
            last = live.iter().map(|h| *h.ids.last().expect("a token")).collect();
            if self.settled(&live, &done) {
                break;
            }
        }
        if done.is_empty() { live } else { done }
    }

    /// Whether nothing that is still being written can become better than the worst of
    /// as many ended ones as are wanted: a probability only falls, and no length
    /// divides it by more than the longest.
    fn settled(&self, live: &[Hypothesis], done: &[Hypothesis]) -> bool {
        let longest = (self.longest as Real).powf(self.power);
        let hope = live[0].log_p / longest;
        done.len() == self.width && done[self.width - 1].score(self.power) >= hope
    }
}
// ANCHOR_END: beam

// ANCHOR: map
/// Where a decoder looks while it writes the target, `[T, S]`, for one source; `None`
/// without attention. The target is read as it would be while training.
pub fn attention_map<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    source: &Padded,
    target: &[usize],
) -> Option<Array2<Real>> {
    let read = model.read(source);
    let mut state = read.start;
    let mut rows: Vec<Array3<Real>> = Vec::new();
    for &id in [START].iter().chain(target) {
        let (written, _) = model.step(&[id], &state, read.memory.as_ref());
        rows.push(written.weights?);
        state = written.state;
    }
    let rows: Vec<_> = rows.iter().map(|w| w.index_axis(Axis(0), 0)).collect();
    Some(ndarray::concatenate(Axis(0), &rows).expect("rows of one source"))
}
// ANCHOR_END: map
