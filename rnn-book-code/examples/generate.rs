//! Learns to continue a text, and continues it.
//!
//! ```text
//! cargo run --release --example generate -- train --text FILE --level word --out MODEL
//! cargo run --release --example generate -- eval --text FILE --model MODEL
//! cargo run --release --example generate -- sample --prompt "The state"
//! cargo run --release --example generate -- suggest
//! ```
//!
//! Training can be stopped with Ctrl-C, or killed; the same command goes on, and ends at
//! the same weights as a run that was not.

use clap::{Args, Parser, Subcommand, ValueEnum};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    checkpoint::Checkpoint,
    decoding::{Decoder, Predictor, Reading, beam},
    gru::Gru,
    lstm::Lstm,
    ngram::NGram,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    program::finish,
    saved::{Cell, Level, Saved, Setter, Shape, cell_of, metadata},
    schedule::{Decay, Schedule},
    stacked::Stacked,
    stream::{Parts, Stream},
    suggest::suggestions,
    text::{Window, fingerprint, read_text, windows},
    train::Trainer,
    vocabulary::{SPECIAL, UNKNOWN, Vocabulary},
};
use std::{
    collections::BTreeMap,
    error::Error,
    io::{BufRead, Write, stdout},
    marker::PhantomData,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The model that ships with the book.
const SHIPPED: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/models/book-words.safetensors");

#[derive(Parser)]
#[command(about = "Learns to continue a text, and continues it")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Learns from the first eight tenths of a text; the ninth says when it is best
    Train(Train),
    /// Judges a model on the last tenth of a text
    Eval(Eval),
    /// Counts n-grams in the first eight tenths, and judges them on the last
    Count(Count),
    /// Continues a prompt
    Sample(Sample),
    /// Reads lines as they are typed, and completes each
    Suggest(Suggest),
    /// Writes the model of a training run alone, without what a resumed run needs
    Export {
        #[arg(long)]
        model: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum CellName {
    Lstm,
    Gru,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum LevelName {
    Char,
    Word,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Char => Level::Char,
            LevelName::Word => Level::Word,
        }
    }
}

#[derive(Args)]
struct Train {
    /// The text, UTF-8
    #[arg(long)]
    text: PathBuf,
    #[arg(long, default_value = "word")]
    level: LevelName,
    /// Where the model and the state of the run are kept
    #[arg(long)]
    out: PathBuf,
    /// About how long to train: the number of steps is fixed at the start, from the
    /// time that a few of them take
    #[arg(long, default_value_t = 10.0, value_parser = minutes)]
    minutes: f64,
    /// The number of steps, instead of the minutes
    #[arg(long, value_parser = steps)]
    steps: Option<usize>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value = "lstm")]
    cell: CellName,
    /// Units of each layer; 256 for words and 384 for characters if not given
    #[arg(long, value_parser = size)]
    hidden: Option<usize>,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    layers: u8,
    /// 0.5 for words and 0.3 for characters if not given
    #[arg(long, value_parser = share)]
    dropout: Option<f32>,
    /// Words that occur less often in the part to learn from are unknown; 1 for
    /// characters
    #[arg(long, default_value_t = 3, value_parser = size)]
    min_count: usize,
    /// Score words by a matrix of their own, not by the embedding
    #[arg(long)]
    untied: bool,
    /// Start with a bias that knows how frequent each token is, not with 0
    #[arg(long)]
    counts: bool,
    /// Parts of the text that are read side by side
    #[arg(long, default_value_t = 32, value_parser = size)]
    lanes: usize,
    /// Tokens between two steps of the optimiser; 35 for words and 64 for characters if
    /// not given
    #[arg(long, value_parser = size)]
    window: Option<usize>,
    /// The highest learning rate
    #[arg(long, default_value_t = 0.003, value_parser = rate)]
    rate: f32,
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
    /// Evaluations, of twenty, without a better one before it stops early
    #[arg(long, default_value_t = 4, value_parser = size)]
    patience: usize,
    /// Steps between two writes of the file; once a minute without it
    #[arg(long, value_parser = size)]
    save_steps: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum PartName {
    Dev,
    Test,
    All,
}

