//! English prose, character by character: seven contestants, and how their gradients flow afterwards.

use anyhow::Result;
use rnn_book_code::{
    flow::{norm, state_gradients},
    language::LanguageModel,
    layer::{Recurrent, State as _},
};

use super::contest::{Contestant, Work, field};
use super::{CHAOTIC, RATES, SEEDS, TUNING, TUNING_SEEDS};
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::prose::{Data, LANES, Outcome, STEPS, THRESHOLD, WHOLE, train};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std, significant};
use crate::{Progress, Record};

pub(super) const INPUT: usize = 32;
pub(super) const HIDDEN: usize = 64;
const EPOCHS: usize = 30;
const LAGS: usize = 40;

struct Learned {
    outcome: Outcome,
    /// The norm of the gradient of the states 0, 1, … [`LAGS`] steps before the last.
    flow: Vec<f64>,
}

struct Train<'a> {
    data: &'a Data,
    rate: f64,
    seed: u64,
}

impl Work for Train<'_> {
    type Output = Learned;

    fn with<L: Recurrent + Clone>(self, layer: L) -> Learned {
        let (outcome, model) = train(layer, self.data, EPOCHS, self.rate, self.seed);
        Learned { outcome, flow: flow(&model, self.data) }
    }
}

/// The gradient of the loss at the last character of each stretch by the states before it, relative to that
/// of the last state: the geometric mean over the stretches of the second part.
fn flow<L: Recurrent>(model: &LanguageModel<L>, data: &Data) -> Vec<f64> {
    let mut logs = vec![0.0; LAGS + 1];
    for window in &data.dev {
        let x = model.embedding.forward(window.x.view());
        let start = model.layer.start(1);
        let tape = model.layer.forward(x.view(), None, &start);
        let last = rnn_book_code::layer::Tape::last(&tape);
        let scores = model.out.forward(L::output(&last));
        let target = [window.y[[window.y.nrows() - 1, 0]]];
        let (_, d_scores) =
            rnn_book_code::loss::softmax_cross_entropy(scores.view(), &target);
        let d_h = rnn_book_code::product::matmul(d_scores.view(), model.out.w.t());
        // The output is the first matrix of every state; the others have no reader.
        let mut d_last = last.map(&mut |a| ndarray::Array2::zeros(a.dim()));
        d_last.arrays_mut()[0].assign(&d_h);
        let gradients = state_gradients(&model.layer, x.view(), &start, d_last);
        let end = gradients.len() - 1;
        let scale = f64::from(norm(&gradients[end]));
        for (lag, log) in logs.iter_mut().enumerate() {
            *log += (f64::from(norm(&gradients[end - lag])) / scale).max(1e-30).ln();
        }
    }
    logs.iter().map(|log| (log / data.dev.len() as f64).exp()).collect()
}

/// Trains the field.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let data = Data::load(WHOLE)?;
    let v = data.vocabulary.len();
    let field = field(INPUT, HIDDEN, v);
    let results = TUNING.run(
        &field,
        progress,
        |l: &Learned| l.outcome.lowest(),
        |contestant: Contestant, rate, seed| {
            contestant.draw(INPUT, seed, Train { data: &data, rate, seed })
        },
    );
    let [train, dev, test] = data.parts.each_ref().map(Vec::len);
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{train} characters to learn from, {dev} to choose by, {test} to judge by, V = {}, embedding of {INPUT}, \
             a GRU of {HIDDEN} units, {LANES} lanes, windows of {STEPS}, {EPOCHS} epochs of {} updates, Adam, clipping \
             at norm {THRESHOLD}; rate of {RATES:?} by the lowest loss on the second part on seeds {TUNING_SEEDS:?}",
            v,
            data.train.len()
        ),
    )
    .tolerance(CHAOTIC);
    r.value("characters", train as f64, integer(train as f64));
    r.value("vocabulary", v as f64, integer(v as f64));
    r.value("frequencies", data.frequencies, fixed(data.frequencies, 2));
    let mut losses = Lines::new(
        Axis::linear("epochs").range(0.0, EPOCHS as f64),
        Axis::linear("loss (nats a character)").range(1.45, 2.25),
    )
    .title("the part to choose by, mean of seeds")
    .legend(Legend::Above);
    let mut flows = Lines::new(
        Axis::linear("lag (steps)").range(0.0, LAGS as f64),
        Axis::log("gradient norm (relative)").range(1e-7, 3.0),
    )
    .title("gradient of a state after training")
    .legend(Legend::None);
    let mut rows = Vec::new();
    for (i, (contestant, (rate, outcomes))) in field.iter().zip(&results).enumerate() {
        let key = contestant.key;
        let all = |f: &dyn Fn(&Learned) -> f64| -> Vec<f64> {
            outcomes.iter().map(f).collect()
        };
        let test = summary(&all(&|l| l.outcome.test));
        let dev = summary(&all(&|l| l.outcome.lowest()));
        let train = summary(&all(&|l| l.outcome.train));
        // The first epoch after which the loss is within 0.02 of its lowest
        let epochs = summary(&all(&|l| {
            let o = &l.outcome;
            let near = o.dev.iter().position(|&loss| loss < o.lowest() + 0.02);
            near.map_or(EPOCHS, |k| k + 1) as f64
        }));
        r.value(&format!("{key}-test"), test.mean, mean_std(test, 3));
        r.value(&format!("{key}-dev"), dev.mean, mean_std(dev, 3));
        r.value(&format!("{key}-train"), train.mean, mean_std(train, 3));
        r.value(&format!("{key}-rate"), *rate, rate.to_string());
        let parameters = contestant.kind.parameters(INPUT, contestant.hidden, v);
        rows.push(vec![
            contestant.name.to_owned(),
            contestant.hidden.to_string(),
            integer(parameters as f64),
            rate.to_string(),
            mean_std(test, 3),
            fixed(train.mean, 2),
            fixed(epochs.mean, 1),
        ]);
        let points = (0..EPOCHS)
            .map(|k| ((k + 1) as f64, mean(&all(&|l| l.outcome.dev[k]))))
            .collect::<Vec<_>>();
        losses = losses.with(Trace::new(contestant.name, points).style(i));
        let geometric = |lag: usize| mean(&all(&|l| l.flow[lag].ln())).exp();
        for lag in [10, 20, 40] {
            let value = geometric(lag);
            r.value(&format!("{key}-flow-{lag}"), value, significant(value, 1));
        }
        let points =
            (0..=LAGS).map(|lag| (lag as f64, geometric(lag))).collect::<Vec<_>>();
        flows = flows.with(Trace::new(contestant.name, points).style(i));
    }
    let heads = [
        "cell",
        "$H$",
        "parameters",
        "rate",
        "test loss (nats)",
        "training loss",
        "epochs",
    ];
    r.table("main", &heads, "lrrrrrr", rows);
    r.plot(&Panels::new(1, 330.0).with("loss", losses).with("flow", flows));
    Ok(r)
}
