//! The rows of GoEmotions (Demszky et al. 2020) as they are published, and four ways
//! to read their labels.
//!
//! In the book: [section 8.1].
//!
//! [section 8.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/data.html

/// The labels in the order of their numbers.
pub const NAMES: [&str; 28] = [
    "admiration",
    "amusement",
    "anger",
    "annoyance",
    "approval",
    "caring",
    "confusion",
    "curiosity",
    "desire",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "excitement",
    "fear",
    "gratitude",
    "grief",
    "joy",
    "love",
    "nervousness",
    "optimism",
    "pride",
    "realization",
    "relief",
    "remorse",
    "sadness",
    "surprise",
    "neutral",
];

// ANCHOR: names
/// What becomes of the 28 labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// Rows with exactly one label, if that is one of the seven of
    /// [`STRICT`]; the others are left out.
    Strict,
    /// The six basic emotions of Ekman and neutral: each label becomes its group. Rows
    /// whose labels fall into several groups are left out.
    Ekman,
    /// Ekman's groups, any number a row.
    EkmanMulti,
    /// All 28, any number a row.
    All,
}
// ANCHOR_END: names

/// The seven labels of the strict mapping.
pub const STRICT: [&str; 7] =
    ["anger", "fear", "joy", "love", "neutral", "sadness", "surprise"];

// ANCHOR: ekman
/// The group of a label in the authors' mapping to Ekman's basic emotions.
pub fn ekman(label: &str) -> &'static str {
    match label {
        "anger" | "annoyance" | "disapproval" => "anger",
        "disgust" => "disgust",
        "fear" | "nervousness" => "fear",
        "sadness" | "disappointment" | "embarrassment" | "grief" | "remorse" => {
            "sadness"
        }
        "surprise" | "realization" | "confusion" | "curiosity" => "surprise",
        "neutral" => "neutral",
        _ => "joy",
    }
}
// ANCHOR_END: ekman

// ANCHOR: parse
/// The text and the labels on a line `text<TAB>number[,number…]<TAB>anything`, or none
/// if the mapping leaves it out. Quotes are a part of the text.
///
/// # Errors
/// What is wrong with the line.
pub fn parse(
    line: &str,
    mapping: Mapping,
) -> Result<Option<(&str, Vec<&'static str>)>, String> {
    let mut fields = line.split('\t');
    let (text, ids) = match (fields.next(), fields.next()) {
        (Some(text), Some(ids)) if !text.trim().is_empty() => (text.trim(), ids),
        _ => return Err("not of the form text, tab, numbers".into()),
    };
    let mut labels = Vec::new();
    for id in ids.split(',') {
        let name = id.trim().parse().ok().and_then(|id: usize| NAMES.get(id));
        labels.push(*name.ok_or(format!("{id:?} is no number of a label, 0 to 27"))?);
    }
    let all = labels.len();
    if matches!(mapping, Mapping::Ekman | Mapping::EkmanMulti) {
        labels = labels.into_iter().map(ekman).collect();
        labels.sort_unstable();
        labels.dedup();
    }
    let kept = match mapping {
        Mapping::Strict => all == 1 && STRICT.contains(&labels[0]),
        Mapping::Ekman => labels.len() == 1,
        Mapping::EkmanMulti | Mapping::All => true,
    };
    Ok(kept.then_some((text, labels)))
}
// ANCHOR_END: parse
