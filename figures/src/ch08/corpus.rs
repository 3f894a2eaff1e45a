//! What is in the book's corpus.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use rnn_book_code::{
    emotions::{PLAIN_TOPICS, Part, corpus, part, part_of},
    tokens::words,
};

use super::LABELS;
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::mean;
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record};

/// Counts.
///
/// # Errors
/// None.
pub fn run(_: &Progress) -> Result<Record> {
    let all: Vec<_> = corpus().collect();
    let parts = [Part::Train, Part::Dev, Part::Test];
    let topics = |p: Part| -> usize {
        let all: HashSet<&str> =
            all.iter().filter(|s| part_of(s.topic) == p).map(|s| s.topic).collect();
        all.len()
    };
    let mut r = Record::new(
        &[],
        format!(
            "{} sentences; {} topics to learn from, {} to choose by, {} to judge by",
            all.len(),
            topics(Part::Train),
            topics(Part::Dev),
            topics(Part::Test)
        ),
    );
    let topics = parts.map(topics).iter().sum::<usize>() as f64;
    r.value("topics", topics, integer(topics));
    r.value("sentences", all.len() as f64, integer(all.len() as f64));
    let mut rows = Vec::new();
    for label in LABELS {
        let of = |p: Part| {
            all.iter().filter(|s| s.label == label && part_of(s.topic) == p).count()
        };
        let mut row = vec![label.to_owned()];
        row.extend(parts.map(|p| integer(of(p) as f64)));
        let lengths: Vec<f64> = all
            .iter()
            .filter(|s| s.label == label)
            .map(|s| words(s.text).len() as f64)
            .collect();
        row.push(fixed(mean(&lengths), 1));
        // A sentence that holds the name of its own label
        let named = all.iter().filter(|s| {
            s.label == label && words(s.text).iter().any(|w| stem(w, label))
        });
        row.push(percent(named.count() as f64 / lengths.len() as f64, 1));
        rows.push(row);
    }
    for (key, p) in ["train", "dev", "test"].into_iter().zip(parts) {
        let n = part(p).len() as f64;
        r.value(key, n, integer(n));
    }
    let heads = [
        "label",
        "to learn from",
        "to choose by",
        "to judge by",
        "mean words",
        "names it",
    ];
    r.table("main", &heads, "lrrrrr", rows);

    // Words of the test topics that no topic to learn from has
    let known: HashSet<String> =
        part(Part::Train).iter().flat_map(|e| words(&e.text)).collect();
    let of_test: Vec<String> =
        part(Part::Test).iter().flat_map(|e| words(&e.text)).collect();
    let unknown = of_test.iter().filter(|w| !known.contains(*w)).count();
    let share = unknown as f64 / of_test.len() as f64;
    r.value("unknown", share, percent(share, 1));
    let mut counts: HashMap<String, usize> = HashMap::new();
    for example in part(Part::Train) {
        for word in words(&example.text) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let once = counts.values().filter(|&&n| n == 1).count() as f64;
    r.value("words", counts.len() as f64, integer(counts.len() as f64));
    r.value("once", once / counts.len() as f64, percent(once / counts.len() as f64, 0));
    let longest = all.iter().map(|s| words(s.text).len()).max().unwrap_or(0);
    r.value("longest", longest as f64, integer(longest as f64));
    let lengths: Vec<f64> = all.iter().map(|s| words(s.text).len() as f64).collect();
    r.value("mean-words", mean(&lengths), fixed(mean(&lengths), 1));

    let mut lines = Lines::new(
        Axis::linear("words and marks in a sentence").range(0.0, 35.0),
        Axis::linear("sentences (%)").from_zero(),
    )
    .legend(Legend::Above);
    for (style, (name, plain)) in
        [("plain", true), ("feelings mostly shown", false)].into_iter().enumerate()
    {
        let kind: Vec<usize> = all
            .iter()
            .filter(|s| PLAIN_TOPICS.contains(&s.topic) == plain)
            .map(|s| words(s.text).len())
            .collect();
        let points: Vec<(f64, f64)> = (1..=35)
            .map(|n| {
                let count = kind.iter().filter(|&&k| k == n).count();
                (n as f64, 100.0 * count as f64 / kind.len() as f64)
            })
            .collect();
        lines = lines.with(Trace::new(name, points).style(style));
    }
    r.plot(&lines);
    Ok(r)
}

/// Whether a word begins like the name of a label or a word near to it.
fn stem(word: &str, label: &str) -> bool {
    let stems: &[&str] = match label {
        "anger" => &["anger", "angry", "angri"],
        "fear" => &["fear", "afraid"],
        "joy" => &["joy", "enjoy"],
        "love" => &["love", "loving", "beloved"],
        "sadness" => &["sad"],
        "surprise" => &["surpris"],
        _ => &["neutral"],
    };
    stems.iter().any(|stem| word.starts_with(stem))
}
