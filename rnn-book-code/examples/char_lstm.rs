//! A character model of two LSTM layers on a text of your own.
//!
//! ```text
//! cargo run --release --example char_lstm -- --text FILE --out model.safetensors
//! ```
//!
//! Ctrl-C stops it; the same command goes on. However often it was stopped, or killed,
//! it ends at the same weights.

use clap::Parser;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    dropout::Dropout,
    language::{Continuing, LanguageModel},
    lstm::Lstm,
    optim::Adam,
    sampling,
    schedule::{Decay, Schedule},
    stacked::Stacked,
    text::{CharVocabulary, fingerprint, read_text, windows},
    train::Trainer,
};
use std::{collections::BTreeMap, error::Error, marker::PhantomData, path::PathBuf};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    /// The text to learn, UTF-8; its last tenth is kept for evaluation
    #[arg(long)]
    text: PathBuf,
    /// Where the model and the state of the run are kept
    #[arg(long)]
    out: PathBuf,
    #[arg(long, default_value_t = 5, value_parser = sized)]
    epochs: usize,
    /// Units of each layer
    #[arg(long, default_value_t = 256, value_parser = sized)]
    hidden: usize,
    /// Parts of the text that are read side by side
    #[arg(long, default_value_t = 64, value_parser = sized)]
    lanes: usize,
    /// Characters between two steps of the optimiser
    #[arg(long, default_value_t = 64, value_parser = sized)]
    window: usize,
    #[arg(long, default_value_t = 2, value_parser = sized)]
    threads: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps between two writes of the file; once a minute without it
    #[arg(long)]
    save_steps: Option<usize>,
}

fn sized(text: &str) -> Result<usize, String> {
    let size = text.parse().map_err(|error| format!("{error}"))?;
    if (1..=4096).contains(&size) { Ok(size) } else { Err("not in 1..=4096".into()) }
}

fn main() {
    if let Err(error) = run(&Args::parse()) {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let text = read_text(&args.text)?;
    let vocabulary = CharVocabulary::of(&text);
    let stream = vocabulary.encode(&text)?;
    let (train, dev) = stream.split_at(stream.len() / 10 * 9);
    let train = windows(train, args.lanes, args.window)
        .map_err(|error| format!("to train on nine tenths of it, {error}"))?;
    let dev = windows(dev, args.lanes.min(8), args.window)
        .map_err(|error| format!("to evaluate on the last tenth of it, {error}"))?;
    let steps = args.epochs * train.len();
    let task = Continuing {
        dev,
        train,
        threads: args.threads,
        settings: BTreeMap::from([
            ("text".into(), fingerprint(&text)),
            ("hidden".into(), args.hidden.to_string()),
            ("lanes".into(), args.lanes.to_string()),
            ("window".into(), args.window.to_string()),
            ("seed".into(), args.seed.to_string()),
        ]),
        metadata: BTreeMap::from([(
            "vocabulary".into(),
            vocabulary.decode(&(0..vocabulary.len()).collect::<Vec<_>>()),
        )]),
        layer: PhantomData,
    };

    // ANCHOR: run
    let mut rng = Rng::seed_from_u64(args.seed);
    let hidden = args.hidden;
    let layers =
        vec![Lstm::new(64, hidden, &mut rng), Lstm::new(hidden, hidden, &mut rng)];
    let layer = Stacked::new(layers, Dropout::new(0.1));
    let mut model = LanguageModel::new(vocabulary.len(), layer, &mut rng);
    let mut adam = Adam::new(&model, 0.0);
    let trainer = Trainer {
        schedule: Schedule {
            rate: 3e-3,
            warm_up: 100.min(steps / 10),
            decay: Decay::Cosine { steps, lowest: 1e-4 },
        },
        clip: Some(1.0),
        checkpoint: Some(args.out.clone()),
        save_steps: args.save_steps,
        report: true,
        ..Trainer::new(args.epochs, 0.0)
    };
    trainer.stop_on_ctrl_c()?;
    let report = trainer.run(&task, &mut model, &mut adam, rng)?;
    // ANCHOR_END: run

    println!("epoch  step   training  evaluation (nats a character)");
    for point in &report.history {
        let (epoch, step) = (point.epoch + 1, point.step);
        println!("{epoch:5} {step:6}  {:8.4}  {:8.4}", point.train, point.dev);
    }
    println!("{:?} after {} steps", report.end, report.steps);
    sample(report.best.as_ref().unwrap_or(&model), &vocabulary, args.seed);
    Ok(())
}

/// Prints 300 characters that the model draws at temperature 0.7.
fn sample(
    model: &LanguageModel<Stacked<Lstm>>,
    vocabulary: &CharVocabulary,
    seed: u64,
) {
    use rnn_book_code::layer::Layer;
    let mut rng = Rng::seed_from_u64(seed);
    let (mut state, mut id) = (model.layer.start(1), 0);
    let mut drawn = Vec::new();
    for _ in 0..300 {
        let scores;
        (state, scores) = model.step(&[id], &state);
        id = sampling::sample(scores.row(0), 0.7 as Real, &mut rng);
        drawn.push(id);
    }
    println!("\n{}", vocabulary.decode(&drawn));
}
