//! One text, three models, three kinds of token: what can be compared with what.

use rnn_book_code::{
    lstm::Lstm,
    ngram::NGram,
    saved::{Level, Saved},
    stream::Parts,
    text::read_text,
    tokens::words,
    vocabulary::UNKNOWN,
};
use std::{collections::HashSet, error::Error, f64::consts::LN_2};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

// ANCHOR: new
/// The share of the sequences of `n` words in the last part that the first part does
/// not have.
fn new(parts: Parts, n: usize) -> f64 {
    let [train, test] = [parts.train, parts.test].map(words);
    let seen: HashSet<&[String]> = train.windows(n).collect();
    let new = test.windows(n).filter(|sequence| !seen.contains(sequence));
    new.count() as f64 / (test.len() - n + 1) as f64
}
// ANCHOR_END: new

// ANCHOR: main
/// Prints a loss of `nats` over all tokens but the first in all units.
fn show(name: &str, nats: f64, tokens: &[usize], part: &str) {
    let per_token = nats / (tokens.len() - 1) as f64;
    let bits = nats / LN_2 / part.chars().count() as f64;
    let unknown = tokens.iter().filter(|&&id| id == UNKNOWN).count();
    let unknown = 100.0 * unknown as f64 / tokens.len() as f64;
    let perplexity = per_token.exp();
    println!("{name:26} {per_token:7.3} {perplexity:11.2} {bits:10.3} {unknown:8.1} %");
}

fn main() -> Result<(), Box<dyn Error>> {
    let text = read_text(format!("{FOLDER}/data/book.txt"))?;
    let parts = Parts::of(&text);
    println!("== new ==");
    for n in 1..=4 {
        println!("length {n}: {:.0} % are new", 100.0 * new(parts, n));
    }
    println!("== counting ==");
    println!(
        "{:26} {:>7} {:>11} {:>10} {:>10}",
        "", "nats", "perplexity", "bits/char", "unknown"
    );
    for (level, min_count, order) in [
        (Level::Char, 1, 5),
        (Level::Word, 3, 3),
        (Level::Word, 10, 3),
        (Level::Word, 50, 3),
    ] {
        let vocabulary = level.vocabulary(parts.train, min_count);
        let [train, test] =
            [parts.train, parts.test].map(|part| level.encode(&vocabulary, part));
        let ngram = NGram::kneser_ney(&train, vocabulary.size(), order);
        let nats = ngram.loss(&test) * (test.len() - 1) as f64;
        let name = match level {
            Level::Char => format!("characters, {order}-gram"),
            Level::Word => format!("words seen {min_count} times, {order}-gram"),
        };
        show(&name, nats, &test, parts.test);
    }
    println!("== shipped ~ ==");
    let saved = Saved::<Lstm>::load(format!("{FOLDER}/models/book-words.safetensors"))?;
    let test = saved.shape.level.encode(&saved.vocabulary, parts.test);
    let losses = saved.model.losses(&test);
    let nats = losses.iter().map(|&loss| f64::from(loss)).sum();
    show("words seen 3 times, LSTM", nats, &test, parts.test);
    Ok(())
}
// ANCHOR_END: main
