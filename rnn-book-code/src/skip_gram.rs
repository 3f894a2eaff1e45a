//! Skip-gram with negative sampling (Mikolov et al. 2013): two rows for each word,
//! learned by telling words that stand near each other from words drawn at random.
//!
//! Both tables are `[V, D]`.
//!
//! In the book: [section 6.3].
//!
//! [section 6.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/words.html

use crate::{
    Real, Rng,
    embedding::Embedding,
    init,
    parameters::{Parameters, prefixed},
    vocabulary::{UNKNOWN, Vocabulary},
    word_vectors::WordVectors,
};
use ndarray::{Array1, Array2, Array3, ArrayViewD, ArrayViewMutD, s};
use rand::RngExt;
use rand_distr::{Distribution, weighted::WeightedAliasIndex};

// ANCHOR: model
/// Two rows for each word: one for it as a centre, one for it as a neighbour.
#[derive(Clone, Debug)]
pub struct SkipGram {
    /// The rows of the centres, `[V, D]`: the word vectors.
    pub center: Embedding,
    /// The rows of the neighbours, `[V, D]`.
    pub context: Embedding,
}

impl SkipGram {
    /// Centres uniform within ±1/(2D), neighbours 0, as in the original program.
    pub fn new(vocabulary: usize, size: usize, rng: &mut Rng) -> Self {
        let center = init::uniform(vocabulary, size, 0.5 / size as Real, rng);
        let context = Embedding { w: Array2::zeros(center.dim()) };
        Self { center: Embedding { w: center }, context }
    }
}

/// `N` centres, each with a word that stood near it and `K` that were drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// The centres, `[N, 1]`.
    pub centers: Array2<usize>,
    /// The true neighbour, then the drawn words, `[N, 1 + K]`.
    pub words: Array2<usize>,
}
// ANCHOR_END: model

/// `σ(s)`.
fn sigmoid(s: Real) -> Real {
    1.0 / (1.0 + (-s).exp())
}

/// `−ln σ(s)`, without overflow.
fn minus_log_sigmoid(s: Real) -> Real {
    (-s).max(0.0) + (-s.abs()).exp().ln_1p()
}

// ANCHOR: gradient
impl SkipGram {
    /// The mean loss of the pairs in nats, eq. (6.8) #data-negative. Adds its gradient
    /// to `grad`, eq. (6.11) #data-skip-batched.
    ///
    /// # Panics
    /// If a number is not below `V`, a pair has no word, or `centers` and `words`
    /// differ in `N`.
    pub fn loss_and_gradient(&self, pairs: &Pairs, grad: &mut Self) -> Real {
        let v = self.center.forward(pairs.centers.view()); // [N, 1, D]
        let u = self.context.forward(pairs.words.view()); // [N, 1 + K, D]
        let n = v.dim().0 as Real;
        let (mut d_v, mut d_u) = (Array3::zeros(v.dim()), Array3::zeros(u.dim()));
        let mut loss = 0.0;
        for i in 0..v.dim().0 {
            let (v, u) = (v.slice(s![i, 0, ..]), u.slice(s![i, .., ..]));
            let scores: Array1<Real> = u.dot(&v);
            let mut g = scores.mapv(sigmoid);
            g[0] -= 1.0; // σ(s) − y: only the first word is a neighbour
            g /= n;
            d_v.slice_mut(s![i, 0, ..]).assign(&g.dot(&u));
            for (mut d_u, &g) in d_u.slice_mut(s![i, .., ..]).outer_iter_mut().zip(&g) {
                d_u.assign(&(g * &v));
            }
            let drawn = scores.iter().skip(1).map(|&s| minus_log_sigmoid(-s));
            loss += minus_log_sigmoid(scores[0]) + drawn.sum::<Real>();
        }
        self.center.backward(pairs.centers.view(), d_v.view(), &mut grad.center);
        self.context.backward(pairs.words.view(), d_u.view(), &mut grad.context);
        loss / n
    }
}
// ANCHOR_END: gradient

// ANCHOR: step
impl SkipGram {
    /// One step of gradient descent on one pair: `words[0]` stood near `center`, the
    /// others were drawn. It writes to the rows of these words and to no others.
    ///
    /// # Panics
    /// If a number is not below `V`.
    pub fn step(
        &mut self,
        center: usize,
        words: &[usize],
        rate: Real,
        work: &mut Work,
    ) {
        let v = self.center.w.row(center);
        work.d_v.clear();
        work.d_v.resize(v.len(), 0.0);
        work.g.clear();
        let v = v.to_slice().expect("rows are contiguous");
        // All scores first: the gradient belongs to the weights before the step
        for (j, &word) in words.iter().enumerate() {
            let u = row(&self.context.w, word);
            let y = if j == 0 { 1.0 } else { 0.0 };
            let g = sigmoid(dot(v, u)) - y;
            add(&mut work.d_v, g, u);
            work.g.push(g);
        }
        for (&word, &g) in words.iter().zip(&work.g) {
            add(row_mut(&mut self.context.w, word), -rate * g, v);
        }
        add(row_mut(&mut self.center.w, center), -rate, &work.d_v);
    }
}

/// Memory that [`SkipGram::step`] uses again and again.
#[derive(Clone, Debug, Default)]
pub struct Work {
    g: Vec<Real>,
    d_v: Vec<Real>,
}
// ANCHOR_END: step

