//! Word vectors from a text of your own, by skip-gram with negative sampling.
//!
//! ```text
//! cargo run --release --example word_vectors -- --text FILE --out vectors.txt \
//!     --near river --analogy king,queen,man --similarity LIST
//! ```
//!
//! The text is read line by line, once to count its words and once more in each epoch;
//! a line is a sentence. LIST has two words and a score on each line, parted by tabs.
//! With `--vectors FILE` in place of `--text`, vectors are read from a file in the text
//! format of word2vec or GloVe.

use clap::Parser;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    lines::Lines,
    program::finish,
    skip_gram::{Settings, SkipGram, Training},
    tokens::{folded, words},
    vocabulary::{Counts, Vocabulary},
    word_vectors::{WordVectors, read_judged},
};
use std::{
    error::Error,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Parser)]
struct Args {
    /// The text to learn from, UTF-8
    #[arg(long, required_unless_present = "vectors", conflicts_with = "vectors")]
    text: Option<PathBuf>,
    /// Vectors to read instead
    #[arg(long)]
    vectors: Option<PathBuf>,
    /// Where to write the vectors
    #[arg(long)]
    out: Option<PathBuf>,
    /// Words whose neighbours are shown
    #[arg(long)]
    near: Vec<String>,
    /// Three words a,b,c: a is to b as c is to what?
    #[arg(long, value_delimiter = ',')]
    analogy: Vec<String>,
    /// Pairs of words that people have judged
    #[arg(long)]
    similarity: Option<PathBuf>,
    /// Numbers a word
    #[arg(long, default_value_t = 100, value_parser = positive)]
    size: usize,
    /// Words on either side that count as near
    #[arg(long, default_value_t = 5, value_parser = positive)]
    window: usize,
    /// Words drawn for each pair
    #[arg(long, default_value_t = 5, value_parser = positive)]
    negatives: usize,
    /// The learning rate at the start
    #[arg(long, default_value_t = 0.025, value_parser = above_zero)]
    rate: f64,
    /// Words of a larger share of the text are left out now and then
    #[arg(long, default_value_t = 1e-3, value_parser = above_zero)]
    threshold: f64,
    #[arg(long, default_value_t = 5, value_parser = positive)]
    epochs: usize,
    /// Rarer words are left out
    #[arg(long, default_value_t = 5, value_parser = positive)]
    min_count: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn positive(text: &str) -> Result<usize, String> {
    let size = text.parse().map_err(|error| format!("{error}"))?;
    if (1..=10_000).contains(&size) { Ok(size) } else { Err("not in 1..=10000".into()) }
}

fn above_zero(text: &str) -> Result<f64, String> {
    let x: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if x > 0.0 && x.is_finite() { Ok(x) } else { Err("not a number above 0".into()) }
}

fn main() -> ExitCode {
    finish(run(&Args::parse()))
}

// ANCHOR: learn
/// Reads the text once to count, and once in each epoch to learn.
fn learn(path: &Path, args: &Args) -> Result<WordVectors, Box<dyn Error>> {
    let mut counts = Counts::default();
    for line in Lines::open(path)? {
        words(&line?).iter().for_each(|word| counts.add(word));
    }
    let vocabulary = Vocabulary::of_counts(&counts, args.min_count, None);
    let names = (0..vocabulary.size()).map(|id| vocabulary.token(id));
    let known: Vec<usize> = names.map(|word| counts.get(word)).collect();
    // A reader may have gone away; what is learned is still to be saved
    let _ = writeln!(
        stdout(),
        "{} words, {} of them distinct; {} occur {} times or more",
        counts.total(),
        counts.iter().count(),
        known.iter().filter(|&&n| n > 0).count(),
        args.min_count
    );
    let settings = Settings {
        size: args.size,
        window: args.window,
        negatives: args.negatives,
        threshold: args.threshold,
        rate: args.rate as f32,
        epochs: args.epochs,
    };
    let mut rng = Rng::seed_from_u64(args.seed);
    let mut model = SkipGram::new(vocabulary.size(), settings.size, &mut rng);
    let mut training = Training::new(settings, &known, rng)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    for _ in 0..args.epochs {
        for line in Lines::open(path)? {
            let line = words(&line?);
            let ids: Vec<_> = line.iter().map(|word| vocabulary.id(word)).collect();
            training.read(&mut model, &ids);
        }
    }
    Ok(model.vectors(&vocabulary))
}
// ANCHOR_END: learn

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    // What is wrong with the questions is said before the training, not after it.
    if !args.analogy.len().is_multiple_of(3) {
        return Err("--analogy takes three words: king,queen,man".into());
    }
    // The words of a text are in lower case and composed, so those asked for are too
    let near: Vec<String> = args.near.iter().map(|word| folded(word.trim())).collect();
    let analogy: Vec<String> =
        args.analogy.iter().map(|word| folded(word.trim())).collect();
    let list = args.similarity.as_ref().map(read_judged).transpose()?;
    let vectors = match (&args.text, &args.vectors) {
        (Some(text), _) => learn(text, args)?,
        (None, Some(vectors)) => WordVectors::load(vectors, usize::MAX)?,
        (None, None) => return Err("give a --text or --vectors".into()),
    };
    if let Some(out) = &args.out {
        vectors.save(out).map_err(|e| format!("{}: {e}", out.display()))?;
    }
    for word in &near {
        let near = vectors.neighbours(word, 10);
        writeln!(stdout(), "{word}: {}", shown(near, word)?)?;
    }
    for words in analogy.as_chunks::<3>().0 {
        let [a, b, c] = words;
        let found = vectors.analogy(a, b, c, 5);
        writeln!(stdout(), "{a} : {b} = {c} : {}", shown(found, &words.join(", "))?)?;
    }
    if let Some(list) = list {
        let (correlation, pairs) = vectors.judge(&list);
        let Some(correlation) = correlation else {
            return Err(format!(
                "{pairs} of {} judged pairs have vectors; it takes two that differ",
                list.len()
            )
            .into());
        };
        let all = list.len();
        writeln!(
            stdout(),
            "rank correlation {correlation:.3} over {pairs} of {all} pairs"
        )?;
    }
    Ok(())
}

fn shown(found: Option<Vec<(&str, f32)>>, asked: &str) -> Result<String, String> {
    let found = found.ok_or(format!("no vector for one of: {asked}"))?;
    let list: Vec<_> = found.iter().map(|(word, c)| format!("{word} {c:.2}")).collect();
    Ok(list.join(", "))
}
