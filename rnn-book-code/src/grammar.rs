//! A language whose entropy is known: a probabilistic grammar.
//!
//! In the book: [section 9.3].
//!
//! [section 9.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/entropy.html

use crate::Rng;
use rand::RngExt;
use std::collections::BTreeMap;

// ANCHOR: grammar
/// A probabilistic context-free grammar. Symbol 0 is the start; what has no rules is a
/// word.
#[derive(Clone, Debug, PartialEq)]
pub struct Grammar {
    /// The rules of each symbol: a probability and what the symbol becomes.
    rules: Vec<Vec<(f64, Vec<Symbol>)>>,
    /// The words, in the order in which the rules name them.
    words: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Symbol {
    Rule(usize),
    Word(usize),
}

impl Grammar {
    /// Reads rules, one a line: `S = 3 NP VP | 1 NP VP and S`. The numbers are weights,
    /// which become probabilities. The first line is the start.
    ///
    /// # Errors
    /// The line that is no rule.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let mut names = BTreeMap::new();
        for (k, line) in lines.iter().enumerate() {
            let name = line.split('=').next().unwrap_or_default().trim();
            if names.insert(name, k).is_some() {
                return Err(format!("{line:?}: {name} has rules already"));
            }
        }
        let mut words: Vec<String> = Vec::new();
        let mut rules = Vec::new();
        for line in &lines {
            let wrong = |what: &str| format!("{line:?}: {what}");
            let (_, right) = line.split_once('=').ok_or(wrong("no = sign"))?;
            let mut ways = Vec::new();
            for way in right.split('|') {
                let mut parts = way.split_whitespace();
                let weight = parts.next().and_then(|weight| weight.parse::<f64>().ok());
                let weight =
                    weight.filter(|&weight| weight > 0.0 && weight.is_finite());
                let weight = weight.ok_or(wrong("a way must begin with its weight"))?;
                let becomes = parts.map(|part| match names.get(part) {
                    Some(&k) => Symbol::Rule(k),
                    None => Symbol::Word(match words.iter().position(|w| w == part) {
                        Some(k) => k,
                        None => {
                            words.push(part.into());
                            words.len() - 1
                        }
                    }),
                });
                ways.push((weight, becomes.collect()));
            }
            let sum: f64 = ways.iter().map(|(weight, _)| weight).sum();
            ways.iter_mut().for_each(|(weight, _)| *weight /= sum);
            rules.push(ways);
        }
        if rules.is_empty() {
            Err("no rules".into())
        } else {
            Ok(Self { rules, words })
        }
    }

    /// The words.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// A sentence, as numbers of words, and the log-probability of the choices that
    /// made it.
    pub fn sentence(&self, rng: &mut Rng) -> (Vec<usize>, f64) {
        let (mut open, mut sentence, mut log_p) = (vec![Symbol::Rule(0)], vec![], 0.0);
        while let Some(symbol) = open.pop() {
            match symbol {
                Symbol::Word(word) => sentence.push(word),
                Symbol::Rule(k) => {
                    let mut left = rng.random::<f64>();
                    let ways = &self.rules[k];
                    let chosen = ways.iter().position(|(p, _)| {
                        left -= p;
                        left < 0.0
                    });
                    let (p, becomes) = &ways[chosen.unwrap_or(ways.len() - 1)];
                    log_p += p.ln();
                    open.extend(becomes.iter().rev());
                }
            }
        }
        (sentence, log_p)
    }
}
// ANCHOR_END: grammar

// ANCHOR: entropy
impl Grammar {
    /// The expected entropy of the choices in nats and the expected number of words of
    /// a sentence, eq. (9.13) #gen-grammar-system. The first is the entropy of the
    /// sentence if no sentence has two derivations.
    ///
    /// # Errors
    /// If sentences never end on average.
    pub fn expectations(&self) -> Result<(f64, f64), String> {
        let n = self.rules.len();
        // One row a symbol of (I − M) [h, l, c] = [entropy of its choice, its words,
        // 1], where c is the expected number of choices
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for (a, ways) in self.rules.iter().enumerate() {
            let mut row = vec![0.0; n + 3];
            row[a] += 1.0;
            row[n + 2] = 1.0;
            for (p, becomes) in ways {
                row[n] -= p * p.ln();
                for symbol in becomes {
                    match symbol {
                        Symbol::Rule(b) => row[*b] -= p,
                        Symbol::Word(_) => row[n + 1] += p,
                    }
                }
            }
            rows.push(row);
        }
        eliminate(&mut rows)?;
        let (h, length) = (rows[0][n], rows[0][n + 1]);
        let ends = rows.iter().all(|row| row[n + 2] > 0.0);
        if ends { Ok((h, length)) } else { Err("its sentences do not end".into()) }
    }