#[derive(Args)]
struct Eval {
    #[arg(long)]
    text: PathBuf,
    #[arg(long)]
    model: PathBuf,
    /// Which part of the text: its ninth tenth, its last, or all of it
    #[arg(long, default_value = "test")]
    part: PartName,
    /// One line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Count {
    #[arg(long)]
    text: PathBuf,
    #[arg(long, default_value = "word")]
    level: LevelName,
    #[arg(long, default_value_t = 3, value_parser = size)]
    min_count: usize,
    /// Which part of the text to judge on
    #[arg(long, default_value = "test")]
    part: PartName,
    /// The longest n-gram
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=9))]
    order: u8,
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Sample {
    /// The model; the one of this book's words if not given
    #[arg(long, default_value = SHIPPED, hide_default_value = true)]
    model: PathBuf,
    #[arg(long, default_value = "")]
    prompt: String,
    /// 0 takes the best token each time
    #[arg(long, default_value_t = 0.8, value_parser = temperature)]
    temperature: f32,
    /// Only so many of the best tokens
    #[arg(long, value_parser = size)]
    top_k: Option<usize>,
    /// Only the best tokens that have this probability together
    #[arg(long, value_parser = nucleus)]
    top_p: Option<f32>,
    /// Above 1, tokens of the last 64 are avoided
    #[arg(long, default_value_t = 1.0, value_parser = penalty)]
    penalty: f32,
    /// The best of so many continuations, instead of drawing
    #[arg(long, value_parser = size)]
    beam: Option<usize>,
    /// Tokens to write
    #[arg(long, default_value_t = 100, value_parser = steps)]
    length: usize,
    /// Another seed draws another text
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tokens a second, to standard error
    #[arg(long)]
    speed: bool,
}

#[derive(Args)]
struct Suggest {
    /// The model; the one of this book's words if not given
    #[arg(long, default_value = SHIPPED, hide_default_value = true)]
    model: PathBuf,
    /// How many words to offer
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=50))]
    top: u8,
}

fn within<
    T: std::str::FromStr<Err: std::fmt::Display> + PartialOrd + std::fmt::Display,
>(
    text: &str,
    low: T,
    high: T,
) -> Result<T, String> {
    let x: T = text.parse().map_err(|error| format!("{error}"))?;
    if x >= low && x <= high { Ok(x) } else { Err(format!("not from {low} to {high}")) }
}

fn size(text: &str) -> Result<usize, String> {
    within(text, 1, 8192)
}

fn steps(text: &str) -> Result<usize, String> {
    within(text, 1, 100_000_000)
}

fn minutes(text: &str) -> Result<f64, String> {
    within(text, 0.01, 100_000.0)
}

fn rate(text: &str) -> Result<f32, String> {
    within(text, 1e-6, 1.0)
}

fn share(text: &str) -> Result<f32, String> {
    within(text, 0.0, 0.95)
}

fn nucleus(text: &str) -> Result<f32, String> {
    within(text, 0.001, 1.0)
}

fn temperature(text: &str) -> Result<f32, String> {
    within(text, 0.0, 100.0)
}

fn penalty(text: &str) -> Result<f32, String> {
    within(text, 1.0, 100.0)
}

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let outcome = match &Cli::parse().command {
        Command::Train(args) => match args.cell {
            CellName::Lstm => train::<Lstm>(args),
            CellName::Gru => train::<Gru>(args),
        },
        Command::Eval(args) => {
            with_cell(&args.model, || eval::<Lstm>(args), || eval::<Gru>(args))
        }
        Command::Count(args) => count(args),
        Command::Sample(args) => {
            with_cell(&args.model, || sample::<Lstm>(args), || sample::<Gru>(args))
        }
        Command::Suggest(args) => {
            with_cell(&args.model, || suggest::<Lstm>(args), || suggest::<Gru>(args))
        }
        Command::Export { model, out } => with_cell(
            model,
            || export::<Lstm>(model, out),
            || export::<Gru>(model, out),
        ),
    };
    finish(outcome)
}

fn with_cell(
    model: &Path,
    lstm: impl FnOnce() -> Outcome,
    gru: impl FnOnce() -> Outcome,
) -> Outcome {
    match cell_of(model)?.as_str() {
        Lstm::NAME => lstm(),
        Gru::NAME => gru(),
        other => Err(format!("{}: unknown cell {other:?}", model.display()).into()),
    }
}

