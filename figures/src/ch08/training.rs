//! What the experiments share: texts with the numbers of their labels, the bag of words
//! chosen by a grid, a training.

use std::marker::PhantomData;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    bag_of_words::{Bag, BagOptions, LogisticRegression, Sparse},
    calibration::best,
    classifier::{Classifier, Lesson},
    classifying::{Classifying, Recipe, all_scores},
    emotions::{Part, part},
    labelled::{Labelled, label_names},
    layer::Layer,
    optim::Adam,
    scores::Confusion,
    subwords::{Lexicon, Word},
};

use crate::parallel;

/// Steps of the fit of a bag of words.
pub const STEPS: usize = 150;

/// Texts to learn from, to choose by and to judge by.
pub struct Data {
    /// The names of the labels, by number.
    pub labels: Vec<String>,
    /// To learn from.
    pub train: Vec<Labelled>,
    /// To choose by.
    pub dev: Vec<Labelled>,
    /// To judge by.
    pub test: Vec<Labelled>,
}

impl Data {
    /// The book's corpus.
    pub fn book() -> Self {
        let train = part(Part::Train);
        let (dev, test) = (part(Part::Dev), part(Part::Test));
        Self { labels: label_names(&train), train, dev, test }
    }

    /// The numbers of the labels.
    pub fn right(&self, examples: &[Labelled]) -> Vec<usize> {
        let number = |e: &Labelled| self.labels.iter().position(|l| *l == e.labels[0]);
        examples.iter().map(|e| number(e).unwrap_or(usize::MAX)).collect()
    }
}

/// The largest of each row.
pub fn answers(scores: &ndarray::Array2<Real>) -> Vec<usize> {
    scores.outer_iter().map(|row| best(&row.to_vec())).collect()
}

/// One setting of the bag of words.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The features.
    pub options: BagOptions,
    /// Labels of frequency f count f to minus this.
    pub balance: Real,
    /// How strongly large weights are held back.
    pub penalty: Real,
}

impl Setting {
    /// In words, for a table.
    pub fn features(&self) -> String {
        let words = if self.options.pairs { "words and pairs" } else { "words" };
        format!("{words}, {}", if self.options.idf { "tf-idf" } else { "0 or 1" })
    }
}

/// All settings that are tried.
pub fn grid() -> Vec<Setting> {
    let mut grid = Vec::new();
    for (pairs, idf) in [(false, false), (true, false), (false, true), (true, true)] {
        for balance in [0.0, 0.5, 1.0] {
            for penalty in [1e-3, 3e-4, 1e-4, 3e-5, 1e-5] {
                let options = BagOptions { pairs, idf, min_texts: 2 };
                grid.push(Setting { options, balance, penalty });
            }
        }
    }
    grid
}

/// Fits the bag of words on the texts to learn from, and scores the others.
pub fn bag_of_words(data: &Data, setting: Setting) -> (Confusion, Confusion) {
    let texts: Vec<&str> = data.train.iter().map(|e| e.text.as_str()).collect();
    let bag = Bag::of(&texts, setting.options);
    let features = |examples: &[Labelled]| -> Vec<Sparse> {
        examples.iter().map(|e| bag.features(&e.text)).collect()
    };
    let labels = data.right(&data.train);
    let mut counts = vec![0.0 as Real; data.labels.len()];
    labels.iter().for_each(|&c| counts[c] += 1.0);
    let weights: Vec<Real> =
        labels.iter().map(|&c| counts[c].powf(-setting.balance)).collect();
    let shape = (bag.size(), data.labels.len());
    let model = LogisticRegression::fit(
        &features(&data.train),
        &labels,
        &weights,
        shape,
        setting.penalty,
        STEPS,
    );
    let judge = |examples: &[Labelled]| {
        let scores = model.scores(&features(examples));
        Confusion::of(&data.right(examples), &answers(&scores), data.labels.len())
    };
    (judge(&data.dev), judge(&data.test))
}

/// The setting with the best macro-F1 on the texts to choose by, with both confusions;
/// of equals the first.
pub fn tuned_bag(data: &Data) -> (Setting, Confusion, Confusion) {
    let grid = grid();
    let results = parallel::map(&grid, |&setting| bag_of_words(data, setting));
    let mut best = 0;
    for (k, (dev, _)) in results.iter().enumerate() {
        if dev.macro_f1() > results[best].0.macro_f1() {
            best = k;
        }
    }
    let (dev, test) = results[best].clone();
    (grid[best], dev, test)
}

/// A model after training, by the weights that did best on the texts to choose by.
pub struct Trained<L> {
    /// The model.
    pub model: Classifier<L>,
    /// Its words.
    pub lexicon: Lexicon,
    /// Macro-F1 on the texts to choose by, after each epoch.
    pub history: Vec<f64>,
}

/// Trains around a layer that `layer` draws.
///
/// # Errors
/// When training fails.
pub fn train<L: Layer + Clone>(
    recipe: &Recipe,
    layer: impl Fn(&Recipe, &mut Rng) -> L,
    data: &Data,
    seed: u64,
) -> Result<Trained<L>> {
    let lexicon = recipe.lexicon(&data.train);
    let lessons = |examples: &[Labelled]| -> Result<Vec<Lesson>> {
        let lessons = recipe.lessons(examples, &lexicon, &data.labels);
        lessons.map_err(|(k, label)| anyhow::anyhow!("{label} at example {k}"))
    };
    let mut rng = Rng::seed_from_u64(seed);
    let layer = layer(recipe, &mut rng);
    let mut model = recipe.model(layer, &lexicon, data.labels.len(), &mut rng);
    let mut adam = Adam::new(&model, recipe.rate);
    let task = Classifying {
        train: lessons(&data.train)?,
        dev: lessons(&data.dev)?,
        noise: recipe.noise(),
        batch: recipe.batch,
        threads: 1,
        layer: PhantomData,
    };
    let trainer = recipe.trainer(task.train.len());
    let report = trainer.run(&task, &mut model, &mut adam, rng)?;
    let history = report.history.iter().map(|p| 1.0 - f64::from(p.dev)).collect();
    Ok(Trained { model: report.best.context("no evaluation")?, lexicon, history })
}

impl<L: Layer> Trained<L> {
    /// The scores of texts.
    pub fn scores(&self, examples: &[Labelled]) -> ndarray::Array2<Real> {
        let texts: Vec<_> =
            examples.iter().map(|e| self.lexicon.encode(&e.text)).collect();
        let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
        all_scores(&self.model, &texts, 1)
    }

    /// The confusion on texts with one label each.
    pub fn judge(&self, data: &Data, examples: &[Labelled]) -> Confusion {
        let answers = answers(&self.scores(examples));
        Confusion::of(&data.right(examples), &answers, data.labels.len())
    }
}
