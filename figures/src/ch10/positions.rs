//! A small GPT on English prose, told about places in four ways.

use anyhow::Result;
use rand::{SeedableRng, seq::SliceRandom};
use rnn_book_code::{
    Real, Rng,
    gpt::{Gpt, GptSizes},
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    positions::Positions,
    schedule::{Decay, Schedule},
    text::Window,
};

use super::{CHAOTIC, SEEDS, TUNING_SEED};
use crate::draw::{Axis, Lines, Trace};
use crate::prose::{Cut, Data, LANES, WHOLE};
use crate::stats::{columns, mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::tuning::Tuning;
use crate::{Progress, Record};

pub(super) const SIZE: usize = 32;
pub(super) const HEADS: usize = 4;
pub(super) const BLOCKS: usize = 2;
pub(super) const CONTEXT: usize = 32;
const EPOCHS: usize = 8;
const RATES: [f64; 2] = [0.006, 0.015];
const WARM_UP: usize = 40;
const THRESHOLD: Real = 1.0;

/// The prose in windows as long as the context.
pub(super) fn data() -> Result<Data> {
    Data::load(Cut { steps: CONTEXT, judged: 4, ..WHOLE })
}

pub(super) struct Outcome {
    /// The loss on the dev part after each epoch.
    dev: Vec<f64>,
    /// The loss on the test part, by the weights that did best on the dev part.
    pub test: f64,
    /// The loss on the training part during the last epoch.
    train: f64,
    /// The weights that did best on the dev part.
    pub model: Gpt,
}

fn judge(model: &Gpt, windows: &[Window]) -> f64 {
    mean(&windows.iter().map(|w| f64::from(model.loss(w))).collect::<Vec<_>>())
}

pub(super) fn train(
    data: &Data,
    positions: Positions,
    rate: f64,
    seed: u64,
) -> Outcome {
    let mut rng = Rng::seed_from_u64(seed);
    let sizes = GptSizes {
        vocabulary: data.vocabulary.len(),
        context: CONTEXT,
        size: SIZE,
        heads: HEADS,
        blocks: BLOCKS,
        positions,
    };
    let mut model = Gpt::new(&sizes, &mut rng);
    let mut adam = Adam::new(&model, rate as Real);
    let steps = EPOCHS * data.train.len();
    let schedule = Schedule {
        rate: rate as Real,
        warm_up: WARM_UP,
        decay: Decay::Cosine { steps, lowest: 0.1 * rate as Real },
    };
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 1);
    let mut best = (f64::INFINITY, model.clone());
    let (mut dev, mut last, mut step) = (Vec::new(), 0.0, 0);
    let mut order: Vec<usize> = (0..data.train.len()).collect();
    for _ in 0..EPOCHS {
        order.shuffle(&mut rng);
        let mut losses = Vec::new();
        for &k in &order {
            grad.set_zero();
            let loss = model.loss_and_gradient(&data.train[k], &mut workers, &mut grad);
            clip_by_norm(&mut grad, THRESHOLD);
            adam.rate = schedule.rate_at(step);
            adam.step(&mut model, &grad);
            step += 1;
            losses.push(f64::from(loss));
        }
        last = mean(&losses);
        let loss = judge(&model, &data.dev);
        if loss < best.0 {
            best = (loss, model.clone());
        }
        dev.push(loss);
    }
    let model = best.1;
    Outcome { dev, test: judge(&model, &data.test), train: last, model }
}

/// Chooses a rate for each way, then trains each from all seeds.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let data = data()?;
    let ways = [
        ("none", "no positions", Positions::None),
        ("sinusoidal", "sines and cosines", Positions::Sinusoidal),
        ("learned", "learned table", Positions::Learned),
        ("rotary", "rotary", Positions::Rotary),
    ];
    let lowest = |o: &Outcome| o.dev.iter().copied().fold(f64::INFINITY, f64::min);
    let tuning = Tuning { rates: &RATES, tuning_seeds: &[TUNING_SEED], seeds: &SEEDS };
    let results = tuning.run(&ways, progress, lowest, |(_, _, way), rate, seed| {
        train(&data, way, rate, seed)
    });

    let mut r = Record::new(
        &SEEDS,
        format!(
            "D = {SIZE}, {HEADS} heads, {BLOCKS} blocks, context {CONTEXT}, V = {}; {} \
             characters to learn from; {LANES} lanes, {EPOCHS} epochs of {} updates, Adam, \
             {WARM_UP} steps of warm-up, cosine to a tenth of the rate, clipping at norm \
             {THRESHOLD}; rate of {RATES:?} by the lowest loss on the dev part on seed \
             {TUNING_SEED}",
            data.vocabulary.len(),
            integer(data.parts[0].len() as f64),
            data.train.len(),
        ),
    )
    .tolerance(CHAOTIC);
    r.value(
        "vocabulary",
        data.vocabulary.len() as f64,
        data.vocabulary.len().to_string(),
    );
    r.value("epochs", EPOCHS as f64, EPOCHS.to_string());
    let updates = EPOCHS * data.train.len();
    r.value("updates", updates as f64, integer(updates as f64));
    let mut plot = Lines::new(
        Axis::linear("epochs").range(0.0, EPOCHS as f64),
        Axis::linear("loss on the dev part (nats a character)"),
    );
    let mut rows = Vec::new();
    for (k, ((key, name, _), (rate, outcomes))) in ways.iter().zip(&results).enumerate()
    {
        let all =
            |f: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(f).collect::<Vec<f64>>();
        let (dev, test) = (summary(&all(&lowest)), summary(&all(&|o| o.test)));
        let train = summary(&all(&|o| o.train));
        let count = outcomes[0].model.count();
        r.value(&format!("{key}-test"), test.mean, mean_std(test, 3));
        r.value(&format!("{key}-dev"), dev.mean, mean_std(dev, 3));
        r.value(&format!("{key}-train"), train.mean, fixed(train.mean, 2));
        r.value(&format!("{key}-rate"), *rate, rate.to_string());
        r.value(&format!("{key}-parameters"), count as f64, integer(count as f64));
        rows.push(vec![
            (*name).to_owned(),
            integer(count as f64),
            rate.to_string(),
            mean_std(dev, 3),
            mean_std(test, 3),
            fixed(train.mean, 2),
        ]);
        let curves: Vec<Vec<f64>> = outcomes.iter().map(|o| o.dev.clone()).collect();
        let points = columns(&curves);
        let line = points.iter().enumerate().map(|(k, s)| (k as f64 + 1.0, s.mean));
        plot = plot.with(Trace::new(*name, line.collect::<Vec<_>>()).style(k));
    }
    let heads =
        ["positions", "parameters", "rate", "dev part", "test part", "training part"];
    r.table("main", &heads, "lrrrrr", rows);
    r.plot(&plot);
    Ok(r)
}
