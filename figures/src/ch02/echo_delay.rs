//! How far back must back-propagation look? A bit is to be echoed d steps later by a network that is trained
//! on windows of k steps, with its state carried from window to window.

use anyhow::Result;
use ndarray::{Array2, Axis, concatenate};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    char_rnn::{CharRnn, one_hot},
    elman::rows,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    text::Window,
};

use super::SEEDS;
use crate::draw::{self, Anchor, Legend, Lines, Panels, Trace};
use crate::ridge::ridge;
use crate::stats::{Summary, mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::tuning::choose;
use crate::{Progress, Record, parallel};

// The bit lies d steps back, so a window shows it and its echo together only when k > d.
const DELAYS: [usize; 3] = [2, 5, 10];
const WINDOWS: [usize; 9] = [1, 2, 3, 5, 6, 10, 11, 20, 40];
/// The windows of the control in which the read-out alone is trained.
const CONTROL_WINDOWS: [usize; 3] = [1, 2, 5];
const HIDDEN: usize = 32;
const LANES: usize = 16;
/// Steps of training in each lane; every window length divides it.
const STEPS: usize = 13_200;
const TEST: usize = 1000;
const WASHOUT: usize = 50;
const THRESHOLD: f32 = 1.0;
/// The rate of the character model of the chapter, for all.
const RATE: f64 = 0.003;
const RATES: [f64; 5] = [0.0001, 0.0003, 0.001, 0.003, 0.01];
const TUNING_SEEDS: [u64; 2] = [101, 102];

/// Fair bits in each lane, and the same bits some steps later.
struct Stream {
    rng: Rng,
    /// The last bits read, oldest first.
    past: Vec<[usize; LANES]>,
}

impl Stream {
    fn new(delay: usize, seed: u64) -> Self {
        let mut stream = Self { rng: Rng::seed_from_u64(seed), past: Vec::new() };
        stream.past = (0..delay).map(|_| stream.bits()).collect();
        stream
    }

    fn bits(&mut self) -> [usize; LANES] {
        std::array::from_fn(|_| usize::from(self.rng.random::<bool>()))
    }

    /// The next `steps` bits of each lane, and what is to be said at each.
    fn window(&mut self, steps: usize) -> Window {
        for _ in 0..steps {
            let bits = self.bits();
            self.past.push(bits);
        }
        let delay = self.past.len() - steps;
        let window = Window {
            x: Array2::from_shape_fn((steps, LANES), |(t, b)| self.past[delay + t][b]),
            y: Array2::from_shape_fn((steps, LANES), |(t, b)| self.past[t][b]),
        };
        self.past.drain(..steps);
        window
    }
}

/// What is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trained {
    All,
    ReadOut,
}

/// Trains, and gives the share of right answers on a fresh stream.
fn accuracy(what: Trained, delay: usize, window: usize, rate: f64, seed: u64) -> f64 {
    let mut model = CharRnn::new(2, HIDDEN, &mut Rng::seed_from_u64(seed));
    let mut adam = Adam::new(&model, rate as f32);
    let mut grad = model.zeros_like();
    let mut stream = Stream::new(delay, 1000 + seed);
    let mut h = model.start(LANES);
    for _ in 0..STEPS / window {
        grad.set_zero();
        let (_, last) =
            model.loss_and_gradient(&stream.window(window), h.view(), &mut grad);
        if what == Trained::ReadOut {
            grad.cell.set_zero();
        }
        clip_by_norm(&mut grad, THRESHOLD);
        adam.step(&mut model, &grad);
        h = last;
    }

    let fresh = Stream::new(delay, 2000 + seed).window(TEST);
    let logits = model.out.forward(states(&model, &fresh).view());
    let answers = logits.rows().into_iter().map(|z| z[1] > z[0]).collect();
    share_right(answers, &fresh)
}

/// The states that a model goes through, `[T · LANES, H]`.
fn states(model: &CharRnn, window: &Window) -> Array2<f32> {
    let tape = model
        .cell
        .forward(one_hot(window.x.view(), 2).view(), model.start(LANES).view());
    rows(&tape.output()).into_owned()
}

