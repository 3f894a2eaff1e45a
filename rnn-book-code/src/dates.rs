//! Dates as people write them, to be answered by ISO 8601: "the 12th of March 1998" by
//! "1998-03-12", and by a word if there is no such day.
//!
//! Conventions: figures alone are day first, unless the year comes first with four
//! digits; of two-digit years 00 to 49 are in this century, 50 to 99 in the last one.
//!
//! In the book: [section 7.6].
//!
//! [section 7.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/experiments.html

use crate::{Rng, tasks::Pair};
use rand::{RngExt, seq::IndexedRandom};
use std::ops::RangeInclusive;

// ANCHOR: calendar
/// The years of the task.
pub const YEARS: RangeInclusive<u32> = 1900..=2049;
/// Two-digit years from here on are in the 1900s, those below in the 2000s.
const PIVOT: u32 = 50;
/// What answers a date that does not exist.
pub const INVALID: &str = "invalid";

/// A day as it is written. There need not be such a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Date {
    /// With all four digits.
    pub year: u32,
    /// From 1 on.
    pub month: u32,
    /// From 1 on.
    pub day: u32,
}

/// Whether a year of the Gregorian calendar has a 29 February.
fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

/// The number of days of a month, 0 if there is no such month.
pub fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

fn days_in_year(year: u32) -> u32 {
    365 + u32::from(is_leap(year))
}

impl Date {
    /// Whether the calendar has this day.
    pub fn exists(self) -> bool {
        (1..=days_in(self.year, self.month)).contains(&self.day)
    }

    /// The day that comes `n` days after the first of January 1900.
    pub fn after(mut n: u32) -> Self {
        let (mut year, mut month) = (*YEARS.start(), 1);
        while n >= days_in_year(year) {
            n -= days_in_year(year);
            year += 1;
        }
        while n >= days_in(year, month) {
            n -= days_in(year, month);
            month += 1;
        }
        Self { year, month, day: n + 1 }
    }

    /// How many days it comes after the first of January 1900.
    pub fn number(self) -> u32 {
        let years: u32 = (*YEARS.start()..self.year).map(days_in_year).sum();
        let months: u32 = (1..self.month).map(|month| days_in(self.year, month)).sum();
        years + months + self.day - 1
    }

    /// The day of the week, 0 for Monday: 1 January 1900 was one.
    pub fn weekday(self) -> usize {
        self.number() as usize % 7
    }

    /// The right answer: the date as ISO 8601 has it, or [`INVALID`].
    pub fn answer(self) -> String {
        let Self { year, month, day } = self;
        if self.exists() {
            format!("{year:04}-{month:02}-{day:02}")
        } else {
            INVALID.into()
        }
    }
}
// ANCHOR_END: calendar

// ANCHOR: part
/// What a day is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// To train on: eight days of ten.
    Train,
    /// To choose by: one of ten.
    Dev,
    /// To report: one of ten.
    Test,
}

impl Part {
    /// The part that a day belongs to, in every form in which it is written: decided by
    /// a hash of the day alone (the mixing function of SplitMix64).
    pub fn of(date: Date) -> Self {
        let day = u64::from(date.year * 10_000 + date.month * 100 + date.day);
        let mut z = day.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        match (z ^ (z >> 31)) % 10 {
            0 => Self::Test,
            1 => Self::Dev,
            _ => Self::Train,
        }
    }
}
// ANCHOR_END: part

// ANCHOR: forms
/// The ways to write a date. After a % stands what is put there:
///
/// | | |
/// |---|---|
/// | `%d`, `%D`, `%o`, `%w` | the day: 2, 02, 2nd, second |
/// | `%m`, `%M`, `%R` | the month in figures: 3, 03, III |
/// | `%B`, `%b`, `%p` | its name: March, Mar, Mar. |
/// | `%Y`, `%y` | the year: 1998, 98 |
/// | `%A`, `%a` | the day of the week: Monday, Mon |
pub const FORMS: [&str; 40] = [
    "%Y-%M-%D",
    "%Y%M%D",
    "%Y/%M/%D",
    "%Y.%M.%D",
    "%d/%m/%Y",
    "%D/%M/%Y",
    "%d/%m/%y",
    "%D/%M/%y",
    "%d.%m.%Y",
    "%D.%M.%Y",
    "%d.%m.%y",
    "%D-%M-%Y",
    "%d %m %Y",
    "%d %R %Y",
    "%d.%R.%Y",
    "%d %B %Y",
    "%D %B %Y",
    "%o %B %Y",
    "%o of %B %Y",
    "the %o of %B %Y",
    "%B %d, %Y",
    "%B %o, %Y",
    "%Y, %B %d",
    "%d %B '%y",
    "%B %d '%y",
    "%d %b %Y",
    "%d %p %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b '%y",
    "%b %d, %Y",
    "%p %d, %Y",
    "%Y %b %d",
    "%a %d %b %Y",
    "%a, %b %d, %Y",
    "%A, %d %B %Y",
    "%A %B %o, %Y",
    "the %w of %B, %Y",
    "%B the %w, %Y",
    "%A the %w of %B %Y",
];
// ANCHOR_END: forms

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const ROMAN: [&str; 12] =
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const ONES: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

