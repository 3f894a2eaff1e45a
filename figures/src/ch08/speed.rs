//! How large the shipped model is, and how fast.

use std::marker::PhantomData;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, anyhow};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    classifying::Classifying,
    emotion_model::EmotionModel,
    emotions::{Part, part},
    parameters::Parameters,
    train::Task,
};

use super::shipped::model;
use crate::stats::median;
use crate::text::{fixed, integer};
use crate::{Progress, Record};

/// Measures.
///
/// # Errors
/// When the model is missing.
pub fn run(_: &Progress) -> Result<Record> {
    let model = model()?;
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes =
        std::fs::read(home.join("../rnn-book-code/models/emotion.safetensors"))?;
    let test = part(Part::Test);
    let mut r = Record::new(
        &[1],
        "the median of 20 loads, of 400 sentences one at a time, of 20 steps",
    );
    let count = model.network.count() as f64;
    r.value("parameters", count, integer(count));
    let kilobytes = bytes.len() as f64 / 1000.0;
    r.value("kilobytes", kilobytes, integer(kilobytes));
    let timed = |times: usize, work: &mut dyn FnMut(usize)| -> f64 {
        let one = |k| {
            let start = Instant::now();
            work(k);
            start.elapsed().as_secs_f64()
        };
        median(&(0..times).map(one).collect::<Vec<_>>())
    };
    let load = 1e3
        * timed(20, &mut |_| {
            std::hint::black_box(EmotionModel::from_bytes("it", &bytes).is_ok());
        });
    r.timed_value("load-ms", load, fixed(load, 0));
    let sentence = 1e6
        * timed(400, &mut |k| {
            std::hint::black_box(model.answer(&test[k].text));
        });
    r.timed_value("sentence-us", sentence, integer(sentence));
    let recipe = &model.recipe;
    let train = recipe
        .lessons(&part(Part::Train), &model.lexicon, &model.labels)
        .map_err(|(k, label)| anyhow!("{label} at example {k}"))?;
    let task = Classifying {
        train,
        dev: Vec::new(),
        noise: recipe.noise(),
        batch: recipe.batch,
        threads: 1,
        layer: PhantomData,
    };
    let mut rng = Rng::seed_from_u64(1);
    let batches: Vec<_> = task.batches(0, &mut rng).take(20).collect();
    let (mut memory, mut grad) =
        (task.memory(&model.network), model.network.zeros_like());
    let step = 1e3
        * timed(20, &mut |k| {
            let batch = &batches[k];
            task.loss_and_gradient(
                &model.network,
                batch,
                &mut memory,
                &mut rng,
                &mut grad,
            );
        });
    r.timed_value("step-ms", step, fixed(step, 1));
    Ok(r)
}
