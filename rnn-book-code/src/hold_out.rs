//! Taking a part of the examples away to judge by.
//!
//! In the book: [section 8.1].
//!
//! [section 8.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/data.html

use crate::{Rng, labelled::Labelled, tokens};
use rand::{RngExt, seq::SliceRandom};
use std::collections::{BTreeMap, HashMap};

// ANCHOR: hold_out
/// Cuts the numbers of `examples` into those to learn from and those to judge by,
/// about one in `part` of each (first) label. Texts with the same words stay on one
/// side: a model would only have to remember them.
pub fn hold_out(
    examples: &[Labelled],
    part: usize,
    rng: &mut Rng,
) -> (Vec<usize>, Vec<usize>) {
    // Texts with the same words, by the label of the first of them
    let mut group_of: HashMap<Vec<String>, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (k, example) in examples.iter().enumerate() {
        let words = tokens::words(&example.text);
        let group = *group_of.entry(words).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(k);
    }
    let mut strata: BTreeMap<Option<&String>, Vec<Vec<usize>>> = BTreeMap::new();
    for group in groups {
        strata.entry(examples[group[0]].labels.first()).or_default().push(group);
    }
    let (mut learn, mut judge) = (Vec::new(), Vec::new());
    for mut groups in strata.into_values() {
        groups.shuffle(rng);
        // What is left over when it is divided is left to chance, but one stays
        let held = (groups.len() + rng.random_range(0..part)) / part;
        let held = held.min(groups.len() - 1);
        judge.extend(groups[..held].concat());
        learn.extend(groups[held..].concat());
    }
    learn.sort_unstable();
    judge.sort_unstable();
    (learn, judge)
}
// ANCHOR_END: hold_out
