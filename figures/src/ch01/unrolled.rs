//! The Elman cell drawn twice: as a loop, and unrolled over time.

use anyhow::Result;

use crate::draw::{Anchor, Color, Diagram, Line, SMALL};
use crate::{Progress, Record};

const INPUT: Color = Color::Series(0);
const STATE: Color = Color::Series(1);
const OUTPUT: Color = Color::Series(2);
const Y_OUT: f64 = 44.0;
const Y_STATE: f64 = 150.0;
const Y_IN: f64 = 256.0;

/// Draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut record = Record::new(&[], "T = 4");
    record.picture(Diagram::picture(316.0, draw));
    Ok(record)
}

fn draw(d: &Diagram) {
    column(d, 84.0, "t");
    // The loop: out of the right side of the state, over its top corner, back into the left side.
    let line = Line::new(STATE, 2.0);
    d.curve([(109.0, 142.0), (156.0, 110.0), (156.0, 198.0), (109.5, 158.0)], &line);
    d.label((150.0, 152.0), "$\\b{W}_{hh}$", SMALL, Anchor::Start);
    d.label((92.0, 300.0), "the cell, with its loop", SMALL, Anchor::Middle);

    let apart = Line::new(Color::Muted, 1.0).dashed(&[3.0, 4.0]);
    d.line(&[(196.0, 20.0), (196.0, 280.0)], &apart);

    d.node((226.0, Y_STATE), (36.0, 34.0), "$\\b{h}_0$", Color::Muted);
    let mut from = 244.0;
    for t in 1..=4 {
        let x = 218.0 + 95.0 * f64::from(t);
        d.arrow(&[(from, Y_STATE), (x - 25.0, Y_STATE)], &line);
        let middle = 0.5 * (from + x - 25.0);
        d.label((middle - 3.0, Y_STATE - 18.0), "$\\b{W}_{hh}$", SMALL, Anchor::Middle);
        column(d, x, &t.to_string());
        from = x + 25.0;
    }
    d.label(
        (426.0, 300.0),
        "the same cell, unrolled over four steps",
        SMALL,
        Anchor::Middle,
    );
}

/// Input, state and read-out of one step.
fn column(d: &Diagram, x: f64, t: &str) {
    d.arrow(&[(x, Y_IN - 19.0), (x, Y_STATE + 18.0)], &Line::new(INPUT, 2.0));
    d.arrow(&[(x, Y_STATE - 18.0), (x, Y_OUT + 19.0)], &Line::new(OUTPUT, 2.0));
    d.label(
        (x + 7.0, 0.5 * (Y_IN + Y_STATE) + 4.0),
        "$\\b{W}_{xh}$",
        SMALL,
        Anchor::Start,
    );
    d.label(
        (x + 7.0, 0.5 * (Y_OUT + Y_STATE) + 4.0),
        "$\\b{W}_{hy}$",
        SMALL,
        Anchor::Start,
    );
    d.disc((x, Y_IN), 19.0, &format!("$\\b{{x}}_{t}$"), INPUT);
    d.node((x, Y_STATE), (50.0, 36.0), &format!("$\\b{{h}}_{t}$"), STATE);
    d.disc((x, Y_OUT), 19.0, &format!("$\\b{{y}}_{t}$"), OUTPUT);
}
