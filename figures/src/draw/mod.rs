//! Drawing: plots on `plotters`, and diagrams of boxes and arrows, in one palette and one hand.
//!
//! Everything ends in an SVG some 600 units wide with 15-unit text, so that it reads well in a text column and
//! is still legible on a phone. The colours are the light theme's; the book replaces each by a CSS
//! variable, so a figure follows the theme. Nothing is told by colour alone: lines differ in dashes and markers too.

mod axis;
mod bars;
mod canvas;
mod diagram;
mod frame;
mod heat;
mod lines;
mod palette;
mod panels;
mod rich;

pub use axis::Axis;
pub use bars::Bars;
pub use canvas::{Anchor, Canvas, Line, Mark, Marker, Shape};
pub use diagram::Diagram;
pub use heat::Heat;
pub use lines::{Legend, Lines, Trace};
pub use palette::{Color, cividis};
pub use panels::Panels;
pub use rich::Rich;

use crate::record::Series;
use frame::Area;

/// Size of text, in the SVG's units.
pub const TEXT: f64 = 16.0;
/// Size of the labels of ticks.
pub const SMALL: f64 = 15.0;
/// Width of a plot; a diagram is a little wider.
pub const WIDTH: f64 = 580.0;

/// Something that can be drawn as a figure or as a panel of one, with the data that it shows.
pub trait Plot {
    /// Width and height that it likes when it stands alone.
    fn size(&self) -> (f64, f64);

    /// The room that the labels of its vertical axis take when it is so high.
    #[doc(hidden)]
    fn gutter(&self, _height: f64) -> f64 {
        0.0
    }

    /// Draws it into an area.
    #[doc(hidden)]
    fn draw(&self, area: &Area);

    /// Its series by name.
    fn data(&self) -> Vec<(String, Series)>;

    /// The whole SVG.
    fn svg(&self) -> String {
        let (width, height) = self.size();
        Canvas::picture(width, height, |canvas| self.draw(&Area::whole(canvas)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::summary;

    /// Draws one of everything; with `FIGURES_GALLERY=folder` the drawings can be looked at there.
    #[test]
    fn everything_draws_in_the_palette() {
        let wave = |i: usize| {
            (1..=40).map(move |t| {
                (f64::from(t), (f64::from(t) / (3.0 + i as f64)).sin() * 2.0)
            })
        };
        let mut many =
            Lines::new(Axis::linear("time (steps)"), Axis::linear("value (no unit)"));
        for i in 0..7 {
            many = many.with(Trace::new(format!("series {i}"), wave(i)));
        }
        let bars =
            Trace::new("loss", (0..6).map(|i| (2f64.powi(i), 1.0 / f64::from(1 + i))));
        let errors = Lines::new(
            Axis::log("length $T$ (steps)").ticks(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]),
            Axis::linear("loss (nats)").from_zero(),
        )
        .with(bars.error_bars([0.05; 6]))
        .level(0.5, "guessing")
        .legend(Legend::None);
        let cloud = Lines::new(Axis::linear("$w_1$"), Axis::linear("$w_2$"))
            .with(Trace::scatter(
                "cloud",
                (0..30).map(|i| (f64::from(i * 7 % 30), f64::from(i * 11 % 30))),
            ))
            .legend(Legend::None)
            .title("a cloud");
        let s = |x: f64| summary(&[x - 0.1, x, x + 0.1]);
        let groups =
            Bars::new(Axis::linear("accuracy (share)"), &["RNN", "LSTM", "GRU"])
                .with("$T$ = 10", vec![s(0.7), s(0.9), s(0.8)])
                .with("$T$ = 100", vec![s(0.3), s(0.8), s(0.7)])
                .label("cell")
                .level(0.5, "chance");
        let cells = (0..20)
            .map(|r| (0..50).map(|c| f64::from((r - 10) * (c - 25))).collect())
            .collect();
        let heat = Heat::new(
            Axis::linear("step $t$"),
            Axis::linear("unit"),
            Axis::linear("activation"),
            cells,
        );
        let panels = Panels::new(2, 260.0)
            .with("a", cloud.clone())
            .with("b", errors.clone().title("errors"))
            .with("c", errors.clone().title("errors"))
            .with("d", cloud);
        let all: [(&str, &dyn Plot); 5] = [
            ("many", &many),
            ("errors", &errors),
            ("bars", &groups),
            ("heat", &heat),
            ("panels", &panels),
        ];
        for (name, plot) in all {
            let svg = plot.svg();
            assert_eq!(svg, plot.svg(), "{name} is drawn alike twice");
            assert!(
                !svg.contains("NaN") && !svg.contains("inf"),
                "{name} has a place for everything"
            );
            if let Ok(folder) = std::env::var("FIGURES_GALLERY") {
                std::fs::write(format!("{folder}/{name}.svg"), svg).unwrap();
            }
        }
    }
}