/// The share of right answers (is it a 1?) after the first steps, in which the state is still unusual.
fn share_right(answers: Vec<bool>, window: &Window) -> f64 {
    let right = answers.into_iter().zip(&window.y).map(|(one, &y)| one == (y == 1));
    mean(&right.skip(WASHOUT * LANES).map(f64::from).collect::<Vec<_>>())
}

/// The share of right answers when the random cell stays as it is and only the read-out is fitted, by
/// least squares.
fn frozen(delay: usize, seed: u64) -> Result<f64> {
    let model = CharRnn::new(2, HIDDEN, &mut Rng::seed_from_u64(seed));
    let with_one = |window: &Window| {
        let h = states(&model, window).mapv(f64::from);
        concatenate![Axis(1), h, Array2::ones((h.nrows(), 1))]
    };
    let past = Stream::new(delay, 1000 + seed).window(TEST);
    let wanted = past
        .y
        .mapv(|y| 2.0 * y as f64 - 1.0)
        .into_shape_with_order((TEST * LANES, 1))?;
    let w = ridge(with_one(&past).view(), wanted.view(), 1e-6)?;
    let fresh = Stream::new(delay, 2000 + seed).window(TEST);
    let said = with_one(&fresh).dot(&w);
    Ok(share_right(said.iter().map(|z| *z > 0.0).collect(), &fresh))
}