fn row(w: &Array2<Real>, i: usize) -> &[Real] {
    let d = w.ncols();
    &w.as_slice().expect("rows are contiguous")[i * d..(i + 1) * d]
}

fn row_mut(w: &mut Array2<Real>, i: usize) -> &mut [Real] {
    let d = w.ncols();
    &mut w.as_slice_mut().expect("rows are contiguous")[i * d..(i + 1) * d]
}

/// `x · y`, in eight running sums, so that the compiler can use vector instructions.
fn dot(x: &[Real], y: &[Real]) -> Real {
    let mut sums = [0.0; 8];
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    for (x, y) in x.iter().zip(y) {
        for k in 0..8 {
            sums[k] += x[k] * y[k];
        }
    }
    let rest: Real = x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<Real>() + rest
}

/// `x += a y`.
fn add(x: &mut [Real], a: Real, y: &[Real]) {
    for (x, y) in x.iter_mut().zip(y) {
        *x += a * y;
    }
}

// ANCHOR: settings
/// What to learn from, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Numbers a word, `D`.
    pub size: usize,
    /// Words on either side that count as near, at most.
    pub window: usize,
    /// Words drawn for each pair, `K`.
    pub negatives: usize,
    /// A word of a larger share than this is left out now and then, `τ`.
    pub threshold: f64,
    /// The learning rate at the start, η; it falls in a straight line to nearly 0.
    pub rate: Real,
    /// Passes over the text.
    pub epochs: usize,
}

impl Default for Settings {
    /// The defaults of the last version of the original program.
    fn default() -> Self {
        Self {
            size: 100,
            window: 5,
            negatives: 5,
            threshold: 1e-3,
            rate: 0.025,
            epochs: 5,
        }
    }
}
// ANCHOR_END: settings

// ANCHOR: training
/// Reads sentences and takes a step for each pair of near words.
#[derive(Clone, Debug)]
pub struct Training {
    settings: Settings,
    /// How probable it is that a word is kept, `[V]`.
    keep: Vec<f64>,
    /// Draws words by their count to the power of 0.75.
    noise: WeightedAliasIndex<f64>,
    /// Words read, and words to read in all passes.
    read: usize,
    all: usize,
    rng: Rng,
    work: Work,
    kept: Vec<usize>,
    words: Vec<usize>,
}

impl Training {
    /// For a text in which word `w` occurs `counts[w]` times.
    ///
    /// # Errors
    /// If fewer than two words occur: there would be nothing to tell apart.
    pub fn new(settings: Settings, counts: &[usize], rng: Rng) -> Result<Self, String> {
        let occurring = counts.iter().filter(|&&n| n > 0).count();
        if occurring < 2 {
            return Err(format!(
                "the text has {occurring} words of the vocabulary; skip-gram needs two"
            ));
        }
        let total: usize = counts.iter().sum();
        let keep = |&n: &usize| (settings.threshold * total as f64 / n as f64).sqrt();
        let noise = counts.iter().map(|&n| (n as f64).powf(0.75)).collect();
        Ok(Self {
            keep: counts.iter().map(keep).collect(),
            noise: WeightedAliasIndex::new(noise).map_err(|e| e.to_string())?,
            read: 0,
            all: total * settings.epochs,
            settings,
            rng,
            work: Work::default(),
            kept: Vec::new(),
            words: Vec::new(),
        })
    }

    /// Learns from one sentence; unknown words are skipped.
    ///
    /// # Panics
    /// If a number is not below `V`.
    pub fn read(&mut self, model: &mut SkipGram, sentence: &[usize]) {
        self.kept.clear();
        for &word in sentence.iter().filter(|&&word| word != UNKNOWN) {
            self.read += 1;
            if self.rng.random::<f64>() < self.keep[word] {
                self.kept.push(word);
            }
        }
        let left = 1.0 - self.read as Real / self.all as Real;
        let rate = self.settings.rate * left.max(1e-4);
        for at in 0..self.kept.len() {
            let reach = self.rng.random_range(1..=self.settings.window);
            let last = (at + reach).min(self.kept.len() - 1);
            for near in at.saturating_sub(reach)..=last {
                if near != at {
                    self.draw(self.kept[near]);
                    model.step(self.kept[at], &self.words, rate, &mut self.work);
                }
            }
        }
    }

    /// The word, and others that differ from it.
    fn draw(&mut self, word: usize) {
        self.words.clear();
        self.words.push(word);
        while self.words.len() <= self.settings.negatives {
            let drawn = self.noise.sample(&mut self.rng);
            if drawn != word {
                self.words.push(drawn);
            }
        }
    }
}
// ANCHOR_END: training

impl SkipGram {
    /// The rows of the centres, by word.
    pub fn vectors(&self, vocabulary: &Vocabulary) -> WordVectors {
        let words = (0..vocabulary.size()).map(|id| vocabulary.token(id).to_owned());
        WordVectors::new(words.collect(), self.center.w.clone())
    }
}

impl Parameters for SkipGram {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("center", self.center.parameters());
        list.extend(prefixed("context", self.context.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("center", self.center.parameters_mut());
        list.extend(prefixed("context", self.context.parameters_mut()));
        list
    }
}
