//! GoEmotions, when its folder is given: bag of words and recurrent models.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    classifying::{Recipe, THRESHOLD, macro_f1},
    goemotions::Mapping,
    hold_out::hold_out,
    labelled::{Format, Labelled, label_names, read},
    scores::Confusion,
};

use super::CHAOTIC;
use super::training::{Data, train, tuned_bag};
use crate::draw::{Axis, Bars};
use crate::stats::summary;
use crate::text::{fixed, integer, mean_std, significant};
use crate::{Progress, Record, parallel};

const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
/// Seeds of the trainings with several labels, which take longer.
const FEW: [u64; 1] = [1];
/// Of what is held out of the texts to learn from, to choose by.
const SPLIT_SEED: u64 = 100;

/// The published training part without a tenth, that tenth to choose by, and the
/// published dev part to judge by.
fn data(mapping: Mapping) -> Result<Data> {
    let folder: PathBuf = std::env::var_os("GOEMOTIONS")
        .context("GOEMOTIONS must name the folder with train.tsv and dev.tsv")?
        .into();
    let part = |name: &str| -> Result<Vec<Labelled>> {
        read(folder.join(name), &Format::GoEmotions(mapping))
            .map_err(|e| anyhow!("{e}"))
    };
    let all = part("train.tsv")?;
    let (learn, judge) = hold_out(&all, 10, &mut Rng::seed_from_u64(SPLIT_SEED));
    let take =
        |numbers: &[usize]| numbers.iter().map(|&k| all[k].clone()).collect::<Vec<_>>();
    let labels = label_names(&all);
    Ok(Data { labels, train: take(&learn), dev: take(&judge), test: part("dev.tsv")? })
}

/// Trains and judges.
///
/// # Errors
/// When the folder is not given or not complete.
pub fn run(progress: &Progress) -> Result<Record> {
    let strict = data(Mapping::Strict)?;
    progress.steps(1 + SEEDS.len());
    let mut r = Record::new(
        &SEEDS,
        format!(
            "strict mapping: {} rows to learn from, {} to choose by, {} to judge by (the published dev part)",
            strict.train.len(),
            strict.dev.len(),
            strict.test.len()
        ),
    )
    .tolerance(CHAOTIC);

    let (setting, chosen, bag) = tuned_bag(&strict);
    progress.tick();
    let runs = parallel::map(&SEEDS, |&seed| -> Result<(f64, Confusion)> {
        let trained = train(&Recipe::default(), Recipe::layer, &strict, seed)?;
        progress.tick();
        let best = trained.history.iter().copied().fold(0.0, f64::max);
        Ok((best, trained.judge(&strict, &strict.test)))
    });
    let runs: Vec<(f64, Confusion)> = runs.into_iter().collect::<Result<_>>()?;
    let right = strict.right(&strict.test);
    let neutral = strict.labels.iter().position(|l| l == "neutral").unwrap_or(0);
    let majority =
        Confusion::of(&right, &vec![neutral; right.len()], strict.labels.len());
    r.value("rows", strict.train.len() as f64, integer(strict.train.len() as f64));
    r.value("judged", right.len() as f64, integer(right.len() as f64));
    r.value("majority-accuracy", majority.accuracy(), fixed(majority.accuracy(), 3));
    r.value("majority-f1", majority.macro_f1(), fixed(majority.macro_f1(), 3));
    r.value("bag-accuracy", bag.accuracy(), fixed(bag.accuracy(), 3));
    r.value("bag-f1", bag.macro_f1(), fixed(bag.macro_f1(), 3));
    let penalty = f64::from(setting.penalty);
    r.value("bag-penalty", penalty, significant(penalty, 1));
    let balance = f64::from(setting.balance);
    r.value(
        "bag-balance",
        balance,
        format!("{}, balance {}", setting.features(), fixed(balance, 1)),
    );
    let all = |f: &dyn Fn(&Confusion) -> f64| {
        summary(&runs.iter().map(|(_, c)| f(c)).collect::<Vec<_>>())
    };
    let (accuracy, f1) = (all(&Confusion::accuracy), all(&Confusion::macro_f1));
    let best = summary(&runs.iter().map(|(best, _)| *best).collect::<Vec<_>>());
    r.value("gru-accuracy", accuracy.mean, mean_std(accuracy, 3));
    r.value("gru-f1", f1.mean, mean_std(f1, 3));
    r.value("gain", f1.mean - bag.macro_f1(), fixed(f1.mean - bag.macro_f1(), 3));
    let lowest = runs.iter().map(|(_, c)| c.macro_f1()).fold(1.0, f64::min);
    r.value("gru-lowest", lowest, fixed(lowest, 3));
    let dash = || "–".to_owned();
    r.table(
        "main",
        &["model", "macro-F1, choosing", "accuracy", "macro-F1", "lowest seed"],
        "lrrrr",
        vec![
            vec![
                "always neutral".into(),
                dash(),
                fixed(majority.accuracy(), 3),
                fixed(majority.macro_f1(), 3),
                dash(),
            ],
            vec![
                "bag of words, tuned".into(),
                fixed(chosen.macro_f1(), 3),
                fixed(bag.accuracy(), 3),
                fixed(bag.macro_f1(), 3),
                dash(),
            ],
            vec![
                "bidirectional GRU, five seeds".into(),
                mean_std(best, 3),
                mean_std(accuracy, 3),
                mean_std(f1, 3),
                fixed(lowest, 3),
            ],
        ],
    );
    let bars_bag: Vec<_> =
        (0..strict.labels.len()).map(|c| summary(&[bag.of_label(c).f1])).collect();
    let bars_gru: Vec<_> =
        (0..strict.labels.len()).map(|c| all(&|k| k.of_label(c).f1)).collect();
    let names: Vec<&str> = strict.labels.iter().map(String::as_str).collect();
    r.plot(
        &Bars::new(Axis::linear("F1").range(0.0, 1.0), &names)
            .with("bag of words", bars_bag)
            .with(
                "bidirectional GRU, mean ± standard deviation of five seeds",
                bars_gru,
            )
            .height(320.0),
    );

    Ok(r)
}

