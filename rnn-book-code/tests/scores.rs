//! Scores, calibration, the bag of words and pretrained vectors.

use ndarray::{Array2, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    bag_of_words::{Bag, BagOptions, LogisticRegression, Sparse},
    calibration::{calibration_error, reliability, temperature},
    embedding::Embedding,
    init,
    loss::softmax,
    pretrained,
    scores::{Confusion, bootstrap, multi_label},
    subwords::{Lexicon, shorten},
    vocabulary::{UNKNOWN, Vocabulary},
};

#[test]
fn a_confusion_matrix_by_hand() {
    let c = Confusion::of(&[0, 0, 0, 1, 1, 2], &[0, 0, 1, 1, 0, 1], 4);
    assert_eq!(c.counts[0], [2, 1, 0, 0]);
    assert!((c.accuracy() - 0.5).abs() < 1e-12);
    let first = c.of_label(0);
    assert!(
        (first.precision - 2.0 / 3.0).abs() < 1e-12 && first.recall == first.precision
    );
    // F1 of 2/3, 2/5 and 0; the fourth label never occurs
    assert!((c.macro_f1() - (2.0 / 3.0 + 0.4) / 3.0).abs() < 1e-12);
    let hits = multi_label(&[vec![0, 1], vec![]], &[vec![0], vec![1]], 2);
    assert_eq!((hits[0].f1(), hits[1].f1()), (1.0, 0.0));
    assert_eq!((hits[1].misses, hits[1].false_alarms), (1, 1));
}

#[test]
fn a_bootstrap_interval_is_as_wide_as_theory_says() {
    let n = 1000;
    let mut rng = Rng::seed_from_u64(1);
    let hits: Vec<f64> = (0..n).map(|k| if k % 5 == 0 { 0.0 } else { 1.0 }).collect();
    let mean =
        |sample: &[usize]| sample.iter().map(|&k| hits[k]).sum::<f64>() / n as f64;
    let (low, high) = bootstrap(n, 1000, 0.95, &mut rng, mean);
    let deviation = (0.8 * 0.2 / n as f64).sqrt();
    assert!((low - (0.8 - 1.96 * deviation)).abs() < 0.005, "{low}");
    assert!((high - (0.8 + 1.96 * deviation)).abs() < 0.005, "{high}");
}

#[test]
fn a_temperature_is_found_again() {
    // Labels drawn from the softmax of scores: these are calibrated, twice them is not.
    let mut rng = Rng::seed_from_u64(2);
    let scores = init::normal(20_000, 4, 1.5, &mut rng);
    let right: Vec<usize> = softmax(scores.view())
        .outer_iter()
        .map(|p| {
            let (draw, mut sum) = (rng.random_range(0.0..1.0), 0.0);
            p.iter()
                .position(|p: &Real| {
                    sum += p;
                    sum > draw
                })
                .unwrap_or(3)
        })
        .collect();
    let twice = &scores * 2.0;
    let found = temperature(twice.view(), &right);
    assert!((found - 2.0).abs() < 0.1, "{found}");
    let error = |scores: &Array2<Real>| {
        calibration_error(&reliability(scores.view(), &right, 10))
    };
    assert!(error(&scores) < 0.01 && error(&twice) > 0.05);
}

#[test]
fn logistic_regression_ends_where_the_gradient_is_zero() {
    let texts = ["good good film", "bad film", "good", "bad bad day", "day"];
    for (pairs, idf) in [(false, false), (true, true)] {
        let bag = Bag::of(&texts, BagOptions { pairs, idf, min_texts: 1 });
        let x: Vec<Sparse> = texts.iter().map(|t| bag.features(t)).collect();
        let (y, weights) = ([0, 1, 0, 1, 1], [1.0, 1.0, 2.0, 1.0, 0.5]);
        let fitted =
            LogisticRegression::fit(&x, &y, &weights, (bag.size(), 2), 0.01, 3000);
        let p = softmax(fitted.scores(&x).view());
        let mut grad = &fitted.w * 0.01;
        for (i, text) in x.iter().enumerate() {
            for &(k, v) in text {
                for c in 0..2 {
                    let target = if y[i] == c { 1.0 } else { 0.0 };
                    grad[[k, c]] += v * (p[[i, c]] - target) * weights[i] / 5.5;
                }
            }
        }
        assert!(grad.iter().all(|g| g.abs() < 1e-4), "{grad}");
        assert!(fitted.scores(&[bag.features("good")]).row(0)[0] > 0.0);
        assert!(bag.features("never seen").is_empty());
    }
}

#[test]
fn vectors_are_taken_for_known_words_and_scaled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors.txt");
    let vocabulary = Vocabulary::of(["sun", "rain", "sun"], 1, None);
    let mut embedding = Embedding { w: Array2::zeros((vocabulary.size(), 2)) };
    let mut load = |text: &str| {
        std::fs::write(&path, text).unwrap();
        pretrained::load(&path, &vocabulary, &mut embedding, 0.5)
            .map(|found| (found, embedding.w.clone()))
            .map_err(|error| error.to_string())
    };
    let (found, w) = load("3 2\nsun 3 4\nmoon 1 1\n").unwrap();
    assert_eq!(found, 1);
    let row = w.row(vocabulary.id("sun")).to_owned();
    // Root mean square of 3 and 4 is √12.5
    let right = array![3.0, 4.0] * (0.5 / Real::sqrt(12.5));
    assert!((row - right).iter().all(|d| d.abs() < 1e-6));
    assert!(load("sun 1 2\nrain 1\n").unwrap_err().contains(":2: 1 numbers after"));
    assert!(load("sun 1 two\n").unwrap_err().contains(":1: a number after"));
}

#[test]
fn words_and_their_pieces() {
    let vocabulary = Vocabulary::of(["so", "happy", "!"], 1, None);
    let lexicon = Lexicon { vocabulary, buckets: 64 };
    let text = lexicon.encode("So HAPPY");
    assert_eq!(text[0].id, lexicon.vocabulary.id("so"));
    // <happy> has 5 runs of three, 4 of four and 3 of five
    assert_eq!(text[1].pieces.len(), 12);
    let typo = &lexicon.encode("hapy")[0];
    assert_eq!(typo.id, UNKNOWN);
    let shared = typo.pieces.iter().filter(|p| text[1].pieces.contains(p)).count();
    assert!(shared >= 3, "<ha, hap and <hap are pieces of both");
    assert_eq!(shorten("sooooo good!!!!!!"), "sooo good!!!");
    assert!(Lexicon { buckets: 0, ..lexicon }.encode("so")[0].pieces.is_empty());
}
