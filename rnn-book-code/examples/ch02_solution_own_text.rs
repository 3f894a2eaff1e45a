//! Solution: the character model on a text of your own, with its last tenth kept aside.
//!
//! Run it as `cargo run -q --release --example ch02_solution_own_text -- FILE EPOCHS`.
//! Without arguments it takes the seven lines of the chapter.

use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    char_rnn::CharRnn,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    sampling::sample,
    text::{CharVocabulary, TextError, Window, read_text, windows},
};
use std::{env, ffi::OsString, process::ExitCode};

const STEPS: usize = 25;

// ANCHOR: split
/// A text cut in two: nine tenths to learn from, and the last tenth to measure on.
struct Split {
    vocabulary: CharVocabulary,
    train: Vec<Window>,
    held_out: Vec<Window>,
}

/// Cuts `text`, which came from the file `name`, and turns both parts into windows.
fn split(name: &str, text: &str) -> Result<Split, String> {
    let text = text.trim_end();
    let characters = text.chars().count();
    if characters / 10 <= STEPS {
        let needed = 10 * (STEPS + 1);
        return Err(format!(
            "{name}: {characters} characters are too few; {needed} are needed"
        ));
    }
    let border = text.char_indices().nth(characters - characters / 10);
    let (train, held_out) = text.split_at(border.map_or(text.len(), |(at, _)| at));

    let vocabulary = CharVocabulary::of(train);
    let unknown = |error| match error {
        TextError::UnknownChar { c, .. } => {
            let at =
                train.len() + held_out.find(c).expect("the character that was found");
            let line = 1 + text[..at].matches('\n').count();
            format!("{name}:{line}: only the last tenth has {c:?}; use it earlier too")
        }
        error => format!("{name}: {error}"),
    };
    let train_ids = vocabulary.encode(train).map_err(unknown)?;
    let held_out_ids = vocabulary.encode(held_out).map_err(unknown)?;

    // More lanes for a long text: fewer steps an epoch, each on more characters.
    let lanes = (train_ids.len() / 2000).clamp(1, 16);
    let too_short = |error| format!("{name}: {error}");
    let train = windows(&train_ids, lanes, STEPS).map_err(too_short)?;
    let held_out = windows(&held_out_ids, 1, STEPS).map_err(too_short)?;
    Ok(Split { vocabulary, train, held_out })
}
// ANCHOR_END: split

// ANCHOR: train
/// The mean loss over windows that follow each other, the state carried on. Nothing is
/// learned: the gradient that comes with the loss is thrown away.
fn mean_loss(model: &CharRnn, windows: &[Window]) -> Real {
    let mut h = model.start(windows[0].x.ncols());
    let mut sum = 0.0;
    let mut unused = model.zeros_like();
    for window in windows {
        let (loss, last) = model.loss_and_gradient(window, h.view(), &mut unused);
        (sum, h) = (sum + loss, last);
    }
    sum / windows.len() as Real
}

/// Trains for `epochs` and prints the loss on both parts, ten times or so.
fn train(text: &Split, epochs: usize) {
    let mut rng = Rng::seed_from_u64(1);
    let mut model = CharRnn::new(text.vocabulary.len(), 100, &mut rng);
    let mut adam = Adam::new(&model, 0.003);
    let mut grad = model.zeros_like();
    let mut best = (0, Real::INFINITY);
    println!("== course ~ ==");
    println!("epoch: loss on what was learned, on what was kept aside, sample");
    for epoch in 0..=epochs {
        let held_out = mean_loss(&model, &text.held_out);
        if held_out < best.1 {
            best = (epoch, held_out);
        }
        if epoch % epochs.div_ceil(10) == 0 || epoch == epochs {
            let learned = mean_loss(&model, &text.train);
            let first = text.train[0].x[[0, 0]];
            let drawn =
                model.generate(&[first], 40, |logits| sample(logits, 0.7, &mut rng));
            let drawn = text.vocabulary.decode(&[&[first], &drawn[..]].concat());
            println!("{epoch:5}: {learned:.2}  {held_out:.2}  {drawn:?}");
        }
        let mut h = model.start(text.train[0].x.ncols());
        for window in &text.train {
            grad.set_zero();
            let (_, last) = model.loss_and_gradient(window, h.view(), &mut grad);
            clip_by_norm(&mut grad, 5.0);
            adam.step(&mut model, &grad);
            h = last;
        }
    }
    println!(
        "smallest loss on the part kept aside: {:.2} after epoch {}",
        best.1, best.0
    );
}
// ANCHOR_END: train

// ANCHOR: main
fn run(arguments: &[String]) -> Result<(), String> {
    let (name, text, epochs) = match arguments {
        [] => ("data/river.txt", include_str!("../data/river.txt").to_string(), 30),
        [file, epochs] => {
            let text = read_text(file).map_err(|error| error.to_string())?;
            let epochs = epochs.parse().ok().filter(|&epochs| epochs > 0);
            let wrong =
                "the second argument is the number of epochs, a whole number from 1 on";
            (file.as_str(), text, epochs.ok_or(wrong)?)
        }
        _ => return Err("give a text file and a number of epochs, or nothing".into()),
    };
    train(&split(name, &text)?, epochs);
    Ok(())
}

fn main() -> ExitCode {
    let text = |argument: OsString| argument.to_string_lossy().into_owned();
    let arguments: Vec<String> = env::args_os().skip(1).map(text).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
// ANCHOR_END: main
