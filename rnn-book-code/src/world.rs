//! A generated text whose structure is known: what word vectors find in it can be
//! compared with what was put in.
//!
//! The text is about a small world of people, countries, animals and chores. It is not
//! English as people write it: each sentence is one of a few frames, filled at random.
//!
//! In the book: [section 6.3].
//!
//! [section 6.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/words.html

use crate::Rng;
use rand::{RngExt, seq::IndexedRandom};

// ANCHOR: relations
/// Eight pairs that differ in the same way.
#[derive(Clone, Copy, Debug)]
pub struct Relation {
    /// What is related.
    pub name: &'static str,
    /// The pairs.
    pub pairs: [[&'static str; 2]; 8],
    /// Words that stand with both words of a pair, whichever it is.
    with: [[&'static str; 3]; 8],
    /// Words that stand with the first words, and with the second, of every pair.
    side: [[&'static str; 3]; 2],
}

/// The relations of the world.
pub const RELATIONS: [Relation; 4] = [
    Relation {
        name: "man and woman",
        pairs: [
            ["king", "queen"],
            ["prince", "princess"],
            ["father", "mother"],
            ["son", "daughter"],
            ["brother", "sister"],
            ["uncle", "aunt"],
            ["man", "woman"],
            ["boy", "girl"],
        ],
        with: [
            ["throne", "crown", "kingdom"],
            ["castle", "ball", "heir"],
            ["family", "supper", "cradle"],
            ["lesson", "homework", "exam"],
            ["twin", "secret", "bedroom"],
            ["visit", "letter", "holiday"],
            ["office", "coat", "newspaper"],
            ["toy", "swing", "sweets"],
        ],
        side: [["he", "his", "him"], ["she", "her", "herself"]],
    },
    // ANCHOR_END: relations
    Relation {
        name: "country and capital",
        pairs: [
            ["france", "paris"],
            ["italy", "rome"],
            ["spain", "madrid"],
            ["egypt", "cairo"],
            ["japan", "tokyo"],
            ["greece", "athens"],
            ["poland", "warsaw"],
            ["norway", "oslo"],
        ],
        with: [
            ["french", "seine", "cheese"],
            ["italian", "tiber", "pasta"],
            ["spanish", "manzanares", "olives"],
            ["arabic", "nile", "dates"],
            ["japanese", "sumida", "rice"],
            ["greek", "kifisos", "honey"],
            ["polish", "vistula", "dumplings"],
            ["norwegian", "akerselva", "salmon"],
        ],
        side: [["border", "government", "army"], ["mayor", "streets", "airport"]],
    },
    Relation {
        name: "animal and young",
        pairs: [
            ["cat", "kitten"],
            ["dog", "puppy"],
            ["cow", "calf"],
            ["sheep", "lamb"],
            ["horse", "foal"],
            ["duck", "duckling"],
            ["goat", "kid"],
            ["pig", "piglet"],
        ],
        with: [
            ["purrs", "mouse", "cushion"],
            ["barks", "bone", "kennel"],
            ["moos", "grass", "barn"],
            ["bleats", "wool", "meadow"],
            ["neighs", "hay", "stable"],
            ["quacks", "pond", "reeds"],
            ["climbs", "rocks", "thistles"],
            ["grunts", "mud", "trough"],
        ],
        side: [["old", "heavy", "strong"], ["little", "newborn", "clumsy"]],
    },
    Relation {
        name: "present and past",
        pairs: [
            ["walk", "walked"],
            ["cook", "cooked"],
            ["paint", "painted"],
            ["wash", "washed"],
            ["plant", "planted"],
            ["repair", "repaired"],
            ["open", "opened"],
            ["play", "played"],
        ],
        with: [
            ["path", "mile", "hill"],
            ["stew", "beans", "pancakes"],
            ["fence", "portrait", "wall"],
            ["dishes", "socks", "windows"],
            ["roses", "seeds", "hedge"],
            ["clock", "bicycle", "roof"],
            ["door", "parcel", "shop"],
            ["chess", "cards", "violin"],
        ],
        side: [["today", "now", "often"], ["yesterday", "ago", "once"]],
    },
];

/// Words of opposite meaning, which stand in the same frames.
pub const OPPOSITES: [[&str; 2]; 4] =
    [["hot", "cold"], ["full", "empty"], ["loud", "quiet"], ["clean", "dirty"]];

const OF_OPPOSITES: [[&str; 3]; 4] = [
    ["weather", "wind", "tea"],
    ["bottle", "basket", "glass"],
    ["music", "crowd", "engine"],
    ["shirt", "floor", "spoon"],
];

// ANCHOR: sentence
/// One sentence of the world. Which pair, and which word of it, are drawn
/// independently; so are the words that tell the one and the other.
pub fn sentence(rng: &mut Rng) -> String {
    let kind = rng.random_range(0..=RELATIONS.len());
    if kind == RELATIONS.len() {
        let k = rng.random_range(0..OPPOSITES.len());
        let (word, thing) = (pick(&OPPOSITES[k], rng), pick(&OF_OPPOSITES[k], rng));
        let frames = ["the T is W", "a W T", "how W the T is", "is the T W or not"];
        return fill(pick(&frames, rng), &[("T", thing), ("W", word)]);
    }
    let relation = &RELATIONS[kind];
    let (pair, side) = (rng.random_range(0..8), rng.random_range(0..2));
    let word = relation.pairs[pair][side];
    let with = pick(&relation.with[pair], rng);
    let near = pick(&relation.side[side], rng);
    fill(pick(&FRAMES[kind], rng), &[("X", word), ("Y", with), ("Z", near)])
}
// ANCHOR_END: sentence

/// Frames of the relations: X is the word, Y tells which pair, Z which side of it.
const FRAMES: [[&str; 4]; 4] = [
    [
        "the X said that Z forgot the Y",
        "the X with Z own Y",
        "Y of the X and of Z",
        "Z is a X by the Y",
    ],
    [
        "in X there is Y and the Z",
        "the Z of X sells Y",
        "Y for the Z of X",
        "X has a Z with Y",
    ],
    [
        "the Z X with the Y",
        "a Z X by the Y",
        "Y is what the Z X likes",
        "look at the Z X and Y",
    ],
    ["Z we X the Y", "Y is what they X Z", "we X the Y Z", "Z they X and the Y waits"],
];

fn pick<T: Copy>(choices: &[T], rng: &mut Rng) -> T {
    *choices.choose(rng).expect("there is a choice")
}

/// Puts words in the places of capital letters.
fn fill(frame: &str, words: &[(&str, &str)]) -> String {
    let of = |slot: &str| words.iter().find(|(name, _)| *name == slot);
    let filled: Vec<_> =
        frame.split(' ').map(|s| of(s).map_or(s, |(_, w)| w)).collect();
    filled.join(" ")
}

/// So many sentences, one a line.
pub fn text(sentences: usize, rng: &mut Rng) -> String {
    let lines: Vec<_> = (0..sentences).map(|_| sentence(rng)).collect();
    lines.join("\n")
}
