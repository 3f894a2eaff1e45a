//! A character model, trained from nothing on one short text until it knows the text by
//! heart.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    char_rnn::CharRnn,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    sampling::{greedy, sample},
    text::{CharVocabulary, windows},
};

const TEXT: &str = include_str!("../data/river.txt");

// ANCHOR: train
fn main() -> Result<(), rnn_book_code::text::TextError> {
    let vocabulary = CharVocabulary::of(TEXT);
    let stream = vocabulary.encode(TEXT)?;
    let windows = windows(&stream, 1, 27)?;
    println!("== start ==");
    println!(
        "{} characters, {} distinct, {} windows",
        stream.len(),
        vocabulary.len(),
        windows.len()
    );

    let mut rng = Rng::seed_from_u64(1);
    let mut model = CharRnn::new(vocabulary.len(), 100, &mut rng);
    let mut adam = Adam::new(&model, 0.003);
    let mut grad = model.zeros_like();
    println!("{} parameters", model.count());

    for epoch in 0..=300 {
        let mut h = model.start(1);
        let mut sum = 0.0;
        // ANCHOR: pass
        for window in &windows {
            grad.set_zero();
            let (loss, last) = model.loss_and_gradient(window, h.view(), &mut grad);
            clip_by_norm(&mut grad, 5.0);
            adam.step(&mut model, &grad);
            h = last; // the state is carried over, the gradient is not
            sum += loss;
        }
        // ANCHOR_END: pass
        if [0, 3, 10, 30, 100, 300].contains(&epoch) {
            let mut dice = Rng::seed_from_u64(2);
            let prompt = vocabulary.encode("A ")?;
            let drawn =
                model.generate(&prompt, 60, |logits| sample(logits, 1.0, &mut dice));
            println!("== epoch {epoch} ~ ==");
            println!("loss: {:.2} nats a character", sum / windows.len() as f32);
            println!("sample: {:?}", vocabulary.decode(&drawn));
        }
    }

    println!("== recite ==");
    let prompt = vocabulary.encode("A river")?;
    let recited = vocabulary.decode(&model.generate(&prompt, stream.len() - 7, greedy));
    println!("A river{recited}");
    let whole = format!("A river{recited}");
    let right = whole.chars().zip(TEXT.chars()).filter(|(a, b)| a == b).count();
    println!("right: {right} of {} characters", stream.len());
    Ok(())
}
// ANCHOR_END: train
