//! Solution: trains an LSTM on a text of yours and asks which units of it mean
//! something.
//!
//! `cargo run --release --example ch04_solution_own_text -- FILE UPDATES`

use ndarray::{Array2, Axis, s};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    language::LanguageModel,
    layer::{Layer, Tape},
    lstm::Lstm,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    text::{CharVocabulary, TextError, read_text, windows},
};
use std::process::ExitCode;

const HIDDEN: usize = 32;
const STEPS: usize = 50;
const LANES: usize = 8;

// ANCHOR: features
/// What a unit might follow, character by character.
fn features(text: &str) -> Vec<(&'static str, Vec<Real>)> {
    let (mut depth, mut quoted, mut column, mut word) = (0.0, false, 0.0, 0.0);
    let mut rows = [const { Vec::new() }; 4];
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1.0,
            ')' | ']' | '}' => depth -= 1.0,
            '"' => quoted = !quoted,
            _ => {}
        }
        column = if c == '\n' { 0.0 } else { column + 1.0 };
        word = if c.is_alphanumeric() { word + 1.0 } else { 0.0 };
        let values = [depth, Real::from(u8::from(quoted)), column, word];
        rows.iter_mut().zip(values).for_each(|(row, value)| row.push(value));
    }
    let names = ["open brackets", "inside quotes", "place in line", "place in word"];
    names.into_iter().zip(rows).collect()
}
// ANCHOR_END: features

fn correlation(xs: &[Real], ys: &[Real]) -> Real {
    let n = xs.len() as Real;
    let (mx, my) = (xs.iter().sum::<Real>() / n, ys.iter().sum::<Real>() / n);
    let sum = |f: &dyn Fn(Real, Real) -> Real| -> Real {
        xs.iter().zip(ys).map(|(x, y)| f(x - mx, y - my)).sum()
    };
    let spread = (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
    if spread > 0.0 { sum(&|x, y| x * y) / spread } else { 0.0 }
}

// ANCHOR: train
/// Trains on the text, the state carried from window to window.
fn train(ids: &[usize], symbols: usize, updates: usize) -> Result<Model, TextError> {
    let mut rng = Rng::seed_from_u64(1);
    let layer = Lstm::new(16, HIDDEN, &mut rng);
    let mut model = LanguageModel::new(symbols, layer, &mut rng);
    let windows = windows(ids, LANES, STEPS)?;
    println!("== found ~ ==");
    let mut adam = Adam::new(&model, 0.005);
    let mut workers = Workers::new(&model, 1);
    let mut grad = model.zeros_like();
    let mut state = model.layer.start(LANES);
    for update in 0..updates {
        let place = update % windows.len();
        if place == 0 {
            state = model.layer.start(LANES); // the text begins again
        }
        grad.set_zero();
        let (loss, last) = model.loss_and_gradient(
            &windows[place],
            &state,
            &mut rng,
            &mut workers,
            &mut grad,
        );
        clip_by_norm(&mut grad, 1.0);
        adam.step(&mut model, &grad);
        state = last;
        if (update + 1) % (updates / 3).max(1) == 0 {
            println!("update {}: {loss:.2} nats a character", update + 1);
        }
    }
    Ok(model)
}
// ANCHOR_END: train

type Model = LanguageModel<Lstm>;

// ANCHOR: main
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let text = match arguments.next() {
        Some(file) => read_text(file),
        None => Ok(include_str!("ch04_solution_own_text.rs").to_owned()), // itself
    };
    let updates = arguments.next().unwrap_or("600".to_owned());
    let Ok(updates) = updates.parse() else {
        eprintln!("`{updates}` is no number of updates; give one such as 600");
        return ExitCode::FAILURE;
    };
    match text.and_then(|text| report(&text, updates)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn report(text: &str, updates: usize) -> Result<(), TextError> {
    let vocabulary = CharVocabulary::of(text);
    let ids = vocabulary.encode(text)?;
    let model = train(&ids, vocabulary.len(), updates)?;
    // The whole text once more, in one lane
    let x = Array2::from_shape_fn((ids.len(), 1), |(t, _)| ids[t]);
    let x = model.embedding.forward(x.view());
    let tape = model.layer.forward(x.view(), None, &model.layer.start(1));
    let c = tape.c.slice(s![1.., 0, ..]);
    for (name, feature) in features(text) {
        let units =
            c.axis_iter(Axis(1)).map(|unit| correlation(&unit.to_vec(), &feature));
        let best = units.enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        let (unit, r) = best.expect("there are units");
        println!("{name}: unit {unit} follows it best, correlation {r:.2}");
    }
    assert_eq!(tape.output().len_of(Axis(0)), ids.len());
    Ok(())
}
// ANCHOR_END: main
