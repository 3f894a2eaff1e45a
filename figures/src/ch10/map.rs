//! Where the heads of a trained GPT look.

use anyhow::Result;
use ndarray::{Array2, ArrayView2, Axis as Along, s};
use rnn_book_code::positions::Positions;

use super::CHAOTIC;
use super::positions::{BLOCKS, CONTEXT, HEADS, SIZE, data, train};
use crate::draw::{Axis, Heat, Panels};
use crate::text::{fixed, percent};
use crate::{Progress, Record};

const SEED: u64 = 1;
const RATE: f64 = 0.015;
/// Places that the figure shows.
const SHOWN: usize = 24;
/// Where the shown stretch begins in the second part.
const START: usize = 1000;

/// What part of the attention of a head goes where, the mean over places after the first few.
struct Habits {
    itself: f64,
    previous: f64,
    /// How far back it looks on average, in places.
    distance: f64,
    /// What would be the average distance if it looked at all alike.
    spread: f64,
}

fn habits(maps: &[Array2<f32>]) -> Habits {
    let mut h = Habits { itself: 0.0, previous: 0.0, distance: 0.0, spread: 0.0 };
    let mut n = 0.0;
    for map in maps {
        for t in 8..map.nrows() {
            let p = |s: usize| f64::from(map[[t, s]]);
            h.itself += p(t);
            h.previous += p(t - 1);
            h.distance += (0..=t).map(|s| p(s) * (t - s) as f64).sum::<f64>();
            h.spread += t as f64 / 2.0;
            n += 1.0;
        }
    }
    Habits {
        itself: h.itself / n,
        previous: h.previous / n,
        distance: h.distance / n,
        spread: h.spread / n,
    }
}

/// Trains a model and looks at its heads.
///
/// # Errors
/// When the text is too short.
pub fn run(_: &Progress) -> Result<Record> {
    let data = data()?;
    let outcome = train(&data, Positions::Rotary, RATE, SEED);
    let part = &data.parts[1];
    let lanes = part.len() / CONTEXT;
    let ids = Array2::from_shape_fn((CONTEXT, lanes), |(t, b)| part[b * CONTEXT + t]);
    let tape = outcome.model.forward(ids.view());
    let shown = Array2::from_shape_fn((SHOWN, 1), |(t, _)| part[START + t]);
    let of_shown = outcome.model.forward(shown.view());

    let mut r = Record::new(
        &[SEED],
        format!(
            "the model of `modern-positions` with rotary positions: D = {SIZE}, {BLOCKS} \
             blocks of {HEADS} heads, rate {RATE}; {lanes} stretches of {CONTEXT} characters"
        ),
    )
    .tolerance(CHAOTIC);
    r.value("test", outcome.test, fixed(outcome.test, 3));
    let mut rows = Vec::new();
    let (mut nearest, mut widest) = ((0.0, 0, 0), (0.0, 0, 0));
    for (l, block) in tape.blocks.iter().enumerate() {
        for a in 0..HEADS {
            let p = &block.attention.p;
            let maps: Vec<Array2<f32>> =
                p.index_axis(Along(1), a).outer_iter().map(|m| m.to_owned()).collect();
            let h = habits(&maps);
            if h.previous > nearest.0 {
                nearest = (h.previous, l, a);
            }
            if h.distance > widest.0 {
                widest = (h.distance, l, a);
            }
            r.value(&format!("distance-{l}-{a}"), h.distance, fixed(h.distance, 1));
            r.value(&format!("previous-{l}-{a}"), h.previous, percent(h.previous, 0));
            rows.push(vec![
                (l + 1).to_string(),
                (a + 1).to_string(),
                percent(h.itself, 0),
                percent(h.previous, 0),
                fixed(h.distance, 1),
                fixed(h.spread, 1),
            ]);
        }
    }
    r.value("nearest", nearest.0, percent(nearest.0, 0));
    r.value("widest", widest.0, fixed(widest.0, 1));
    let heads = [
        "block",
        "head",
        "on itself",
        "on the place before",
        "mean distance",
        "if all alike",
    ];
    r.table("main", &heads, "rrrrrr", rows);

    let letters: Vec<String> = part[START..START + SHOWN]
        .iter()
        .map(|&id| data.vocabulary.decode(&[id]))
        .map(|c| if c == " " || c == "\n" { "␣".to_owned() } else { c })
        .collect();
    let ticks = |reverse: bool| -> Vec<(f64, String)> {
        let place = |t: usize| if reverse { SHOWN - 1 - t } else { t } as f64;
        letters.iter().enumerate().map(|(t, c)| (place(t), c.clone())).collect()
    };
    let heat = |(_, l, a): (f64, usize, usize), title: &str| {
        let p: ArrayView2<f32> = of_shown.blocks[l].attention.p.slice(s![0, a, .., ..]);
        let rows =
            p.outer_iter().rev().map(|row| row.iter().map(|&p| f64::from(p)).collect());
        Heat::new(
            Axis::linear("looks at").labelled_ticks(ticks(false)),
            Axis::linear("reads").labelled_ticks(ticks(true)),
            Axis::linear("attention").range(0.0, 1.0),
            rows.collect(),
        )
        .title(format!("block {}, head {}: {title}", l + 1, a + 1))
    };
    r.plot(
        &Panels::new(1, 440.0)
            .with("nearest", heat(nearest, "most on the place before"))
            .with("widest", heat(widest, "farthest back")),
    );
    Ok(r)
}