/// Trains and judges with any number of labels a row.
///
/// # Errors
/// When the folder is not given or not complete.
pub fn several(progress: &Progress) -> Result<Record> {
    let several = [("ekman", data(Mapping::EkmanMulti)?), ("all", data(Mapping::All)?)];
    let mut r = Record::new(
        &FEW,
        format!(
            "{} rows to learn from, {} to choose by, {} to judge by (the published dev part); a label is answered above {THRESHOLD}",
            several[0].1.train.len(),
            several[0].1.dev.len(),
            several[0].1.test.len()
        ),
    )
    .tolerance(CHAOTIC);
    let recipe = Recipe { multi: true, ..Recipe::default() };
    let mut rows = Vec::new();
    let jobs: Vec<(usize, u64)> =
        (0..2).flat_map(|k| FEW.map(|seed| (k, seed))).collect();
    progress.steps(jobs.len());
    let scores = parallel::map(&jobs, |&(k, seed)| -> Result<f64> {
        let data = &several[k].1;
        let trained = train(&recipe, Recipe::layer, data, seed)?;
        let lessons = recipe
            .lessons(&data.test, &trained.lexicon, &data.labels)
            .map_err(|(k, label)| anyhow!("{label} at example {k}"))?;
        progress.tick();
        Ok(macro_f1(&trained.scores(&data.test), &lessons))
    });
    let scores: Vec<f64> = scores.into_iter().collect::<Result<_>>()?;
    for (k, (key, _)) in several.iter().enumerate() {
        let f1 = summary(&scores[k * FEW.len()..(k + 1) * FEW.len()]);
        r.value(
            &format!("{key}-f1"),
            f1.mean,
            if f1.n > 1 { mean_std(f1, 3) } else { fixed(f1.mean, 3) },
        );
        let (name, lstm, bert) = if *key == "ekman" {
            ("Ekman's six and neutral", "0.53", "0.64")
        } else {
            ("all 28", "0.41", "0.46")
        };
        rows.push(vec![
            name.to_owned(),
            if f1.n > 1 { mean_std(f1, 3) } else { fixed(f1.mean, 3) },
            lstm.into(),
            bert.into(),
        ]);
    }
    r.table(
        "main",
        &["labels", "ours", "BiLSTM, published", "BERT, published"],
        "lrrr",
        rows,
    );
    Ok(r)
}
