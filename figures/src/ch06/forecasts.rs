//! Sunspots and air passengers: forecasts one step ahead and many, against three that are simple.

use std::path::Path;

use anyhow::{Result, anyhow};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    elman::Elman,
    forecast::{
        Answers, AutoRegression, Forecaster, Persistence, SeasonalNaive, Windowed,
        errors, fit_recurrent, rolling,
    },
    gru::Gru,
    layer::Recurrent,
    reader::Reader,
    series::{Curve, Preparation, Recipe, Series, windows},
};

use super::{CHAOTIC, SEEDS, TUNING_SEEDS};
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::{columns, mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record, parallel};

/// A series, and how it is cut.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub file: &'static str,
    pub column: &'static str,
    pub period: usize,
    /// The last values, by which everything is judged.
    pub test: usize,
    /// The values before them, by which everything is chosen.
    pub dev: usize,
    pub horizon: usize,
    /// The window of the recurrent models.
    pub window: usize,
    pub orders: &'static [usize],
    /// Autoregressions that stand in the table as marks, chosen by nobody here.
    pub marks: &'static [(usize, Recipe)],
    pub recipes: &'static [Recipe],
    pub first_year: f64,
    pub ticks: &'static [f64],
    pub unit: &'static str,
}

/// Says 0 to everything: with a difference over a season, "as much more as usual".
struct Usual;

impl Answers for Usual {
    fn answers(&self, _: &[Real]) -> Vec<Real> {
        vec![0.0]
    }
}

const PLAIN: Recipe = Recipe { curve: Curve::Straight, lag: None };
const ROOT: Recipe = Recipe { curve: Curve::Root, lag: None };

pub(super) const SUNSPOTS: Plan = Plan {
    file: "sunspots.csv",
    column: "SUNACTIVITY",
    period: 11,
    test: 60,
    dev: 60,
    horizon: 11,
    window: 22,
    orders: &[1, 2, 3, 6, 9, 12, 18],
    marks: &[(2, PLAIN), (9, PLAIN), (9, ROOT)],
    recipes: &[
        PLAIN,
        Recipe { curve: Curve::Straight, lag: Some(1) },
        ROOT,
        Recipe { curve: Curve::Root, lag: Some(1) },
    ],
    first_year: 1700.0,
    ticks: &[1950.0, 1960.0, 1970.0, 1980.0, 1990.0, 2000.0],
    unit: "sunspot number",
};

pub(super) const PASSENGERS: Plan = Plan {
    file: "air_passengers.csv",
    column: "passengers",
    period: 12,
    test: 24,
    dev: 24,
    horizon: 12,
    window: 13,
    orders: &[1, 2, 6, 12, 13],
    marks: &[(13, PLAIN)],
    recipes: &[
        PLAIN,
        Recipe { curve: Curve::Log, lag: None },
        Recipe { curve: Curve::Log, lag: Some(1) },
        Recipe { curve: Curve::Log, lag: Some(12) },
    ],
    first_year: 1949.0,
    ticks: &[1959.0, 1959.5, 1960.0, 1960.5],
    unit: "thousand passengers",
};

const RATES: [Real; 3] = [0.003, 0.01, 0.03];
const HIDDEN: usize = 16;
/// Epochs at most, and between two looks at the dev stretch.
const EPOCHS: usize = 300;
const EVERY: usize = 20;

/// The cells that compete.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Elman,
    Gru,
}

/// What is chosen on the dev stretch.
#[derive(Clone, Copy, Debug)]
struct Choice {
    recipe: Recipe,
    rate: Real,
    epochs: usize,
}

pub(super) fn read(plan: &Plan) -> Result<Vec<Real>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../rnn-book-code/data")
        .join(plan.file);
    Ok(Series::read(file, plan.column)?.values)
}

/// Mean absolute errors at each horizon of forecasts of `values[first..]`.
fn judge(
    f: &impl Forecaster,
    values: &[Real],
    first: usize,
    horizon: usize,
) -> Vec<f64> {
    let said = rolling(f, values, first, horizon);
    errors(&said, values, first).into_iter().map(f64::from).collect()
}

