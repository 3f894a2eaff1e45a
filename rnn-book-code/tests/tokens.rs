//! Tokens and their numbers: nothing lost, nothing forged.

use proptest::{prelude::*, test_runner::RngSeed};
use rnn_book_code::{
    bpe::{BytePairs, pieces},
    tokens::{Graphemes, Tokenizer, Words, graphemes, words},
    vocabulary::{Counts, SPECIAL, UNKNOWN, Vocabulary},
};
use std::{collections::BTreeMap, fs, path::PathBuf};

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
    // There is no capital J with a caron in one piece; the small one there is
    assert_eq!(words("J\u{30C}"), ["\u{1F0}"]);
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

/// Byte-pair encoding as one would write it first: after each merge, count everything
/// anew. The merges, and the tokens of the text.
fn plain_merges(text: &str, merges: usize) -> (Vec<(usize, usize)>, Vec<usize>) {
    let first = SPECIAL.len();
    let split = |piece: &str| piece.bytes().map(|b| first + b as usize).collect();
    let mut words: Vec<Vec<usize>> = pieces(text).into_iter().map(split).collect();
    let mut learned = Vec::new();
    while learned.len() < merges {
        let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for pair in words.iter().flat_map(|word| word.windows(2)) {
            *counts.entry((pair[0], pair[1])).or_default() += 1;
        }
        let best = counts.into_iter().map(|(pair, n)| (n, std::cmp::Reverse(pair)));
        let Some((_, pair)) = best.max().filter(|(n, _)| *n > 1) else { break };
        for word in &mut words {
            let mut k = 0;
            while k + 1 < word.len() {
                if (word[k], word[k + 1]) == pair.0 {
                    word.splice(k..k + 2, [first + 256 + learned.len()]);
                }
                k += 1;
            }
        }
        learned.push(pair.0);
    }
    (learned, words.concat())
}

#[test]
fn counting_on_learns_what_counting_anew_learns() {
    let text = include_str!("../data/river.txt");
    let learned = BytePairs::of(text, 60);
    let (plain, ids) = plain_merges(text, 60);
    assert_eq!(learned.merges(), plain);
    assert_eq!(learned.encode(text), ids);
    for (k, &(a, b)) in plain.iter().enumerate() {
        let both = [learned.bytes(a), learned.bytes(b)].concat();
        assert_eq!(learned.bytes(SPECIAL.len() + 256 + k), both);
    }
}

#[test]
fn merges_of_the_paper() {
    // The words of algorithm 1 in Sennrich et al. (2016), without their end-of-word mark
    let text = [("low", 5), ("lower", 2), ("newest", 6), ("widest", 3)];
    let words = text.iter().flat_map(|&(word, n)| std::iter::repeat_n(word, n));
    let learned = BytePairs::learn(&words.collect::<Counts>(), 3);
    let token = |k: usize| String::from_utf8_lossy(learned.bytes(260 + k));
    assert_eq!([token(0), token(1), token(2)], ["es", "est", "lo"]);
    assert_eq!(learned.encode("lowest").len(), 3); // lo w est
}

#[test]
fn merges_survive_their_file_and_a_foreign_file_is_refused() {
    let learned = BytePairs::of("the thin thing that they think", 9);
    learned.save(path("merges.json")).unwrap();
    assert_eq!(BytePairs::load(path("merges.json")).unwrap(), learned);
    for (name, content, wanted) in [
        ("ahead.json", "[[260, 100]]", "merge 0 is of 260 and 100"),
        ("special.json", "[[100, 3]]", "merge 0 is of 100 and 3"),
        ("again.json", "[[100, 101], [100, 101]]", "merge 1 repeats"),
        ("words.json", "[\"a\"]", "is no list of merges"),
    ] {
        fs::write(path(name), content).unwrap();
        let error = BytePairs::load(path(name)).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(wanted), "{error}");
    }
}

#[test]
fn a_single_space_stays_with_its_word() {
    assert_eq!(
        pieces("to be,  or\nnot "),
        ["to", " be", ",", "  ", "or", "\n", "not", " "]
    );
    assert!(pieces("").is_empty());
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

    #[test]
    fn pieces_are_the_text(text: String) {
        prop_assert_eq!(pieces(&text).concat(), text);
    }

    #[test]
    fn byte_pairs_give_back_any_text(learned in "[a-e ]{0,60}|\\PC{0,30}", text in any::<String>(), merges in 0_usize..40) {
        let tokenizer = BytePairs::of(&learned, merges);
        for text in [&text, &learned] {
            let ids = tokenizer.encode(text);
            prop_assert!(ids.iter().all(|&id| (SPECIAL.len()..tokenizer.size()).contains(&id)));
            prop_assert_eq!(&tokenizer.decode(&ids), text);
            prop_assert!(ids.len() <= text.len(), "no more tokens than bytes");
        }
        // Word by word or at once: order is kept, nothing crosses a boundary
        let apart: Vec<usize> = pieces(&text).iter().flat_map(|p| tokenizer.encode(p)).collect();
        prop_assert_eq!(apart, tokenizer.encode(&text));
    }

    #[test]
    fn counting_on_equals_counting_anew(text in "[abc ]{0,60}", merges in 0_usize..20) {
        let learned = BytePairs::of(&text, merges);
        let (plain, ids) = plain_merges(&text, merges);
        prop_assert_eq!(learned.merges(), &plain[..]);
        prop_assert_eq!(learned.encode(&text), ids);
    }
}
