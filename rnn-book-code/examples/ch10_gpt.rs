//! A small GPT learns one short text by heart, and recites it with the cache.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    gpt::{Gpt, GptSizes},
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    positions::Positions,
    sampling::greedy,
    text::{CharVocabulary, windows},
};

const TEXT: &str = include_str!("../data/river.txt");

// ANCHOR: train
fn main() -> Result<(), rnn_book_code::text::TextError> {
    let vocabulary = CharVocabulary::of(TEXT);
    let stream = vocabulary.encode(TEXT)?;
    let sizes = GptSizes {
        vocabulary: vocabulary.len(),
        context: stream.len(),
        size: 32,
        heads: 4,
        blocks: 2,
        positions: Positions::Rotary,
    };
    let mut model = Gpt::new(&sizes, &mut Rng::seed_from_u64(1));
    println!("== start ==");
    println!("{} characters, {} parameters", stream.len(), model.count());

    // The whole text is one window: place t sees all that stands before it.
    let window = &windows(&stream, 1, stream.len() - 1)?[0];
    let mut adam = Adam::new(&model, 0.006);
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 1);
    println!("== training ~ ==");
    for step in 0..=240 {
        grad.set_zero();
        let loss = model.loss_and_gradient(window, &mut workers, &mut grad);
        if step % 60 == 0 {
            println!("step {step:3}: loss {loss:.2} nats a character");
        }
        clip_by_norm(&mut grad, 1.0);
        adam.step(&mut model, &grad);
    }

    println!("== recite ==");
    let prompt = vocabulary.encode("A river")?;
    let recited = vocabulary.decode(&model.generate(&prompt, stream.len() - 7, greedy));
    println!("A river{recited}");
    Ok(())
}
// ANCHOR_END: train
