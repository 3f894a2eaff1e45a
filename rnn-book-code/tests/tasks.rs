//! The tasks from text to text are what they claim to be.

use proptest::{prelude::*, test_runner::RngSeed};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    dates::{Date, FORMS, INVALID, Part, YEARS, dates, days_in, fits, written},
    tasks::{addition, reversing},
};
use std::collections::{HashMap, HashSet};

fn rng(seed: u64) -> Rng {
    Rng::seed_from_u64(seed)
}

/// Days since 1 March of the year 0, by the months that begin with March: another way
/// to count than that of the module.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_target_is_the_source_backwards(least in 0_usize..9, more in 0_usize..9, seed: u64) {
        for pair in reversing(20, least..=least + more, &mut rng(seed)) {
            prop_assert!((least..=least + more).contains(&pair.source.len()));
            prop_assert!(pair.source.bytes().all(|c| c.is_ascii_lowercase()));
            prop_assert!(pair.source.bytes().rev().eq(pair.target.bytes()));
        }
    }

    #[test]
    fn the_sum_is_right(least in 1_usize..9, more in 0_usize..9, seed: u64) {
        for pair in addition(20, least..=least + more, &mut rng(seed)) {
            let (a, b) = pair.source.split_once('+').unwrap();
            for number in [a, b] {
                prop_assert!((least..=least + more).contains(&number.len()));
                prop_assert!(number == "0" || !number.starts_with('0'));
            }
            let [a, b] = [a, b].map(|n| n.parse::<u128>().unwrap());
            prop_assert_eq!((a + b).to_string(), pair.target);
        }
    }

    #[test]
    fn every_answer_is_a_day_of_its_part(seed: u64) {
        for part in [Part::Train, Part::Dev, Part::Test] {
            for pair in dates(50, part, &mut rng(seed)) {
                prop_assert!(pair.source.is_ascii());
                if pair.target == INVALID {
                    continue;
                }
                prop_assert_eq!(pair.target.len(), 10);
                let parts: Vec<u32> =
                    pair.target.split('-').map(|n| n.parse().unwrap()).collect();
                let date = Date { year: parts[0], month: parts[1], day: parts[2] };
                prop_assert!(YEARS.contains(&date.year));
                prop_assert!(date.exists());
                prop_assert_eq!(Part::of(date), part);
                prop_assert_eq!(date.answer(), pair.target);
            }
        }
    }

    #[test]
    fn the_same_seed_draws_the_same(seed: u64) {
        let draw = || {
            let rng = &mut rng(seed);
            (dates(9, Part::Dev, rng), addition(9, 1..=3, rng), reversing(9, 2..=5, rng))
        };
        prop_assert_eq!(draw(), draw());
    }
}

#[test]
fn the_calendar_agrees_with_another_way_to_count() {
    let first = days(1900, 1, 1);
    for n in 0..54_787 {
        let date = Date::after(n);
        assert!(date.exists(), "{date:?}");
        assert_eq!(date.number(), n);
        let Date { year, month, day } = date;
        assert_eq!(days(year.into(), month.into(), day.into()) - first, i64::from(n));
    }
    assert_eq!(Date::after(54_787), Date { year: 2050, month: 1, day: 1 });
    let leap: Vec<u32> = YEARS.filter(|&year| days_in(year, 2) == 29).collect();
    assert_eq!((leap.len(), leap[0], leap[36]), (37, 1904, 2048));
    assert!(leap.contains(&2000));
    // Days of the week that are known
    for (year, month, day, weekday) in
        [(1900, 1, 1, 0), (1969, 7, 20, 6), (2000, 2, 29, 1), (2024, 2, 29, 3)]
    {
        assert_eq!(
            Date { year, month, day }.weekday(),
            weekday,
            "{year}-{month}-{day}"
        );
    }
    for (year, month, day) in
        [(1900, 2, 29), (1999, 2, 29), (2001, 4, 31), (2001, 13, 1), (2001, 1, 0)]
    {
        assert_eq!(Date { year, month, day }.answer(), INVALID);
    }
}

#[test]
fn every_form_as_it_is_written() {
    let date = Date { year: 1998, month: 3, day: 12 };
    let all: Vec<String> =
        FORMS.iter().map(|form| written(date, form, &mut rng(1))).collect();
    let different: HashSet<_> = all.iter().collect();
    // With a day and a month of two digits, or with one digit each, some look alike
    assert!(different.len() > 35, "{all:#?}");
    for text in [
        "1998-03-12",
        "19980312",
        "12/3/98",
        "12.III.1998",
        "12th of March 1998",
        "March 12, 1998",
        "Mar. 12, 1998",
        "12 March '98",
        "Thu 12 Mar 1998",
        "Thursday the twelfth of March 1998",
    ] {
        assert!(different.contains(&text.to_string()), "{text} in {all:#?}");
    }
    let may = Date { year: 2003, month: 5, day: 31 };
    assert_eq!(written(may, "%p %w %o", &mut rng(1)), "May thirty-first 31st");
    let early = Date { year: 1949, month: 13, day: 1 };
    let fitting: Vec<_> = FORMS.iter().filter(|form| fits(early, form)).collect();
    assert_eq!(fitting.len(), 10, "{fitting:?}");
}

#[test]
fn no_text_has_two_answers_and_no_day_is_in_two_parts() {
    let mut answers: HashMap<String, String> = HashMap::new();
    let mut seen: [HashSet<String>; 3] = Default::default();
    let mut invalid = 0;
    for (k, part) in [Part::Train, Part::Dev, Part::Test].into_iter().enumerate() {
        for pair in dates(40_000, part, &mut rng(k as u64)) {
            let source = pair.source.to_lowercase();
            let first = answers.entry(source).or_insert_with(|| pair.target.clone());
            assert_eq!(*first, pair.target, "{}", pair.source);
            if pair.target == INVALID {
                invalid += 1;
            } else {
                seen[k].insert(pair.target);
            }
        }
    }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert!(seen[a].is_disjoint(&seen[b]));
    }
    assert!((5_000..7_000).contains(&invalid), "{invalid} of 120 000 are invalid");
    let all: u32 = 54_787;
    let test = (0..all).filter(|&n| Part::of(Date::after(n)) == Part::Test).count();
    assert!((5_200..5_750).contains(&test), "{test} days of {all} are for the test");
}

#[test]
#[should_panic(expected = "0 to 3 digits are not in 1 to 18")]
fn a_number_without_digits() {
    addition(1, 0..=3, &mut rng(1));
}
