//! Series, forecasts, splits and balance: what they promise, and what they say to bad
//! input.

mod common;

use common::{array, assert_close};
use ndarray::{Array1, Array2, Array3};
use proptest::{collection::vec, prelude::*, test_runner::RngSeed};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    balance::{class_weights, counts, oversample},
    batching::pad,
    forecast::{
        Answers, AutoRegression, Forecaster, Persistence, SeasonalNaive, Windowed,
        errors, least_squares, rolling,
    },
    gru::Gru,
    layer::{Layer, Tape},
    parameters::Parameters,
    series::{Curve, Preparation, Recipe, Scaler, Series, windows},
    splits::{by_group, by_time, clusters, near_duplicates},
};
use std::path::Path;

fn shipped(file: &str, column: &str) -> Vec<Real> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    Series::read(folder.join(file), column).unwrap().values
}

fn one_step(f: &impl Forecaster, values: &[Real], test: usize) -> Real {
    let first = values.len() - test;
    errors(&rolling(f, values, first, 1), values, first)[0]
}

fn linear(values: &[Real], order: usize, test: usize) -> Windowed<AutoRegression> {
    let past = &values[..values.len() - test];
    let preparation = Preparation::fit(Recipe::default(), past).unwrap();
    let windows = windows(&preparation.apply(past), order, 1).unwrap();
    let model = AutoRegression::fit(&windows).unwrap();
    Windowed { preparation, length: order, model }
}

#[test]
fn baselines_have_the_errors_that_others_found() {
    let sunspots = shipped("sunspots.csv", "SUNACTIVITY");
    let passengers = shipped("air_passengers.csv", "passengers");
    assert_eq!((sunspots.len(), passengers.len()), (309, 144));
    let found = [
        one_step(&Persistence, &sunspots, 60),
        one_step(&linear(&sunspots, 2, 60), &sunspots, 60),
        one_step(&linear(&sunspots, 9, 60), &sunspots, 60),
        one_step(&Persistence, &passengers, 24),
        one_step(&SeasonalNaive { period: 12 }, &passengers, 24),
        one_step(&linear(&passengers, 13, 24), &passengers, 24),
    ];
    for (found, published) in
        found.into_iter().zip([25.1, 17.6, 14.8, 44.2, 47.6, 14.5])
    {
        assert!((found - published).abs() < 0.06, "{found} for {published}");
    }
}

#[test]
fn a_linear_recursion_is_continued_for_ever() {
    // y_t = 1.8 y_{t−1} − 0.9 y_{t−2} + 1
    let mut y: Vec<Real> = vec![3.0, 1.0];
    for t in 2..60 {
        y.push(1.8 * y[t - 1] - 0.9 * y[t - 2] + 1.0);
    }
    let f = linear(&y, 2, 12);
    let said = f.forecast(&y[..48], 12);
    for (said, right) in said.iter().zip(&y[48..]) {
        assert!((said - right).abs() < 1e-3, "{said} for {right}");
    }
    let season = SeasonalNaive { period: 2 }.forecast(&[1.0, 2.0, 3.0], 5);
    assert_eq!(season, [2.0, 3.0, 2.0, 3.0, 2.0]);
    assert_eq!(Persistence.forecast(&[1.0, 2.0], 2), [2.0, 2.0]);
}

/// As many answers as it is told to give.
struct Says(usize);

impl Answers for Says {
    fn answers(&self, _: &[Real]) -> Vec<Real> {
        vec![0.0; self.0]
    }
}

fn says(answers: usize, horizon: usize) -> Vec<Real> {
    let preparation = Preparation::fit(Recipe::default(), &[1.0, 3.0]).unwrap();
    let f = Windowed { preparation, length: 2, model: Says(answers) };
    f.forecast(&[1.0, 3.0, 5.0], horizon)
}

#[test]
fn one_answer_is_repeated_and_enough_answers_are_cut() {
    assert_eq!(says(1, 3), [2.0; 3]);
    assert_eq!(says(5, 3), [2.0; 3]);
}

#[test]
#[should_panic(expected = "2 answers for a horizon of 3")]
fn too_few_direct_answers_are_refused() {
    says(2, 3);
}

#[test]
#[should_panic(expected = "4 values from 2 for 3 steps")]
fn a_stretch_shorter_than_the_horizon_is_refused() {
    rolling(&Persistence, &[1.0, 2.0, 3.0, 4.0], 2, 3);
}

#[test]
fn too_few_windows_do_not_make_an_autoregression() {
    let cut = windows(&[1.0, 2.0, 4.0, 3.0, 5.0], 3, 1).unwrap();
    let error = AutoRegression::fit(&cut).unwrap_err();
    assert!(error.contains("2 windows for 3 weights"), "{error}");
}

#[test]
fn columns_that_depend_on_each_other_are_refused() {
    let x = Array2::from_shape_fn((5, 2), |(n, k)| (n + 1) as f64 * (k + 1) as f64);
    let error = least_squares(x, Array2::ones((5, 1))).unwrap_err();
    assert!(error.contains("column 1"), "{error}");
}

