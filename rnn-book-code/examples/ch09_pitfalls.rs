//! Three mistakes, each with its size on the shipped model and the last tenth of the
//! book.

use ndarray::Axis;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    decoding::{penalise, softmax},
    dropout::masked,
    layer::{Layer, Tape},
    loss::log_sum_exp,
    lstm::Lstm,
    saved::Saved,
    stream::Parts,
    text::read_text,
};
use std::error::Error;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

fn mean(losses: &[f32]) -> f32 {
    losses.iter().sum::<f32>() / losses.len() as f32
}

// ANCHOR: state
/// The loss when the state is thrown away after every `window` words.
fn forgetful(saved: &Saved<Lstm>, tokens: &[usize], window: usize) -> f32 {
    let mut losses = Vec::new();
    for start in (0..tokens.len() - 1).step_by(window) {
        let end = tokens.len().min(start + window + 1);
        losses.extend(saved.model.losses(&tokens[start..end]));
    }
    mean(&losses)
}
// ANCHOR_END: state

// ANCHOR: dropout
/// The loss when dropout is left on.
fn dropping(saved: &Saved<Lstm>, tokens: &[usize]) -> f32 {
    let model = &saved.model;
    let mut rng = Rng::seed_from_u64(1);
    let read = &tokens[..tokens.len() - 1];
    let ids = ndarray::ArrayView2::from_shape((read.len(), 1), read);
    let ids = ids.expect("a column");
    let x = model.embedding.forward(ids);
    let x = masked(x.view(), &model.dropout.mask(x.dim(), &mut rng));
    let tape = model.layer.forward(x.view(), None, &model.layer.start(1));
    let h = tape.output();
    let h = masked(h, &model.dropout.mask(h.dim(), &mut rng));
    let scores = model.scores(h.index_axis(Axis(1), 0));
    let targets = tokens[1..].iter();
    let losses: Vec<f32> =
        scores.outer_iter().zip(targets).map(|(z, &y)| log_sum_exp(z) - z[y]).collect();
    mean(&losses)
}
// ANCHOR_END: dropout

fn main() -> Result<(), Box<dyn Error>> {
    let saved = Saved::<Lstm>::load(format!("{FOLDER}/models/book-words.safetensors"))?;
    let text = read_text(format!("{FOLDER}/data/book.txt"))?;
    let test = saved.shape.level.encode(&saved.vocabulary, Parts::of(&text).test);

    println!("== state ~ ==");
    let right = mean(&saved.model.losses(&test));
    println!("carried to the end              {:7.1}", right.exp());
    for window in [35, 10, 3, 1] {
        let loss = forgetful(&saved, &test, window);
        println!("thrown away after {window:2} words     {:7.1}", loss.exp());
    }

    println!("== dropout ~ ==");
    println!("dropout off                     {:7.1}", right.exp());
    println!("dropout left on                 {:7.1}", dropping(&saved, &test).exp());

    println!("== shift ==");
    // Two lists of scores that are the same distribution
    let scores = [2.0, 1.0, 0.0];
    let shifted = scores.map(|z| z - 3.0);
    let divide = |scores: [f32; 3]| {
        let mut z = scores;
        z[0] = if z[0] > 0.0 { z[0] / 1.5 } else { z[0] * 1.5 };
        softmax(&z)
    };
    println!("scores divided:      {:.3?}", divide(scores));
    println!("the same, minus 3:   {:.3?}", divide(shifted));
    for scores in [scores, shifted] {
        let mut z = scores.to_vec();
        penalise(&mut z, &[0], 1.5);
        println!("probability raised:  {:.3?}", softmax(&z));
    }
    Ok(())
}
