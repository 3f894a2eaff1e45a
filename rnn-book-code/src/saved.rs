//! What a program needs to use a model later: its tokens, its sizes, its weights.
//!
//! In the book: [section 9.7].
//!
//! [section 9.7]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/program.html

use crate::{
    Real, Rng,
    checkpoint::{self, Checkpoint, CheckpointError},
    dropout::Dropout,
    gru::Gru,
    layer::Recurrent,
    lstm::Lstm,
    next_token::NextToken,
    parameters::{Parameters, prefixed},
    stacked::Stacked,
    tokens::{Graphemes, Tokenizer, Words, graphemes, words},
    vocabulary::{UNKNOWN, Vocabulary},
};
use rand::SeedableRng;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

// ANCHOR: tokens
/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What a reader sees as one character, as it stands.
    Char,
    /// A word or a mark of punctuation, in lower case.
    Word,
}

impl Level {
    /// The tokens of a text.
    pub fn cut(self, text: &str) -> Vec<String> {
        match self {
            Self::Char => graphemes(text),
            Self::Word => words(text),
        }
    }

    /// Numbers for the tokens that occur at least `min_count` times.
    pub fn vocabulary(self, text: &str, min_count: usize) -> Vocabulary {
        match self {
            Self::Char => Graphemes::of(text, min_count).vocabulary,
            Self::Word => {
                let tokens = words(text);
                let tokens = tokens.iter().map(String::as_str);
                Vocabulary::of(tokens, min_count, None)
            }
        }
    }

    /// The numbers of the tokens of a text.
    pub fn encode(self, vocabulary: &Vocabulary, text: &str) -> Vec<usize> {
        let vocabulary = vocabulary.clone();
        match self {
            Self::Char => Graphemes { vocabulary }.encode(text),
            Self::Word => Words { vocabulary }.encode(text),
        }
    }
}
// ANCHOR_END: tokens

// ANCHOR: shape
/// The sizes of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// What a token is.
    pub level: Level,
    /// The name of the cell, [`Cell::NAME`].
    pub cell: String,
    /// Numbers a token, `D`.
    pub embedding: usize,
    /// Units of each layer, `H`.
    pub hidden: usize,
    /// Layers on top of each other.
    pub layers: usize,
    /// Whether the rows of the embedding score as well.
    pub tied: bool,
    /// Dropout while training.
    pub dropout: Real,
}

/// A cell that can be asked for by its name.
pub trait Cell: Recurrent {
    /// The name.
    const NAME: &'static str;

    /// A random one, from `input` numbers to `hidden` units.
    fn random(input: usize, hidden: usize, rng: &mut Rng) -> Self;
}

impl Cell for Lstm {
    const NAME: &'static str = "lstm";

    fn random(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        Self::new(input, hidden, rng)
    }
}

impl Cell for Gru {
    const NAME: &'static str = "gru";

    fn random(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        Self::new(input, hidden, rng)
    }
}

impl Shape {
    /// A random model of this shape, with dropout between its layers as well.
    ///
    /// # Panics
    /// If the shape is impossible: see [`fault`](Self::fault).
    pub fn random<C: Cell>(
        &self,
        vocabulary: usize,
        rng: &mut Rng,
    ) -> NextToken<Stacked<C>> {
        let dropout = Dropout::new(self.dropout);
        let sizes =
            std::iter::once(self.embedding).chain(std::iter::repeat(self.hidden));
        let layers = sizes.take(self.layers).map(|d| C::random(d, self.hidden, rng));
        let layer = Stacked::new(layers.collect(), dropout);
        NextToken::new(vocabulary, layer, self.tied, dropout, rng)
    }

    /// What is impossible about the shape, if anything is.
    pub fn fault(&self) -> Option<String> {
        let sizes = [self.embedding, self.hidden, self.layers];
        if sizes.iter().any(|&size| size == 0 || size > 8192) || self.layers > 16 {
            return Some(format!("sizes of {sizes:?}"));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Some(format!("a dropout of {} is not in 0..1", self.dropout));
        }
        let (d, h) = (self.embedding, self.hidden);
        (self.tied && d != h)
            .then(|| format!("tied, yet {d} numbers a token, {h} units"))
    }
}
// ANCHOR_END: shape

