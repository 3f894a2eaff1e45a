//! Two ways to make batches of a text, and a series with its preparation and windows.

use rnn_book_code::{
    batching::pad,
    series::{Curve, Preparation, Recipe, windows as series_windows},
    text::{CharVocabulary, windows},
};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: streams
    println!("== streams ==");
    let text = "abcdefghijklmnopqrstuvwxyz";
    let letters = CharVocabulary::of(text);
    // One long text in two lanes, three steps at a time
    for (k, window) in windows(&letters.encode(text)?, 2, 3)?.iter().enumerate() {
        let lane = |b| letters.decode(&window.x.column(b).to_vec());
        println!("window {k}: lane 0 reads {}, lane 1 reads {}", lane(0), lane(1));
    }
    // Separate texts, one a lane, each from an empty state
    let batch = pad(&[letters.encode("abc")?, letters.encode("z")?]);
    println!("separate: lengths {:?}, {} steps", batch.lengths, batch.ids.nrows());
    // ANCHOR_END: streams

    // ANCHOR: prepare
    println!("== prepare ==");
    // January to April of three years
    let series = [112.0, 118.0, 132.0, 129.0, 115.0, 126.0, 141.0, 135.0, 145.0, 150.0];
    let past = &series[..8]; // the last two are the test
    let recipe = Recipe { curve: Curve::Log, lag: Some(4) };
    let preparation = Preparation::fit(recipe, past)?;
    let prepared = preparation.apply(past);
    println!("prepared {prepared:.2?}");
    let windows = series_windows(&prepared, 2, 1)?;
    for n in 0..windows.y.nrows() {
        let x = windows.x.slice(ndarray::s![.., n, 0]).to_vec();
        println!("window {x:.2?}, target {:.2}", windows.y[[n, 0]]);
    }
    // A forecast of 0 is "as usual": the mean growth over a year
    println!("0, undone: {:.1?}", preparation.undo(past, &[0.0, 0.0]));
    // ANCHOR_END: prepare
    Ok(())
}