/// Runs every delay and window from five seeds, at one rate for all and at a rate chosen for each.
///
/// # Errors
/// When the read-out of the frozen cell cannot be fitted.
pub fn run(progress: &Progress) -> Result<Record> {
    let grid = DELAYS.iter().flat_map(|&d| WINDOWS.map(|k| (d, k, Trained::All)));
    let controls =
        CONTROL_WINDOWS.iter().flat_map(|&k| DELAYS.map(|d| (d, k, Trained::ReadOut)));
    let cells: Vec<(usize, usize, Trained)> = grid.chain(controls).collect();
    progress.steps(cells.len() * (RATES.len() * TUNING_SEEDS.len() + 2 * SEEDS.len()));
    let run = |(d, k, what), rate, seed| {
        let share = accuracy(what, d, k, rate, seed);
        progress.tick();
        share
    };
    progress.note("choosing rates");
    let rates = choose(&RATES, &TUNING_SEEDS, &cells, |cell, rate, seed| {
        -run(cell, rate, seed)
    });
    progress.note("training");
    let report = |rate: &(dyn Fn(usize) -> f64 + Sync)| {
        let jobs: Vec<(usize, u64)> =
            (0..cells.len()).flat_map(|c| SEEDS.map(|seed| (c, seed))).collect();
        let shares = parallel::map(&jobs, |&(c, seed)| run(cells[c], rate(c), seed));
        shares.chunks(SEEDS.len()).map(summary).collect::<Vec<_>>()
    };
    let fixed_rate = report(&|_| RATE);
    let tuned = report(&|c| rates[c]);
    let (tuned, controls) = tuned.split_at(DELAYS.len() * WINDOWS.len());
    let (fixed_rate, fixed_controls) = fixed_rate.split_at(tuned.len());
    let frozen = DELAYS.map(|d| {
        let shares: Result<Vec<f64>> =
            SEEDS.iter().map(|&seed| frozen(d, seed)).collect();
        shares.map(|shares| summary(&shares))
    });
    let frozen = frozen.into_iter().collect::<Result<Vec<_>>>()?;

    let mut r = Record::new(
        &SEEDS,
        format!(
            "fair bits, H = {HIDDEN}, B = {LANES} lanes, state carried, Adam, clipping at norm \
             {THRESHOLD}, {} characters of training for every window, so {} updates at k = 1 and {} at k = 40; \
             rate chosen for each d and k on seeds {TUNING_SEEDS:?} from {RATES:?}, and {RATE} \
             for all; frozen cell: read-out by Adam, or by least squares on {} characters; test on {} fresh \
             characters",
            integer((STEPS * LANES) as f64),
            integer(STEPS as f64),
            integer((STEPS / 40) as f64),
            integer((TEST * LANES) as f64),
            integer(((TEST - WASHOUT) * LANES) as f64)
        ),
    )
    .tolerance(0.2); // accuracies, between one half and one
    for (kind, results) in [("", tuned), ("fixed-", fixed_rate)] {
        for ((d, k, _), s) in cells.iter().zip(results) {
            r.value(&format!("{kind}d{d}-k{k}"), s.mean, mean_std(*s, 3));
        }
        let long = cells.iter().zip(results).filter(|((d, k, _), _)| k > d);
        let worst_long = long.map(|(_, s)| s.mean).fold(1.0, f64::min);
        r.value(&format!("{kind}worst-long"), worst_long, fixed(worst_long, 3));
    }
    for (kind, results) in [("", controls), ("fixed-", fixed_controls)] {
        for (k, results) in CONTROL_WINDOWS.iter().zip(results.chunks(DELAYS.len())) {
            for (d, s) in DELAYS.iter().zip(results) {
                r.value(&format!("{kind}readout-d{d}-k{k}"), s.mean, mean_std(*s, 3));
            }
        }
    }
    for (d, s) in DELAYS.iter().zip(&frozen) {
        r.value(&format!("frozen-d{d}"), s.mean, mean_std(*s, 3));
    }
    r.value("updates-k1", STEPS as f64, integer(STEPS as f64));
    r.value("updates-k40", (STEPS / 40) as f64, integer((STEPS / 40) as f64));
    r.value("characters", (STEPS * LANES) as f64, integer((STEPS * LANES) as f64));

    let heads = ["$k$", "$d = 2$", "$d = 5$", "$d = 10$"];
    let grid = |cell: &dyn Fn(usize) -> String| -> Vec<Vec<String>> {
        let row = |j: usize| {
            let cells = (0..DELAYS.len()).map(|i| cell(i * WINDOWS.len() + j));
            std::iter::once(WINDOWS[j].to_string()).chain(cells).collect()
        };
        (0..WINDOWS.len()).map(row).collect()
    };
    let control = |name: String, results: &[Summary]| {
        let cells = results.iter().map(|s| mean_std(*s, 3));
        std::iter::once(name).chain(cells).collect::<Vec<_>>()
    };
    let controlled = |results: &[Summary]| {
        let windows = CONTROL_WINDOWS.iter().zip(results.chunks(DELAYS.len()));
        let row = |(k, of_k)| control(format!("{k}, frozen cell"), of_k);
        windows.map(row).collect::<Vec<_>>()
    };
    let mut rows = grid(&|c| mean_std(tuned[c], 3));
    rows.extend(controlled(controls));
    rows.push(control("frozen cell, least squares".to_owned(), &frozen));
    r.table("main", &heads, "rrrr", rows);
    let mut rows = grid(&|c| mean_std(fixed_rate[c], 3));
    rows.extend(controlled(fixed_controls));
    r.table("fixed", &heads, "rrrr", rows);
    let mut rows = grid(&|c| rates[c].to_string());
    let control_rates = rates[tuned.len()..].chunks(DELAYS.len());
    for (k, rates) in CONTROL_WINDOWS.iter().zip(control_rates) {
        let cells = rates.iter().map(f64::to_string);
        rows.push(std::iter::once(format!("{k}, frozen cell")).chain(cells).collect());
    }
    r.table("rates", &heads, "rrrr", rows);

    let panel = |title: String, results: &[Summary], legend| {
        let mut plot = Lines::new(
            draw::Axis::log("window $k$ (steps)")
                .range(0.92, 43.0)
                .ticks(&[1.0, 2.0, 5.0, 10.0, 20.0, 40.0]),
            draw::Axis::linear("accuracy")
                .range(0.45, 1.03)
                .ticks(&[0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        )
        .title(title)
        .legend(legend)
        .level(0.5, "");
        for (d, results) in DELAYS.iter().zip(results.chunks(WINDOWS.len())) {
            let points = WINDOWS.iter().zip(results).map(|(&k, s)| (k as f64, s.mean));
            let trace = Trace::new(format!("$d$ = {d}"), points);
            plot = plot.with(trace.error_bars(results.iter().map(|s| s.std)));
        }
        plot
    };
    let above =
        panel("the best of five rates for each".to_owned(), tuned, Legend::Above)
            .level(frozen[2].mean, "")
            .note(
                (1.0, frozen[2].mean),
                "random cell, $d$ = 10",
                Anchor::Start,
                (10.0, 12.0),
            );
    let below = panel(format!("rate {RATE} for all"), fixed_rate, Legend::None);
    r.plot(&Panels::new(1, 300.0).with("tuned", above).with("fixed", below));
    Ok(r)
}
