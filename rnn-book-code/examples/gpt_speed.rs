//! One training step of a small GPT, or one stream of generated tokens, timed.
//!
//! ```text
//! cargo run --release --example gpt_speed -- --config S --threads 2
//! ```
//!
//! A training step is: gradients to zero, forward, mean cross-entropy over `B·T`
//! tokens, backward, clipping by norm, Adam. It does one step for each line of standard
//! input and prints its milliseconds, so that two programs can be stepped in turn.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use clap::{Parser, ValueEnum};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    gpt::{Gpt, GptSizes},
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    positions::Positions,
    sampling::greedy,
    text::Window,
};
use std::{io::BufRead, time::Instant};

#[derive(Parser)]
struct Args {
    /// The sizes: S, M or L
    #[arg(long, default_value = "S", ignore_case = true)]
    config: Config,
    #[arg(long, default_value = "train")]
    mode: Mode,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
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

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Mode {
    Train,
    Generate,
}

/// Tokens generated between two looks at the clock.
const BLOCK: usize = 64;

fn main() {
    let args = Args::parse();
    let [batch, context, size, heads, blocks, vocabulary] = match args.config {
        Config::S => [32, 64, 64, 4, 2, 65],
        Config::M => [32, 128, 128, 4, 4, 65],
        Config::L => [16, 256, 256, 8, 4, 5000],
    };
    let positions = Positions::Learned;
    let sizes = GptSizes { vocabulary, context, size, heads, blocks, positions };
    let mut rng = Rng::seed_from_u64(0);
    let mut model = Gpt::new(&sizes, &mut rng);
    match args.mode {
        Mode::Train => {
            let mut ids = || {
                let draw = || rng.random_range(0..vocabulary);
                Array2::from_shape_simple_fn((context, batch), draw)
            };
            let window = Window { x: ids(), y: ids() };
            // ANCHOR: step
            let mut workers = Workers::new(&model, args.threads.into());
            let mut grad = model.zeros_like();
            let mut adam = Adam::new(&model, 1e-3);
            let step = || {
                grad.set_zero();
                model.loss_and_gradient(&window, &mut workers, &mut grad);
                clip_by_norm(&mut grad, 1.0);
                adam.step(&mut model, &grad);
            };
            // ANCHOR_END: step
            measure(&args, step);
        }
        Mode::Generate => measure(&args, || {
            let mut cache = model.cache(1, context);
            let mut id = 0;
            for _ in 0..BLOCK {
                id = greedy(model.step(&[id], &mut cache).row(0));
            }
        }),
    }
}

fn measure(args: &Args, mut step: impl FnMut()) {
    let rounds = if args.mode == Mode::Generate { BLOCK } else { 1 };
    let mut timed = || {
        let start = Instant::now();
        step();
        start.elapsed().as_secs_f64() * 1e3 / rounds as f64
    };
    for _ in 0..4 {
        timed();
    }
    if args.serve {
        println!("ready");
        for _ in std::io::stdin().lock().lines() {
            println!("{:.4}", timed());
        }
        return;
    }
    let mut times: Vec<f64> = (0..15).map(|_| timed()).collect();
    times.sort_by(f64::total_cmp);
    println!("{:.3} ms", times[times.len() / 2]);
}