pub(super) fn linear(
    past: &[Real],
    recipe: Recipe,
    order: usize,
    answers: usize,
) -> Result<Windowed<AutoRegression>, String> {
    let preparation = Preparation::fit(recipe, past)?;
    let windows = windows(&preparation.apply(past), order, answers)?;
    Ok(Windowed { preparation, length: order, model: AutoRegression::fit(&windows)? })
}

/// Trains on `past`; `watch` sees the forecaster every [`EVERY`] epochs.
fn train<L: Recurrent>(
    layer: L,
    past: &[Real],
    plan: &Plan,
    answers: usize,
    choice: Choice,
    rng: &mut Rng,
    mut watch: impl FnMut(&Windowed<Reader<L>>),
) -> Result<Windowed<Reader<L>>, String> {
    let preparation = Preparation::fit(choice.recipe, past)?;
    let windows = windows(&preparation.apply(past), plan.window, answers)?;
    let mut model = Reader::new(layer, answers, rng);
    let forecaster = |model| Windowed { preparation, length: plan.window, model };
    fit_recurrent(&mut model, &windows, choice.rate, choice.epochs, |epoch, model| {
        if epoch % EVERY == 0 {
            watch(&forecaster(model.clone()));
        }
    });
    Ok(forecaster(model))
}

/// The dev error every [`EVERY`] epochs: one step ahead, or the mean over the horizon for direct answers.
fn trial(
    kind: Kind,
    values: &[Real],
    plan: &Plan,
    answers: usize,
    choice: Choice,
    seed: u64,
) -> Result<Vec<f64>, String> {
    let end = values.len() - plan.test;
    let first = end - plan.dev;
    let rng = &mut Rng::seed_from_u64(seed);
    let mut curve = Vec::new();
    fn look(f: &impl Forecaster, values: &[Real], first: usize, answers: usize) -> f64 {
        mean(&judge(f, values, first, answers))
    }
    match kind {
        Kind::Elman => {
            let layer = Elman::new(1, HIDDEN, rng);
            train(layer, &values[..first], plan, answers, choice, rng, |f| {
                curve.push(look(f, &values[..end], first, answers));
            })?;
        }
        Kind::Gru => {
            let layer = Gru::new(1, HIDDEN, rng);
            train(layer, &values[..first], plan, answers, choice, rng, |f| {
                curve.push(look(f, &values[..end], first, answers));
            })?;
        }
    }
    Ok(curve)
}

/// Errors at each horizon on the test stretch, and the one-step forecasts.
type Judged = (Vec<f64>, Vec<f64>);

fn test(f: &impl Forecaster, values: &[Real], plan: &Plan) -> Judged {
    let first = values.len() - plan.test;
    let mut all = judge(f, values, first, plan.horizon);
    // One step ahead, every value of the stretch counts
    let said = rolling(f, values, first, 1);
    all[0] = f64::from(errors(&said, values, first)[0]);
    (all, said.iter().map(|&y| f64::from(y)).collect())
}

fn final_run(
    kind: Kind,
    values: &[Real],
    plan: &Plan,
    answers: usize,
    choice: Choice,
    seed: u64,
) -> Result<Judged, String> {
    let past = &values[..values.len() - plan.test];
    let rng = &mut Rng::seed_from_u64(seed);
    Ok(match kind {
        Kind::Elman => {
            let layer = Elman::new(1, HIDDEN, rng);
            test(&train(layer, past, plan, answers, choice, rng, |_| ())?, values, plan)
        }
        Kind::Gru => {
            let layer = Gru::new(1, HIDDEN, rng);
            test(&train(layer, past, plan, answers, choice, rng, |_| ())?, values, plan)
        }
    })
}

/// The order and recipe of an autoregression with the lowest dev error.
fn choose_linear(
    values: &[Real],
    plan: &Plan,
    answers: usize,
) -> Result<(usize, Recipe, f64)> {
    let mut best: Option<(usize, Recipe, f64)> = None;
    for &recipe in plan.recipes {
        for &order in plan.orders {
            let Ok(error) = dev_error(values, plan, recipe, order, answers) else {
                continue;
            };
            if best.is_none_or(|b| error < b.2) {
                best = Some((order, recipe, error));
            }
        }
    }
    best.ok_or_else(|| anyhow!("no autoregression can be fitted"))
}

