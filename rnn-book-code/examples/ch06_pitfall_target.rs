//! A window that holds its own target: a forecast without error.

use rnn_book_code::{
    Real,
    forecast::{Answers, AutoRegression, Windowed, errors, rolling},
    series::{Preparation, Recipe, Series, Windows, windows},
};
use std::error::Error;

// ANCHOR: main
fn main() -> Result<(), Box<dyn Error>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/air_passengers.csv");
    let values = Series::read(file, "passengers")?.values;
    let first = values.len() - 24;
    let preparation = Preparation::fit(Recipe::default(), &values[..first])?;
    let prepared = preparation.apply(&values[..first]);

    let right = windows(&prepared, 13, 1)?;
    // One place off: the target is the last number of the window
    let last: Vec<Real> = right.x.slice(ndarray::s![12, .., 0]).to_vec();
    let y = ndarray::Array2::from_shape_vec((last.len(), 1), last)?;
    let wrong = Windows { y, x: right.x.clone() };

    for (name, windows) in [("right", right), ("one off", wrong)] {
        let model = AutoRegression::fit(&windows)?;
        let on_windows: Real = (0..windows.y.nrows())
            .map(|n| {
                let x = windows.x.slice(ndarray::s![.., n, 0]).to_vec();
                let said = model.answers(&x)[0];
                (said - windows.y[[n, 0]]).abs() * preparation.scaler.deviation
            })
            .sum();
        let on_windows = on_windows / windows.y.nrows() as Real;
        let f = Windowed { preparation, length: 13, model };
        let rolled = errors(&rolling(&f, &values, first, 1), &values, first)[0];
        println!("{name:8} on its windows {on_windows:5.2}, rolling {rolled:5.2}");
    }
    Ok(())
}
// ANCHOR_END: main