// ANCHOR: saved
/// A trained model with its tokens.
#[derive(Clone, Debug)]
pub struct Saved<C> {
    /// The sizes.
    pub shape: Shape,
    /// The tokens.
    pub vocabulary: Vocabulary,
    /// The weights.
    pub model: NextToken<Stacked<C>>,
}

/// The name of the cell in a file.
///
/// # Errors
/// If it cannot be read, or holds no model of this kind.
pub fn cell_of(path: &Path) -> Result<String, CheckpointError> {
    let file = Checkpoint::load(path)?;
    Ok(shape_of(&file)?.cell)
}

fn shape_of(file: &Checkpoint) -> Result<Shape, CheckpointError> {
    let shape: Shape = serde_json::from_str(file.get("shape")?)
        .map_err(|error| file.wrong(format!("its shape: {error}")))?;
    match shape.fault() {
        Some(fault) => Err(file.wrong(format!("its shape is impossible: {fault}"))),
        None => Ok(shape),
    }
}

impl<C: Cell> Saved<C> {
    /// Reads the best model of a training run, or its last if none was evaluated yet.
    ///
    /// # Errors
    /// If the file cannot be read, or holds no model with this cell.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CheckpointError> {
        let file = Checkpoint::load(path)?;
        let shape = shape_of(&file)?;
        if shape.cell != C::NAME {
            return Err(file.wrong(format!("has a {}, not a {}", shape.cell, C::NAME)));
        }
        let vocabulary: Vocabulary = serde_json::from_str(file.get("vocabulary")?)
            .map_err(|error| file.wrong(format!("its vocabulary: {error}")))?;
        let mut model =
            shape.random::<C>(vocabulary.size(), &mut Rng::seed_from_u64(0));
        let part = if file.has("best") { "best" } else { "model" };
        file.restore(part, &mut model)?;
        Ok(Self { shape, vocabulary, model })
    }

    /// Writes the model alone, without the state of a training run.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        let arrays = prefixed("model", self.model.parameters());
        checkpoint::save(path, &arrays, &metadata(&self.shape, &self.vocabulary))
    }
}

/// What a checkpoint must say about its model.
pub fn metadata(shape: &Shape, vocabulary: &Vocabulary) -> BTreeMap<String, String> {
    let json = "sizes and words are plain JSON";
    BTreeMap::from([
        ("shape".into(), serde_json::to_string(shape).expect(json)),
        ("vocabulary".into(), serde_json::to_string(vocabulary).expect(json)),
    ])
}
// ANCHOR_END: saved

// ANCHOR: setter
/// Sets tokens as a text: words get their spaces and their capital letters back, as
/// well as simple rules can.
#[derive(Clone, Debug)]
pub struct Setter {
    level: Level,
    quoted: bool,
    /// Whether a sentence begins, and whether a space is due.
    begins: bool,
    space: bool,
}

impl Setter {
    /// At the beginning of a text.
    pub fn new(level: Level) -> Self {
        Self { level, quoted: false, begins: true, space: false }
    }

    /// What the next token adds to the text.
    pub fn set(&mut self, vocabulary: &Vocabulary, id: usize) -> String {
        let token = if id == UNKNOWN { "\u{FFFD}" } else { vocabulary.token(id) };
        if self.level == Level::Char {
            return token.into();
        }
        let closes = token == "\"" && self.quoted;
        let clings = closes || ".,;:!?)]’”".contains(token);
        let gap = if self.space && !clings { " " } else { "" };
        if token == "\"" {
            self.quoted = !self.quoted;
        }
        self.space = !(token == "\"" && self.quoted || "([“‘".contains(token));
        let mut letters = token.chars();
        let shown = match letters.next() {
            Some(first) if self.begins || token == "i" => {
                first.to_uppercase().collect::<String>() + letters.as_str()
            }
            _ => token.to_string(),
        };
        let word = token.starts_with(char::is_alphanumeric);
        self.begins = ".!?".contains(token) || self.begins && !word;
        format!("{gap}{shown}")
    }
}
// ANCHOR_END: setter
