//! The corpus that the book ships: sound, balanced, without near-duplicates, and split
//! so that nothing leaks.

use rnn_book_code::{
    emotions::{self, DEV_TOPICS, PLAIN_TOPICS, Part, TEST_TOPICS},
    tokens::words,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const LABELS: [&str; 7] =
    ["anger", "fear", "joy", "love", "neutral", "sadness", "surprise"];

#[test]
fn every_line_is_sound() {
    let file = include_str!("../data/emotions.tsv");
    assert!(file.starts_with("topic\tlabel\ttext\n") && file.ends_with('\n'));
    for (k, line) in file.lines().enumerate().skip(1) {
        let fields: Vec<_> = line.split('\t').collect();
        let sound = fields.len() == 3 && fields.iter().all(|f| !f.is_empty());
        assert!(sound && LABELS.contains(&fields[1]), "line {}: {line}", k + 1);
        assert!(fields[2].trim() == fields[2] && words(fields[2]).len() > 1, "{line}");
    }
    let topics: Vec<_> = emotions::corpus().map(|s| s.topic).collect();
    assert!(topics.is_sorted(), "sorted by topic");
}

#[test]
fn the_parts_share_no_topic_and_have_every_label() {
    let topics: BTreeSet<_> = emotions::corpus().map(|s| s.topic).collect();
    assert_eq!(topics.len(), 48);
    for topic in DEV_TOPICS.iter().chain(&TEST_TOPICS).chain(&PLAIN_TOPICS) {
        assert!(topics.contains(topic), "{topic}");
    }
    assert!(DEV_TOPICS.iter().all(|topic| !TEST_TOPICS.contains(topic)));
    for held in [DEV_TOPICS, TEST_TOPICS] {
        assert_eq!(held.iter().filter(|t| PLAIN_TOPICS.contains(t)).count(), 3);
    }
    let mut all = 0;
    for part in [Part::Train, Part::Dev, Part::Test] {
        let examples = emotions::part(part);
        all += examples.len();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for example in &examples {
            *counts.entry(&example.labels[0]).or_default() += 1;
        }
        assert_eq!(counts.keys().copied().collect::<Vec<_>>(), LABELS);
        let rarest = counts.values().min().unwrap();
        assert!(rarest * 10 > examples.len(), "{part:?}: {counts:?}");
    }
    assert_eq!(all, emotions::corpus().count());
    assert!(all >= 6400, "{all} sentences");
}

/// No two sentences share more than half of their pairs of neighbouring words.
#[test]
fn there_are_no_near_duplicates() {
    let pairs: Vec<BTreeSet<(String, String)>> = emotions::corpus()
        .map(|s| {
            let words: Vec<_> = words(s.text)
                .into_iter()
                .filter(|w| w.chars().any(char::is_alphanumeric))
                .collect();
            let shifted = words.iter().skip(1).cloned().chain([String::new()]);
            words.iter().cloned().zip(shifted).collect()
        })
        .collect();
    let mut having: HashMap<&(String, String), Vec<usize>> = HashMap::new();
    let sentences: Vec<_> = emotions::corpus().collect();
    for (k, own) in pairs.iter().enumerate() {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for pair in own {
            let others = having.entry(pair).or_default();
            others.iter().for_each(|&other| *shared.entry(other).or_default() += 1);
            others.push(k);
        }
        for (other, n) in shared {
            let all = own.len() + pairs[other].len() - n;
            assert!(2 * n <= all, "{:?} and {:?}", sentences[k], sentences[other]);
        }
    }
}
