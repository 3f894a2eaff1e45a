//! Three unrolled steps with their gradients: each state has two readers.

use anyhow::Result;

use crate::draw::{Anchor, Color, Diagram, Line, TEXT};
use crate::{Progress, Record};

/// What comes from the read-out above.
const ABOVE: Color = Color::Series(1);
/// What comes from the step after.
const LATER: Color = Color::Series(0);
const Y_LOSS: f64 = 38.0;
const Y_STATE: f64 = 166.0;
const Y_DELTA: f64 = 204.0;
const Y_IN: f64 = 300.0;
const APART: f64 = 186.0;

/// Draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut record = Record::new(&[], "T = 3");
    record.picture(Diagram::picture(330.0, draw));
    Ok(record)
}

fn draw(d: &Diagram) {
    let value = Line::new(Color::Muted, 1.4);
    let x_of = |t: i32| 34.0 + APART * f64::from(t);
    d.node((x_of(0), Y_STATE), (46.0, 36.0), "$\\b{h}_0$", Color::Muted);
    for t in 1..=3 {
        let x = x_of(t);
        // Values: from the input, from the state before, up to the loss
        d.arrow(&[(x, Y_IN - 19.0), (x, Y_DELTA + 20.0)], &value);
        let left = if t == 1 { 24.0 } else { 31.0 };
        d.arrow(
            &[(x_of(t - 1) + left, Y_STATE - 6.0), (x - 32.0, Y_STATE - 6.0)],
            &value,
        );
        d.arrow(&[(x - 9.0, Y_STATE - 19.0), (x - 9.0, Y_LOSS + 20.0)], &value);

        // Gradients: from the loss above …
        d.arrow(
            &[(x + 9.0, Y_LOSS + 20.0), (x + 9.0, Y_STATE - 20.0)],
            &Line::new(ABOVE, 2.6),
        );
        d.label(
            (x + 20.0, 0.5 * (Y_LOSS + Y_STATE)),
            &format!("$\\b{{g}}_{t}$"),
            TEXT,
            Anchor::Start,
        );
        // … and from the step after, by way of its pre-activation
        let back = Line::new(LATER, 2.6);
        let back = if t == 1 { back.dashed(&[6.0, 4.0]) } else { back };
        let tip = if t == 1 {
            (x_of(0) + 20.0, Y_STATE + 21.0)
        } else {
            (x_of(t - 1) + 33.0, Y_STATE + 8.0)
        };
        d.curve(
            [(x - 32.0, Y_DELTA), (x - 70.0, Y_DELTA), (x - 90.0, tip.1 + 12.0), tip],
            &back,
        );
        let text = format!("$\\b{{δ}}_{t}\\b{{W}}_{{hh}}^{{⊤}}$");
        d.label((x - 82.0, Y_DELTA + 22.0), &text, TEXT, Anchor::Middle);

        d.disc((x, Y_IN), 19.0, &format!("$\\b{{x}}_{t}$"), Color::Muted);
        d.disc((x, Y_LOSS), 20.0, &format!("$ℓ_{t}$"), Color::Muted);
        d.node((x, Y_STATE), (62.0, 36.0), &format!("$\\b{{h}}_{t}$"), Color::Muted);
        d.node((x, Y_DELTA), (62.0, 36.0), &format!("$\\b{{δ}}_{t}$"), LATER);
    }
}
