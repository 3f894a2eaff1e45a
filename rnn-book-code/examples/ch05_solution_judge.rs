//! Solution: a judge for any cell on a task of one's own.

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

// ANCHOR: task
/// Zeros, ones and, now and then, a 2. The answer at each step is whether the number of
/// ones since the last 2 is odd.
fn parity(lanes: usize, rng: &mut Rng) -> Window {
    let steps = 12;
    let mut x = Array2::zeros((steps, lanes));
    let mut y = Array2::zeros((steps, lanes));
    for b in 0..lanes {
        let mut odd = 0;
        for t in 0..steps {
            x[[t, b]] = if rng.random_bool(0.1) { 2 } else { rng.random_range(0..2) };
            odd = match x[[t, b]] {
                2 => 0,
                bit => odd ^ bit,
            };
            y[[t, b]] = odd;
        }
    }
    Window { x, y }
}
// ANCHOR_END: task

// ANCHOR: judge
/// The loss on fresh sequences after a fixed budget of updates, for each seed.
fn judge<L: Recurrent>(
    make: impl Fn(&mut Rng) -> L,
    rate: f32,
    seeds: &[u64],
) -> Vec<f32> {
    let one = |&seed: &u64| {
        let mut rng = Rng::seed_from_u64(seed);
        let layer = make(&mut rng);
        let mut model = LanguageModel::new(3, layer, &mut rng);
        let test = parity(100, &mut Rng::seed_from_u64(!seed));
        let mut adam = Adam::new(&model, rate);
        let mut grad = model.zeros_like();
        let mut workers = Workers::new(&model, 1);
        for _ in 0..150 {
            grad.set_zero();
            let window = parity(16, &mut rng);
            let start = model.layer.start(16);
            model.loss_and_gradient(&window, &start, &mut rng, &mut workers, &mut grad);
            clip_by_norm(&mut grad, 1.0);
            adam.step(&mut model, &grad);
        }
        model.loss(&test, &model.layer.start(100)).0
    };
    seeds.iter().map(one).collect()
}

/// The rate of a few that does best on other seeds, then the reported seeds.
fn report<L: Recurrent>(name: &str, make: impl Fn(&mut Rng) -> L) {
    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    let score = |rate: &f32| mean(&judge(&make, *rate, &[101]));
    let rates = [0.003, 0.01, 0.03];
    let best = rates.into_iter().min_by(|a, b| score(a).total_cmp(&score(b)));
    let rate = best.unwrap_or(rates[0]);
    let mut losses = judge(&make, rate, &[1, 2, 3]);
    losses.sort_by(f32::total_cmp);
    println!("{name}: rate {rate}, losses {losses:.3?}");
}
// ANCHOR_END: judge

// ANCHOR: main
fn main() {
    println!("== judged ~ ==");
    report("simple RNN, 19 units", |rng| Elman::new(4, 19, rng));
    report("LSTM, 8 units", |rng| Lstm::new(4, 8, rng));
    report("GRU, 10 units", |rng| Gru::new(4, 10, rng));
}
// ANCHOR_END: main
