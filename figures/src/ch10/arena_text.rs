//! The arena: English prose, character by character.

use anyhow::Result;
use rnn_book_code::text::Window;

use super::arena::{Contestant, Model, RATES, THRESHOLD, TUNING, Trainer, Work, field};
use super::{CHAOTIC, SEEDS, TUNING_SEED};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::prose::{Cut, Data, LANES, WHOLE};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record};

/// The width of the GPT, whose parameters all others match.
const WIDTH: usize = 32;
const STEPS: usize = 64;
const EPOCHS: usize = 6;

/// Lanes of the parts that choose and judge.
const JUDGED: usize = 4;

struct Outcome {
    /// On the second part, after each epoch.
    dev: Vec<f64>,
    /// On the third part at the end: the memory carried along, and forgotten at each window.
    test: [f64; 2],
}

struct Train<'a> {
    data: &'a Data,
    rate: f64,
}

impl Work for Train<'_> {
    type Output = Outcome;

    fn with<M: Model>(self, mut model: M) -> Outcome {
        let data = self.data;
        let mut trainer = Trainer::new(&model, self.rate, EPOCHS * data.train.len());
        let mut dev = Vec::new();
        for _ in 0..EPOCHS {
            let mut memory = model.memory(LANES);
            for window in &data.train {
                trainer.update(&mut model, window, &mut memory);
            }
            dev.push(judge(&model, &data.dev, true));
        }
        let test = [true, false].map(|carried| judge(&model, &data.test, carried));
        Outcome { dev, test }
    }
}

fn judge<M: Model>(model: &M, windows: &[Window], carried: bool) -> f64 {
    let mut memory = model.memory(JUDGED);
    let losses = windows.iter().map(|window| {
        if !carried {
            memory = model.memory(JUDGED);
        }
        model.judge(window, &mut memory)
    });
    mean(&losses.collect::<Vec<_>>())
}

/// Trains the field.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let data = Data::load(Cut { steps: STEPS, judged: JUDGED, ..WHOLE })?;
    let v = data.vocabulary.len();
    let field = field(v, STEPS, WIDTH);
    let last = |o: &Outcome| o.dev[o.dev.len() - 1];
    let results =
        TUNING.run(&field, progress, last, |contestant: Contestant, rate, seed| {
            contestant.draw(seed, Train { data: &data, rate })
        });
    let tokens = EPOCHS * data.train.len() * LANES * STEPS;
    let [train, dev, test] = data.parts.each_ref().map(Vec::len);
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{train} characters to learn from, {dev} to choose a rate by, {test} to judge by, V = {}, {LANES} lanes, \
             windows of {STEPS}, {EPOCHS} epochs, {tokens} tokens, a GPT of width {WIDTH} and the others with as many parameters, Adam, clipping at \
             norm {THRESHOLD}, warm-up and cosine; rate of {RATES:?} by the loss on the second part at the end on \
             seed {TUNING_SEED}",
            v
        ),
    )
    .tolerance(CHAOTIC);
    r.value("tokens", tokens as f64, integer(tokens as f64));
    let mut plot = Lines::new(
        Axis::linear("epochs").range(0.0, EPOCHS as f64),
        Axis::linear("loss (nats a character), mean of seeds"),
    )
    .height(430.0);
    let mut rows = Vec::new();
    for (i, (contestant, (rate, outcomes))) in field.iter().zip(&results).enumerate() {
        let key = contestant.key();
        let of = |f: &dyn Fn(&Outcome) -> f64| {
            summary(&outcomes.iter().map(f).collect::<Vec<_>>())
        };
        let (carried, alone) = (of(&|o| o.test[0]), of(&|o| o.test[1]));
        r.value(&format!("{key}-test"), carried.mean, mean_std(carried, 3));
        r.value(&format!("{key}-alone"), alone.mean, mean_std(alone, 3));
        r.value(&format!("{key}-rate"), *rate, rate.to_string());
        rows.push(vec![
            contestant.name().to_owned(),
            contestant.size.to_string(),
            integer(contestant.parameters() as f64),
            rate.to_string(),
            fixed(of(&last).mean, 3),
            mean_std(carried, 3),
            mean_std(alone, 3),
        ]);
        let points = (0..EPOCHS).map(|k| ((k + 1) as f64, of(&|o| o.dev[k]).mean));
        plot = plot
            .with(Trace::new(contestant.name(), points.collect::<Vec<_>>()).style(i));
    }
    let heads = [
        "model",
        "$D$",
        "parameters",
        "rate",
        "loss, chosen by",
        "test, carried",
        "test, each window alone",
    ];
    r.table("main", &heads, "lrrrrrr", rows);
    r.plot(&plot.legend(Legend::Above));
    Ok(r)
}
