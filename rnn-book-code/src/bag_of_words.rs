//! The baseline: counts of words and pairs of words, and logistic regression on them.
//!
//! Sparse rows of `F` features become scores `[N, C]`.
//!
//! In the book: [section 8.2].
//!
//! [section 8.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/baselines.html

use crate::{Real, loss::softmax, tokens};
use ndarray::{Array1, Array2, Axis};
use std::collections::{BTreeMap, HashMap, HashSet};

// ANCHOR: features
/// A text as the features that it has, ascending, and their sizes.
pub type Sparse = Vec<(usize, Real)>;

/// Which features a text has, and how large they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BagOptions {
    /// Pairs of neighbours besides single words.
    pub pairs: bool,
    /// A feature counts by how few texts have it (tf-idf), in place of once a text.
    pub idf: bool,
    /// The number of texts that must have a feature.
    pub min_texts: usize,
}

/// Turns texts into features, known from the texts to learn from.
#[derive(Clone, Debug)]
pub struct Bag {
    options: BagOptions,
    numbers: HashMap<String, usize>,
    weights: Vec<Real>,
}

/// The words of a text and, if wanted, the pairs of neighbours.
fn grams(text: &str, pairs: bool) -> Vec<String> {
    let words = tokens::words(text);
    let mut grams: Vec<_> = words.clone();
    if pairs {
        grams.extend(words.windows(2).map(|pair| pair.join(" ")));
    }
    grams
}

impl Bag {
    /// The features of some texts.
    pub fn of(texts: &[&str], options: BagOptions) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for text in texts {
            let distinct: HashSet<_> = grams(text, options.pairs).into_iter().collect();
            for gram in distinct {
                *counts.entry(gram).or_default() += 1;
            }
        }
        counts.retain(|_, n| *n >= options.min_texts);
        // eq. (8.4) #emo-tfidf
        let idf = |&n: &usize| ((1 + texts.len()) as Real / (1 + n) as Real).ln() + 1.0;
        let weights = counts.values().map(|n| if options.idf { idf(n) } else { 1.0 });
        let weights = weights.collect();
        let numbers = counts.into_keys().enumerate().map(|(k, gram)| (gram, k));
        Self { options, numbers: numbers.collect(), weights }
    }

    /// How many features there are, `F`.
    pub fn size(&self) -> usize {
        self.weights.len()
    }

    /// The features of a text; with tf-idf, as a vector of length 1.
    pub fn features(&self, text: &str) -> Sparse {
        let mut counts: BTreeMap<usize, Real> = BTreeMap::new();
        for gram in grams(text, self.options.pairs) {
            if let Some(&k) = self.numbers.get(&gram) {
                *counts.entry(k).or_default() += 1.0;
            }
        }
        if !self.options.idf {
            return counts.into_keys().map(|k| (k, 1.0)).collect();
        }
        let mut sparse: Sparse =
            counts.into_iter().map(|(k, n)| (k, n * self.weights[k])).collect();
        let length = sparse.iter().map(|(_, x)| x * x).sum::<Real>().sqrt();
        sparse.iter_mut().for_each(|(_, x)| *x /= length);
        sparse
    }
}
// ANCHOR_END: features

// ANCHOR: model
/// Softmax of a linear map of sparse rows.
#[derive(Clone, Debug)]
pub struct LogisticRegression {
    /// One row a feature, `[F, C]`.
    pub w: Array2<Real>,
    /// The bias, `[C]`.
    pub b: Array1<Real>,
}

impl LogisticRegression {
    /// The scores `[N, C]` of texts.
    pub fn scores(&self, texts: &[Sparse]) -> Array2<Real> {
        let mut z = Array2::zeros((texts.len(), self.b.len()));
        for (mut z, text) in z.outer_iter_mut().zip(texts) {
            z.assign(&self.b);
            for &(k, x) in text {
                z.scaled_add(x, &self.w.row(k));
            }
        }
        z
    }
}
// ANCHOR_END: model

// ANCHOR: fit
impl LogisticRegression {
    /// Least weighted mean cross-entropy plus `penalty` / 2 times the squares of `w`,
    /// eq. (8.5) #emo-logistic, by `steps` steps of accelerated gradient descent
    /// (Nesterov 1983) with a step for each feature, eq. (8.6) #emo-steps. The speed is
    /// dropped whenever it leads uphill (O'Donoghue & Candès 2015).
    pub fn fit(
        texts: &[Sparse],
        labels: &[usize],
        weights: &[Real],
        (features, classes): (usize, usize),
        penalty: Real,
        steps: usize,
    ) -> Self {
        let total: Real = weights.iter().sum();
        let rates = rates(texts, weights, features, penalty);
        let zeros =
            Self { w: Array2::zeros((features, classes)), b: Array1::zeros(classes) };
        let (mut here, mut ahead, mut speed) = (zeros.clone(), zeros.clone(), 1.0);
        for _ in 0..steps {
            // The gradient: (P − Y)ᵀ X, sparse, and the penalty
            let mut p = softmax(ahead.scores(texts).view());
            let mut grad = zeros.clone();
            grad.w.scaled_add(penalty, &ahead.w);
            for (i, mut p) in p.outer_iter_mut().enumerate() {
                p[labels[i]] -= 1.0;
                p *= weights[i] / total;
                for &(k, x) in &texts[i] {
                    grad.w.row_mut(k).scaled_add(x, &p);
                }
            }
            grad.b += &p.sum_axis(Axis(0));
            // A step from the point ahead, and a push on
            let mut next = ahead.clone();
            next.w -= &(&grad.w * &rates.w);
            next.b -= &(&grad.b * &rates.b);
            let (move_w, move_b) = (&next.w - &here.w, &next.b - &here.b);
            let uphill = (&grad.w * &move_w).sum() + (&grad.b * &move_b).sum() > 0.0;
            let faster: Real =
                if uphill { 1.0 } else { 0.5 + Real::sqrt(0.25 + speed * speed) };
            let push = if uphill { 0.0 } else { (speed - 1.0) / faster };
            ahead.w = &next.w + &(move_w * push);
            ahead.b = &next.b + &(move_b * push);
            (here, speed) = (next, faster);
        }
        here
    }
}

/// The largest safe step of each feature, `[F, 1]`, and of the bias, `[1]`.
fn rates(
    texts: &[Sparse],
    weights: &[Real],
    features: usize,
    penalty: Real,
) -> LogisticRegression {
    let total: Real = weights.iter().sum();
    let mut curvature = Array2::from_elem((features, 1), penalty);
    let mut of_bias = Array1::zeros(1);
    for (text, weight) in texts.iter().zip(weights) {
        let length: Real = 1.0 + text.iter().map(|(_, x)| x).sum::<Real>();
        let share = 0.5 * weight / total * length;
        text.iter().for_each(|&(k, x)| curvature[[k, 0]] += share * x);
        of_bias[0] += share;
    }
    LogisticRegression {
        w: curvature.mapv(|c| 1.0 / c),
        b: of_bias.mapv(|c: Real| 1.0 / c),
    }
}
// ANCHOR_END: fit
