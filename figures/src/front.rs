//! The picture on the book's first page.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    char_rnn::CharRnn,
    optim::Adam,
    parameters::Parameters,
    sampling::sample,
    text::{CharVocabulary, windows},
};

use crate::ch02::{
    RIVER,
    char_loss::{HIDDEN, STEPS, pass},
};
use crate::draw::{Anchor, Axis, Legend, Lines, Trace};
use crate::text::integer;
use crate::{Experiment, Progress, Record};

/// The experiments, in the order of the page.
pub const EXPERIMENTS: &[Experiment] = &[Experiment {
    name: "first-words",
    chapter: 0,
    title: "What a small network writes while it learns seven lines",
    run: first_words,
}];

const PASSES: usize = 300;
/// After so many passes it is asked to write.
const ASKED: [usize; 5] = [1, 4, 11, 31, 101];

/// The training of `ch02_train`, with a sample on the way now and then.
fn first_words(_: &Progress) -> Result<Record> {
    let vocabulary = CharVocabulary::of(RIVER);
    let stream = vocabulary.encode(RIVER)?;
    let windows = windows(&stream, 1, STEPS)?;
    let mut model = CharRnn::new(vocabulary.len(), HIDDEN, &mut Rng::seed_from_u64(1));
    let mut adam = Adam::new(&model, 0.003);
    let mut grad = model.zeros_like();
    let (mut curve, mut written) = (Vec::new(), Vec::new());
    for n in 1..=PASSES {
        let at = (n as f64, pass(&mut model, &mut adam, &mut grad, &windows));
        curve.push(at);
        if ASKED.contains(&n) {
            let mut dice = Rng::seed_from_u64(2);
            let prompt = vocabulary.encode("A ")?;
            let drawn = model.generate(&prompt, 26, |z| sample(z, 1.0, &mut dice));
            written.push((at, vocabulary.decode(&drawn).replace('\n', " ")));
        }
    }

    let mut r = Record::new(
        &[1, 2],
        format!(
            "{} characters, {HIDDEN} units, windows of {STEPS}, Adam",
            stream.len()
        ),
    );
    r.value("parameters", model.count() as f64, integer(model.count() as f64));
    r.value("characters", stream.len() as f64, integer(stream.len() as f64));
    let mut chart = Lines::new(
        Axis::log("passes over the text").range(1.0, 1500.0),
        Axis::linear("loss (nats a character)").range(0.0, 4.0),
    )
    .legend(Legend::None)
    .with(Trace::new("loss", curve).markers(false))
    .with(Trace::scatter("", written.iter().map(|(at, _)| *at)).style(0));
    for (at, text) in written {
        chart = chart.note(at, format!("A {text} …"), Anchor::Start, (10.0, -10.0));
    }
    // A sample may tip on another processor: the drawing is not compared.
    r.timed_plot(&chart);
    Ok(r)
}
