//! Five ways of pairing input and output sequences, side by side.

use anyhow::Result;

use crate::draw::{Anchor, Color, Diagram, Line, SMALL, TEXT};
use crate::{Progress, Record};

const COLUMN: f64 = 56.0;

/// One panel: for each step whether it reads an input and whether it writes an output.
struct Panel {
    at: (f64, f64),
    name: &'static str,
    example: &'static str,
    steps: &'static [(bool, bool)],
    loops: bool,
}

const PANELS: [Panel; 5] = [
    Panel {
        at: (50.0, 0.0),
        name: "one to one",
        example: "no recurrence",
        steps: &[(true, true)],
        loops: false,
    },
    Panel {
        at: (170.0, 0.0),
        name: "one to many",
        example: "letter to word",
        steps: &[(true, true), (false, true), (false, true), (false, true)],
        loops: true,
    },
    Panel {
        at: (426.0, 0.0),
        name: "many to one",
        example: "sentence to sentiment",
        steps: &[(true, false), (true, false), (true, false), (true, true)],
        loops: false,
    },
    Panel {
        at: (44.0, 246.0),
        name: "many to many, aligned",
        example: "words to their tags",
        steps: &[(true, true), (true, true), (true, true), (true, true)],
        loops: false,
    },
    Panel {
        at: (306.0, 246.0),
        name: "many to many, unaligned",
        example: "sentence to translation",
        steps: &[
            (true, false),
            (true, false),
            (true, false),
            (false, true),
            (false, true),
            (false, true),
        ],
        loops: true,
    },
];

/// Draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut record = Record::new(&[], "five panels");
    record
        .picture(Diagram::picture(480.0, |d| PANELS.iter().for_each(|p| panel(d, p))));
    Ok(record)
}

fn panel(d: &Diagram, panel: &Panel) {
    let (left, top) = panel.at;
    let middle = left + 0.5 * COLUMN * (panel.steps.len() - 1) as f64 + 15.0;
    d.canvas().text((middle, top + 16.0), panel.name, TEXT, Color::Ink, Anchor::Middle);
    let (y_out, y_state, y_in) = (top + 54.0, top + 116.0, top + 178.0);
    d.canvas().text(
        (middle, top + 215.0),
        panel.example,
        SMALL,
        Color::Ink,
        Anchor::Middle,
    );
    for (i, &(reads, writes)) in panel.steps.iter().enumerate() {
        let x = left + 15.0 + COLUMN * i as f64;
        if i > 0 {
            let line = Line::new(Color::Series(1), 1.8);
            d.arrow(&[(x - COLUMN + 15.0, y_state), (x - 15.0, y_state)], &line);
        }
        if reads {
            d.arrow(
                &[(x, y_in - 13.0), (x, y_state + 15.0)],
                &Line::new(Color::Series(0), 1.8),
            );
            d.disc((x, y_in), 13.0, "", Color::Series(0));
        }
        d.node((x, y_state), (30.0, 30.0), "", Color::Series(1));
        if writes {
            d.arrow(
                &[(x, y_state - 15.0), (x, y_out + 13.0)],
                &Line::new(Color::Series(2), 1.8),
            );
            d.disc((x, y_out), 13.0, "", Color::Series(2));
            // An output that is the next step's input.
            if panel.loops && panel.steps.get(i + 1).is_some_and(|next| !next.0) {
                let (color, right) = (Color::Series(2), x + COLUMN);
                let fed = Line::new(color, 1.4).dashed(&[4.0, 3.0]);
                d.curve(
                    [
                        (x + 13.0, y_out),
                        (x + 30.0, y_out),
                        (x + 12.0, y_in),
                        (right - 13.0, y_in),
                    ],
                    &fed,
                );
                d.canvas().circle((right, y_in), 13.0, Some((color, 0.05)), Some(&fed));
                d.arrow(
                    &[(right, y_in - 13.0), (right, y_state + 15.0)],
                    &Line::new(Color::Series(0), 1.8),
                );
            }
        }
    }
}
