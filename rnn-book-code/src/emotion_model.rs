//! A trained classifier with everything that is needed to use it: in one file.
//!
//! `N` texts become scores `[N, C]`.
//!
//! In the book: [section 8.6].
//!
//! [section 8.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/program.html

use crate::{
    Real,
    bidirectional::Bidirectional,
    calibration::best,
    checkpoint::{self, Checkpoint, CheckpointError},
    classifier::Classifier,
    classifying::{Recipe, THRESHOLD, above, probabilities},
    gru::Gru,
    parameters::{Parameters, prefixed},
    subwords::{Lexicon, Word},
};
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, path::Path};

/// What the metadata of a file must say.
const KIND: &str = "emotion classifier 1";
/// The largest size of a layer that a file may ask for.
const LARGEST: usize = 1024;
/// The most rows for pieces of words that a file may ask for.
const MOST_BUCKETS: usize = 1 << 22;

// ANCHOR: model
/// A classifier, its words, its labels, and its temperature.
#[derive(Clone, Debug)]
pub struct EmotionModel {
    /// How it was made.
    pub recipe: Recipe,
    /// Turns texts into words.
    pub lexicon: Lexicon,
    /// The names of the labels, by number.
    pub labels: Vec<String>,
    /// What its scores are divided by.
    pub temperature: Real,
    /// The network.
    pub network: Classifier<Bidirectional<Gru>>,
}

/// What a model says of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The labels that it gives: one, or any number.
    pub labels: Vec<usize>,
    /// The probability of each label.
    pub probabilities: Array1<Real>,
}

impl EmotionModel {
    /// The scores `[N, C]` of texts, divided by the temperature.
    pub fn scores(&self, texts: &[&str]) -> Array2<Real> {
        let texts: Vec<_> =
            texts.iter().map(|text| self.lexicon.encode(text)).collect();
        let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
        self.network.scores(&texts) / self.temperature
    }

    /// What it says of a text.
    pub fn answer(&self, text: &str) -> Answer {
        let scores = self.scores(&[text]);
        let row = scores.row(0).to_vec();
        if self.recipe.multi {
            let sigmoid = scores.row(0).mapv(|z| 1.0 / (1.0 + (-z).exp()));
            return Answer { labels: above(&row, THRESHOLD), probabilities: sigmoid };
        }
        let p = probabilities(&scores, 1.0).row(0).to_owned();
        Answer { labels: vec![best(&row)], probabilities: p }
    }
}
// ANCHOR_END: model

// ANCHOR: file
impl EmotionModel {
    /// Writes the model, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        let json = |value: serde_json::Result<String>| value.expect("plain fields");
        let metadata = BTreeMap::from([
            ("kind".into(), KIND.into()),
            ("recipe".into(), json(serde_json::to_string(&self.recipe))),
            (
                "vocabulary".into(),
                json(serde_json::to_string(&self.lexicon.vocabulary)),
            ),
            ("labels".into(), json(serde_json::to_string(&self.labels))),
            ("temperature".into(), self.temperature.to_string()),
        ]);
        let arrays = prefixed("network", self.network.parameters());
        checkpoint::save(path, &arrays, &metadata)
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If it cannot be read, is cut off, or is the model of another program.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CheckpointError> {
        Self::of(&Checkpoint::load(path)?)
    }

    /// The model in the bytes of such a file; `path` is its name in messages.
    ///
    /// # Errors
    /// As [`load`](Self::load), but for reading.
    pub fn from_bytes(
        path: impl AsRef<Path>,
        bytes: &[u8],
    ) -> Result<Self, CheckpointError> {
        Self::of(&Checkpoint::from_bytes(path, bytes)?)
    }

    fn of(file: &Checkpoint) -> Result<Self, CheckpointError> {
        if file.metadata().get("kind").map(String::as_str) != Some(KIND) {
            let what = "the model of another program, not of `emotion train`";
            return Err(file.wrong(what.into()));
        }
        let recipe: Recipe = field(file, "recipe")?;
        let sizes = [recipe.embedding, recipe.hidden];
        let known = sizes.iter().all(|size| (1..=LARGEST).contains(size));
        if !known || recipe.buckets > MOST_BUCKETS || recipe.pools.is_empty() {
            return Err(file.wrong("sizes that no model of this program has".into()));
        }
        let lexicon =
            Lexicon { vocabulary: field(file, "vocabulary")?, buckets: recipe.buckets };
        let labels: Vec<String> = field(file, "labels")?;
        let temperature: Real = field(file, "temperature")?;
        if labels.len() < 2 || !(temperature > 0.0 && temperature.is_finite()) {
            return Err(file.wrong("fewer than two labels, or no temperature".into()));
        }
        // The random start is written over: every array must be there, in its shape.
        let mut rng = crate::Rng::seed_from_u64(0);
        let layer = recipe.layer(&mut rng);
        let mut network = recipe.model(layer, &lexicon, labels.len(), &mut rng);
        file.restore("network", &mut network)?;
        Ok(Self { recipe, lexicon, labels, temperature, network })
    }
}

fn field<V: DeserializeOwned>(
    file: &Checkpoint,
    key: &str,
) -> Result<V, CheckpointError> {
    serde_json::from_str(file.get(key)?)
        .map_err(|error| file.wrong(format!("metadata {key:?}: {error}")))
}
// ANCHOR_END: file
