//! The model that the book ships, on the topics to judge by: where it is wrong, how sure
//! it is, and how sure one may be of its scores.

use std::path::Path;

use anyhow::{Result, anyhow};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    calibration::{calibration_error, reliability},
    classifying::probabilities,
    emotion_model::EmotionModel,
    emotions::{Part, part},
    scores::{Confusion, bootstrap},
};

use super::training::{Data, answers};
use super::{LABELS, NEAR};
use crate::draw::{Axis, Heat, Legend, Lines, Trace};
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record};

/// Samples of the bootstrap.
const SAMPLES: usize = 2000;
const BINS: usize = 10;

/// The model in the repository.
pub(super) fn model() -> Result<EmotionModel> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = home.join("../rnn-book-code/models/emotion.safetensors");
    EmotionModel::load(file).map_err(|error| anyhow!("{error}"))
}

/// The scores, before they are divided by the temperature, and the right labels.
fn judged(model: &EmotionModel) -> (ndarray::Array2<Real>, Vec<usize>, Vec<String>) {
    let test = part(Part::Test);
    let texts: Vec<&str> = test.iter().map(|e| e.text.as_str()).collect();
    let scores = model.scores(&texts) * model.temperature;
    let right = Data::book().right(&test);
    (scores, right, test.into_iter().map(|e| e.text).collect())
}

/// Confusion, intervals, errors.
///
/// # Errors
/// When the model is missing.
pub fn run(_: &Progress) -> Result<Record> {
    let model = model()?;
    let (scores, right, texts) = judged(&model);
    let answers = answers(&scores);
    let n = right.len();
    let confusion = Confusion::of(&right, &answers, LABELS.len());
    let mut r = Record::new(
        &[1],
        format!(
            "{n} sentences of the topics to judge by; {SAMPLES} samples of the bootstrap"
        ),
    )
    .tolerance(NEAR);
    let (accuracy, f1) = (confusion.accuracy(), confusion.macro_f1());
    r.value("accuracy", accuracy, fixed(accuracy, 3));
    r.value("f1", f1, fixed(f1, 3));
    let mut rng = Rng::seed_from_u64(1);
    let (low, high) = bootstrap(n, SAMPLES, 0.95, &mut rng, |sample| {
        let take = |list: &[usize]| -> Vec<usize> {
            sample.iter().map(|&k| list[k]).collect()
        };
        Confusion::of(&take(&right), &take(&answers), LABELS.len()).macro_f1()
    });
    r.value("f1-low", low, fixed(low, 3));
    r.value("f1-high", high, fixed(high, 3));

    let mut rows = Vec::new();
    for (c, label) in LABELS.iter().enumerate() {
        let s = confusion.of_label(c);
        rows.push(vec![
            (*label).to_owned(),
            fixed(s.precision, 2),
            fixed(s.recall, 2),
            fixed(s.f1, 2),
            integer(s.support as f64),
        ]);
        r.value(&format!("f1-{label}"), s.f1, fixed(s.f1, 2));
    }
    r.table(
        "main",
        &["label", "precision", "recall", "F1", "sentences"],
        "lrrrr",
        rows,
    );

    // The two labels that are mixed up most often
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for a in 0..LABELS.len() {
        for b in (0..LABELS.len()).filter(|&b| b != a) {
            pairs.push((confusion.counts[a][b], a, b));
        }
    }
    pairs.sort_by(|a, b| b.cmp(a));
    for (key, &(count, a, b)) in ["first", "second"].into_iter().zip(&pairs) {
        r.value(
            &format!("mixed-{key}"),
            count as f64,
            format!(
                "{} ({} answered as {})",
                integer(count as f64),
                LABELS[a],
                LABELS[b]
            ),
        );
    }

    // By a rule: for each label, the wrong answer that the model is surest of
    let p = probabilities(&scores, model.temperature);
    let mut errors = Vec::new();
    for (c, label) in LABELS.iter().enumerate() {
        let wrong = (0..n).filter(|&k| right[k] == c && answers[k] != c);
        let sure = |&k: &usize| p[[k, answers[k]]];
        if let Some(k) = wrong.max_by(|a, b| sure(a).total_cmp(&sure(b))) {
            errors.push(vec![
                texts[k].clone(),
                (*label).to_owned(),
                LABELS[answers[k]].to_owned(),
                percent(f64::from(p[[k, answers[k]]]), 0),
            ]);
        }
    }
    r.table("errors", &["sentence", "meant", "answered", "sure"], "lllr", errors);

    // Rows from the top in the order of the labels
    let share = |row: &Vec<usize>| -> Vec<f64> {
        let all: usize = row.iter().sum();
        row.iter().map(|&k| 100.0 * k as f64 / all.max(1) as f64).collect()
    };
    let cells: Vec<Vec<f64>> = confusion.counts.iter().rev().map(share).collect();
    let ticks = |names: Vec<&str>| -> Vec<(f64, String)> {
        names
            .into_iter()
            .enumerate()
            .map(|(k, name)| (k as f64, name.to_owned()))
            .collect()
    };
    let x = Axis::linear("answered").labelled_ticks(ticks(LABELS.to_vec()));
    let y = Axis::linear("meant")
        .labelled_ticks(ticks(LABELS.iter().rev().copied().collect()));
    let scale = Axis::linear("share of the row (%)").range(0.0, 100.0);
    r.plot(&Heat::new(x, y, scale, cells).height(430.0));
    Ok(r)
}

/// Calibration before and after the temperature.
///
/// # Errors
/// When the model is missing.
pub fn calibration(_: &Progress) -> Result<Record> {
    let model = model()?;
    let (scores, right, _) = judged(&model);
    let mut r = Record::new(
        &[1],
        format!(
            "{} sentences of the topics to judge by, {BINS} bins; temperature from the topics to choose by",
            right.len()
        ),
    )
    .tolerance(NEAR);
    let temperature = f64::from(model.temperature);
    r.value("temperature", temperature, fixed(temperature, 2));
    let mut lines = Lines::new(
        Axis::linear("probability of the answer").range(0.0, 1.0),
        Axis::linear("share that is right").range(0.0, 1.0),
    )
    .legend(Legend::Above);
    let cases = [("before", 1.0), ("after", model.temperature)];
    for (style, (key, t)) in cases.into_iter().enumerate() {
        let bins = reliability((&scores / t).view(), &right, BINS);
        let error = calibration_error(&bins);
        r.value(&format!("error-{key}"), error, fixed(error, 3));
        let mean = bins.iter().map(|b| b.count as f64 * b.confidence).sum::<f64>()
            / right.len() as f64;
        r.value(&format!("mean-{key}"), mean, percent(mean, 0));
        let points: Vec<_> = bins
            .iter()
            .filter(|b| b.count >= 10)
            .map(|b| (b.confidence, b.accuracy))
            .collect();
        let name =
            if key == "before" { "as trained" } else { "after temperature scaling" };
        lines = lines.with(Trace::new(name, points).style(style).markers(true));
    }
    let ideal = Trace::new("perfect", [(0.0, 0.0), (1.0, 1.0)]).quiet().style(6);
    r.plot(&lines.with(ideal));
    Ok(r)
}
