//! The shipped model continues a prompt, with each decoder.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    decoding::{Decoder, Predictor, Reading, beam},
    lstm::Lstm,
    saved::{Saved, Setter},
    vocabulary::SPECIAL,
};
use std::error::Error;

const MODEL: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/models/book-words.safetensors");
const PROMPT: &str = "the gradient";
const LENGTH: usize = 45;

// ANCHOR: main
fn main() -> Result<(), Box<dyn Error>> {
    let saved = Saved::<Lstm>::load(MODEL)?;
    let prompt = saved.shape.level.encode(&saved.vocabulary, PROMPT);
    let mut reading = Reading::new(&saved.model);
    prompt.iter().for_each(|&id| reading.read(id));

    let plain =
        || Decoder { forbidden: (0..SPECIAL.len()).collect(), ..Decoder::default() };
    let decoders = [
        ("greedy", Decoder { temperature: 0.0, ..plain() }),
        ("cool", Decoder { temperature: 0.6, ..plain() }),
        ("warm", plain()),
        ("hot", Decoder { temperature: 1.5, ..plain() }),
        ("nucleus", Decoder { top_p: Some(0.8), ..plain() }),
        ("penalty", Decoder { temperature: 0.0, penalty: 1.3, ..plain() }),
    ];
    for (name, decoder) in decoders {
        println!("== {name} ~ ==");
        let (mut reading, mut text) = (reading.clone(), prompt.clone());
        let mut rng = Rng::seed_from_u64(1);
        for _ in 0..LENGTH {
            let id = decoder.choose(&reading.scores(), &text, &mut rng);
            reading.read(id);
            text.push(id);
        }
        show(&saved, &text);
    }
    println!("== beam ~ ==");
    let forbidden = plain().forbidden;
    let best = beam(&reading, 20, 8, &forbidden).swap_remove(0);
    show(&saved, &[&prompt[..], &best.0].concat());
    Ok(())
}
// ANCHOR_END: main

/// Prints a text, fourteen tokens a line.
fn show(saved: &Saved<Lstm>, text: &[usize]) {
    let mut setter = Setter::new(saved.shape.level);
    for line in text.chunks(14) {
        let line: String =
            line.iter().map(|&id| setter.set(&saved.vocabulary, id)).collect();
        println!("{}", line.trim_start());
    }
}
