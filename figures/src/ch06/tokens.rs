//! What a text costs in tokens and in bits, by characters, by words, and by pairs of bytes.

use anyhow::{Context, Result};
use rnn_book_code::{
    bpe::BytePairs,
    tokens::{Graphemes, Tokenizer, Words, words},
    vocabulary::{UNKNOWN, Vocabulary},
};

use super::PROSE;
use crate::draw::{Anchor, Axis, Legend, Lines, Panels, Trace};
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record};

/// Numbers of merges; the last is as many as there are.
const MERGES: [usize; 8] = [1, 25, 50, 100, 200, 400, 800, usize::MAX];

/// What a tokeniser makes of a text.
pub(super) struct Made {
    /// Tokens for a hundred characters of the learned part, and of the other.
    pub per_hundred: [f64; 2],
    /// Bits a character of the other part, by the frequencies of tokens in the first.
    pub bits: f64,
    /// The share of unknown tokens of the other part.
    pub unknown: f64,
}

pub(super) fn make(tokenizer: &impl Tokenizer, learned: &str, other: &str) -> Made {
    let ids = [learned, other].map(|text| tokenizer.encode(text));
    let characters = [learned, other].map(|text| text.chars().count() as f64);
    // One more of each token than was seen, so that nothing is impossible
    let mut counts = vec![1.0; tokenizer.size()];
    ids[0].iter().for_each(|&id| counts[id] += 1.0);
    let total: f64 = counts.iter().sum();
    let bits: f64 = ids[1].iter().map(|&id| -f64::log2(counts[id] / total)).sum();
    let unknown = ids[1].iter().filter(|&&id| id == UNKNOWN).count() as f64;
    Made {
        per_hundred: [0, 1].map(|i| 100.0 * ids[i].len() as f64 / characters[i]),
        bits: bits / characters[1],
        unknown: unknown / ids[1].len() as f64,
    }
}

/// Cuts a text in two at the end of a line, nearest after this share of it.
pub(super) fn parts(text: &str, share: f64) -> Result<(&str, &str)> {
    let at = (share * text.len() as f64) as usize;
    let bytes = &text.as_bytes()[at..];
    let end =
        bytes.iter().position(|&b| b == b'\n').context("the text has no lines")?;
    Ok(text.split_at(at + end + 1))
}

/// Measures and draws it.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let (learned, other) = parts(PROSE, 0.8)?;
    let mut r = Record::new(
        &[],
        format!(
            "{} characters to learn from, {} others",
            learned.chars().count(),
            other.chars().count()
        ),
    );
    progress.steps(MERGES.len());
    let mut rows = Vec::new();
    let mut row = |r: &mut Record,
                   key: &str,
                   name: String,
                   size: usize,
                   made: &Made,
                   lossless: bool| {
        let [a, b] = made.per_hundred;
        r.value(&format!("{key}-learned"), a, fixed(a, 1));
        r.value(&format!("{key}-other"), b, fixed(b, 1));
        r.value(&format!("{key}-unknown"), made.unknown, percent(made.unknown, 1));
        if lossless {
            r.value(&format!("{key}-bits"), made.bits, fixed(made.bits, 2));
        }
        rows.push(vec![
            name,
            integer(size as f64),
            fixed(a, 1),
            fixed(b, 1),
            percent(made.unknown, 1),
            if lossless { fixed(made.bits, 2) } else { "–".into() },
        ]);
    };

    let characters = Graphemes::of(learned, 1);
    let made = make(&characters, learned, other);
    row(&mut r, "characters", "characters".into(), characters.size(), &made, true);
    let counted = words(learned);
    let vocabulary = Vocabulary::of(counted.iter().map(String::as_str), 1, None);
    let all_words = Words { vocabulary };
    let by_words = make(&all_words, learned, other);

    let (mut on_learned, mut on_other, mut bits) = (Vec::new(), Vec::new(), Vec::new());
    let mut reached = 0;
    for merges in MERGES {
        let pairs = BytePairs::of(learned, merges);
        let made = make(&pairs, learned, other);
        let [a, b] = made.per_hundred;
        let n = pairs.merges().len() as f64;
        on_learned.push((n, a));
        on_other.push((n, b));
        bits.push((n, made.bits));
        if [50, 200, 800, usize::MAX].contains(&merges) {
            let key =
                if merges == usize::MAX { "all".into() } else { merges.to_string() };
            let name = format!("{} pairs", integer(n));
            row(&mut r, &format!("pairs-{key}"), name, pairs.size(), &made, true);
        }
        reached = pairs.merges().len();
        progress.tick();
    }
    row(&mut r, "words", "words".into(), all_words.size(), &by_words, false);
    r.value("reached", reached as f64, integer(reached as f64));
    let heads = [
        "tokens",
        "$V$",
        "for 100 learned characters",
        "for 100 others",
        "unknown",
        "bits a character",
    ];
    r.table("main", &heads, "lrrrrr", rows);
    let length = Lines::new(
        Axis::log("merges").range(1.0, 2000.0),
        Axis::linear("tokens for 100 characters").from_zero(),
    )
    .title("length")
    .legend(Legend::Above)
    .level(by_words.per_hundred[1], "")
    .note(
        (1.5, by_words.per_hundred[1]),
        "words, other part",
        Anchor::Start,
        (0.0, 11.0),
    )
    .with(Trace::new("the learned part", on_learned))
    .with(Trace::new("the other part", on_other));
    let bits = Lines::new(
        Axis::log("merges").range(1.0, 2000.0),
        Axis::linear("bits a character").range(2.0, 5.0),
    )
    .title("frequencies of tokens as a model, other part")
    .legend(Legend::None)
    .level(r.values["characters-bits"].value, "characters")
    .with(Trace::new("bits", bits).style(1));
    r.plot(&Panels::new(1, 320.0).with("length", length).with("bits", bits));
    Ok(r)
}
