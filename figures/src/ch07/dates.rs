//! The model of the dates that comes with the book, on days that it has not seen.

use anyhow::{Context, Result};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    batching::pad,
    dates::{Date, FORMS, INVALID, Part, dates, fits, written},
    pairs::{exact_match, write_all},
    parameters::Parameters,
    search::attention_map,
    tasks::Pair,
    tokens::{Graphemes, Tokenizer},
};

use super::learn::{Model, encode, shipped};
use crate::draw::{Axis, Heat, Panels};
use crate::stats::mean;
use crate::text::{integer, percent};
use crate::{Progress, Record};

/// Of the shipped model.
const SEED: u64 = 1;
const TEST: usize = 3000;
/// Dates of each form, tidily written.
const OF_EACH: usize = 40;
/// Errors that are shown.
const SHOWN: usize = 8;
/// Whose maps are drawn.
const DRAWN: [&str; 2] = ["Sunday the first of March 1998", "10.XII.1931"];

/// Forms that belong together: those that hold one of these signs.
const KINDS: [(&str, &[char]); 6] = [
    ("day in words", &['w']),
    ("month in Roman figures", &['R']),
    ("with a day of the week", &['A', 'a']),
    ("name of the month, short", &['b', 'p']),
    ("name of the month, whole", &['B']),
    ("figures only", &['m', 'M']),
];

fn kind(form: &str) -> usize {
    KINDS.iter().position(|(_, signs)| form.contains(*signs)).unwrap_or(KINDS.len() - 1)
}

/// Existing days of the test part, in one form.
fn of_form(form: &str, rng: &mut Rng) -> Vec<Pair> {
    let days = (0..).map(|n| Date::after((7919 * n) % 54_787));
    days.filter(|&date| Part::of(date) == Part::Test && fits(date, form))
        .take(OF_EACH)
        .map(|date| Pair { source: written(date, form, rng), target: date.answer() })
        .collect()
}

fn map(model: &Model, tokens: &Graphemes, text: &str) -> Option<Heat> {
    let source = tokens.encode(text);
    let pair = [rnn_book_code::pairs::TokenPair { source, target: Vec::new() }];
    let target =
        rnn_book_code::search::greedy_batch(model, &pad(&[&pair[0].source]), 12);
    let weights = attention_map(model, &pad(&[&pair[0].source]), &target[0])?;
    let steps = weights.nrows();
    let cells = weights
        .outer_iter()
        .rev()
        .map(|row| row.iter().map(|&w| f64::from(w)).collect());
    let letters = text.chars().enumerate();
    let letters = letters
        .map(|(i, c)| (i as f64, if c == ' ' { "␣".into() } else { c.to_string() }));
    let end = "end".to_owned();
    let wrote = tokens.decode(&target[0]);
    let wrote = wrote.chars().map(String::from).chain([end]).enumerate();
    let wrote = wrote.map(|(t, c)| ((steps - 1 - t) as f64, c));
    Some(
        Heat::new(
            Axis::linear("read").labelled_ticks(letters.collect()),
            Axis::linear("written").labelled_ticks(wrote.collect()),
            Axis::linear("weight").range(0.0, 1.0),
            cells.collect(),
        )
        .title(""),
    )
}

/// Judges the shipped model.
///
/// # Errors
/// If it cannot be loaded.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(1);
    let (model, tokens) = shipped()?;
    let mut r = Record::new(
        &[SEED],
        format!(
            "the model of models/dates.safetensors, made by `--example dates -- train --seed {SEED}`: \
             {TEST} dates of the test part, whose days are in no other part, and {OF_EACH} tidy ones \
             of each of {} forms",
            FORMS.len()
        ),
    )
    .tolerance(0.01);
    let pairs = dates(TEST, Part::Test, &mut Rng::seed_from_u64(!SEED));
    let tests = encode(&pairs, &tokens, false);
    let wrote = write_all(&model, &tests);
    let right: Vec<bool> =
        wrote.iter().zip(&tests).map(|(wrote, test)| *wrote == test.target).collect();
    let share = |pick: &dyn Fn(&Pair) -> bool| {
        let of = right.iter().zip(&pairs).filter(|(_, pair)| pick(pair));
        mean(&of.map(|(&right, _)| f64::from(u8::from(right))).collect::<Vec<_>>())
    };
    for (key, share) in [
        ("all", share(&|_| true)),
        ("exist", share(&|pair| pair.target != INVALID)),
        ("invalid", share(&|pair| pair.target == INVALID)),
    ] {
        r.value(key, share, percent(share, 2));
    }
    let wrong: Vec<usize> = (0..TEST).filter(|&i| !right[i]).collect();
    let (mut days, mut mistaken) = ([0, 0], [0, 0]);
    for (pair, right) in pairs.iter().zip(&right) {
        let k = usize::from(pair.target == INVALID);
        days[k] += 1;
        mistaken[k] += usize::from(!right);
    }
    for (key, count) in [
        ("errors", wrong.len()),
        ("days-exist", days[0]),
        ("days-invalid", days[1]),
        ("errors-exist", mistaken[0]),
        ("errors-invalid", mistaken[1]),
    ] {
        r.value(key, count as f64, integer(count as f64));
    }
    r.value("parameters", model.count() as f64, integer(model.count() as f64));
    let shown = wrong.iter().take(SHOWN).map(|&i| {
        let (pair, wrote) = (&pairs[i], tokens.decode(&wrote[i]));
        [&pair.source, &wrote, &pair.target].map(|text| format!("`{text}`")).to_vec()
    });
    r.table("errors", &["read", "written", "right"], "lll", shown.collect());

    let rng = &mut Rng::seed_from_u64(!SEED);
    let by_form: Vec<f64> = FORMS
        .iter()
        .map(|form| {
            f64::from(exact_match(&model, &encode(&of_form(form, rng), &tokens, false)))
        })
        .collect();
    let kinds = KINDS.iter().enumerate().map(|(k, (name, _))| {
        let of: Vec<usize> =
            (0..FORMS.len()).filter(|&f| kind(FORMS[f]) == k).collect();
        let worst =
            of.iter().copied().min_by(|&a, &b| by_form[a].total_cmp(&by_form[b]));
        let worst = worst.unwrap_or(0);
        let perfect = by_form[worst] >= 1.0;
        let all = mean(&of.iter().map(|&f| by_form[f]).collect::<Vec<_>>());
        vec![
            (*name).to_owned(),
            of.len().to_string(),
            percent(all, 1),
            if perfect { "–".to_owned() } else { format!("`{}`", FORMS[worst]) },
            if perfect { "–".to_owned() } else { percent(by_form[worst], 1) },
        ]
    });
    let heads = ["kind", "forms", "exact match", "worst form", "exact match"];
    r.table("forms", &heads, "lrrlr", kinds.collect());

    let panels = DRAWN.iter().enumerate().try_fold(
        Panels::new(1, 330.0),
        |panels, (k, text)| {
            map(&model, &tokens, text).map(|heat| panels.with(["a", "b"][k], heat))
        },
    );
    r.plot(&panels.context("a model with attention")?);
    progress.tick();
    Ok(r)
}
