//! Tokens and their numbers: nothing lost, nothing forged.

use proptest::{prelude::*, test_runner::RngSeed};
use rnn_book_code::{
    tokens::{Graphemes, Tokenizer, Words, graphemes, words},
    vocabulary::{SPECIAL, UNKNOWN, Vocabulary},
};
use std::{fs, path::PathBuf};

fn vocabulary(text: &str, min_count: usize, limit: Option<usize>) -> Vocabulary {
    Vocabulary::of(text.split_whitespace(), min_count, limit)
}

#[test]
fn frequent_tokens_come_first_and_rare_ones_are_unknown() {
    let v = vocabulary("b a a c c c d", 2, None);
    assert_eq!(v.size(), 6);
    assert_eq!((v.token(4), v.token(5)), ("c", "a"));
    assert_eq!((v.id("c"), v.id("a")), (4, 5));
    assert_eq!((v.id("b"), v.id("d")), (UNKNOWN, UNKNOWN));
    let v = vocabulary("b a a c c c d", 1, Some(3));
    assert_eq!((v.token(6), v.id("d"), v.size()), ("b", UNKNOWN, 7));
}

#[test]
fn no_text_forges_a_special_token() {
    let v = vocabulary("</s> </s> <pad> a", 1, None);
    assert_eq!(v.size(), 5);
    for special in SPECIAL {
        assert_eq!(v.id(special), UNKNOWN);
    }
}

#[test]
fn graphemes_and_words_are_what_a_reader_sees() {
    assert_eq!(graphemes("e\u{301}a👩‍👩‍👧"), ["é", "a", "👩‍👩‍👧"]);
    assert_eq!(
        words("Don't, SHE said…  3.5%"),
        ["don't", ",", "she", "said", "…", "3.5", "%"]
    );
    assert_eq!(words("Cafe\u{301}"), words("café"));
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn a_vocabulary_survives_its_file_and_a_foreign_file_is_refused() {
    let v = vocabulary("a b b \" \\ \u{301} c", 1, None);
    v.save(path("vocabulary.json")).unwrap();
    assert_eq!(Vocabulary::load(path("vocabulary.json")).unwrap(), v);
    for (name, content) in [
        ("list.json", "[\"a\", \"b\"]"),
        ("twice.json", "[\"<pad>\", \"<unk>\", \"<s>\", \"</s>\", \"a\", \"a\"]"),
        ("cut.json", "[\"<pad>\", \"<un"),
        ("other.json", "{\"a\": 1}"),
    ] {
        fs::write(path(name), content).unwrap();
        let error = Vocabulary::load(path(name)).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("is no vocabulary"), "{error}");
    }
    let error = Vocabulary::load(path("missing.json")).unwrap_err().to_string();
    assert!(error.contains("cannot be read"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn graphemes_give_back_any_composed_text(text: String) {
        let tokenizer = Graphemes::of(&text, 1);
        let ids = tokenizer.encode(&text);
        prop_assert!(ids.iter().all(|&id| id < tokenizer.size()));
        let once = tokenizer.decode(&ids);
        prop_assert_eq!(graphemes(&once).concat(), graphemes(&text).concat());
        prop_assert_eq!(&once, &graphemes(&text).concat());
    }

    #[test]
    fn words_lose_only_white_space_and_case(text in "[a-zA-Z ,.']{0,40}") {
        let tokens = words(&text);
        let all = tokens.iter().map(String::as_str);
        let tokenizer = Words { vocabulary: Vocabulary::of(all, 1, None) };
        let ids = tokenizer.encode(&text);
        let bare = |text: &str| text.to_lowercase().replace(' ', "");
        prop_assert_eq!(bare(&tokenizer.decode(&ids)), bare(&text));
    }
}
