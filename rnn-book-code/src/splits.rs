//! Which examples are learned from, which choose, which judge; and finding those that
//! must not be parted.
//!
//! In the book: [section 6.5].
//!
//! [section 6.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/splits.html

use crate::{Rng, tokens::words};
use rand::seq::SliceRandom;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

// ANCHOR: groups
/// The numbers of the examples in each part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// To learn from.
    pub train: Vec<usize>,
    /// To choose by.
    pub dev: Vec<usize>,
    /// To judge by, once.
    pub test: Vec<usize>,
}

/// Deals examples into parts so that all examples of a group come to the same part.
/// `groups[n]` is the group of example `n`: its writer, its source, its set of
/// duplicates; a group of its own for each gives a random split. Whole groups are drawn
/// until the test part has the share `test` of all examples, rounded to whole ones, or
/// more, then the dev part likewise. Within a part, examples stay in order.
///
/// # Panics
/// If a share is not within 0..=1, or both together are above 1.
pub fn by_group<K: Ord>(groups: &[K], dev: f64, test: f64, rng: &mut Rng) -> Split {
    let right = |share: f64| (0.0..=1.0).contains(&share);
    assert!(right(dev) && right(test), "shares {dev} and {test} are not within 0..=1");
    assert!(dev + test <= 1.0 + 1e-9, "shares {dev} and {test} are above 1 together");
    let mut members: BTreeMap<&K, Vec<usize>> = BTreeMap::new();
    for (example, group) in groups.iter().enumerate() {
        members.entry(group).or_default().push(example);
    }
    let mut members: Vec<Vec<usize>> = members.into_values().collect();
    members.shuffle(rng);
    let wanted = |share: f64| (share * groups.len() as f64).round() as usize;
    let mut split = Split::default();
    for group in members {
        let part = if split.test.len() < wanted(test) {
            &mut split.test
        } else if split.dev.len() < wanted(dev) {
            &mut split.dev
        } else {
            &mut split.train
        };
        part.extend(group);
    }
    for part in [&mut split.train, &mut split.dev, &mut split.test] {
        part.sort_unstable();
    }
    split
}

/// The three parts of `n` examples in order of time: the last `test` judge, the `dev`
/// before them choose.
///
/// # Panics
/// If nothing is left to learn from.
pub fn by_time(n: usize, dev: usize, test: usize) -> [Range<usize>; 3] {
    assert!(
        dev + test < n,
        "{dev} and {test} of {n} examples leave none to learn from"
    );
    [0..n - dev - test, n - dev - test..n - test, n - test..n]
}
// ANCHOR_END: groups

// ANCHOR: near
/// Two texts that are nearly the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The number of the first.
    pub a: usize,
    /// The number of the second, which is larger.
    pub b: usize,
    /// How much of what either has both have, eq. (6.19) #data-jaccard.
    pub similarity: f64,
}

/// All pairs of texts whose similarity is at least `threshold`. Two texts are compared
/// by their runs of `n` words (after [`words`]; a shorter text is one run), and only if
/// they share a run.
///
/// # Panics
/// If `n` is 0.
pub fn near_duplicates<T: AsRef<str>>(
    texts: &[T],
    n: usize,
    threshold: f64,
) -> Vec<Pair> {
    assert!(n > 0, "runs of 0 words");
    let runs: Vec<_> = texts.iter().map(|text| runs(text.as_ref(), n)).collect();
    // For each run, the texts that have it
    let mut owners: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (b, own) in runs.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for run in own {
            let owners = owners.entry(run).or_default();
            owners.iter().for_each(|&a| *shared.entry(a).or_default() += 1);
            owners.push(b);
        }
        for (a, both) in shared {
            let either = runs[a].len() + own.len() - both;
            let similarity = both as f64 / either as f64;
            if similarity >= threshold {
                pairs.push(Pair { a, b, similarity });
            }
        }
    }
    pairs
}

/// The different runs of `n` words of a text.
fn runs(text: &str, n: usize) -> BTreeSet<Vec<String>> {
    let words = words(text);
    words.windows(n.min(words.len().max(1))).map(<[String]>::to_vec).collect()
}

/// A group for each of `count` examples: those that a pair joins, directly or over
/// others, are in one. The group is called by its smallest member.
///
/// # Panics
/// If a pair names an example that there is not.
pub fn clusters(count: usize, pairs: &[Pair]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..count).collect();
    for pair in pairs {
        let (a, b) = (group[pair.a], group[pair.b]);
        let (kept, gone) = (a.min(b), a.max(b));
        group.iter_mut().filter(|g| **g == gone).for_each(|g| *g = kept);
    }
    group
}
// ANCHOR_END: near