// ANCHOR: train
fn train<C: Cell>(args: &Train) -> Outcome {
    let text = read_text(&args.text)?;
    let level = Level::from(args.level);
    let word = level == Level::Word;
    let parts = Parts::of(&text);
    let min_count = if word { args.min_count } else { 1 };
    let vocabulary = level.vocabulary(parts.train, min_count);
    let hidden = args.hidden.unwrap_or(if word { 256 } else { 384 });
    let tied = word && !args.untied;
    let shape = Shape {
        level,
        cell: C::NAME.into(),
        embedding: if tied { hidden } else { hidden.min(64) },
        hidden,
        layers: args.layers.into(),
        tied,
        dropout: args.dropout.unwrap_or(if word { 0.5 } else { 0.3 }),
    };
    let cut = |part: &str, lanes: usize, name: &str| {
        let window = args.window.unwrap_or(if word { 35 } else { 64 });
        windows(&level.encode(&vocabulary, part), lanes, window)
            .map_err(|error| format!("{}, {name}: {error}", args.text.display()))
    };
    let train = cut(parts.train, args.lanes, "the eight tenths to learn from")?;
    let dev = cut(parts.dev, args.lanes.min(8), "the tenth to choose by")?;

    let mut rng = Rng::seed_from_u64(args.seed);
    let mut model = shape.random::<C>(vocabulary.size(), &mut rng);
    if args.counts {
        model.start_from_counts(&level.encode(&vocabulary, parts.train));
    }
    let steps = match (args.steps, steps_of(&args.out)?) {
        (Some(steps), _) | (None, Some(steps)) => steps,
        (None, None) => affordable(&model, &train, &dev, args),
    };
    let task = Stream {
        train,
        dev,
        steps,
        threads: args.threads.into(),
        settings: settings(args, &text, &shape),
        metadata: metadata(&shape, &vocabulary),
        layer: PhantomData,
    };
    let trainer = Trainer {
        schedule: Schedule {
            rate: args.rate,
            warm_up: 100.min(steps / 10),
            decay: Decay::Cosine { steps, lowest: args.rate / 30.0 },
        },
        clip: Some(1.0),
        evaluate_every: Some((steps / 20).max(1)),
        patience: Some(args.patience),
        checkpoint: Some(args.out.clone()),
        save_steps: args.save_steps,
        report: true,
        ..Trainer::new(task.epochs(), 0.0)
    };
    trainer.stop_on_ctrl_c()?;
    let mut adam = Adam::new(&model, 0.0);
    let report = trainer.run(&task, &mut model, &mut adam, rng)?;
    // ANCHOR_END: train

    let mut out = stdout();
    writeln!(out, "  step   training    dev (nats a token)")?;
    for point in &report.history {
        writeln!(out, "{:6}  {:8.4}  {:8.4}", point.step, point.train, point.dev)?;
    }
    writeln!(out, "{:?} after {} steps", report.end, report.steps)?;
    Ok(())
}

fn settings(args: &Train, text: &str, shape: &Shape) -> BTreeMap<String, String> {
    let minutes = match args.steps {
        Some(_) => "none".into(),
        None => args.minutes.to_string(),
    };
    let mut settings = BTreeMap::from([
        ("text".into(), fingerprint(text)),
        ("shape".into(), format!("{shape:?}")),
        ("min count".into(), args.min_count.to_string()),
        ("lanes".into(), args.lanes.to_string()),
        ("window".into(), format!("{:?}", args.window)),
        ("minutes".into(), minutes),
        ("patience".into(), args.patience.to_string()),
        ("seed".into(), args.seed.to_string()),
    ]);
    if args.counts {
        settings.insert("counts".into(), "true".into());
    }
    settings
}

// ANCHOR: steps
/// The number of steps that an earlier part of this run has fixed, if there was one.
fn steps_of(out: &Path) -> Result<Option<usize>, Box<dyn Error>> {
    if !out.exists() {
        return Ok(None);
    }
    let file = Checkpoint::load(out)?;
    let settings: BTreeMap<String, String> =
        serde_json::from_str(file.get("settings")?)
            .map_err(|error| file.wrong(format!("its settings: {error}")))?;
    let steps = settings.get("steps").and_then(|steps| steps.parse().ok());
    Ok(Some(steps.ok_or_else(|| file.wrong("its settings name no steps".into()))?))
}

