//! Files of labelled texts: four formats, what they may hold, and what is said when they
//! hold something else.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    goemotions::Mapping,
    hold_out::hold_out,
    labelled::{Examples, Format, Labelled, LabelledError, label_names},
    tokens::words,
};
use std::{collections::BTreeSet, path::Path};

fn read(text: &[u8], format: Format) -> Result<Vec<Labelled>, LabelledError> {
    Examples::new(Path::new("file"), text, format)?.collect()
}

fn pairs(examples: &[Labelled]) -> Vec<(&str, String)> {
    examples.iter().map(|e| (e.text.as_str(), e.labels.join("+"))).collect()
}

fn csv() -> Format {
    Format::Csv { text: "text".into(), label: "label".into() }
}

#[test]
fn tabs() {
    let text = "\u{feff}Text\tLabel\r\nHe said \"no\".\tanger\r\n\n a; b \t joy \n";
    let examples = read(text.as_bytes(), Format::Tabs).unwrap();
    let right = [("He said \"no\".", "anger".into()), ("a; b", "joy".into())];
    assert_eq!(pairs(&examples), right);
    assert_eq!(examples.iter().map(|e| e.line).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn semicolons_are_split_at_the_last() {
    let examples =
        read(b"i feel fine; really;joy\nno;sadness", Format::Semicolon).unwrap();
    let right = [("i feel fine; really", "joy".into()), ("no", "sadness".into())];
    assert_eq!(pairs(&examples), right);
}

#[test]
fn csv_with_quotes_and_other_columns() {
    let text = b"id,label,text\n7,joy,\"one, \"\"two\"\"\nthree\"\n8,anger,four\n";
    let examples = read(text, csv()).unwrap();
    let right = [("one, \"two\"\nthree", "joy".into()), ("four", "anger".into())];
    assert_eq!(pairs(&examples), right);
    assert_eq!(examples[1].line, 4);
}

#[test]
fn goemotions_by_four_mappings() {
    // anger; annoyance and anger; love; joy and sadness; admiration
    let text = b"\"a\tb\"\nx\t2\tid\n\"y\t3,2\tid\nz\t18\tid\nu\t17,25\tid\nv\t0\tid\n";
    let text = &text[5..];
    let read = |mapping| read(text, Format::GoEmotions(mapping)).unwrap();
    let strict = read(Mapping::Strict);
    assert_eq!(pairs(&strict), [("x", "anger".into()), ("z", "love".into())]);
    let ekman = read(Mapping::Ekman);
    let right = [("x", "anger"), ("\"y", "anger"), ("z", "joy"), ("v", "joy")];
    assert_eq!(pairs(&ekman), right.map(|(text, label)| (text, label.to_owned())));
    assert_eq!(pairs(&read(Mapping::EkmanMulti))[3].1, "joy+sadness");
    let all: Vec<_> =
        read(Mapping::All).into_iter().map(|e| e.labels.join("+")).collect();
    assert_eq!(all, ["anger", "annoyance+anger", "love", "joy+sadness", "admiration"]);
}

#[test]
fn what_is_wrong_is_said_with_the_line() {
    let long = format!("ok\tjoy\n{}\tjoy\n", "x".repeat(1 << 20));
    let goemotions = || Format::GoEmotions(Mapping::All);
    let cases: [(&[u8], Format, &str); 12] = [
        (b"ok\tjoy\nno label", Format::Tabs, "file:2: no tab"),
        (b"ok\tjoy\n\tjoy", Format::Tabs, "file:2: an empty text"),
        (b"ok\tjoy\nok\t ", Format::Tabs, "file:2: an empty label"),
        (b"ok\t3\tid", Format::Tabs, "file:1: more than one tab"),
        (b"ok\tjoy\ncaf\xe9\tjoy", Format::Tabs, "file:2: not UTF-8"),
        (long.as_bytes(), Format::Tabs, "file:2: more than 65536 bytes"),
        (b"ok;joy\nok", Format::Semicolon, "file:2: no ;"),
        (b"ok\t28\tid", goemotions(), "file:1: \"28\" is no number"),
        (b"ok", goemotions(), "file:1: not of the form"),
        (b"text,mood\nok,joy", csv(), "file:1: no column \"label\""),
        (b"text,label\nok,joy\nok", csv(), "file:3: 1 fields"),
        (b"text,label\nok,joy\n\xe9,joy", csv(), "file:3: not UTF-8"),
    ];
    for (text, format, wanted) in cases {
        let error = read(text, format).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{error}");
    }
}

#[test]
fn held_out_texts_are_no_copies() {
    let example = |k: usize| Labelled {
        // Every text four times over, in other letters
        text: if k.is_multiple_of(2) {
            format!("text {}", k / 4)
        } else {
            format!("Text  {}", k / 4)
        },
        labels: vec![if k < 300 { "a".into() } else { "b".into() }],
        line: k,
    };
    let examples: Vec<_> = (0..400).map(example).collect();
    let hold = |seed| hold_out(&examples, 10, &mut Rng::seed_from_u64(seed));
    let (learn, judge) = hold(1);
    assert_eq!(hold(1), (learn.clone(), judge.clone()));
    assert_ne!(hold(2).1, judge);
    assert_eq!(learn.len() + judge.len(), 400);
    let texts = |part: &[usize]| -> BTreeSet<_> {
        part.iter().map(|&k| words(&examples[k].text)).collect()
    };
    assert!(texts(&learn).is_disjoint(&texts(&judge)));
    let of_b = judge.iter().filter(|&&k| k >= 300).count();
    assert!((28..=32).contains(&(judge.len() - of_b)) && (8..=12).contains(&of_b));
    // A label that occurs once is learned from.
    let rare = [example(0), example(4), example(400)];
    assert_eq!(label_names(&rare), ["a", "b"]);
    for seed in 0..20 {
        assert!(hold_out(&rare, 2, &mut Rng::seed_from_u64(seed)).0.contains(&2));
    }
}
