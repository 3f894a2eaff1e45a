//! The corpus that the book ships: sentences in seven labels, by topic.
//!
//! In the book: [section 8.1].
//!
//! [section 8.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/data.html

use crate::labelled::Labelled;

/// The file, with the columns topic, label and text.
const CORPUS: &str = include_str!("../data/emotions.tsv");

// ANCHOR: split
/// The parts of the corpus. No topic is in two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// To learn from.
    Train,
    /// To choose by.
    Dev,
    /// To judge by, once.
    Test,
}

/// The dev topics, to choose by, fixed before anything was trained: four in which
/// feelings are mostly shown, three plain ones.
pub const DEV_TOPICS: [&str; 7] =
    ["children", "hospital", "outdoors", "trains", "goodbyes", "phones", "teeth"];

/// The test topics, to judge by, four and three.
pub const TEST_TOPICS: [&str; 7] =
    ["couples", "music", "sport", "workshop", "emergencies", "promises", "waiting"];

/// The part that a topic belongs to.
pub fn part_of(topic: &str) -> Part {
    if TEST_TOPICS.contains(&topic) {
        Part::Test
    } else if DEV_TOPICS.contains(&topic) {
        Part::Dev
    } else {
        Part::Train
    }
}
// ANCHOR_END: split

/// The topics whose sentences tell what is felt more often; the others show it.
pub const PLAIN_TOPICS: [&str; 20] = [
    "apologies",
    "birthdays",
    "boats",
    "coffee",
    "cycling",
    "emergencies",
    "firstday",
    "games",
    "goodbyes",
    "hair",
    "holidays",
    "museum",
    "phones",
    "pregnancy",
    "promises",
    "science",
    "teenagers",
    "teeth",
    "volunteers",
    "waiting",
];

/// A sentence of the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// What it is about.
    pub topic: &'static str,
    /// What its writer meant it to express.
    pub label: &'static str,
    /// The sentence.
    pub text: &'static str,
}

// ANCHOR: corpus
/// All sentences, in the order of the file.
pub fn corpus() -> impl Iterator<Item = Sentence> {
    CORPUS.lines().skip(1).map(|line| {
        let mut fields = line.splitn(3, '\t');
        let mut field = || fields.next().expect("three columns; a test checks them");
        Sentence { topic: field(), label: field(), text: field() }
    })
}

/// The sentences of a part, as if read from a file.
pub fn part(part: Part) -> Vec<Labelled> {
    let numbered = corpus().zip(2..);
    let wanted = numbered.filter(|(sentence, _)| part_of(sentence.topic) == part);
    wanted.map(|(sentence, line)| sentence.labelled(line)).collect()
}

impl Sentence {
    /// The sentence on a line of the file.
    pub fn labelled(&self, line: usize) -> Labelled {
        Labelled { text: self.text.into(), labels: vec![self.label.into()], line }
    }
}
// ANCHOR_END: corpus
