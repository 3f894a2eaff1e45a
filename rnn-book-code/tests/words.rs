//! Skip-gram against central differences, and word vectors from files and to files; the
//! program `word_vectors` as a user meets it.

use ndarray::{Array2, array};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    lines::Lines,
    principal::principal,
    word_vectors::{WordVectors, read_judged, spearman},
};
use rnn_book_code_f64 as book;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::tempdir;

use book::{
    gradcheck::gradient_check,
    init,
    optim::{Optimizer, Sgd},
    parameters::Parameters,
    skip_gram::{Pairs, Settings, SkipGram, Training, Work},
};

fn model(v: usize, d: usize, rng: &mut book::Rng) -> SkipGram {
    let mut model = SkipGram::new(v, d, rng);
    model.center.w = init::normal(v, d, 1.0, rng);
    model.context.w = init::normal(v, d, 1.0, rng);
    model
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 64,
        ..ProptestConfig::default()
    })]

    #[test]
    fn skip_gram(n in 1_usize..6, k in 0_usize..5, v in 2_usize..6, d in 1_usize..5, seed: u64) {
        let rng = &mut book::Rng::seed_from_u64(seed);
        let model = model(v, d, rng);
        // Few words: centres and drawn words repeat
        let pairs = Pairs {
            centers: Array2::from_shape_simple_fn((n, 1), || rng.random_range(0..v)),
            words: Array2::from_shape_simple_fn((n, 1 + k), || rng.random_range(0..v)),
        };
        let mut grad = model.zeros_like();
        model.loss_and_gradient(&pairs, &mut grad);
        let loss = |m: &SkipGram| m.loss_and_gradient(&pairs, &mut m.zeros_like());
        for check in gradient_check(&model, &grad, 1e-5, loss) {
            let small = (check.analytic - check.numeric).abs() < 1e-10;
            prop_assert!(check.error < 1e-7 || small, "{check:?}");
        }
    }

    #[test]
    fn a_step_is_gradient_descent_on_one_pair(k in 0_usize..6, v in 2_usize..6, seed: u64) {
        let rng = &mut book::Rng::seed_from_u64(seed);
        let mut stepped = model(v, 11, rng);
        let mut descended = stepped.clone();
        let center = rng.random_range(0..v);
        let words: Vec<usize> = (0..=k).map(|_| rng.random_range(0..v)).collect();
        let pairs = Pairs {
            centers: array![[center]],
            words: Array2::from_shape_vec((1, k + 1), words.clone()).unwrap(),
        };
        let mut grad = stepped.zeros_like();
        descended.loss_and_gradient(&pairs, &mut grad);
        Sgd { rate: 0.3 }.step(&mut descended, &grad);
        stepped.step(center, &words, 0.3, &mut Work::default());
        for ((_, a), (_, b)) in stepped.parameters().iter().zip(descended.parameters()) {
            prop_assert!((a - &b).iter().all(|d| d.abs() < 1e-12));
        }
    }

    #[test]
    fn spearman_sees_order_only(x in prop::collection::vec(-50_i32..50, 2..20)) {
        let x: Vec<f64> = x.into_iter().map(f64::from).collect();
        let cubed: Vec<f64> = x.iter().map(|x| x.powi(3)).collect();
        let turned: Vec<f64> = x.iter().map(|x| -x).collect();
        if let Some(r) = spearman(&x, &cubed) {
            prop_assert!((r - 1.0).abs() < 1e-12);
            prop_assert!((spearman(&x, &turned).unwrap() + 1.0).abs() < 1e-12);
        } else {
            prop_assert!(x.iter().all(|y| *y == x[0]));
        }
    }
}

#[test]
fn spearman_with_ties() {
    // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: 4.5 / √(4.5 · 5), by hand
    let r = spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]).unwrap();
    assert!((r - (4.5_f64 / 5.0).sqrt()).abs() < 1e-12, "{r}");
    assert_eq!(spearman(&[1.0], &[1.0]), None);
}

