//! Word vectors of a generated world: what skip-gram finds of what was put in.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    skip_gram::{Settings, SkipGram, Training},
    tokens::words,
    vocabulary::{Counts, Vocabulary},
    world,
};

fn main() -> Result<(), String> {
    println!("== text ==");
    let mut rng = Rng::seed_from_u64(1);
    let text = world::text(8000, &mut rng);
    text.lines().take(8).for_each(|line| println!("{line}"));

    // ANCHOR: learn
    let sentences: Vec<_> = text.lines().map(words).collect();
    let counts: Counts = sentences.iter().flatten().map(String::as_str).collect();
    let vocabulary = Vocabulary::of_counts(&counts, 1, None);
    let known: Vec<_> =
        (0..vocabulary.size()).map(|id| counts.get(vocabulary.token(id))).collect();
    let settings =
        Settings { size: 32, rate: 0.1, threshold: 0.01, ..Settings::default() };
    let mut model = SkipGram::new(vocabulary.size(), settings.size, &mut rng);
    let mut training = Training::new(settings.clone(), &known, rng)?;
    for _ in 0..settings.epochs {
        for sentence in &sentences {
            let ids: Vec<_> = sentence.iter().map(|word| vocabulary.id(word)).collect();
            training.read(&mut model, &ids);
        }
    }
    let vectors = model.vectors(&vocabulary);
    // ANCHOR_END: learn

    // ANCHOR: ask
    println!("\n== near ~ ==");
    for word in ["queen", "paris", "lamb", "walked", "hot"] {
        let near = vectors.neighbours(word, 5).ok_or("every word occurs")?;
        let near: Vec<_> = near.iter().map(|(w, c)| format!("{w} {c:.2}")).collect();
        println!("{word}: {}", near.join(", "));
    }
    println!("\n== analogies ~ ==");
    for [a, b, c] in [
        ["king", "queen", "uncle"],
        ["france", "paris", "japan"],
        ["cat", "kitten", "pig"],
        ["walk", "walked", "paint"],
    ] {
        let found = vectors.analogy(a, b, c, 3).ok_or("every word occurs")?;
        let found: Vec<_> = found.iter().map(|(w, c)| format!("{w} {c:.2}")).collect();
        println!("{a} to {b} is {c} to: {}", found.join(", "));
    }
    // ANCHOR_END: ask
    Ok(())
}
