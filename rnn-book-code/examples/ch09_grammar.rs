//! The entropy of a language, by solving equations and by listening.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    grammar::{Grammar, LITTLE},
};

// ANCHOR: main
fn main() -> Result<(), String> {
    println!("== pencil ==");
    let tiny = Grammar::parse("S = 1 a S | 3 a")?;
    let (entropy, length) = tiny.expectations()?;
    println!("{entropy:.4} nats and {length:.4} words a sentence");
    println!("{:.4} nats a word", tiny.rate()?);

    println!("== little ==");
    let grammar = Grammar::parse(LITTLE)?;
    let mut rng = Rng::seed_from_u64(1);
    for _ in 0..8 {
        let (sentence, log_p) = grammar.sentence(&mut rng);
        let words: Vec<&str> =
            sentence.iter().map(|&w| grammar.words()[w].as_str()).collect();
        println!("{:6.2}  {}", -log_p, words.join(" "));
    }

    println!("== rate ==");
    let (entropy, length) = grammar.expectations()?;
    println!("solved:    {entropy:.3} nats, {length:.3} words a sentence");
    let (mut nats, mut words) = (0.0, 0);
    const SENTENCES: usize = 50_000;
    for _ in 0..SENTENCES {
        let (sentence, log_p) = grammar.sentence(&mut rng);
        nats -= log_p;
        words += sentence.len();
    }
    let n = SENTENCES as f64;
    println!(
        "listened:  {:.3} nats, {:.3} words a sentence",
        nats / n,
        words as f64 / n
    );
    let rate = grammar.rate()?;
    println!(
        "{rate:.4} nats a word: in the long run no perplexity is below {:.3}",
        rate.exp()
    );
    Ok(())
}
// ANCHOR_END: main
