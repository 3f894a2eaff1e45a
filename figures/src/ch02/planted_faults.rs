//! What overfitting on purpose finds: the training program of the chapter with one fault planted in it.

use anyhow::Result;
use ndarray::{Axis, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    char_rnn::{CharRnn, one_hot},
    elman::rows,
    loss::softmax_cross_entropy,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    text::{CharVocabulary, Window, windows},
};

use super::{CHAOTIC, RIVER};
use crate::stats::mean;
use crate::text::significant;
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 100;
const STEPS: usize = 27;
const RATE: Real = 0.003;
const THRESHOLD: Real = 5.0;
const SEEDS: [u64; 3] = [1, 2, 3];
/// The passes whose loss is reported; the first pass is 0.
const EPOCHS: [usize; 3] = [30, 100, 300];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    NotZeroed,
    RateTooHigh,
    RateTooLow,
    NotCarried,
    TargetSame,
    TargetTwoAhead,
    SecondReader,
}

const FAULTS: [(Fault, &str, &str); 8] = [
    (Fault::None, "none", "none"),
    (Fault::NotZeroed, "not-zeroed", "gradient not set to zero"),
    (Fault::RateTooHigh, "rate-high", "learning rate ten times too high"),
    (Fault::RateTooLow, "rate-low", "learning rate ten times too low"),
    (Fault::NotCarried, "not-carried", "state not carried over"),
    (Fault::TargetSame, "target-same", "target is the character just read"),
    (Fault::TargetTwoAhead, "target-two", "target is two characters ahead"),
    (Fault::SecondReader, "second-reader", "second reader of the state forgotten"),
];

/// The windows of the text, with what the fault makes of their targets.
fn data(fault: Fault) -> Result<(usize, Vec<Window>)> {
    let vocabulary = CharVocabulary::of(RIVER);
    let stream = vocabulary.encode(RIVER)?;
    let mut windows = windows(&stream, 1, STEPS)?;
    for (i, window) in windows.iter_mut().enumerate() {
        match fault {
            Fault::TargetSame => window.y = window.x.clone(),
            Fault::TargetTwoAhead => {
                for t in 0..STEPS {
                    window.y[[t, 0]] = stream[(i * STEPS + t + 2) % stream.len()];
                }
            }
            _ => {}
        }
    }
    Ok((vocabulary.len(), windows))
}

/// Back-propagation in which nothing comes back from the step after.
fn forgetful(
    model: &CharRnn,
    window: &Window,
    h_0: &ndarray::Array2<Real>,
    grad: &mut CharRnn,
) {
    let x = one_hot(window.x.view(), model.out.b.len());
    let tape = model.cell.forward(x.view(), h_0.view());
    let h = tape.h.slice(s![1.., .., ..]);
    let logits = model.out.forward(rows(&h).view());
    let targets: Vec<usize> = window.y.iter().copied().collect();
    let (_, d_logits) = softmax_cross_entropy(logits.view(), &targets);
    let d_h = model.out.backward(rows(&h).view(), d_logits.view(), &mut grad.out);
    let d_h = d_h.into_shape_with_order(h.dim()).expect("one row for each step");
    for t in 0..h.len_of(Axis(0)) {
        let delta = &d_h.index_axis(Axis(0), t)
            * &h.index_axis(Axis(0), t).mapv(|h| 1.0 - h * h);
        grad.cell.w_xh += &x.index_axis(Axis(0), t).t().dot(&delta);
        grad.cell.w_hh += &tape.h.index_axis(Axis(0), t).t().dot(&delta);
        grad.cell.b_h += &delta.sum_axis(Axis(0));
    }
}

/// The mean loss of each pass.
fn train(fault: Fault, seed: u64) -> Result<Vec<f64>> {
    let (vocabulary, windows) = data(fault)?;
    let mut model = CharRnn::new(vocabulary, HIDDEN, &mut Rng::seed_from_u64(seed));
    let rate = match fault {
        Fault::RateTooHigh => 10.0 * RATE,
        Fault::RateTooLow => 0.1 * RATE,
        _ => RATE,
    };
    let mut adam = Adam::new(&model, rate);
    let mut grad = model.zeros_like();
    let mut curve = Vec::new();
    for _ in 0..=EPOCHS[EPOCHS.len() - 1] {
        let mut h = model.start(1);
        let mut losses = Vec::new();
        for window in &windows {
            if fault != Fault::NotZeroed {
                grad.set_zero();
            }
            let old = h.clone();
            let (loss, last) = model.loss_and_gradient(window, h.view(), &mut grad);
            if fault == Fault::SecondReader {
                grad.set_zero();
                forgetful(&model, window, &old, &mut grad);
            }
            clip_by_norm(&mut grad, THRESHOLD);
            adam.step(&mut model, &grad);
            h = if fault == Fault::NotCarried { model.start(1) } else { last };
            losses.push(f64::from(loss));
        }
        curve.push(mean(&losses));
    }
    Ok(curve)
}

/// Trains with each fault from three seeds.
///
/// # Errors
/// When the text is too short for a window.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(FAULTS.len());
    let mut r = Record::new(
        &SEEDS,
        format!(
            "the seven lines, H = {HIDDEN}, windows of {STEPS} steps, Adam at {RATE}, clipping at norm {THRESHOLD}; \
             mean loss of epochs {EPOCHS:?}, median over seeds"
        ),
    )
    .tolerance(CHAOTIC);
    let mut table = Vec::new();
    for (fault, key, name) in FAULTS {
        progress.note(name);
        let curves = parallel::map(&SEEDS, |&seed| train(fault, seed));
        let curves = curves.into_iter().collect::<Result<Vec<_>>>()?;
        let mut row = vec![name.to_owned()];
        for epoch in EPOCHS {
            let mut losses: Vec<f64> =
                curves.iter().map(|curve| curve[epoch]).collect();
            losses.sort_by(f64::total_cmp);
            let median = losses[losses.len() / 2];
            let text = significant(median, 2);
            r.value(&format!("{key}-{epoch}"), median, text.clone());
            row.push(text);
        }
        table.push(row);
        progress.tick();
    }
    let heads = ["fault", "after 30 epochs", "after 100", "after 300"];
    r.table("main", &heads, "lrrr", table);
    Ok(r)
}
