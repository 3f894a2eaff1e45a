//! Short lags: the symbol of a few steps ago, and how soon each cell gives it back.

use anyhow::Result;
use ndarray::{Array2, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    language::LanguageModel,
    layer::Recurrent,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    text::Window,
};

use super::contest::{Contestant, Work, field};
use super::{CHAOTIC, RATES, SEEDS, THRESHOLD, TUNING, TUNING_SEEDS};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::summary;
use crate::text::integer;
use crate::{Progress, Record};

const SYMBOLS: usize = 8;
const INPUT: usize = 8;
const HIDDEN: usize = 32;
const LANES: usize = 16;
const STEPS: usize = 40;
const DELAYS: [usize; 5] = [1, 2, 3, 4, 6];
const UPDATES: usize = 1500;
const EVERY: usize = 5;
const TEST: usize = 50;
/// Nats a symbol above what the first symbols cost, which nobody can know.
const SOLVED: f64 = 0.05;

/// Random symbols; the right answer is the symbol of `delay` steps before.
fn draw(delay: usize, lanes: usize, rng: &mut Rng) -> Window {
    let ids = Array2::from_shape_simple_fn((STEPS + delay, lanes), || {
        rng.random_range(0..SYMBOLS)
    });
    Window {
        x: ids.slice(s![delay.., ..]).to_owned(),
        y: ids.slice(s![..STEPS, ..]).to_owned(),
    }
}

struct Train {
    delay: usize,
    rate: f64,
    seed: u64,
}

impl Work for Train {
    /// Updates until solved, [`UPDATES`] if not.
    type Output = f64;

    fn with<L: Recurrent + Clone>(self, layer: L) -> f64 {
        let mut rng = Rng::seed_from_u64(1000 + self.seed);
        let mut model = LanguageModel::new(SYMBOLS, layer, &mut rng);
        let test = draw(self.delay, TEST, &mut Rng::seed_from_u64(!self.seed));
        let unknown = self.delay as f64 / STEPS as f64 * (SYMBOLS as f64).ln();
        let mut adam = Adam::new(&model, self.rate as f32);
        let mut grad = model.zeros_like();
        let mut workers = Workers::new(&model, 1);
        for update in 1..=UPDATES {
            grad.set_zero();
            let window = draw(self.delay, LANES, &mut rng);
            let start = model.layer.start(LANES);
            model.loss_and_gradient(&window, &start, &mut rng, &mut workers, &mut grad);
            clip_by_norm(&mut grad, THRESHOLD as f32);
            adam.step(&mut model, &grad);
            if update % EVERY == 0 {
                let (loss, _) = model.loss(&test, &model.layer.start(TEST));
                if f64::from(loss) < unknown + SOLVED {
                    return update as f64;
                }
            }
        }
        UPDATES as f64
    }
}

/// Trains three cells of equal parameters on every delay.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let field = field(INPUT, HIDDEN, SYMBOLS);
    let [rnn, lstm, gru] = ["rnn", "lstm", "gru"].map(|key| {
        let found = field.into_iter().find(|c| c.key == key);
        found.expect("one of the field")
    });
    let cells = [rnn, lstm, gru];
    let items: Vec<(Contestant, usize)> =
        cells.iter().flat_map(|&c| DELAYS.map(|delay| (c, delay))).collect();
    let results = TUNING.run(
        &items,
        progress,
        |updates| *updates,
        |(c, delay), rate, seed| c.draw(INPUT, seed, Train { delay, rate, seed }),
    );
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{SYMBOLS} random symbols, the answer is the symbol of some steps before, T = {STEPS}, {LANES} sequences \
             an update, embedding of {INPUT}, a GRU of {HIDDEN} units and the others at its parameters, Adam, \
             clipping at norm {THRESHOLD}, at most {UPDATES} updates; a test on {TEST} fresh sequences every {EVERY}, \
             solved within {SOLVED} nats of the least possible loss; rate of {RATES:?} for each cell and delay by the \
             updates on seeds {TUNING_SEEDS:?}"
        ),
    )
    .tolerance(CHAOTIC);
    let mut plot = Lines::new(
        Axis::linear("delay $d$ (steps)")
            .range(0.5, 6.5)
            .ticks(&[1.0, 2.0, 3.0, 4.0, 6.0]),
        Axis::log("updates until solved").range(4.0, 2500.0),
    )
    .legend(Legend::Above)
    .level(UPDATES as f64, "given up");
    let mut rows: Vec<Vec<String>> =
        DELAYS.iter().map(|d| vec![d.to_string()]).collect();
    for (i, (cell, results)) in
        cells.iter().zip(results.chunks(DELAYS.len())).enumerate()
    {
        let mut points = Vec::new();
        let mut spread = Vec::new();
        for ((delay, (rate, updates)), row) in DELAYS.iter().zip(results).zip(&mut rows)
        {
            let found = updates.iter().filter(|&&u| u < UPDATES as f64).count();
            let updates = summary(updates);
            points.push((*delay as f64, updates.mean));
            spread.push(updates.std);
            let key = format!("{}-{delay}", cell.key);
            r.value(&key, updates.mean, integer(updates.mean));
            r.value(&format!("{key}-solved"), found as f64, found.to_string());
            r.value(&format!("{key}-rate"), *rate, rate.to_string());
            row.push(if found == SEEDS.len() {
                format!("{} ± {}", integer(updates.mean), integer(updates.std))
            } else {
                format!("{found} of {} solved", SEEDS.len())
            });
        }
        let name = format!(
            "{}, $H$ = {}",
            cell.name.split(',').next().unwrap_or(""),
            cell.hidden
        );
        plot = plot.with(Trace::new(name, points).error_bars(spread).style(i));
    }
    let heads = ["delay", "simple RNN", "LSTM", "GRU"];
    r.table("main", &heads, "rrrr", rows);
    r.plot(&plot);
    Ok(r)
}
