//! What the shipped model does with sentences made for the purpose.

use anyhow::Result;
use rnn_book_code::{
    emotion_model::EmotionModel,
    emotions::{Part, part},
    tokens::words,
};

use super::{NEAR, shipped::model};
use crate::draw::{Anchor, Canvas, Color};
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record};

/// Sentences that name a feeling, with the label.
const NAMED: [(&str, &str); 12] = [
    ("I am happy about the result.", "joy"),
    ("I am delighted with my new flat.", "joy"),
    ("I am so glad that you came.", "joy"),
    ("I am angry about the delay.", "anger"),
    ("I am furious with the landlord.", "anger"),
    ("I am afraid of the dog next door.", "fear"),
    ("I am scared of the dark.", "fear"),
    ("I am sad about the end of summer.", "sadness"),
    ("I am heartbroken about the news.", "sadness"),
    ("I am surprised by your answer.", "surprise"),
    ("I am astonished by the price.", "surprise"),
    ("I love my little sister.", "love"),
];

/// A sentence, and the same with another name in place of `{}`.
const WITH_NAME: [&str; 8] = [
    "{} called, and I have been smiling ever since.",
    "I miss {} every time I pass the bakery.",
    "{} took my parking space again, the cheek of it!",
    "I dread the day when {} finds out.",
    "I adore {} with all my heart.",
    "{} is back already? I thought the train left at noon!",
    "{} will bring the folding chairs at six.",
    "I shouted at {} because nobody ever listens.",
];
const NAMES: [&str; 8] =
    ["Anna", "Mohammed", "Li Wei", "John", "Oluwaseun", "Maria", "Priya", "Tom"];

/// Sentences whose words are looked at one by one.
const LOOKED_AT: [&str; 4] = [
    "I miss the sound of your key in the door.",
    "I am not happy about this at all.",
    "Who left the gate open again?",
    "I never thought we would win, and we did!",
];

/// What is done to a sentence.
type Change = fn(&str) -> String;

/// Asks.
///
/// # Errors
/// When the model is missing.
pub fn run(_: &Progress) -> Result<Record> {
    let model = model()?;
    let test = part(Part::Test);
    let mut r = Record::new(
        &[],
        format!(
            "{} sentences made by hand, and the {} sentences to judge by with changes",
            NAMED.len() + WITH_NAME.len() * NAMES.len(),
            test.len()
        ),
    )
    .tolerance(NEAR);
    let answer = |text: &str| label(&model, text);
    let mut rows = Vec::new();
    let mut row = |key: &str, name: &str, wanted: &str, passed: usize, all: usize| {
        let share = passed as f64 / all as f64;
        r.value(key, share, percent(share, 0));
        rows.push(vec![
            name.to_owned(),
            wanted.to_owned(),
            integer(all as f64),
            percent(share, 0),
        ]);
    };
    let right = NAMED.iter().filter(|(text, label)| answer(text) == *label).count();
    row("named", "a feeling is named", "that label", right, NAMED.len());
    let negated = NAMED.iter().filter(|(text, label)| {
        let text = text.replace("I am ", "I am not ").replace("I love", "I don’t love");
        answer(&text) != *label
    });
    row(
        "negated",
        "the same with *not*",
        "another label",
        negated.count(),
        NAMED.len(),
    );
    let same = WITH_NAME
        .iter()
        .flat_map(|text| NAMES[1..].iter().map(move |name| (text, name)))
        .filter(|(text, name)| {
            answer(&text.replace("{}", name)) == answer(&text.replace("{}", NAMES[0]))
        });
    row(
        "names",
        "another name",
        "the same answer",
        same.count(),
        WITH_NAME.len() * (NAMES.len() - 1),
    );
    let changes: [(&str, &str, Change); 4] = [
        ("typo", "two letters of the longest word swapped", typo),
        ("shouted", "in capitals", |text| text.to_uppercase()),
        ("marks", "three exclamation marks at the end", |text| {
            format!("{}!!!", text.trim_end_matches(['.', '!', '?']))
        }),
        ("bare", "without punctuation", |text| {
            text.chars().filter(|c| !".,!?;:—–\"“”".contains(*c)).collect()
        }),
    ];
    for (key, name, change) in changes {
        let same = test.iter().filter(|e| answer(&change(&e.text)) == answer(&e.text));
        row(key, name, "the same answer", same.count(), test.len());
    }
    r.table("main", &["change", "wanted", "cases", "passed"], "llrr", rows);

    let mut shown = Vec::new();
    for text in LOOKED_AT {
        shown.push((effects(&model, text), label(&model, text)));
    }
    let mut largest = Vec::new();
    for (effects, label) in &shown {
        let strongest = effects.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((word, effect)) = strongest {
            largest.push(vec![label.clone(), word.clone(), fixed(*effect, 2)]);
        }
    }
    r.table(
        "words",
        &["answer", "word that speaks most for it", "effect"],
        "llr",
        largest,
    );
    r.picture(picture(&shown));
    Ok(r)
}

fn label(model: &EmotionModel, text: &str) -> String {
    model.labels[model.answer(text).labels[0]].clone()
}

/// The text with two inner letters of its longest word swapped.
fn typo(text: &str) -> String {
    let longest = text
        .split(|c: char| !c.is_alphabetic())
        .rev()
        .max_by_key(|word| word.chars().count())
        .unwrap_or_default();
    let mut letters: Vec<char> = longest.chars().collect();
    if letters.len() > 3 {
        let middle = letters.len() / 2;
        letters.swap(middle - 1, middle);
    }
    text.replacen(longest, &letters.iter().collect::<String>(), 1)
}

/// Each word, and by how much the probability of the answer falls without it.
fn effects(model: &EmotionModel, text: &str) -> Vec<(String, f64)> {
    let all = words(text);
    let whole = model.answer(&all.join(" "));
    let of = whole.labels[0];
    (0..all.len())
        .map(|k| {
            let mut rest = all.clone();
            let word = rest.remove(k);
            let p = model.answer(&rest.join(" ")).probabilities[of];
            (word, f64::from(whole.probabilities[of] - p))
        })
        .collect()
}

/// Words on a ground whose strength is their effect.
fn picture(shown: &[(Vec<(String, f64)>, String)]) -> String {
    const ROW: f64 = 74.0;
    let height = ROW * shown.len() as f64 + 8.0;
    Canvas::picture(640.0, height, |canvas| {
        for (row, (effects, label)) in shown.iter().enumerate() {
            let top = ROW * row as f64 + 8.0;
            let answer = format!("answer: {label}");
            canvas.text((4.0, top + 12.0), &answer, 13.0, Color::Muted, Anchor::Start);
            let mut x = 4.0;
            for (word, effect) in effects {
                let width = 9.2 * word.chars().count().max(3) as f64 + 8.0;
                let color = Color::Series(usize::from(*effect < 0.0));
                let strength = (effect.abs() * 1.2).min(0.6);
                canvas.rectangle(
                    (x, top + 22.0),
                    (width, 24.0),
                    3.0,
                    Some((color, strength)),
                    None,
                );
                let middle = x + width / 2.0;
                canvas.text(
                    (middle, top + 34.0),
                    word,
                    15.0,
                    Color::Ink,
                    Anchor::Middle,
                );
                if effect.abs() >= 0.05 {
                    let sign = if *effect > 0.0 { "+" } else { "" };
                    let text = format!("{sign}{}", fixed(*effect, 2));
                    canvas.text(
                        (middle, top + 56.0),
                        &text,
                        11.0,
                        color,
                        Anchor::Middle,
                    );
                }
                x += width + 3.0;
            }
        }
    })
}
