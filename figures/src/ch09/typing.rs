//! Suggestions as a keyboard makes them, by counting and by the shipped model.

use anyhow::Result;
use rnn_book_code::{
    decoding::{Counting, Reading},
    saved::Level,
    stream::Parts,
    suggest::{Typing, typing},
    tokens::words,
};

use super::{BOOK, Corpus, shipped};
use crate::draw::{Axis, Bars};
use crate::stats::{Summary, summary};
use crate::text::{integer, percent};
use crate::{Progress, Record, parallel};

/// Types the last part of the book.
///
/// # Errors
/// When the shipped model cannot be read.
pub fn run(_: &Progress) -> Result<Record> {
    let saved = shipped()?;
    let corpus = Corpus::of(BOOK, Level::Word, 3);
    let test = words(Parts::of(BOOK).test);
    let orders = [1, 2, 3, 4];
    let mut sums: Vec<(String, String, Typing)> = parallel::map(&orders, |&order| {
        let (ngram, _) = corpus.counted(order);
        let typed = typing(Counting::new(&ngram), &corpus.vocabulary, &test);
        (format!("kn-{order}"), format!("Kneser–Ney, order {order}"), typed)
    });
    let learned = typing(Reading::new(&saved.model), &saved.vocabulary, &test);
    sums.push(("lstm".into(), "shipped LSTM".into(), learned));

    let mut r = Record::new(
        &[1],
        "the words of the last tenth of data/book.txt, typed letter by letter with three suggestions on show",
    )
    .tolerance(0.02);
    r.value("words", learned.words as f64, integer(learned.words as f64));
    let mut rows = Vec::new();
    let mut bars = Bars::new(
        Axis::linear("share of words").range(0.0, 0.4),
        &["among the first 1", "among the first 3", "among the first 5"],
    );
    for (key, name, typed) in &sums {
        let shares = typed.hits.map(|hits| hits as f64 / typed.words as f64);
        let saving = 1.0 - typed.pressed as f64 / typed.plain as f64;
        for (n, share) in [1, 3, 5].iter().zip(shares) {
            r.value(&format!("{key}-top-{n}"), share, percent(share, 1));
        }
        r.value(&format!("{key}-saved"), saving, percent(saving, 1));
        let mut row = vec![name.clone()];
        row.extend(shares.map(|share| percent(share, 1)));
        row.push(percent(saving, 1));
        rows.push(row);
        let bar = |share: f64| -> Summary { summary(&[share]) };
        let short = key.replace("kn-", "order ").replace("lstm", "LSTM");
        bars = bars.with(short, shares.map(bar).to_vec());
    }
    r.table("main", &["model", "top-1", "top-3", "top-5", "keys saved"], "lrrrr", rows);
    r.plot(&bars);
    Ok(r)
}
