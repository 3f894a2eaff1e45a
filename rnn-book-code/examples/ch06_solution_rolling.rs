//! The order of an autoregression, chosen on several stretches in place of one.

use rnn_book_code::{
    Real,
    forecast::{AutoRegression, Windowed, errors, rolling},
    series::{Preparation, Recipe, Series, windows},
};
use std::error::Error;

// ANCHOR: main
/// The error one step ahead on the `stretch` values before `end`, learned from before.
fn error(
    values: &[Real],
    order: usize,
    end: usize,
    stretch: usize,
) -> Result<Real, String> {
    let first = end - stretch;
    let preparation = Preparation::fit(Recipe::default(), &values[..first])?;
    let windows = windows(&preparation.apply(&values[..first]), order, 1)?;
    let model = AutoRegression::fit(&windows)?;
    let f = Windowed { preparation, length: order, model };
    Ok(errors(&rolling(&f, &values[..end], first, 1), &values[..end], first)[0])
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/sunspots.csv");
    let values = Series::read(file, "SUNACTIVITY")?.values;
    let test = values.len() - 60;
    println!("order  four stretches of 30       mean   test");
    for order in [1, 2, 3, 6, 9, 12] {
        let ends = [test - 90, test - 60, test - 30, test];
        let folds: Result<Vec<Real>, String> =
            ends.iter().map(|&end| error(&values, order, end, 30)).collect();
        let folds = folds?;
        let mean = folds.iter().sum::<Real>() / 4.0;
        let judged = error(&values, order, values.len(), 60)?;
        println!("{order:5}  {folds:5.1?}  {mean:5.1}  {judged:5.1}");
    }
    Ok(())
}
// ANCHOR_END: main
