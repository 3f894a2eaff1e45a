//! One step of the LSTM: four gates around a sum.

use anyhow::Result;

use crate::draw::{Anchor, Color, Diagram, Line, SMALL, TEXT};
use crate::{Progress, Record};

/// The cell state and its way.
const CELL: Color = Color::Series(0);
/// The gates.
const GATE: Color = Color::Series(1);
const Y_CELL: f64 = 60.0;
const Y_WRITE: f64 = 142.0;
const Y_GATE: f64 = 226.0;
const Y_BUS: f64 = 306.0;
const X_F: f64 = 150.0;
const X_I: f64 = 236.0;
const X_G: f64 = 332.0;
const X_SUM: f64 = 286.0;
const X_O: f64 = 450.0;
const X_OUT: f64 = 514.0;

/// Draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut record = Record::new(&[], "one step");
    record.picture(Diagram::picture(350.0, draw));
    Ok(record)
}

fn draw(d: &Diagram) {
    let thin = Line::new(Color::Muted, 1.6);
    let gate = Line::new(GATE, 2.0);
    let cell = Line::new(CELL, 3.6);

    // The way of the cell state: kept, added to, handed on
    d.arrow(&[(64.0, Y_CELL), (X_F - 14.0, Y_CELL)], &cell);
    d.arrow(&[(X_F + 14.0, Y_CELL), (X_SUM - 14.0, Y_CELL)], &cell);
    d.arrow(&[(X_SUM + 14.0, Y_CELL), (580.0, Y_CELL)], &cell);

    // What is written
    d.arrow(&[(X_I, Y_GATE - 19.0), (X_I, Y_WRITE), (X_SUM - 14.0, Y_WRITE)], &gate);
    d.arrow(&[(X_G, Y_GATE - 19.0), (X_G, Y_WRITE), (X_SUM + 14.0, Y_WRITE)], &gate);
    d.arrow(&[(X_SUM, Y_WRITE - 14.0), (X_SUM, Y_CELL + 14.0)], &gate);
    // What is kept
    d.arrow(&[(X_F, Y_GATE - 19.0), (X_F, Y_CELL + 14.0)], &gate);
    // What is shown
    d.arrow(&[(X_OUT, Y_CELL), (X_OUT, Y_WRITE - 54.0 + 5.0)], &Line::new(CELL, 2.4));
    d.arrow(&[(X_OUT, Y_WRITE - 16.0), (X_OUT, Y_WRITE + 14.0)], &thin);
    d.arrow(
        &[(X_O, Y_GATE - 19.0), (X_O, Y_WRITE + 28.0), (X_OUT - 14.0, Y_WRITE + 28.0)],
        &gate,
    );
    d.arrow(&[(X_OUT + 14.0, Y_WRITE + 28.0), (580.0, Y_WRITE + 28.0)], &thin);

    // What every gate reads
    d.line(
        &[
            (60.0, Y_BUS - 20.0),
            (96.0, Y_BUS - 20.0),
            (96.0, Y_BUS + 20.0),
            (60.0, Y_BUS + 20.0),
        ],
        &thin,
    );
    d.line(&[(96.0, Y_BUS), (X_O, Y_BUS)], &thin);
    for x in [X_F, X_I, X_G, X_O] {
        d.arrow(&[(x, Y_BUS), (x, Y_GATE + 19.0)], &thin);
    }

    d.node((38.0, Y_CELL), (52.0, 36.0), "$\\b{c}_{t−1}$", CELL);
    d.node((604.0, Y_CELL), (48.0, 36.0), "$\\b{c}_t$", CELL);
    d.node((604.0, Y_WRITE + 28.0), (48.0, 36.0), "$\\b{h}_t$", Color::Muted);
    d.node((34.0, Y_BUS - 20.0), (52.0, 32.0), "$\\b{h}_{t−1}$", Color::Muted);
    d.node((34.0, Y_BUS + 20.0), (52.0, 32.0), "$\\b{x}_t$", Color::Muted);
    for (x, name) in [(X_F, "f"), (X_I, "i"), (X_G, "ĝ"), (X_O, "o")] {
        let text = format!("$\\b{{{name}}}_t$");
        d.node((x, Y_GATE), (48.0, 36.0), &text, GATE);
    }
    for (x, text) in [
        (X_F, "forget, σ"),
        (X_I, "input, σ"),
        (X_G, "candidate, tanh"),
        (X_O, "output, σ"),
    ] {
        d.label((x + 6.0, Y_GATE + 33.0), text, SMALL - 2.0, Anchor::Start);
    }
    for at in [(X_F, Y_CELL), (X_SUM, Y_WRITE), (X_OUT, Y_WRITE + 28.0)] {
        d.disc(at, 13.0, "×", Color::Ink);
    }
    d.disc((X_SUM, Y_CELL), 13.0, "+", Color::Ink);
    d.node((X_OUT, Y_WRITE - 32.0), (54.0, 30.0), "tanh", Color::Ink);
    d.label((X_F, Y_CELL - 28.0), "keep", TEXT, Anchor::Middle);
    d.label((X_SUM, Y_CELL - 28.0), "write", TEXT, Anchor::Middle);
    d.label((X_OUT + 34.0, Y_WRITE + 58.0), "show", TEXT, Anchor::Middle);
}