    /// The entropy in nats a word of sentences that follow each other, eq. (9.14)
    /// #gen-rate.
    ///
    /// # Errors
    /// If sentences never end on average.
    pub fn rate(&self) -> Result<f64, String> {
        self.expectations().map(|(entropy, length)| entropy / length)
    }
}

impl Grammar {
    /// The log-probability of each way to derive a sentence: none if it is no sentence,
    /// two or more if it is ambiguous.
    pub fn derivations(&self, sentence: &[usize]) -> Vec<f64> {
        let ends = self.prefixes(0, sentence);
        let whole = ends.into_iter().filter(|(read, _)| *read == sentence.len());
        whole.map(|(_, log_p)| log_p).collect()
    }

    /// How many words each derivation of a symbol reads from the front, and its
    /// log-probability. A rule that begins with its own symbol would never end.
    fn prefixes(&self, symbol: usize, words: &[usize]) -> Vec<(usize, f64)> {
        let mut all = Vec::new();
        for (p, becomes) in &self.rules[symbol] {
            let mut ways = vec![(0, p.ln())];
            for symbol in becomes {
                ways = ways
                    .into_iter()
                    .flat_map(|(read, log_p)| match symbol {
                        Symbol::Word(w) if words.get(read) == Some(w) => {
                            vec![(read + 1, log_p)]
                        }
                        Symbol::Word(_) => vec![],
                        Symbol::Rule(k) => self
                            .prefixes(*k, &words[read..])
                            .into_iter()
                            .map(|(more, log_q)| (read + more, log_p + log_q))
                            .collect(),
                    })
                    .collect();
            }
            all.extend(ways);
        }
        all
    }
}

/// Gauss and Jordan: the left square part becomes the identity.
fn eliminate(rows: &mut [Vec<f64>]) -> Result<(), String> {
    for k in 0..rows.len() {
        let best = (k..rows.len())
            .max_by(|&a, &b| rows[a][k].abs().total_cmp(&rows[b][k].abs()))
            .unwrap_or(k);
        rows.swap(k, best);
        let pivot = rows[k].clone();
        if pivot[k].abs() < 1e-12 {
            return Err("its expectations have no solution".into());
        }
        for (other, row) in rows.iter_mut().enumerate() {
            let factor =
                if other == k { 1.0 - 1.0 / pivot[k] } else { row[k] / pivot[k] };
            row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= factor * p);
        }
    }
    Ok(())
}
// ANCHOR_END: entropy

// ANCHOR: little
/// The little language of chapter 9: verbs agree with a noun that may stand far back.
pub const LITTLE: &str = "
    S = 1 One . | 1 Many .
    One = 1 NounOne DoesOne
    Many = 1 NounMany DoesMany
    NounOne = 7 Det KindOne | 3 Det KindOne that DoesOne
    NounMany = 7 Det KindMany | 3 Det KindMany that DoesMany
    DoesOne = 5 ActOne | 5 SeesOne Other
    DoesMany = 5 ActMany | 5 SeesMany Other
    Other = 1 NounOne | 1 NounMany
    Det = 6 the | 2 some | 1 no | 1 my
    KindOne = 8 dog | 4 cat | 2 bird | 1 fox | 1 horse
    KindMany = 8 dogs | 4 cats | 2 birds | 1 foxes | 1 horses
    ActOne = 4 sleeps | 2 runs | 1 sings | 1 waits
    ActMany = 4 sleep | 2 run | 1 sing | 1 wait
    SeesOne = 4 sees | 2 hears | 1 follows | 1 fears
    SeesMany = 4 see | 2 hear | 1 follow | 1 fear
";
// ANCHOR_END: little