/// As many steps as fit into the minutes, by the time of a few on a copy of the model.
fn affordable<C: Cell>(
    model: &rnn_book_code::next_token::NextToken<Stacked<C>>,
    train: &[Window],
    dev: &[Window],
    args: &Train,
) -> usize {
    use rnn_book_code::layer::Layer;
    let (mut copy, mut grad) = (model.clone(), model.zeros_like());
    let mut adam = Adam::new(model, 1e-4);
    let mut workers = Workers::new(model, args.threads.into());
    let state = model.layer.start(args.lanes);
    let mut rng = Rng::seed_from_u64(0);
    let mut times = Vec::new();
    for window in train.iter().cycle().take(6) {
        let start = Instant::now();
        grad.set_zero();
        copy.loss_and_gradient(window, &state, &mut rng, &mut workers, &mut grad);
        clip_by_norm(&mut grad, 1.0);
        adam.step(&mut copy, &grad);
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let step = times[times.len() / 2];
    let start = Instant::now();
    Stream::mean_loss(model, dev);
    let evaluations = 20.0 * start.elapsed().as_secs_f64();
    let left = (60.0 * args.minutes - evaluations).max(0.0);
    eprintln!("{:.1} ms a step: {:.0} steps", 1000.0 * step, (left / step).ceil());
    ((left / step) as usize).max(1)
}
// ANCHOR_END: steps

fn part(text: &str, name: PartName) -> &str {
    let parts = Parts::of(text);
    match name {
        PartName::Dev => parts.dev,
        PartName::Test => parts.test,
        PartName::All => text,
    }
}

// ANCHOR: eval
fn eval<C: Cell>(args: &Eval) -> Outcome {
    let text = read_text(&args.text)?;
    let saved = Saved::<C>::load(&args.model)?;
    let part = part(&text, args.part);
    let tokens = saved.shape.level.encode(&saved.vocabulary, part);
    if tokens.len() < 2 {
        return Err(format!("{}: too short to judge by", args.text.display()).into());
    }
    let losses = saved.model.losses(&tokens);
    report(losses.iter().map(|&loss| f64::from(loss)).sum(), &tokens, part, args.json)
}

/// Prints what a loss of so many nats over all tokens but the first amounts to.
fn report(nats: f64, tokens: &[usize], part: &str, json: bool) -> Outcome {
    let mut out = stdout();
    let mean = nats / (tokens.len() - 1) as f64;
    let bits = nats / std::f64::consts::LN_2 / part.chars().count() as f64;
    let unknown = tokens.iter().filter(|&&id| id == UNKNOWN).count();
    let unknown = unknown as f64 / tokens.len() as f64;
    if json {
        writeln!(
            out,
            "{}",
            serde_json::json!({
                "tokens": tokens.len(),
                "nats_per_token": mean,
                "perplexity": mean.exp(),
                "bits_per_char": bits,
                "unknown_share": unknown,
            })
        )?;
    } else {
        let unknown = 100.0 * unknown;
        writeln!(out, "{} tokens, {unknown:.2} % of them unknown", tokens.len())?;
        writeln!(out, "{mean:.4} nats a token, perplexity {:.2}", mean.exp())?;
        writeln!(out, "{bits:.4} bits a character of the text")?;
    }
    Ok(())
}
// ANCHOR_END: eval

fn count(args: &Count) -> Outcome {
    let text = read_text(&args.text)?;
    let level = Level::from(args.level);
    let parts = Parts::of(&text);
    let min_count = if level == Level::Word { args.min_count } else { 1 };
    let vocabulary = level.vocabulary(parts.train, min_count);
    let judged = part(&text, args.part);
    let [train, dev, test] =
        [parts.train, parts.dev, judged].map(|part| level.encode(&vocabulary, part));
    if train.is_empty() || dev.len() < 2 || test.len() < 2 {
        return Err(format!("{}: too short to count", args.text.display()).into());
    }
    let order = usize::from(args.order);
    let mut ngram = NGram::kneser_ney(&train, vocabulary.size(), order);
    ngram.tune(&dev);
    let nats = ngram.loss(&test) * (test.len() - 1) as f64;
    report(nats, &test, judged, args.json)
}

// ANCHOR: sample
fn sample<C: Cell>(args: &Sample) -> Outcome {
    let saved = Saved::<C>::load(&args.model)?;
    let Saved { shape, vocabulary, model } = &saved;
    let mut text = prompt(shape.level, vocabulary, &args.prompt)?;
    let mut reading = Reading::new(model);
    if text.is_empty() {
        begin(shape.level, vocabulary, &mut reading);
    }
    let mut setter = Setter::new(shape.level);
    let mut out = stdout().lock();
    for &id in &text {
        reading.read(id);
        write!(out, "{}", setter.set(vocabulary, id))?;
    }
    let decoder = Decoder {
        temperature: args.temperature,
        top_k: args.top_k,
        top_p: args.top_p,
        penalty: args.penalty,
        forbidden: (0..SPECIAL.len()).collect(),
        ..Decoder::default()
    };
    let start = Instant::now();
    if let Some(width) = args.beam {
        let found = beam(&reading, args.length, width, &decoder.forbidden);
        for &id in found.iter().take(1).flat_map(|(text, _)| text) {
            write!(out, "{}", setter.set(vocabulary, id))?;
        }
    } else {
        let mut rng = Rng::seed_from_u64(args.seed);
        for _ in 0..args.length {
            let id = decoder.choose(&reading.scores(), &text, &mut rng);
            write!(out, "{}", setter.set(vocabulary, id))?;
            out.flush()?; // it streams
            reading.read(id);
            text.push(id);
        }
    }
    writeln!(out)?;
    if args.speed {
        let rate = args.length as f64 / start.elapsed().as_secs_f64();
        eprintln!("{rate:.0} tokens a second");
    }
    Ok(())
}
// ANCHOR_END: sample

/// Where nothing was said before, a sentence or a line has just ended. (A model that has
/// read nothing at all finds every token equally likely.)
fn begin(level: Level, vocabulary: &Vocabulary, reading: &mut impl Predictor) {
    let id = vocabulary.id(match level {
        Level::Word => ".",
        Level::Char => "\n",
    });
    if id != UNKNOWN {
        reading.read(id);
    }
}

/// The tokens of a prompt.
fn prompt(
    level: Level,
    vocabulary: &Vocabulary,
    text: &str,
) -> Result<Vec<usize>, String> {
    let tokens = level.cut(text);
    let unknown = tokens.iter().find(|token| vocabulary.id(token) == UNKNOWN);
    match (level, unknown) {
        (Level::Char, Some(token)) => Err(format!(
            "the model has never seen {token:?}; leave it out of the prompt"
        )),
        (Level::Word, Some(token)) => {
            eprintln!(
                "note: the model does not know {token:?}, and reads <unk> for it"
            );
            Ok(level.encode(vocabulary, text))
        }
        (_, None) => Ok(level.encode(vocabulary, text)),
    }
}

fn suggest<C: Cell>(args: &Suggest) -> Outcome {
    let saved = Saved::<C>::load(&args.model)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let offered = match saved.shape.level {
            Level::Word => words_after(&saved, &line, args.top.into()),
            Level::Char => endings(&saved, &line, args.top.into())?,
        };
        writeln!(stdout(), "{}", offered.join(" | "))?;
    }
    Ok(())
}