#[test]
fn a_text_of_one_word_is_refused() {
    let rng = book::Rng::seed_from_u64(1);
    let error = Training::new(Settings::default(), &[0, 0, 0, 0, 7], rng).unwrap_err();
    assert!(error.contains("1 words"), "{error}");
}

#[test]
fn the_widest_directions_are_found() {
    // A cloud with spreads 3, 2 and 1 along turned axes
    let (s, points) = (0.5_f32.sqrt(), 64);
    let x = Array2::from_shape_fn((points, 3), |(i, j)| {
        let angle =
            |k: f32| (k * i as f32 * std::f32::consts::TAU / points as f32).cos();
        let p = [3.0 * angle(1.0), 2.0 * angle(2.0), angle(3.0)];
        [s * (p[0] + p[1]), s * (p[0] - p[1]), p[2]][j]
    });
    let (places, shares) = principal(x.view(), 2);
    assert_eq!(places.dim(), (points, 2));
    for (share, wanted) in shares.iter().zip([9.0 / 14.0, 4.0 / 14.0]) {
        assert!((share - wanted).abs() < 1e-4, "{shares:?}");
    }
}

#[test]
fn lines_of_any_length_are_read_and_nothing_is_lost() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("text.txt");
    let long = "snø ".repeat(50_000);
    let solid = "é".repeat(70_001);
    let text = format!("\u{FEFF}first\r\n\n{long}\n{solid}\nlast");
    fs::write(&path, &text).unwrap();
    let lines: Vec<String> = Lines::open(&path).unwrap().map(Result::unwrap).collect();
    assert_eq!((lines[0].as_str(), lines[1].as_str()), ("first", ""));
    assert_eq!(lines.last().unwrap(), "last");
    assert!(lines.iter().all(|line| line.len() <= 1 << 16));
    let middle = &lines[2..lines.len() - 1];
    assert_eq!(middle.concat(), long + &solid);
    assert!(
        middle.iter().all(|part| !part.starts_with("nø") && !part.starts_with('ø'))
    );

    fs::write(&path, b"fine\n\xff\xfe\nfine").unwrap();
    let lines: Vec<_> = Lines::open(&path).unwrap().collect();
    let error = lines[1].as_ref().unwrap_err().to_string();
    assert!(error.contains("text.txt:2: not UTF-8"), "{error}");
}

fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn vectors_survive_their_file_and_wrong_files_are_refused() {
    let folder = tempdir().unwrap();
    let words = ["<pad>", "sea", "don't"].map(String::from).to_vec();
    let vectors =
        WordVectors::new(words, array![[9.0, 9.0], [0.1, -2.5e-8], [1.0, 3.0]]);
    assert_eq!(vectors.words(), ["sea", "don't"]);
    let path = folder.path().join("vectors.txt");
    vectors.save(&path).unwrap();
    assert_eq!(WordVectors::load(&path, 10).unwrap(), vectors);
    let glove = file(folder.path(), "glove.txt", "sea 0.1 -2.5e-8\ndon't 1 3\n");
    assert_eq!(WordVectors::load(&glove, 10).unwrap(), vectors);
    assert_eq!(WordVectors::load(&glove, 1).unwrap().words(), ["sea"]);
    assert_eq!(WordVectors::load(&path, 1).unwrap().words(), ["sea"]);
    for (name, content, wanted) in [
        (
            "short.txt",
            "sea 1 2\nlake 1\n",
            "short.txt:2: has 1 numbers; it should be 2",
        ),
        ("text.txt", "sea one two\n", "text.txt:1: should be a word, then numbers"),
        ("twice.txt", "sea 1 2\nsea 1 2\n", "twice.txt:2: \"sea\" stands on line 1"),
        ("nan.txt", "sea 1 NaN\n", "nan.txt:1: a number of \"sea\" is not finite"),
        ("none.txt", "3 2\n", "no words"),
        (
            "cut.txt",
            "3 2\nsea 1 2\nlake 1 2\n",
            "cut.txt:4: the file ends after 2 of 3",
        ),
    ] {
        let path = file(folder.path(), name, content);
        let error = WordVectors::load(&path, 10).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_list_of_judged_pairs_is_read_and_a_wrong_line_is_named() {
    let folder = tempdir().unwrap();
    let good =
        file(folder.path(), "good.tsv", "# pairs\nSea\tlake\t7.5\n\nsea\ttax\t0\n");
    let list = read_judged(&good).unwrap();
    assert_eq!((list.len(), list[0].words[0].as_str(), list[0].score), (2, "sea", 7.5));
    let accents = file(folder.path(), "accents.tsv", "CAFE\u{301}\tsea\t1\n");
    assert_eq!(read_judged(&accents).unwrap()[0].words[0], "caf\u{e9}");
    for (content, wanted) in [
        ("sea lake 7\n", "list.tsv:1: has 1 fields"),
        (
            "sea\tlake\t7\nsea\tlake\thigh\n",
            "list.tsv:2: the score \"high\" is no number",
        ),
    ] {
        let path = file(folder.path(), "list.tsv", content);
        let error = read_judged(&path).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

fn run(args: &[&str]) -> Output {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile =
        test.ancestors().nth(2).expect("the test lies in target/PROFILE/deps");
    let name = format!("word_vectors{}", std::env::consts::EXE_SUFFIX);
    Command::new(profile.join("examples").join(name))
        .args(args)
        .output()
        .expect("the program must start; `cargo test` builds it")
}

#[test]
fn the_program_learns_saves_and_scores() {
    let folder = tempdir().unwrap();
    let mut rng = rnn_book_code::Rng::seed_from_u64(1);
    let text = rnn_book_code::world::text(2000, &mut rng);
    let text = file(folder.path(), "world.txt", &text);
    let list = "cat\tkitten\t3\ncat\tdog\t2\ncat\tparis\t0\ncat\tunheard\t1\n";
    let list = file(folder.path(), "list.tsv", list);
    let out = folder.path().join("vectors.txt");
    let [text, list, out] = [&text, &list, &out].map(|path| path.to_str().unwrap());
    let ask = ["--near", "Paris", "--analogy", "King, queen,man", "--similarity", list];
    let learn = ["--text", text, "--out", out, "--size", "16"];
    let first = run(&[&learn[..], &ask].concat());
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let said = String::from_utf8(first.stdout).unwrap();
    assert!(said.contains("over 3 of 4 pairs"), "{said}");
    let again = run(&[&["--vectors", out][..], &ask].concat());
    let again = String::from_utf8(again.stdout).unwrap();
    let (_, answers) = said.split_once('\n').unwrap();
    assert_eq!(again, answers, "vectors from the file answer alike");
}

#[test]
fn the_program_says_what_is_wrong() {
    let folder = tempdir().unwrap();
    let text = file(folder.path(), "text.txt", "a a a\n");
    let list = file(folder.path(), "list.tsv", "one\ttwo\n");
    let [text, list] = [&text, &list].map(|path| path.to_str().unwrap());
    for (args, wanted) in [
        (vec!["--text", "nowhere.txt"], "nowhere.txt: cannot be read"),
        (vec!["--text", text, "--min-count", "1"], "text.txt: the text has 1 words"),
        (vec!["--text", text, "--similarity", list], "list.tsv:1: has 2 fields"),
        (vec!["--vectors", text], "text.txt:1: should be a word"),
        (vec!["--near", "sea"], "--text"),
        (vec!["--text", "nowhere.txt", "--analogy", "king,queen"], "takes three words"),
        (vec!["--text", text, "--rate", "0"], "not a number above 0"),
        (vec!["--text", text, "--threshold", "NaN"], "not a number above 0"),
    ] {
        let output = run(&args);
        assert!(!output.status.success(), "{args:?} must fail");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(wanted), "{args:?}: {said}");
    }
}
