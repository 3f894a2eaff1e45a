//! Why the loss of a word model may rise far above that of guessing on one lane of eight: what happens after an
//! empty state, with three ways to start.

use anyhow::Result;
use ndarray::s;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    layer::Layer,
    lstm::Lstm,
    next_token::NextToken,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    saved::Level,
    stacked::Stacked,
    text::{Window, windows},
};

use super::{CHAOTIC, Corpus, Plan, novel::WORDS};
use crate::draw::{Axis, Lines, Trace};
use crate::prose::novel;
use crate::stats::{mean, median, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record, parallel};

const SEEDS: [u64; 3] = [1, 2, 3];
const UPDATES: usize = 240;
const EVERY: usize = 40;
const WARM_UP: usize = 100;
const LANES: usize = 8;
/// A lane is lost when its loss is so far above the middle one.
const FAR: f64 = 2.0;

/// How a training starts, and whether the state is ever emptied again.
struct Start {
    key: &'static str,
    name: &'static str,
    emptied: bool,
    counted: bool,
}

const STARTS: [Start; 3] = [
    Start {
        key: "program",
        name: "as the program: bias 0, state emptied at each pass",
        emptied: true,
        counted: false,
    },
    Start {
        key: "carried",
        name: "the same, state never emptied",
        emptied: false,
        counted: false,
    },
    Start {
        key: "counted",
        name: "bias from the counts, state emptied at each pass",
        emptied: true,
        counted: true,
    },
];

struct Outcome {
    /// The loss of each lane of the dev part, every so many updates.
    lanes: Vec<Vec<f64>>,
    training: f64,
    /// How the mean score of a token goes with the logarithm of its count, in each lane.
    correlations: Vec<f64>,
}

impl Outcome {
    fn last(&self) -> &[f64] {
        self.lanes.last().map_or(&[], Vec::as_slice)
    }

    fn lost(&self) -> Vec<usize> {
        let middle = median(self.last());
        let far = |&lane: &usize| self.last()[lane] > middle + FAR;
        (0..LANES).filter(far).collect()
    }
}

type Model = NextToken<Stacked<Lstm>>;

fn of_lane(window: &Window, lane: usize) -> Window {
    let cut = s![.., lane..lane + 1];
    Window { x: window.x.slice(cut).to_owned(), y: window.y.slice(cut).to_owned() }
}

fn lane_losses(model: &Model, dev: &[Window]) -> Vec<f64> {
    let one = |lane| {
        let mut state = model.layer.start(1);
        let mut losses = Vec::with_capacity(dev.len());
        for window in dev {
            let loss;
            (loss, state) = model.loss(&of_lane(window, lane), &state);
            losses.push(f64::from(loss));
        }
        mean(&losses)
    };
    (0..LANES).map(one).collect()
}

/// The correlation between a token's mean score over the first windows of a lane and the logarithm of its share.
fn correlation(model: &Model, dev: &[Window], lane: usize, logs: &[f64]) -> f64 {
    let mut state = model.layer.start(1);
    let mut scores = vec![0.0; logs.len()];
    for id in dev.iter().take(4).flat_map(|w| w.x.column(lane).to_vec()) {
        let z;
        (state, z) = model.step(&[id], &state);
        for (sum, z) in scores.iter_mut().zip(&z) {
            *sum += f64::from(*z);
        }
    }
    let (m, n) = (mean(&scores), mean(logs));
    let about = |xs: &[f64], x: f64| xs.iter().map(|y| (y - x).powi(2)).sum::<f64>();
    let both: f64 = scores.iter().zip(logs).map(|(a, b)| (a - m) * (b - n)).sum();
    both / (about(&scores, m) * about(logs, n)).sqrt()
}

fn train(corpus: &Corpus, start: &Start, seed: u64) -> Result<Outcome> {
    let plan = Plan { counted: start.counted, ..WORDS };
    let mut rng = Rng::seed_from_u64(seed);
    let mut model = plan.model::<Lstm>(corpus, &mut rng);
    let train = windows(&corpus.train, WORDS.lanes, WORDS.window)?;
    let dev = windows(&corpus.dev, LANES, WORDS.window)?;
    let mut adam = Adam::new(&model, 0.0);
    let mut workers = Workers::new(&model, 1);
    let mut grad = model.zeros_like();
    let mut state = model.layer.start(WORDS.lanes);
    let (mut lanes, mut losses) = (Vec::new(), Vec::new());
    for (k, window) in train.iter().cycle().take(UPDATES).enumerate() {
        if start.emptied && k % train.len() == 0 {
            state = model.layer.start(WORDS.lanes);
        }
        grad.set_zero();
        let loss;
        (loss, state) =
            model.loss_and_gradient(window, &state, &mut rng, &mut workers, &mut grad);
        clip_by_norm(&mut grad, 1.0);
        adam.rate = WORDS.rate * ((k + 1) as f32 / WARM_UP as f32).min(1.0);
        adam.step(&mut model, &grad);
        losses.push(f64::from(loss));
        if (k + 1) % EVERY == 0 {
            lanes.push(lane_losses(&model, &dev));
        }
    }
    let mut shares = model.clone();
    shares.start_from_counts(&corpus.train);
    let logs: Vec<f64> = shares.b.iter().map(|&b| f64::from(b)).collect();
    Ok(Outcome {
        lanes,
        training: mean(&losses[UPDATES - EVERY..]),
        correlations: (0..LANES)
            .map(|lane| correlation(&model, &dev, lane, &logs))
            .collect(),
    })
}

