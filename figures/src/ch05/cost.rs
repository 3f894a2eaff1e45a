//! What a character costs the contestants of the text: counted, and timed.

use std::time::Instant;

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    language::LanguageModel,
    layer::Recurrent,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
};

use super::contest::{Kind, Work, field};
use super::text::{HIDDEN, INPUT};
use crate::prose::{Data, LANES, STEPS, WHOLE};
use crate::text::{fixed, integer};
use crate::{Progress, Record};

const SEED: u64 = 1;
/// How often every contestant takes its turn.
const ROUNDS: usize = 15;
/// Updates in a turn.
const TURN: usize = 4;

/// A turn of a fresh model: the seconds of an update, after one that does not count.
struct Turn<'a>(&'a Data);

impl Work for Turn<'_> {
    type Output = f64;

    fn with<L: Recurrent + Clone>(self, layer: L) -> f64 {
        let mut rng = Rng::seed_from_u64(SEED);
        let mut model = LanguageModel::new(self.0.vocabulary.len(), layer, &mut rng);
        let mut adam = Adam::new(&model, 0.001);
        let mut grad = model.zeros_like();
        let mut workers = Workers::new(&model, 1);
        let start = model.layer.start(LANES);
        let mut clock = Instant::now();
        for (k, window) in self.0.train.iter().take(TURN + 1).enumerate() {
            if k == 1 {
                clock = Instant::now();
            }
            grad.set_zero();
            model.loss_and_gradient(window, &start, &mut rng, &mut workers, &mut grad);
            clip_by_norm(&mut grad, 1.0);
            adam.step(&mut model, &grad);
        }
        clock.elapsed().as_secs_f64() / TURN as f64
    }
}

/// The numbers that a tape keeps for one step of one example.
fn tape(kind: Kind, hidden: usize) -> usize {
    INPUT
        + hidden
            * match kind {
                Kind::Elman => 1,
                Kind::Lstm => 6,
                Kind::Gru | Kind::OpenGru => 5,
                Kind::OriginalGru => 4,
            }
}

/// Counts and times the field.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let data = Data::load(WHOLE)?;
    let v = data.vocabulary.len();
    let field = field(INPUT, HIDDEN, v);
    progress.steps(ROUNDS);
    let mut times = vec![Vec::new(); field.len()];
    for _ in 0..ROUNDS {
        for (contestant, times) in field.iter().zip(&mut times) {
            times.push(contestant.draw(INPUT, SEED, Turn(&data)));
        }
        progress.tick();
    }
    let medians: Vec<f64> = times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[ROUNDS / 2]
        })
        .collect();
    let mut r = Record::new(
        &[SEED],
        format!(
            "D = {INPUT}, V = {}, {LANES} lanes, windows of {STEPS}, one thread; time: median of {ROUNDS} turns of \
             {TURN} updates each, in turn",
            v
        ),
    );
    let gru = medians[4];
    let mut rows = Vec::new();
    for (contestant, time) in field.iter().zip(&medians) {
        let key = contestant.key;
        let (kind, hidden) = (contestant.kind, contestant.hidden);
        let layer = kind.parameters(INPUT, hidden, 0);
        let gates = match kind {
            Kind::Elman => 1,
            Kind::Lstm => 4,
            Kind::Gru | Kind::OpenGru | Kind::OriginalGru => 3,
        };
        let products = gates * hidden * (INPUT + hidden);
        let bytes = 4 * tape(kind, hidden);
        let state = if kind == Kind::Lstm { 2 * hidden } else { hidden };
        r.value(&format!("{key}-layer"), layer as f64, integer(layer as f64));
        r.value(&format!("{key}-products"), products as f64, integer(products as f64));
        r.value(&format!("{key}-tape"), bytes as f64, integer(bytes as f64));
        r.timed_value(&format!("{key}-ms"), 1e3 * time, fixed(1e3 * time, 1));
        r.timed_value(&format!("{key}-time"), time / gru, fixed(time / gru, 2));
        rows.push(vec![
            contestant.name.to_owned(),
            hidden.to_string(),
            integer(layer as f64),
            integer(products as f64),
            integer(state as f64),
            integer(bytes as f64),
        ]);
    }
    let heads = [
        "cell",
        "$H$",
        "parameters of the layer",
        "products a character",
        "numbers of state",
        "bytes of tape",
    ];
    r.table("main", &heads, "lrrrrr", rows);
    Ok(r)
}
