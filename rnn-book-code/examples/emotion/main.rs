//! Which emotion does a text express? Trains a classifier, measures it, and uses it.
//!
//! ```text
//! cargo run --release --example emotion -- train --data FILE --out MODEL
//! cargo run --release --example emotion -- eval --data FILE --model MODEL --json
//! cargo run --release --example emotion -- predict "What a lovely surprise!"
//! ```
//!
//! Without `--data` it learns from the corpus of the book, and without `--model` it uses
//! the model that the book ships.

mod evaluate;
mod predict;
mod train;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rnn_book_code::{
    checkpoint::CheckpointError, emotion_model::EmotionModel, goemotions::Mapping,
    labelled::Format, program::finish,
};
use std::{error::Error, path::PathBuf, process::ExitCode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The model that the book ships, inside the program.
const SHIPPED: &[u8] = include_bytes!("../../models/emotion.safetensors");

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Which emotion does a text express?
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a model on labelled texts; Ctrl-C stops it and keeps the best so far
    Train(train::TrainArgs),
    /// Measure a model on labelled texts
    Eval(evaluate::EvalArgs),
    /// Print the label and the probabilities of a text, or of each line of the input
    Predict(predict::PredictArgs),
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// text<TAB>label
    Tsv,
    /// GoEmotions as published: text<TAB>number[,number…]<TAB>id
    Goemotions,
    /// text;label, split at the last ;
    Semicolon,
    /// Comma-separated, with a first line of names
    Csv,
}

#[derive(Clone, Copy, ValueEnum)]
enum MappingName {
    /// Rows with one label, of seven
    Strict,
    /// Seven groups, rows of one group
    Ekman,
    /// Seven groups, any number a row
    EkmanMulti,
    /// 28 labels, any number a row
    All,
}

#[derive(Args)]
struct FormatArgs {
    /// How the files are laid out
    #[arg(long, value_enum, default_value = "tsv")]
    format: FormatName,
    /// What becomes of the labels of GoEmotions
    #[arg(long, value_enum, default_value = "strict")]
    mapping: MappingName,
    /// The column of the texts in a CSV file
    #[arg(long, default_value = "text")]
    text_column: String,
    /// The column of the labels in a CSV file
    #[arg(long, default_value = "label")]
    label_column: String,
}

impl FormatArgs {
    fn format(&self) -> Format {
        match self.format {
            FormatName::Tsv => Format::Tabs,
            FormatName::Semicolon => Format::Semicolon,
            FormatName::Goemotions => Format::GoEmotions(match self.mapping {
                MappingName::Strict => Mapping::Strict,
                MappingName::Ekman => Mapping::Ekman,
                MappingName::EkmanMulti => Mapping::EkmanMulti,
                MappingName::All => Mapping::All,
            }),
            FormatName::Csv => Format::Csv {
                text: self.text_column.clone(),
                label: self.label_column.clone(),
            },
        }
    }

    /// Whether a text may have any number of labels.
    fn multi(&self) -> bool {
        let several =
            matches!(self.mapping, MappingName::EkmanMulti | MappingName::All);
        matches!(self.format, FormatName::Goemotions) && several
    }
}

/// The model in a file, or the one that the book ships.
fn model(path: Option<&PathBuf>) -> std::result::Result<EmotionModel, CheckpointError> {
    match path {
        Some(path) => EmotionModel::load(path),
        None => EmotionModel::from_bytes("the shipped model", SHIPPED),
    }
}

fn main() -> ExitCode {
    finish(match Cli::parse().command {
        Command::Train(args) => train::run(&args),
        Command::Eval(args) => evaluate::run(&args),
        Command::Predict(args) => predict::run(&args),
    })
}