/// Words that complete a line, by a model of words.
fn words_after<C: Cell>(saved: &Saved<C>, line: &str, n: usize) -> Vec<String> {
    let mut tokens = Level::Word.cut(line);
    let typing = line.ends_with(char::is_alphanumeric);
    let typed = if typing { tokens.pop().unwrap_or_default() } else { String::new() };
    let mut reading = Reading::new(&saved.model);
    if tokens.is_empty() {
        begin(Level::Word, &saved.vocabulary, &mut reading);
    }
    tokens.iter().for_each(|token| reading.read(saved.vocabulary.id(token)));
    suggestions(&reading.scores(), &saved.vocabulary, &typed, n)
        .into_iter()
        .map(|id| saved.vocabulary.token(id).to_string())
        .collect()
}

/// Ends of the word that a line ends in, or words after it, by a model of characters: a
/// beam search, cut at the first sign that is no letter.
fn endings<C: Cell>(
    saved: &Saved<C>,
    line: &str,
    n: usize,
) -> Result<Vec<String>, String> {
    let mut reading = Reading::new(&saved.model);
    if line.is_empty() {
        begin(Level::Char, &saved.vocabulary, &mut reading);
    }
    for id in prompt(Level::Char, &saved.vocabulary, line)? {
        reading.read(id);
    }
    let forbidden: Vec<usize> = (0..SPECIAL.len()).collect();
    let mut offered: Vec<String> = Vec::new();
    for (ids, _) in beam(&reading, 12, 8 * n, &forbidden) {
        let text: String = ids.iter().map(|&id| saved.vocabulary.token(id)).collect();
        let ending: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
        if !ending.is_empty() && !offered.contains(&ending) {
            offered.push(ending);
        }
    }
    offered.truncate(n);
    Ok(offered)
}

fn export<C: Cell>(model: &Path, out: &Path) -> Outcome {
    Saved::<C>::load(model)?.save(out)?;
    Ok(())
}