// ANCHOR: write
/// Whether a date can be written so that the conventions read it back: a month from 13
/// on has no name, and two digits reach from 1950 to 2049.
pub fn fits(date: Date, form: &str) -> bool {
    let named = form.contains(['B', 'b', 'p', 'R']);
    let short = form.contains('y');
    (!named || date.month <= 12) && (!short || date.year >= 1900 + PIVOT)
}

/// Writes a date in one of [`FORMS`], which must fit it ([`fits`]). A date that does
/// not exist gets any day of the week.
pub fn written(date: Date, form: &str, rng: &mut Rng) -> String {
    let Date { year, month, day } = date;
    let weekday = if date.exists() { date.weekday() } else { rng.random_range(0..7) };
    let mut text = String::new();
    let mut rest = form.chars();
    while let Some(c) = rest.next() {
        let part = match (c, if c == '%' { rest.next() } else { None }) {
            (_, Some('d')) => day.to_string(),
            (_, Some('D')) => format!("{day:02}"),
            (_, Some('o')) => format!("{day}{}", suffix(day)),
            (_, Some('w')) => ordinal(day),
            (_, Some('m')) => month.to_string(),
            (_, Some('M')) => format!("{month:02}"),
            (_, Some('R')) => ROMAN[month as usize - 1].into(),
            (_, Some('B')) => MONTHS[month as usize - 1].into(),
            (_, Some('b')) => short_month(month, rng).into(),
            (_, Some('p')) if month == 5 => "May".into(),
            (_, Some('p')) => format!("{}.", short_month(month, rng)),
            (_, Some('Y')) => year.to_string(),
            (_, Some('y')) => format!("{:02}", year % 100),
            (_, Some('A')) => WEEKDAYS[weekday].into(),
            (_, Some('a')) => WEEKDAYS[weekday][..3].into(),
            _ => c.to_string(),
        };
        text.push_str(&part);
    }
    text
}
// ANCHOR_END: write

fn short_month(month: u32, rng: &mut Rng) -> &'static str {
    if month == 9 && rng.random() { "Sept" } else { &MONTHS[month as usize - 1][..3] }
}

/// What stands after the figures of an ordinal: st, nd, rd or th.
fn suffix(n: u32) -> &'static str {
    match (n / 10 % 10, n % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// An ordinal below the fortieth in words.
fn ordinal(n: u32) -> String {
    match n {
        0..20 => ONES[n as usize].into(),
        20 => "twentieth".into(),
        30 => "thirtieth".into(),
        21..30 => format!("twenty-{}", ONES[n as usize - 20]),
        _ => format!("thirty-{}", ONES[n as usize - 30]),
    }
}

// ANCHOR: dates
/// One date in twenty does not exist.
const WRONG: f64 = 0.05;
/// One name of a month in ten has a slip of the pen, if it has five letters or more.
const SLIPS: f64 = 0.1;
/// One space in twenty is doubled.
const SPACES: f64 = 0.05;

/// Draws dates of one part of the calendar, each in a random one of [`FORMS`], and
/// their answers. Some are all in capitals or in small letters, and some are untidy.
pub fn dates(count: usize, part: Part, rng: &mut Rng) -> Vec<Pair> {
    let draw = |_| {
        let date = loop {
            let date =
                if rng.random_bool(WRONG) { wrong_date(rng) } else { right_date(rng) };
            if Part::of(date) == part {
                break date;
            }
        };
        let form = loop {
            let form = FORMS.choose(rng).expect("there are forms");
            if fits(date, form) {
                break form;
            }
        };
        Pair {
            source: untidy(&written(date, form, rng), date.month, rng),
            target: date.answer(),
        }
    };
    (0..count).map(draw).collect()
}

/// Every day of the calendar is equally likely.
fn right_date(rng: &mut Rng) -> Date {
    let end = Date { year: YEARS.end() + 1, month: 1, day: 1 };
    Date::after(rng.random_range(0..end.number()))
}

/// The day after the last one of a month, a day from 32 on, or a month from 13 on.
fn wrong_date(rng: &mut Rng) -> Date {
    let Date { year, month, day } = right_date(rng);
    match rng.random_range(0..3) {
        0 => Date { year, month, day: days_in(year, month) + 1 },
        1 => Date { year, month, day: rng.random_range(32..40) },
        _ => Date { year, month: rng.random_range(13..20), day },
    }
}

/// The same text as people in a hurry type it.
fn untidy(text: &str, month: u32, rng: &mut Rng) -> String {
    let mut text = text.to_string();
    let name = MONTHS.get(month as usize - 1).filter(|name| text.contains(**name));
    let slipped = name.filter(|name| name.len() >= 5 && rng.random_bool(SLIPS));
    if let Some(name) = slipped {
        text = text.replace(*name, &slip(name, rng));
    }
    text = match rng.random_range(0..8) {
        0 => text.to_uppercase(),
        1 | 2 => text.to_lowercase(),
        _ => text,
    };
    let mut spaced = String::new();
    for c in text.chars() {
        spaced.push(c);
        if c == ' ' && rng.random_bool(SPACES) {
            spaced.push(' ');
        }
    }
    spaced
}

/// A word, of which a letter after the first is left out, doubled, or changes places
/// with the next.
fn slip(word: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = rng.random_range(1..letters.len() - 1);
    match rng.random_range(0..3) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}
// ANCHOR_END: dates
