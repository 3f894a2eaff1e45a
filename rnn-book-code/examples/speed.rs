//! One training step of a language model, or one stream of generated tokens, timed.
//!
//! ```text
//! cargo run --release --example speed -- --config S --cell lstm --threads 1 --steps 20
//! ```
//!
//! A training step is: gradients to zero, embedding, cell, read-out, mean cross-entropy
//! over `B·T` tokens, back-propagation through time, clipping by norm, Adam. With
//! `--serve` it does one step for each line of standard input and prints its
//! milliseconds, so that two programs can be stepped in turn.

// ANCHOR: allocator
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
// ANCHOR_END: allocator

use clap::{Parser, ValueEnum};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    elman::Elman,
    gru::Gru,
    language::LanguageModel,
    layer::Recurrent,
    lstm::Lstm,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    text::Window,
};
use std::{io::BufRead, time::Instant};

#[derive(Parser)]
struct Args {
    /// The sizes: S, M or L
    #[arg(long, default_value = "S", ignore_case = true)]
    config: Config,
    #[arg(long, default_value = "lstm")]
    cell: Cell,
    #[arg(long, default_value = "train")]
    mode: Mode,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
    /// Timed steps, or tokens with `--mode generate`
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Steps before the first timed one
    #[arg(long, default_value_t = 3)]
    warmup: u32,
    /// One step for each line of standard input, its milliseconds to standard output
    #[arg(long)]
    serve: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Config {
    S,
    M,
    L,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Cell {
    Rnn,
    Gru,
    Lstm,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Mode {
    Train,
    Generate,
}

struct Sizes {
    batch: usize,
    steps: usize,
    input: usize,
    hidden: usize,
    vocabulary: usize,
}

impl Config {
    fn sizes(self) -> Sizes {
        let [batch, steps, input, hidden, vocabulary] = match self {
            Self::S => [32, 64, 64, 128, 65],
            Self::M => [64, 64, 128, 256, 2000],
            Self::L => [64, 100, 256, 512, 5000],
        };
        Sizes { batch, steps, input, hidden, vocabulary }
    }
}

fn main() {
    let args = Args::parse();
    let Sizes { input, hidden, .. } = args.config.sizes();
    let mut rng = Rng::seed_from_u64(0);
    match args.cell {
        Cell::Rnn => run(&args, Elman::new(input, hidden, &mut rng), rng),
        Cell::Gru => run(&args, Gru::new(input, hidden, &mut rng), rng),
        Cell::Lstm => run(&args, Lstm::new(input, hidden, &mut rng), rng),
    }
}

fn run<L: Recurrent>(args: &Args, layer: L, mut rng: Rng) {
    let Sizes { batch, steps, vocabulary, .. } = args.config.sizes();
    let mut model = LanguageModel::new(vocabulary, layer, &mut rng);
    match args.mode {
        Mode::Train => {
            let mut ids = || {
                let draw = || rng.random_range(0..vocabulary);
                Array2::from_shape_simple_fn((steps, batch), draw)
            };
            let window = Window { x: ids(), y: ids() };
            let start = model.layer.start(batch);
            // ANCHOR: step
            let mut workers = Workers::new(&model, args.threads.into());
            let mut grad = model.zeros_like();
            let mut adam = Adam::new(&model, 1e-3);
            let step = || {
                grad.set_zero();
                model.loss_and_gradient(
                    &window,
                    &start,
                    &mut rng,
                    &mut workers,
                    &mut grad,
                );
                clip_by_norm(&mut grad, 1.0);
                adam.step(&mut model, &grad);
            };
            // ANCHOR_END: step
            measure(args, batch * steps, 1, step);
        }
        Mode::Generate => {
            let mut state = model.layer.start(1);
            let mut id = 0;
            let step = || {
                for _ in 0..BLOCK {
                    let scores;
                    (state, scores) = model.step(&[id], &state);
                    let best = scores.iter().enumerate();
                    id = best.max_by(|a, b| a.1.total_cmp(b.1)).expect("a token").0;
                }
            };
            measure(args, 1, BLOCK, step);
        }
    }
}

/// Tokens generated between two looks at the clock.
const BLOCK: u32 = 50;

/// Runs `step`, which does the work of `rounds` steps of `tokens` tokens.
fn measure(args: &Args, tokens: usize, rounds: u32, mut step: impl FnMut()) {
    let mut timed = || {
        let start = Instant::now();
        step();
        start.elapsed().as_secs_f64() * 1e3 / f64::from(rounds)
    };
    for _ in 0..=args.warmup {
        timed();
    }
    if args.serve {
        println!("ready");
        for _ in std::io::stdin().lock().lines() {
            println!("{:.4}", timed());
        }
        return;
    }
    let mut times: Vec<f64> =
        (0..args.steps.div_ceil(rounds)).map(|_| timed()).collect();
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!(
        "{:?} {:?} {:?}, {} threads: {median:.3} ms a step, {:.0} tokens/s",
        args.config,
        args.cell,
        args.mode,
        args.threads,
        tokens as f64 / median * 1e3
    );
}