fn named(recipe: Recipe) -> String {
    let curve = match recipe.curve {
        Curve::Straight => None,
        Curve::Log => Some("log".to_owned()),
        Curve::Root => Some("square root".to_owned()),
    };
    let lag = recipe.lag.map(|lag| format!("difference over {lag}"));
    let both: Vec<String> = curve.into_iter().chain(lag).collect();
    if both.is_empty() { "as it is".into() } else { both.join(", ") }
}

/// One line of the table.
struct Line {
    key: String,
    name: String,
    prepared: String,
    chosen: String,
    /// The errors at each horizon, for each seed; one row where nothing is random.
    errors: Vec<Vec<f64>>,
    said: Vec<Vec<f64>>,
    /// The error on the dev stretch by which it was chosen, or would have been.
    dev: Option<f64>,
    /// Its name in the figure.
    label: String,
}

fn certain(key: &str, name: &str, prepared: String, judged: Judged) -> Line {
    Line {
        key: key.into(),
        name: name.into(),
        prepared,
        chosen: String::new(),
        errors: vec![judged.0],
        said: vec![judged.1],
        dev: None,
        label: name.into(),
    }
}

/// The error on the dev stretch of an autoregression fitted to what lies before it: one step ahead, or the mean
/// over the horizon for direct answers.
fn dev_error(
    values: &[Real],
    plan: &Plan,
    recipe: Recipe,
    order: usize,
    answers: usize,
) -> Result<f64, String> {
    let end = values.len() - plan.test;
    let first = end - plan.dev;
    let f = linear(&values[..first], recipe, order, answers)?;
    Ok(mean(&judge(&f, &values[..end], first, answers)))
}

/// Yearly sunspots.
///
/// # Errors
/// When the series cannot be read or a model cannot be fitted.
pub fn sunspots(progress: &Progress) -> Result<Record> {
    run(&SUNSPOTS, progress)
}

/// Monthly air passengers.
///
/// # Errors
/// When the series cannot be read or a model cannot be fitted.
pub fn passengers(progress: &Progress) -> Result<Record> {
    run(&PASSENGERS, progress)
}

