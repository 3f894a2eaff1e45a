//! Reads a date as people write it and prints it as ISO 8601 has it.
//!
//! ```text
//! cargo run --release --example dates -- "12 March 98"
//! cargo run --release --example dates -- --map "12 March 98"
//! cargo run --release --example dates -- train --seed 1 --out my.safetensors
//! ```
//!
//! Training can be stopped with Ctrl-C; the same command goes on. Until it is done, the
//! state of the run lies beside the model, with `.training` after its name.

use clap::{Parser, Subcommand};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    attention::Score,
    batching::pad,
    bidirectional::Bidirectional,
    checkpoint::{self, Checkpoint},
    dates::{Part, dates},
    decoder::{Decoder, Place},
    encoder_decoder::EncoderDecoder,
    gru::Gru,
    optim::Adam,
    pairs::{TokenPair, exact_match},
    parameters::{Parameters, prefixed},
    program::finish,
    schedule::{Decay, Schedule},
    search::{attention_map, greedy_batch},
    tasks::Pair,
    tokens::{Graphemes, Tokenizer},
    train::{End, Trainer},
    translating::Translating,
    vocabulary::{UNKNOWN, Vocabulary},
};
use std::{
    collections::BTreeMap,
    error::Error,
    io::{Write, stdout},
    marker::PhantomData,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The model that comes with the book.
const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/dates.safetensors");
/// Letters of a date; the longest one that is trained on has under sixty.
const LONGEST: usize = 100;
/// Letters of an answer: those of a date, and two to see that it goes on.
const ANSWER: usize = 12;

#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The date, such as "the 12th of March 1998"
    text: Option<String>,
    /// Also print where the decoder looked
    #[arg(long)]
    map: bool,
    /// The model
    #[arg(long, default_value = SHIPPED)]
    model: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Train a model
    Train {
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where it is written
        #[arg(long)]
        out: PathBuf,
        /// Passes over the dates that are drawn
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
        epochs: u8,
        /// How many dates are drawn
        #[arg(long, default_value_t = 250_000, value_parser = clap::value_parser!(u32).range(64..))]
        dates: u32,
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
        threads: u8,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match (args.command, args.text) {
        (Some(Command::Train { seed, out, epochs, dates, threads }), _) => {
            train(seed, out, epochs.into(), dates as usize, threads.into())
        }
        (None, Some(text)) => answer(&args.model, &text, args.map),
        (None, None) => Err("which date? For help: --help".into()),
    };
    finish(result)
}

// ANCHOR: model
type Model = EncoderDecoder<Bidirectional<Gru>, Gru>;

/// 64 units each way to read, 64 to write, the additive score before the step.
fn model(vocabulary: usize, rng: &mut Rng) -> Model {
    let (input, hidden, seen) = (32, 64, 128);
    let encoder = Bidirectional {
        ahead: Gru::new(input, hidden, rng),
        back: Gru::new(input, hidden, rng),
    };
    let layer = Gru::new(input + seen, hidden, rng);
    let score = Score::additive(hidden, seen, hidden, rng);
    let decoder = Decoder::looking(layer, Place::Before, score, seen, rng);
    EncoderDecoder::new(vocabulary, encoder, decoder, rng)
}
// ANCHOR_END: model

// ANCHOR: answer
/// Loads the model, with every check, and answers.
fn answer(path: &Path, text: &str, map: bool) -> Result<(), Box<dyn Error>> {
    let file = Checkpoint::load(path)?;
    let vocabulary: Vocabulary = serde_json::from_str(file.get("vocabulary")?)
        .map_err(|error| file.wrong(format!("metadata \"vocabulary\": {error}")))?;
    let tokens = Graphemes { vocabulary };
    let mut model = model(tokens.size(), &mut Rng::seed_from_u64(0));
    file.restore("model", &mut model)?;

    let text = text.trim();
    let ids = tokens.encode(text);
    if ids.is_empty() || ids.len() > LONGEST {
        return Err(format!("{} letters are not in 1 to {LONGEST}", ids.len()).into());
    }
    if ids.contains(&UNKNOWN) {
        eprintln!("warning: a letter that the model was not trained on is in {text:?}");
    }
    let source = pad(&[ids]);
    let written = greedy_batch(&model, &source, ANSWER).remove(0);
    writeln!(stdout(), "{}", tokens.decode(&written))?;
    let weights = map.then(|| attention_map(&model, &source, &written)).flatten();
    if let Some(weights) = weights {
        let letters = rnn_book_code::tokens::graphemes(text);
        writeln!(stdout(), "\n  {}", letters.concat())?;
        let wrote =
            written.iter().map(|&id| tokens.vocabulary.token(id)).chain(["end"]);
        for (token, weights) in wrote.zip(weights.outer_iter()) {
            let row: String = weights.iter().map(|&w| shade(w)).collect();
            writeln!(stdout(), "{token:1.1} {row}")?;
        }
    }
    Ok(())
}

/// A weight as a letter that is as dark.
fn shade(weight: Real) -> char {
    let shades = [' ', '·', '░', '▒', '▓', '█'];
    shades[((weight * shades.len() as Real) as usize).min(shades.len() - 1)]
}
// ANCHOR_END: answer

// ANCHOR: train
fn train(
    seed: u64,
    out: PathBuf,
    epochs: usize,
    count: usize,
    threads: usize,
) -> Result<(), Box<dyn Error>> {
    let mut rng = Rng::seed_from_u64(seed);
    let pairs = dates(count, Part::Train, &mut rng);
    let text: String = pairs.iter().map(|p| p.source.clone() + &p.target).collect();
    let tokens = Graphemes::of(&text, 1);
    let encode = |pairs: &[Pair]| -> Vec<TokenPair> {
        pairs.iter().map(|pair| TokenPair::of(pair, &tokens)).collect()
    };
    let vocabulary = serde_json::to_string(&tokens.vocabulary)?;
    let task = Translating {
        train: encode(&pairs),
        dev: encode(&dates(1000, Part::Dev, &mut Rng::seed_from_u64(!seed))),
        batch: 64,
        threads,
        settings: BTreeMap::from([
            ("seed".into(), seed.to_string()),
            ("dates".into(), count.to_string()),
            ("epochs".into(), epochs.to_string()),
        ]),
        metadata: BTreeMap::new(),
        layers: PhantomData,
    };
    let steps = epochs * count.div_ceil(task.batch);
    let mut beside = out.clone().into_os_string();
    beside.push(".training");
    let running = PathBuf::from(beside);
    let trainer = Trainer {
        schedule: Schedule {
            rate: 3e-3,
            warm_up: 100.min(steps / 10),
            decay: Decay::Cosine { steps, lowest: 1e-4 },
        },
        clip: Some(1.0),
        evaluate_every: Some(500),
        checkpoint: Some(running.clone()),
        report: true,
        ..Trainer::new(epochs, 0.0)
    };
    trainer.stop_on_ctrl_c()?;
    let mut model = model(tokens.size(), &mut rng);
    let mut adam = Adam::new(&model, 0.0);
    let report = trainer.run(&task, &mut model, &mut adam, rng)?;
    if report.end == End::Interrupted {
        writeln!(
            stdout(),
            "stopped after {} steps; the same command goes on",
            report.steps
        )?;
        return Ok(());
    }
    let best = report.best.unwrap_or(model);
    let metadata = BTreeMap::from([
        ("vocabulary".to_string(), vocabulary),
        ("seed".to_string(), seed.to_string()),
    ]);
    checkpoint::save(&out, &prefixed("model", best.parameters()), &metadata)?;
    std::fs::remove_file(&running)?;
    let test = encode(&dates(5000, Part::Test, &mut Rng::seed_from_u64(seed ^ 77)));
    let share = exact_match(&best, &test);
    writeln!(stdout(), "{:.2} % of 5000 unseen dates", 100.0 * share)?;
    Ok(())
}
// ANCHOR_END: train
