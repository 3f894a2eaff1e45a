//! A second scaler, fitted anew when the model is used.

use rnn_book_code::{
    Real,
    forecast::{AutoRegression, Forecaster, Windowed},
    series::{Preparation, Recipe, Scaler, windows},
};
use std::error::Error;

// ANCHOR: main
fn main() -> Result<(), Box<dyn Error>> {
    // A slow wave on a level of 100
    let wave = |t: usize| 100.0 + 10.0 * (0.3 * t as Real).sin();
    let values: Vec<Real> = (0..80).map(wave).collect();
    let preparation = Preparation::fit(Recipe::default(), &values)?;
    let model = AutoRegression::fit(&windows(&preparation.apply(&values), 4, 1)?)?;
    let f = Windowed { preparation, length: 4, model };

    let seen = &values[76..];
    let anew = Preparation { scaler: Scaler::fit(seen), ..preparation };
    let wrong = Windowed { preparation: anew, ..f.clone() };
    println!("next value           {:7.2}", wave(80));
    println!("scaler of training   {:7.2}", f.forecast(seen, 1)[0]);
    println!("scaler of the window {:7.2}", wrong.forecast(seen, 1)[0]);
    Ok(())
}
// ANCHOR_END: main