fn run(plan: &Plan, progress: &Progress) -> Result<Record> {
    let values = read(plan)?;
    let past = &values[..values.len() - plan.test];
    let fail = |what: String| anyhow!(what);
    let dash = || "–".to_owned();
    let mut lines = vec![
        certain(
            "persistence",
            "persistence",
            dash(),
            test(&Persistence, &values, plan),
        ),
        certain(
            "seasonal",
            "seasonal-naive",
            dash(),
            test(&SeasonalNaive { period: plan.period }, &values, plan),
        ),
    ];
    if let Some(&recipe) = plan.recipes.iter().find(|r| r.lag == Some(plan.period)) {
        let preparation = Preparation::fit(recipe, past).map_err(fail)?;
        let usual = Windowed { preparation, length: 1, model: Usual };
        let judged = test(&usual, &values, plan);
        lines.push(certain("usual", "seasonal with growth", named(recipe), judged));
    }
    for &(order, recipe) in plan.marks {
        let f = linear(past, recipe, order, 1).map_err(fail)?;
        let root = if recipe == ROOT { "-root" } else { "" };
        let (key, name) =
            (format!("ar-{order}{root}"), format!("AR({order}), recursive"));
        let judged = test(&f, &values, plan);
        let dev = dev_error(&values, plan, recipe, order, 1).map_err(fail)?;
        lines.push(Line {
            dev: Some(dev),
            label: format!("AR({order}), {}", named(recipe)),
            ..certain(&key, &name, named(recipe), judged)
        });
    }
    for (key, way, answers) in
        [("ar", "recursive", 1), ("ar-direct", "direct", plan.horizon)]
    {
        let (order, recipe, dev) = choose_linear(&values, plan, answers)?;
        let f = linear(past, recipe, order, answers).map_err(fail)?;
        let name = format!("AR chosen: AR({order}), {way}");
        lines.push(Line {
            dev: Some(dev),
            label: format!("chosen AR({order}), {}", named(recipe)),
            ..certain(key, &name, named(recipe), test(&f, &values, plan))
        });
    }

    let competitors: Vec<(&str, &str, Kind, usize)> = vec![
        ("rnn", "simple RNN, recursive", Kind::Elman, 1),
        ("rnn-direct", "simple RNN, direct", Kind::Elman, plan.horizon),
        ("gru", "GRU, recursive", Kind::Gru, 1),
        ("gru-direct", "GRU, direct", Kind::Gru, plan.horizon),
    ];
    let mut settings = Vec::new();
    for &recipe in plan.recipes {
        settings.extend(RATES.map(|rate| Choice { recipe, rate, epochs: EPOCHS }));
    }
    let trials: Vec<(usize, usize, u64)> = (0..competitors.len())
        .flat_map(|c| {
            (0..settings.len()).flat_map(move |s| TUNING_SEEDS.map(|seed| (c, s, seed)))
        })
        .collect();
    progress.steps(trials.len() + competitors.len() * SEEDS.len());
    let curves = parallel::map(&trials, |&(c, s, seed)| {
        let (_, _, kind, answers) = competitors[c];
        let curve = trial(kind, &values, plan, answers, settings[s], seed);
        progress.tick();
        curve
    });
    let curves: Result<Vec<Vec<f64>>, String> = curves.into_iter().collect();
    let curves = curves.map_err(fail)?;
    let mut choices = Vec::new();
    for own in curves.chunks(settings.len() * TUNING_SEEDS.len()) {
        let mut best = (f64::INFINITY, settings[0]);
        for (choice, seeds) in settings.iter().zip(own.chunks(TUNING_SEEDS.len())) {
            for (k, s) in columns(seeds).iter().enumerate() {
                if s.mean < best.0 {
                    best = (s.mean, Choice { epochs: (k + 1) * EVERY, ..*choice });
                }
            }
        }
        choices.push(best);
    }
    let jobs: Vec<(usize, u64)> =
        (0..competitors.len()).flat_map(|c| SEEDS.map(|seed| (c, seed))).collect();
    let judged = parallel::map(&jobs, |&(c, seed)| {
        let (_, _, kind, answers) = competitors[c];
        let judged = final_run(kind, &values, plan, answers, choices[c].1, seed);
        progress.tick();
        judged
    });
    let judged: Result<Vec<Judged>, String> = judged.into_iter().collect();
    for ((own, (dev, choice)), (key, name, ..)) in
        judged.map_err(fail)?.chunks(SEEDS.len()).zip(&choices).zip(&competitors)
    {
        let (errors, said) = own.iter().cloned().unzip();
        lines.push(Line {
            key: (*key).into(),
            name: (*name).into(),
            prepared: named(choice.recipe),
            chosen: format!("{}, {}", choice.rate, choice.epochs),
            errors,
            said,
            dev: Some(*dev),
            label: (*name).into(),
        });
    }
    record(plan, &values, &lines)
}

