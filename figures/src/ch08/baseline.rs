//! The majority and the bag of words on the book's corpus.

use anyhow::Result;

use super::CHAOTIC;
use super::training::{Data, STEPS, grid, tuned_bag};
use crate::text::{fixed, significant};
use crate::{Progress, Record};
use rnn_book_code::scores::Confusion;

/// Chooses and judges.
///
/// # Errors
/// None.
pub fn run(_: &Progress) -> Result<Record> {
    let data = Data::book();
    let (setting, dev, test) = tuned_bag(&data);
    let mut r = Record::new(
        &[],
        format!(
            "{} sentences to learn from, {} to choose one of {} settings by, {} to judge by; {STEPS} steps",
            data.train.len(),
            data.dev.len(),
            grid().len(),
            data.test.len()
        ),
    )
    .tolerance(CHAOTIC);
    let labels = data.right(&data.train);
    let count = |c: usize| labels.iter().filter(|&&l| l == c).count();
    let most = (0..data.labels.len()).max_by_key(|&c| count(c)).unwrap_or(0);
    let majority = |examples: &[rnn_book_code::labelled::Labelled]| {
        let right = data.right(examples);
        Confusion::of(&right, &vec![most; right.len()], data.labels.len())
    };
    let mut rows = Vec::new();
    for (key, name, dev, test) in [
        (
            "majority",
            format!("always {}", data.labels[most]),
            majority(&data.dev),
            majority(&data.test),
        ),
        ("bag", "bag of words".to_owned(), dev, test),
    ] {
        let mut row = vec![name];
        for (part, c) in [("dev", dev), ("test", test)] {
            for (what, x) in [("accuracy", c.accuracy()), ("f1", c.macro_f1())] {
                r.value(&format!("{key}-{part}-{what}"), x, fixed(x, 3));
                row.push(fixed(x, 3));
            }
        }
        rows.push(row);
    }
    let heads = [
        "",
        "accuracy, choosing",
        "macro-F1, choosing",
        "accuracy, judging",
        "macro-F1, judging",
    ];
    r.table("main", &heads, "lrrrr", rows);
    let penalty = f64::from(setting.penalty);
    r.value("penalty", penalty, significant(penalty, 1));
    let pairs = f64::from(u8::from(setting.options.pairs));
    r.value("features", pairs, setting.features());
    let balance = f64::from(setting.balance);
    r.value("balance", balance, fixed(balance, 1));
    Ok(r)
}