#[test]
fn files_that_hold_no_series_are_named_with_line_and_fault() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&str, &[u8], &str); 6] = [
        (
            "column.csv",
            b"year,spots\n1700,5\n",
            "column.csv:1: no column \"value\"; there are [\"year\", \"spots\"]",
        ),
        (
            "word.csv",
            b"year,value\n1,2\n2,much\n",
            "word.csv:3: expected a finite number in column \"value\", found \"much\"",
        ),
        ("hole.csv", b"year,value\n1,2\n2\n", "hole.csv:3: expected a finite number"),
        ("nan.csv", b"year,value\n1,NaN\n", "nan.csv:2: expected a finite number"),
        ("latin.csv", b"year,value\n1,2\ncaf\xe9,3\n", "latin.csv:3:"),
        ("empty.csv", b"", "no column"),
    ];
    for (name, bytes, wanted) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = Series::read(&path, "value").unwrap_err().to_string();
        assert!(error.contains(wanted), "{name}: {error}");
    }
    let error = Series::read(folder.path().join("missing.csv"), "value").unwrap_err();
    assert!(error.to_string().contains("missing.csv: cannot be read"), "{error}");
}

#[test]
fn what_cannot_be_prepared_is_said() {
    let log = Recipe { curve: Curve::Log, lag: None };
    assert!(
        Preparation::fit(log, &[1.0, 0.0])
            .unwrap_err()
            .contains("value 2: 0 has no logarithm")
    );
    let root = Recipe { curve: Curve::Root, lag: None };
    assert!(Preparation::fit(root, &[0.0, 1.0]).is_ok());
    let error = Preparation::fit(root, &[-1.0, 1.0]).unwrap_err();
    assert!(error.contains("value 1: -1 has no square root"), "{error}");
    let same = Recipe { lag: Some(0), ..Recipe::default() };
    assert!(Preparation::fit(same, &[1.0, 2.0]).unwrap_err().contains("over 0"));
    assert!(Preparation::fit(Recipe::default(), &[]).is_err());
    let lag = Recipe { curve: Curve::Straight, lag: Some(3) };
    assert!(Preparation::fit(lag, &[1.0, 2.0]).unwrap_err().contains("over 3"));
    assert!(windows(&[1.0, 2.0, 3.0], 3, 1).unwrap_err().contains("windows of 3"));
    assert_eq!(Scaler::fit(&[2.0, 2.0]), Scaler { mean: 2.0, deviation: 1.0 });
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64, rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn preparing_and_undoing_gives_the_series_back(
        values in vec(1.0_f32..100.0, 8..30), curve in 0_usize..3, lag in 0_usize..5, ahead in 1_usize..6,
    ) {
        let curve = [Curve::Straight, Curve::Log, Curve::Root][curve];
        let recipe = Recipe { curve, lag: (lag > 0).then_some(lag) };
        let past = &values[..values.len() - ahead.min(values.len() - lag - 1)];
        let preparation = Preparation::fit(recipe, past).unwrap();
        let prepared = preparation.apply(&values);
        prop_assert_eq!(prepared.len(), values.len() - lag);
        let back = preparation.undo(past, &prepared[past.len() - lag..]);
        prop_assert_eq!(back.len(), values.len() - past.len());
        for (back, right) in back.iter().zip(&values[past.len()..]) {
            prop_assert!((back - right).abs() < 1e-2 * right.abs().max(1.0), "{} {}", back, right);
        }
        // The future does not change how the past is prepared
        let own = preparation.apply(past);
        prop_assert_eq!(&own[..], &prepared[..own.len()]);
    }

    #[test]
    fn windows_hold_what_stands_in_the_series(
        values in vec(-9.0_f32..9.0, 2..25), length in 1_usize..6, horizon in 1_usize..5,
    ) {
        let cut = windows(&values, length, horizon);
        prop_assert_eq!(cut.is_ok(), values.len() >= length + horizon);
        if let Ok(cut) = cut {
            prop_assert_eq!(cut.y.nrows(), values.len() - length - horizon + 1);
            for n in 0..cut.y.nrows() {
                let both: Vec<Real> = (0..length).map(|t| cut.x[[t, n, 0]])
                    .chain(cut.y.row(n).to_vec()).collect();
                prop_assert_eq!(&both[..], &values[n..n + length + horizon]);
            }
        }
    }

    #[test]
    fn no_group_is_parted_and_nothing_is_lost(
        groups in vec(0_usize..12, 0..60), dev in 0.0..0.4, test in 0.0..0.4, seed: u64,
    ) {
        let split = by_group(&groups, dev, test, &mut Rng::seed_from_u64(seed));
        let parts = [&split.train, &split.dev, &split.test];
        let mut all: Vec<usize> = parts.iter().flat_map(|part| part.to_vec()).collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..groups.len()).collect::<Vec<_>>());
        for group in 0..12 {
            let holders = parts.iter().filter(|part| part.iter().any(|&n| groups[n] == group));
            prop_assert!(holders.count() <= 1);
        }
        prop_assert!(split.test.len() as f64 >= (test * groups.len() as f64).floor());
    }

    #[test]
    fn balanced_classes_weigh_the_same(labels in vec(0_usize..4, 1..50), seed: u64) {
        let weights = class_weights(&labels, 4);
        let n = counts(&labels, 4);
        let sums: Vec<Real> = (0..4).map(|c| weights[c] * n[c] as Real).collect();
        let total: Real = sums.iter().sum();
        prop_assert!((total - labels.len() as Real).abs() < 1e-3);
        let present: Vec<&Real> = sums.iter().filter(|s| **s > 0.0).collect();
        prop_assert!(present.iter().all(|s| (*s - present[0]).abs() < 1e-3));

        let drawn = oversample(&labels, 4, &mut Rng::seed_from_u64(seed));
        let again: Vec<usize> = drawn.iter().map(|&k| labels[k]).collect();
        let largest = n.iter().max().unwrap();
        prop_assert!(counts(&again, 4).iter().all(|k| *k == 0 || k == largest));
        prop_assert!((0..labels.len()).all(|k| drawn.contains(&k)));
    }
}