fn record(plan: &Plan, values: &[Real], lines: &[Line]) -> Result<Record> {
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{} values, the last {} to judge by, the {} before them to choose by, then everything before the test to \
             learn from; windows of {}, one layer of {HIDDEN} units, all windows in one batch, Adam, clipping at norm 1; \
             recipe, rate of {RATES:?} and epochs (every {EVERY} up to {EPOCHS}) by the dev error on seeds \
             {TUNING_SEEDS:?}; order and recipe of the autoregressions by the same dev error",
            values.len(),
            plan.test,
            plan.dev,
            plan.window
        ),
    )
    .tolerance(CHAOTIC);
    r.value("values", values.len() as f64, integer(values.len() as f64));
    let mut rows = Vec::new();
    for line in lines {
        let one = summary(&line.errors.iter().map(|e| e[0]).collect::<Vec<_>>());
        let last = plan.horizon - 1;
        let far = summary(&line.errors.iter().map(|e| e[last]).collect::<Vec<_>>());
        let whole = summary(&line.errors.iter().map(|e| mean(e)).collect::<Vec<_>>());
        let cell = |s: crate::stats::Summary| {
            if s.n > 1 { mean_std(s, 1) } else { fixed(s.mean, 1) }
        };
        let key = &line.key;
        r.value(&format!("{key}-one"), one.mean, cell(one));
        r.value(&format!("{key}-far"), far.mean, cell(far));
        r.value(&format!("{key}-whole"), whole.mean, cell(whole));
        if let Some(dev) = line.dev {
            r.value(&format!("{key}-dev"), dev, fixed(dev, 1));
        }
        rows.push(vec![
            line.name.clone(),
            line.prepared.clone(),
            if line.chosen.is_empty() { "–".into() } else { line.chosen.clone() },
            cell(one),
            cell(far),
            cell(whole),
        ]);
    }
    let far = format!("{} steps", plan.horizon);
    let heads =
        ["forecast", "prepared", "rate, epochs", "1 step", far.as_str(), "mean"];
    r.table("main", &heads, "lllrrr", rows);

    let first = values.len() - plan.test;
    let find = |key: &str| lines.iter().find(|l| l.key == key);
    let raw = plan.marks.iter().rfind(|(_, recipe)| *recipe == PLAIN);
    let raw = raw.map_or(String::new(), |(order, _)| format!("ar-{order}"));
    for (name, key) in
        [("closer", "ar"), ("closer-raw", &raw), ("closer-root", "ar-9-root")]
    {
        let (Some(gru), Some(ar)) = (find("gru"), find(key)) else { continue };
        // Value by value: how much closer is the GRU, in the mean over its seeds?
        let off =
            |said: &[f64], k: usize| (said[k] - f64::from(values[first + k])).abs();
        let closer: Vec<f64> = (0..plan.test)
            .map(|k| {
                let own: Vec<f64> = gru.said.iter().map(|said| off(said, k)).collect();
                off(&ar.said[0], k) - mean(&own)
            })
            .collect();
        let s = summary(&closer);
        let wins = closer.iter().filter(|&&d| d > 0.0).count() as f64;
        let error = s.std / (s.n as f64).sqrt();
        r.value(name, s.mean, format!("{} ± {}", fixed(s.mean, 1), fixed(error, 1)));
        r.value(&format!("{name}-times"), wins, integer(wins));
    }
    r.value("test", plan.test as f64, integer(plan.test as f64));
    let origins = (plan.test - plan.horizon + 1) as f64;
    r.value("origins", origins, integer(origins));
    let year = |n: usize| {
        plan.first_year + n as f64 / if plan.period == 12 { 12.0 } else { 1.0 }
    };
    let measured = (first..values.len()).map(|n| (year(n), f64::from(values[n])));
    let mut curve = Lines::new(
        Axis::linear("year")
            .range(year(first), year(values.len() - 1))
            .ticks(plan.ticks),
        Axis::linear(plan.unit),
    )
    .title("one step ahead")
    .legend(Legend::Above)
    .with(Trace::new("measured", measured.collect::<Vec<_>>()).style(6).markers(false));
    if let Some(gru) = find("gru") {
        let s = columns(&gru.said);
        let points: Vec<_> =
            s.iter().enumerate().map(|(k, s)| (year(first + k), s.mean)).collect();
        let spread = s.iter().map(|s| s.std).collect::<Vec<_>>();
        curve = curve.with(
            Trace::new("GRU, mean ± deviation of seeds", points)
                .band(spread)
                .style(1)
                .markers(false),
        );
    }
    let mut horizons = Lines::new(
        Axis::linear("horizon (steps)").range(1.0, plan.horizon as f64),
        Axis::log("mean absolute error"),
    )
    .title("error against horizon")
    .legend(Legend::Above);
    let shown = [
        "persistence",
        "seasonal",
        "usual",
        raw.as_str(),
        "ar-9-root",
        "ar",
        "gru",
        "gru-direct",
    ];
    for (style, line) in shown.iter().filter_map(|key| find(key)).enumerate() {
        let s = columns(&line.errors);
        let points: Vec<_> =
            s.iter().enumerate().map(|(h, s)| ((h + 1) as f64, s.mean)).collect();
        let mut trace = Trace::new(line.label.as_str(), points).style(style);
        if line.errors.len() > 1 {
            trace = trace.band(s.iter().map(|s| s.std).collect::<Vec<_>>());
        }
        horizons = horizons.with(trace);
    }
    r.plot(&Panels::new(1, 350.0).with("curve", curve).with("horizon", horizons));
    Ok(r)
}
