//! Dates as people write them to ISO 8601, on days that no model has seen.

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

use super::learn::{
    BATCH, Contestant, EMBEDDING, FIELD, Lesson, Model, contest, encode,
};
use super::{CHAOTIC, RATES, SEEDS, THRESHOLD, TUNING_SEED};
use crate::draw::{Axis, Heat, Panels};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record};

const STEPS: usize = 5000;
const TRIAL: usize = 600;
const TEST: usize = 3000;
/// Dates of each form, tidily written.
const OF_EACH: usize = 40;
/// Errors that are shown.
const SHOWN: usize = 8;
/// Whose maps are drawn.
const DRAWN: [&str; 2] = ["Saturday the fourteenth of March 1998", "5.XI.1931"];

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
    let days = (0..).map(|n| Date::after((7919 * n) % 54_786));
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

/// Trains with and without attention.
///
/// # Errors
/// If a run broke off.
pub fn run(progress: &Progress) -> Result<Record> {
    let field: [Contestant; 2] = [FIELD[1], FIELD[2]];
    let tokens = Lesson::Dates.tokens();
    let dev = dates(1000, Part::Dev, &mut Rng::seed_from_u64(!TUNING_SEED));
    let dev = encode(&dev, &tokens, false);
    let judge = |model: &Model| -f64::from(exact_match(model, &dev));
    let budget = (TRIAL, STEPS);
    let results = contest(&field, Lesson::Dates, budget, &SEEDS, progress, judge);

    let mut r = Record::new(
        &SEEDS,
        format!(
            "GRU both ways into GRU, embeddings of {EMBEDDING}; {BATCH} fresh dates an update, \
             {STEPS} updates, Adam with warm-up and half a cosine, clipping at norm {THRESHOLD}; \
             rate of {RATES:?} by exact match on 1000 dates of the dev part after {TRIAL} updates on \
             seed {TUNING_SEED}; tests on {TEST} dates of the test part, whose days are in no other \
             part, and on {OF_EACH} tidy ones of each of {} forms",
            FORMS.len()
        ),
    )
    .tolerance(CHAOTIC);
    let mut rows = Vec::new();
    let mut forms = Vec::new();
    for (contestant, (rate, models)) in field.iter().zip(&results) {
        let models: Option<Vec<&Model>> = models.iter().map(Option::as_ref).collect();
        let models = models.context("a run broke off")?;
        let key = contestant.key;
        let (mut all, mut exist, mut invalid) = (Vec::new(), Vec::new(), Vec::new());
        let mut by_form: Vec<Vec<f64>> = Vec::new();
        for (model, &seed) in models.iter().zip(&SEEDS) {
            let pairs = dates(TEST, Part::Test, &mut Rng::seed_from_u64(!seed));
            let tests = encode(&pairs, &tokens, false);
            let written = write_all(model, &tests);
            let right: Vec<bool> =
                written.iter().zip(&tests).map(|(w, t)| *w == t.target).collect();
            let share = |pick: &dyn Fn(&Pair) -> bool| {
                let of = right.iter().zip(&pairs).filter(|(_, p)| pick(p));
                mean(&of.map(|(&r, _)| f64::from(u8::from(r))).collect::<Vec<_>>())
            };
            all.push(share(&|_| true));
            exist.push(share(&|p| p.target != INVALID));
            invalid.push(share(&|p| p.target == INVALID));
            let rng = &mut Rng::seed_from_u64(!seed);
            let each = FORMS.iter().map(|form| {
                let tests = encode(&of_form(form, rng), &tokens, false);
                f64::from(exact_match(model, &tests))
            });
            by_form.push(each.collect());
            if key == "additive" && seed == SEEDS[0] {
                let wrong =
                    right.iter().zip(&pairs).zip(&written).filter(|((r, _), _)| !**r);
                let wrong = wrong.take(SHOWN).map(|((_, pair), ours)| {
                    vec![
                        format!("`{}`", pair.source),
                        format!("`{}`", tokens.decode(ours)),
                        format!("`{}`", pair.target),
                    ]
                });
                r.table(
                    "errors",
                    &["read", "written", "right"],
                    "lll",
                    wrong.collect(),
                );
                let count = right.iter().filter(|&&r| !r).count() as f64;
                r.value("errors", count, integer(count));
            }
        }
        let count = models[0].count() as f64;
        let shown = |shares: &[f64]| {
            let s = summary(shares);
            format!("{} ± {}", percent(s.mean, 2), fixed(100.0 * s.std, 2))
        };
        for (name, shares) in [("all", &all), ("exist", &exist), ("invalid", &invalid)]
        {
            let m = mean(shares);
            r.value(&format!("{key}-{name}"), m, percent(m, 2));
        }
        let worst = all.iter().copied().fold(1.0, f64::min);
        r.value(&format!("{key}-worst"), worst, percent(worst, 2));
        rows.push(vec![
            contestant.name.to_owned(),
            contestant.hidden.to_string(),
            integer(count),
            rate.to_string(),
            shown(&all),
            shown(&exist),
            shown(&invalid),
        ]);
        r.value(&format!("{key}-parameters"), count, integer(count));
        forms.push(by_form);
        if key == "additive" {
            let panels = DRAWN.iter().enumerate().try_fold(
                Panels::new(1, 330.0),
                |p, (k, text)| {
                    map(models[0], &tokens, text)
                        .map(|heat| p.with(["a", "b"][k], heat))
                },
            );
            r.plot(&panels.context("a model with attention")?);
        }
    }
    let heads = [
        "model",
        "$H$",
        "parameters",
        "rate",
        "all",
        "days that exist",
        "days that do not",
    ];
    r.table("main", &heads, "lrrrrrr", rows);

    let kinds = KINDS.iter().enumerate().map(|(k, (name, _))| {
        let of: Vec<usize> =
            (0..FORMS.len()).filter(|&f| kind(FORMS[f]) == k).collect();
        let mut row = vec![(*name).to_owned(), of.len().to_string()];
        for by_form in &forms {
            let of_form =
                |f: usize| mean(&by_form.iter().map(|s| s[f]).collect::<Vec<_>>());
            let shares: Vec<f64> = of.iter().map(|&f| of_form(f)).collect();
            let worst =
                of.iter().copied().min_by(|&a, &b| of_form(a).total_cmp(&of_form(b)));
            let worst = worst.unwrap_or(0);
            row.push(percent(mean(&shares), 1));
            row.push(format!("`{}` {}", FORMS[worst], percent(of_form(worst), 1)));
        }
        row
    });
    let heads =
        ["forms", "how many", "without attention", "worst form", "with", "worst form"];
    r.table("forms", &heads, "lrrlrl", kinds.collect());
    Ok(r)
}
