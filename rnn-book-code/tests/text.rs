//! Reading, numbering, cutting and drawing characters.

use ndarray::array;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    loss::{softmax, softmax_cross_entropy},
    sampling::{greedy, sample},
    text::{CharVocabulary, TextError, read_text, windows},
};
use std::{fs, path::PathBuf};

#[test]
fn any_text_survives_its_numbers() {
    for text in ["", "a", "ab\nba", "naïve Ωmega ✓ 🦀\r\n"] {
        let vocabulary = CharVocabulary::of(text);
        let ids = vocabulary.encode(text).unwrap();
        assert!(ids.iter().all(|&id| id < vocabulary.len()));
        assert_eq!(vocabulary.decode(&ids), text);
    }
}

#[test]
fn an_unknown_character_is_named_with_its_line() {
    let error = CharVocabulary::of("ab\n").encode("a\nb\naxb").unwrap_err();
    assert!(matches!(error, TextError::UnknownChar { c: 'x', line: 3 }), "{error}");
    let error = CharVocabulary::of("ab").encode("a\nb").unwrap_err();
    assert!(matches!(error, TextError::UnknownChar { c: '\n', line: 1 }), "{error}");
}

#[test]
fn windows_keep_the_order_and_lose_only_the_end() {
    for (length, lanes, steps) in
        [(2, 1, 1), (11, 2, 5), (26, 1, 5), (100, 3, 4), (101, 10, 9), (64, 7, 3)]
    {
        let stream: Vec<usize> = (0..length).collect();
        let windows = windows(&stream, lanes, steps).unwrap();
        let lane = (length - 1) / lanes;
        for b in 0..lanes {
            // Read lane b through all windows: consecutive numbers from its start on.
            let x: Vec<_> =
                windows.iter().flat_map(|w| w.x.column(b).to_vec()).collect();
            let y: Vec<_> =
                windows.iter().flat_map(|w| w.y.column(b).to_vec()).collect();
            assert_eq!(x.len(), lane / steps * steps);
            assert!(lane - x.len() < steps, "a whole window was left out");
            assert_eq!(x, (b * lane..b * lane + x.len()).collect::<Vec<_>>());
            assert_eq!(y, x.iter().map(|id| id + 1).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_stream_too_short_or_no_lanes_is_an_error() {
    for (length, lanes, steps) in
        [(0, 1, 1), (1, 1, 1), (5, 1, 5), (10, 2, 5), (9, 0, 1), (9, 1, 0)]
    {
        let stream = vec![0; length];
        let error = windows(&stream, lanes, steps).unwrap_err();
        assert!(matches!(error, TextError::TooShort { .. }), "{error}");
    }
}

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn files_that_are_no_text_get_a_sentence() {
    let message = |path: PathBuf| read_text(path).unwrap_err().to_string();
    let missing = message("no/such/file.txt".into());
    assert!(missing.starts_with("no/such/file.txt: cannot be read"), "{missing}");
    let latin = message(file("latin.txt", b"first line\ncaf\xe9\n"));
    assert!(latin.contains("latin.txt:2: not UTF-8"), "{latin}");
    let empty = message(file("empty.txt", b" \n\n"));
    assert!(empty.contains("empty.txt: holds no text"), "{empty}");
    assert_eq!(read_text(file("good.txt", "été\n".as_bytes())).unwrap(), "été\n");
}

#[test]
fn drawing_follows_the_softmax() {
    let logits = array![0.3, -1.0, 2.0, 0.0];
    for temperature in [0.5, 1.0, 2.0] {
        let z = (&logits / temperature).insert_axis(ndarray::Axis(0));
        let p = softmax(z.view());
        let mut rng = Rng::seed_from_u64(3);
        let mut counts = [0.0; 4];
        let draws = 40_000;
        for _ in 0..draws {
            counts[sample(logits.view(), temperature, &mut rng)] += 1.0;
        }
        for (class, count) in counts.into_iter().enumerate() {
            let (p, share) = (f64::from(p[[0, class]]), count / f64::from(draws));
            let deviation = (p * (1.0 - p) / f64::from(draws)).sqrt();
            assert!((share - p).abs() < 4.0 * deviation, "{class}: {share} for {p}");
        }
    }
    assert_eq!(greedy(array![1.0, 3.0, 3.0, 2.0].view()), 1);
}

#[test]
fn softmax_and_loss_survive_huge_logits() {
    let (loss, gradient) =
        softmax_cross_entropy(array![[1e30, 0.0], [-1e30, 0.0]].view(), &[0, 1]);
    assert_eq!(loss, 0.0);
    assert!(gradient.iter().all(|g| *g == 0.0));
    let (loss, gradient) = softmax_cross_entropy(array![[300.0, -300.0]].view(), &[1]);
    assert_eq!(loss, 600.0);
    assert_eq!(gradient, array![[1.0, -1.0]]);
}