/// Starts three ways, and looks at each lane.
///
/// # Errors
/// When there is no novel, or it is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let corpus = Corpus::of(&novel()?, Level::Word, 3);
    let jobs: Vec<_> =
        STARTS.iter().flat_map(|start| SEEDS.map(|seed| (start, seed))).collect();
    progress.steps(jobs.len());
    let outcomes = parallel::map(&jobs, |&(start, seed)| {
        let outcome = train(&corpus, start, seed);
        progress.tick();
        outcome
    });
    let outcomes = outcomes.into_iter().collect::<Result<Vec<_>>>()?;
    let mut r = Record::new(
        &SEEDS,
        format!(
            "the model of novel-words, V = {}; {UPDATES} updates, rate {} after a warm-up of {WARM_UP}; {LANES} lanes of the \
             dev part, each from an empty state to its end",
            corpus.vocabulary.size(),
            WORDS.rate
        ),
    )
    .tolerance(CHAOTIC);
    let uniform = (corpus.vocabulary.size() as f64).ln();
    r.value("uniform", uniform, fixed(uniform, 1));
    r.value("updates", UPDATES as f64, integer(UPDATES as f64));
    let mut rows = Vec::new();
    let (mut lost_losses, mut lost_scores, mut sound_scores) =
        (Vec::new(), Vec::new(), Vec::new());
    for (Start { key, name, counted, .. }, all) in
        STARTS.iter().zip(outcomes.chunks(SEEDS.len()))
    {
        let lost: usize = all.iter().map(|o| o.lost().len()).sum();
        let over = |f: &dyn Fn(&Outcome) -> f64| {
            summary(&all.iter().map(f).collect::<Vec<_>>())
        };
        let (whole, middle) = (over(&|o| mean(o.last())), over(&|o| median(o.last())));
        let training = over(&|o| o.training);
        r.value(&format!("{key}-lost"), lost as f64, integer(lost as f64));
        r.value(&format!("{key}-dev"), whole.mean, mean_std(whole, 2));
        r.value(&format!("{key}-middle"), middle.mean, mean_std(middle, 2));
        rows.push(vec![
            (*name).to_owned(),
            mean_std(training, 2),
            mean_std(whole, 2),
            mean_std(middle, 2),
            format!("{lost} of {}", LANES * SEEDS.len()),
        ]);
        for o in all {
            let lost = o.lost();
            for lane in 0..LANES {
                if lost.contains(&lane) {
                    lost_losses.push(o.last()[lane]);
                    lost_scores.push(o.correlations[lane]);
                } else if !counted {
                    sound_scores.push(o.correlations[lane]);
                }
            }
        }
    }
    for (key, list, decimals) in [
        ("lost-loss", &lost_losses, 1),
        ("lost-correlation", &lost_scores, 2),
        ("sound-correlation", &sound_scores, 2),
    ] {
        anyhow::ensure!(
            !list.is_empty(),
            "`{key}`: of lost and sound lanes this text has only one kind, and nothing to compare"
        );
        r.value(key, mean(list), fixed(mean(list), decimals));
    }
    let heads =
        ["start", "training", "dev, all lanes", "dev, middle lane", "lost lanes"];
    r.table("main", &heads, "lrrrr", rows);
    let mut chart = Lines::new(
        Axis::linear("updates").range(0.0, UPDATES as f64),
        Axis::linear("loss of a lane (nats a word)").range(0.0, 16.0),
    )
    .level(uniform, "all words alike");
    let at = |k: usize| ((k + 1) * EVERY) as f64;
    let first = &outcomes[0];
    for lane in 0..LANES {
        let line = first.lanes.iter().enumerate().map(|(k, all)| (at(k), all[lane]));
        chart = chart.with(Trace::new(format!("lane {lane}"), line).quiet().style(0));
    }
    r.plot(&chart);
    Ok(r)
}
