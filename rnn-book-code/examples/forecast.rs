//! Forecasts of a series of your own: three that are simple, and a recurrent one.
//!
//! ```text
//! cargo run --release --example forecast -- --data FILE --column NAME --period 12
//! ```
//!
//! Choose order, recipe, rate and epochs on an earlier stretch (`--until`), then judge
//! once.

use clap::Parser;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    forecast::{
        AutoRegression, Forecaster, Persistence, SeasonalNaive, Windowed, errors,
        fit_recurrent, rolling,
    },
    gru::Gru,
    program::finish,
    reader::Reader,
    series::{Curve, Preparation, Recipe, Series, windows},
};
use std::{
    error::Error,
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

#[derive(Parser)]
struct Args {
    /// A CSV file whose first line names its columns, the oldest value first
    #[arg(long)]
    data: PathBuf,
    /// The column to forecast
    #[arg(long)]
    column: String,
    /// Steps in a season
    #[arg(long, value_parser = sized)]
    period: usize,
    /// The last values, which judge
    #[arg(long, default_value_t = 24, value_parser = sized)]
    test: usize,
    /// Use only so many values, to choose settings before the test stretch
    #[arg(long)]
    until: Option<usize>,
    /// Steps ahead
    #[arg(long, default_value_t = 12, value_parser = sized)]
    horizon: usize,
    /// Values that a model sees
    #[arg(long, default_value_t = 13, value_parser = sized)]
    window: usize,
    /// Take logarithms
    #[arg(long)]
    log: bool,
    /// Take square roots
    #[arg(long, conflicts_with = "log")]
    root: bool,
    /// Subtract the value of so many steps before
    #[arg(long)]
    difference: Option<usize>,
    #[arg(long, default_value_t = 16, value_parser = sized)]
    hidden: usize,
    #[arg(long, default_value_t = 0.01)]
    rate: Real,
    #[arg(long, default_value_t = 200, value_parser = sized)]
    epochs: usize,
    #[arg(long, default_value_t = 5, value_parser = sized)]
    seeds: usize,
}

fn sized(text: &str) -> Result<usize, String> {
    let size = text.parse().map_err(|error| format!("{error}"))?;
    if (1..=10_000).contains(&size) { Ok(size) } else { Err("not in 1..=10000".into()) }
}

fn main() -> ExitCode {
    finish(run(&Args::parse()))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut values = Series::read(&args.data, &args.column)?.values;
    values.truncate(args.until.unwrap_or(values.len()));
    let (read, lag) = (values.len(), args.difference.unwrap_or(0));
    // One window with its targets before the test, and one forecast within it
    let past = (args.window + lag + args.horizon).max(args.period);
    if read < past + args.test || args.test < args.horizon {
        return Err(format!(
            "{}: {read} values; these settings take {past} of them before the test, \
             and a test of {} at least",
            args.data.display(),
            args.test.max(args.horizon)
        )
        .into());
    }
    if args.difference == Some(0) {
        return Err("--difference 0 subtracts each value from itself".into());
    }
    let place = format!("{}: column {:?}", args.data.display(), args.column);
    recipe(args).check(&values).map_err(|error| format!("{place}: {error}"))?;
    writeln!(
        stdout(),
        "mean absolute error over the last {} of {read} values",
        args.test
    )?;
    writeln!(stdout(), "{:24} 1 step  {} steps  mean", "", args.horizon)?;
    table(args, &values).map_err(|error| format!("{place}: {error}").into())
}

fn recipe(args: &Args) -> Recipe {
    let curve = match (args.log, args.root) {
        (true, _) => Curve::Log,
        (_, true) => Curve::Root,
        _ => Curve::Straight,
    };
    Recipe { curve, lag: args.difference }
}

// ANCHOR: table
fn table(args: &Args, values: &[Real]) -> Result<(), String> {
    let first = values.len() - args.test;
    let past = &values[..first];
    // The past, and nothing else
    let preparation = Preparation::fit(recipe(args), past)?;
    let prepared = preparation.apply(past);
    let length = args.window;

    report("persistence", values, first, args, &[Persistence]);
    report(
        "seasonal-naive",
        values,
        first,
        args,
        &[SeasonalNaive { period: args.period }],
    );
    for (way, answers) in [("recursive", 1), ("direct", args.horizon)] {
        let windows = windows(&prepared, length, answers)?;
        let linear = AutoRegression::fit(&windows)?;
        let linear = Windowed { preparation, length, model: linear };
        report(&format!("AR({length}), {way}"), values, first, args, &[linear]);
        let gru = |seed| {
            let rng = &mut Rng::seed_from_u64(seed);
            let layer = Gru::new(1, args.hidden, rng);
            let mut model = Reader::new(layer, answers, rng);
            fit_recurrent(&mut model, &windows, args.rate, args.epochs, |_, _| ());
            Windowed { preparation, length, model }
        };
        let trained: Vec<_> = (1..=args.seeds as u64).map(gru).collect();
        report(&format!("GRU, {way}"), values, first, args, &trained);
    }
    Ok(())
}
// ANCHOR_END: table

/// Prints one line: the mean over the forecasters, and ± their standard deviation where
/// there are several.
fn report<F: Forecaster>(
    name: &str,
    values: &[Real],
    first: usize,
    args: &Args,
    forecasters: &[F],
) {
    let of = |pick: &dyn Fn(&[Real]) -> Real| {
        let each = forecasters.iter().map(|f| {
            let far = errors(&rolling(f, values, first, args.horizon), values, first);
            pick(&far)
        });
        spread(&each.collect::<Vec<_>>())
    };
    // One step ahead, every value of the stretch is forecast
    let one = forecasters
        .iter()
        .map(|f| errors(&rolling(f, values, first, 1), values, first)[0]);
    let one = spread(&one.collect::<Vec<_>>());
    let far = of(&|errors| errors[errors.len() - 1]);
    let mean = of(&|errors| errors.iter().sum::<Real>() / errors.len() as Real);
    // A reader may have gone away, as `head` does
    let _ = writeln!(stdout(), "{name:24} {one}  {far}  {mean}");
}

fn spread(numbers: &[Real]) -> String {
    let n = numbers.len() as Real;
    let mean = numbers.iter().sum::<Real>() / n;
    if numbers.len() == 1 {
        return format!("{mean:.1}");
    }
    let squares = numbers.iter().map(|x| (x - mean) * (x - mean)).sum::<Real>();
    format!("{mean:.1} ± {:.1}", (squares / (n - 1.0)).sqrt())
}