#[test]
fn parts_in_order_of_time() {
    assert_eq!(by_time(10, 2, 3), [0..5, 5..7, 7..10]);
}

#[test]
#[should_panic(expected = "above 1 together")]
fn shares_above_the_whole_are_refused() {
    by_group(&[1, 2, 3], 0.6, 0.5, &mut Rng::seed_from_u64(1));
}

#[test]
#[should_panic(expected = "runs of 0 words")]
fn runs_of_no_words_are_refused() {
    near_duplicates(&["a b"], 0, 0.5);
}

#[test]
fn near_duplicates_are_found_and_joined() {
    let texts = ["a b c d e", "A b c d e!", "x y z", "b c d e f", "x y", ""];
    let pairs = near_duplicates(&texts, 3, 0.3);
    let found: Vec<(usize, usize)> = pairs.iter().map(|p| (p.a, p.b)).collect();
    // Runs of three: abc bcd cde | abc bcd cde de! | bcd cde def
    assert_eq!(found, [(0, 1), (0, 3), (1, 3)]);
    assert!((pairs[0].similarity - 0.75).abs() < 1e-12);
    assert_eq!(clusters(6, &pairs), [0, 0, 2, 0, 4, 5]);
    assert_eq!(near_duplicates(&["same", "same"], 3, 1.0).len(), 1);
}

#[test]
fn masks_and_waste() {
    let padded = pad(&[vec![5, 6, 7], vec![], vec![8]]);
    let mask = padded.mask();
    for (b, &end) in padded.lengths.iter().enumerate() {
        assert_eq!(mask.column(b).sum() as usize, end);
        assert!((0..3).all(|t| mask[[t, b]] == if t < end { 1.0 } else { 0.0 }));
    }
    assert!((padded.waste() - 5.0 / 9.0).abs() < 1e-12);
    assert_eq!(pad::<Vec<usize>>(&[]).waste(), 0.0);
}

#[test]
fn lengths_give_what_pytorch_gives_for_a_packed_batch() {
    let text = include_str!("fixtures/torch_packed.json");
    let case: serde_json::Value = serde_json::from_str(text).unwrap();
    let weights = &case["state_dict"];
    let matrix = |v: &serde_json::Value| -> Array2<Real> {
        array(v).into_dimensionality().unwrap()
    };
    let row = |v: &serde_json::Value| -> Array1<Real> {
        array(v).into_dimensionality().unwrap()
    };
    let cube = |v: &serde_json::Value| -> Array3<Real> {
        array(v).into_dimensionality().unwrap()
    };
    let gru = Gru::from_torch(
        matrix(&weights["weight_ih_l0"]).view(),
        matrix(&weights["weight_hh_l0"]).view(),
        row(&weights["bias_ih_l0"]).view(),
        row(&weights["bias_hh_l0"]).view(),
    );
    let lengths: Vec<usize> =
        array(&case["lengths"]).iter().map(|&n| n as usize).collect();
    let tape = gru.forward(cube(&case["x"]).view(), Some(&lengths), &gru.start(4));
    assert_close("output", tape.output().into_dyn(), &case["output"]);
    assert_close("last", tape.last().view().into_dyn(), &case["last"]);
    let mut grad = gru.zeros_like();
    let (d_x, _) = gru.backward(&tape, cube(&case["d_output"]).view(), None, &mut grad);
    assert_close("d_x", d_x.view().into_dyn(), &case["d_x"]);
    assert_close("d_w_h", grad.w_h.t().into_dyn(), &case["d_weight_hh"]);
}
