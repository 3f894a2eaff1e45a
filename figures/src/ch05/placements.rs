//! The two places of the reset gate, as diagrams.

use anyhow::Result;

use crate::draw::{Anchor, Color, Diagram, Line, SMALL, TEXT};
use crate::{Progress, Record};

/// What the reset gate touches.
const RESET: Color = Color::Series(1);
/// What the update gate touches.
const UPDATE: Color = Color::Series(0);
const HIGH: f64 = 250.0;

/// Draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut record = Record::new(&[], "one step");
    record.picture(Diagram::picture(2.0 * HIGH, |d| {
        draw(d, 0.0, "reset before the product (Cho et al., v3)", true);
        draw(d, HIGH, "reset after the product (cuDNN, PyTorch)", false);
    }));
    Ok(record)
}

fn draw(d: &Diagram, top: f64, title: &str, before: bool) {
    let value = Line::new(Color::Muted, 1.6);
    let reset = Line::new(RESET, 2.2);
    let update = Line::new(UPDATE, 2.2);
    d.label((14.0, top + 22.0), title, TEXT, Anchor::Start);

    // The upper road: the old state past everything, scaled by z
    let (road, low) = (top + 72.0, top + 168.0);
    let left = 40.0;
    d.disc((left, road), 25.0, "$\\b{h}_{t−1}$", Color::Muted);
    d.arrow(&[(left + 25.0, road), (433.0, road)], &value);
    d.disc((450.0, road), 17.0, "⊙", UPDATE);
    d.arrow(&[(467.0, road), (533.0, road)], &value);
    d.disc((550.0, road), 17.0, "+", Color::Muted);
    d.arrow(&[(567.0, road), (589.0, road)], &value);
    d.disc((612.0, road), 22.0, "$\\b{h}_t$", Color::Muted);

    // The lower road: what becomes of the old state inside the candidate
    let (first, second) = (150.0, 250.0);
    let (gate, product) = if before { (first, second) } else { (second, first) };
    d.arrow(
        &[
            (left, road + 25.0),
            (left, low),
            (first - (if before { 17.0 } else { 32.0 }), low),
        ],
        &value,
    );
    d.disc((gate, low), 17.0, "⊙", RESET);
    d.node((product, low), (62.0, 36.0), "· $\\b{W}_{hn}$", Color::Muted);
    let ends = if before {
        (gate + 17.0, product - 32.0)
    } else {
        (product + 32.0, gate - 17.0)
    };
    d.arrow(&[(ends.0, low), (ends.1, low)], &value);
    let out = if before { product + 31.0 } else { gate + 17.0 };
    d.arrow(&[(out, low), (313.0, low)], &value);
    d.disc((330.0, low), 17.0, "+", Color::Muted);
    d.arrow(&[(330.0, low + 52.0), (330.0, low + 18.0)], &value);
    d.label(
        (330.0, low + 64.0),
        "$\\b{x}_t\\b{W}_{xn}$ + $\\b{b}_n$",
        SMALL,
        Anchor::Middle,
    );
    d.arrow(&[(347.0, low), (367.0, low)], &value);
    d.node((396.0, low), (56.0, 36.0), "tanh", Color::Muted);
    d.arrow(&[(424.0, low), (483.0, low)], &value);
    d.label((453.0, low + 17.0), "$\\b{n}_t$", TEXT, Anchor::Middle);
    d.disc((500.0, low), 17.0, "⊙", UPDATE);
    d.arrow(&[(517.0, low), (550.0, low), (550.0, road + 18.0)], &value);

    // The gates
    d.arrow(&[(gate, low + 52.0), (gate, low + 18.0)], &reset);
    d.label((gate, low + 64.0), "$\\b{r}_t$", TEXT, Anchor::Middle);
    d.arrow(&[(450.0, road - 42.0), (450.0, road - 18.0)], &update);
    d.label((450.0, road - 52.0), "$\\b{z}_t$", TEXT, Anchor::Middle);
    d.arrow(&[(500.0, low + 52.0), (500.0, low + 18.0)], &update);
    d.label((500.0, low + 64.0), "1 − $\\b{z}_t$", TEXT, Anchor::Middle);
}
