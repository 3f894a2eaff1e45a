//! Two models together: counting and learning mixed, and a memory of what was just
//! said.

use rnn_book_code::{
    lstm::Lstm, ngram::NGram, saved::Saved, stream::Parts, text::read_text,
};
use std::{collections::VecDeque, error::Error};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

// ANCHOR: mix
/// The perplexity of `share · a + (1 − share) · b`, from the probabilities that both
/// models gave to each token that came.
fn mixed(a: &[f64], b: &[f64], share: f64) -> f64 {
    let logs = a.iter().zip(b).map(|(a, b)| (share * a + (1.0 - share) * b).ln());
    (-logs.sum::<f64>() / a.len() as f64).exp()
}

/// The share from 0 to 1 in steps of 0.05 with the lowest perplexity.
fn best_share(a: &[f64], b: &[f64]) -> f64 {
    let shares = (0..=20).map(|k| f64::from(k) / 20.0);
    let at = |share: &f64| mixed(a, b, *share);
    shares.min_by(|x, y| at(x).total_cmp(&at(y))).expect("there are shares")
}
// ANCHOR_END: mix

// ANCHOR: cache
/// How often each token was among the last `size`, as a share: the probabilities that a
/// memory of them gives to the tokens that came (Kuhn & De Mori 1990).
fn cache(tokens: &[usize], size: usize) -> Vec<f64> {
    let mut last: VecDeque<usize> = VecDeque::new();
    let mut p = Vec::new();
    for pair in tokens.windows(2) {
        last.push_back(pair[0]);
        if last.len() > size {
            last.pop_front();
        }
        let times = last.iter().filter(|&&id| id == pair[1]).count();
        p.push(times as f64 / last.len() as f64);
    }
    p
}
// ANCHOR_END: cache

fn main() -> Result<(), Box<dyn Error>> {
    let saved = Saved::<Lstm>::load(format!("{FOLDER}/models/book-words.safetensors"))?;
    let text = read_text(format!("{FOLDER}/data/book.txt"))?;
    let parts = Parts::of(&text);
    let [train, dev, test] = [parts.train, parts.dev, parts.test]
        .map(|part| saved.shape.level.encode(&saved.vocabulary, part));
    let mut ngram = NGram::kneser_ney(&train, saved.vocabulary.size(), 3);
    ngram.tune(&dev);
    let counted = |tokens: &[usize]| -> Vec<f64> {
        let p =
            |t: usize| ngram.probability(&tokens[t.saturating_sub(2)..t], tokens[t]);
        (1..tokens.len()).map(p).collect()
    };
    let learned = |tokens: &[usize]| -> Vec<f64> {
        let losses = saved.model.losses(tokens).into_iter();
        losses.map(|loss| f64::from(-loss).exp()).collect()
    };
    println!("== mix ~ ==");
    let share = best_share(&learned(&dev), &counted(&dev));
    let (a, b) = (learned(&test), counted(&test));
    println!("the share of the LSTM that suits the dev part: {share:.2}");
    println!("counting alone {:.1}", mixed(&a, &b, 0.0));
    println!("learning alone {:.1}", mixed(&a, &b, 1.0));
    println!("mixed          {:.1}", mixed(&a, &b, share));
    println!("== cache ~ ==");
    for size in [50, 200, 1000] {
        let share = best_share(&learned(&dev), &cache(&dev, size));
        let together = mixed(&a, &cache(&test, size), share);
        println!(
            "the last {size:4} words, share {share:.2} of the LSTM: {together:.1}"
        );
    }
    Ok(())
}
