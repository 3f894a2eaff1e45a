//! Bar charts: groups of bars side by side, with error bars.

use super::canvas::{Anchor, Line, Shape};
use super::frame::{Area, Frame, Room, Side};
use super::palette::Color;
use super::rich::Rich;
use super::{Axis, Plot, SMALL, WIDTH};
use crate::record::Series;
use crate::stats::Summary;

/// A bar chart.
#[derive(Clone, Debug)]
pub struct Bars {
    y: Axis,
    groups: Vec<String>,
    series: Vec<(String, Vec<Summary>)>,
    label: String,
    title: String,
    height: f64,
    levels: Vec<(f64, String)>,
}

/// Neighbouring bars differ in how full they are, not in colour alone.
const FILL: [f64; 4] = [0.9, 0.45, 0.2, 0.65];

impl Bars {
    /// An empty chart with these groups along its base.
    pub fn new(y: Axis, groups: &[&str]) -> Self {
        Self {
            y,
            groups: groups.iter().map(|&g| g.to_owned()).collect(),
            series: Vec::new(),
            label: String::new(),
            title: String::new(),
            height: 380.0,
            levels: Vec::new(),
        }
    }

    /// What the groups are.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// A title, for a panel among others.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Height of the figure.
    #[must_use]
    pub fn height(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// Adds one bar to every group. A spread above 0 is drawn as an error bar.
    ///
    /// # Panics
    /// When there is not one bar a group.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, bars: Vec<Summary>) -> Self {
        assert_eq!(bars.len(), self.groups.len(), "one bar for each group");
        self.series.push((name.into(), bars));
        self
    }

    /// Adds a horizontal reference line with a text on it.
    #[must_use]
    pub fn level(mut self, y: f64, text: impl Into<String>) -> Self {
        self.levels.push((y, text.into()));
        self
    }
}

impl Plot for Bars {
    fn size(&self) -> (f64, f64) {
        (WIDTH, self.height)
    }

    fn draw(&self, area: &Area) {
        let heights = self.series.iter().flat_map(|(_, bars)| bars.iter());
        let heights = heights.flat_map(|s| [s.mean - s.std, s.mean + s.std, s.mean]);
        let heights = heights.filter(|h| *h > 0.0 || self.y.place(*h).is_some());
        let heights = heights.chain(self.levels.iter().map(|l| l.0));
        let y_range = self.y.clone().from_zero().fit(heights, 0.06);
        let named = self.series.len() > 1;
        let room = Room { above: if named { 24.0 } else { 0.0 }, right: 0.0 };
        let wanted = (((area.height - 100.0) / 48.0) as usize).clamp(3, 7);
        let ticks =
            self.groups.iter().enumerate().map(|(g, name)| (g as f64, name.clone()));
        let x_range = (-0.5, self.groups.len() as f64 - 0.5);
        let x = Side {
            label: &self.label,
            range: x_range,
            ticks: ticks.collect(),
            grid: false,
        };
        let y = Side {
            label: &self.y.label,
            range: y_range,
            ticks: self.y.marks(y_range, wanted),
            grid: true,
        };
        let mut frame = Frame::new(area, &self.title, &x, &y, room);
        let canvas = &area.canvas;
        if named {
            let mut x = area.x + 2.0;
            for (i, (name, _)) in self.series.iter().enumerate() {
                let (y, color) = (frame.top - 21.0, Color::Series(i));
                let edge = Line::new(color, 1.2);
                canvas.rectangle(
                    (x, y - 7.0),
                    (18.0, 13.0),
                    0.0,
                    Some((color, FILL[i % 4])),
                    Some(&edge),
                );
                canvas.text((x + 25.0, y), name, SMALL, Color::Ink, Anchor::Start);
                x += 25.0 + Rich::parse(name).width(SMALL) + 20.0;
            }
        }
        let width = 0.76 / self.series.len().max(1) as f64;
        // Bars stand on zero, or on the floor of a logarithmic axis.
        let base = self.y.place(0.0).unwrap_or(y_range.0);
        for (i, (_, bars)) in self.series.iter().enumerate() {
            for (g, s) in bars.iter().enumerate() {
                let Some(top) = self.y.place(s.mean) else { continue };
                let left = g as f64 - 0.38 + width * i as f64;
                let color = Color::Series(i);
                let corners =
                    vec![(left + 0.04 * width, base), (left + 0.96 * width, top)];
                frame.draw(corners, Shape::Bar(color, FILL[i % 4]));
                if s.std > 0.0 {
                    let middle = left + 0.5 * width;
                    let low = self.y.place(s.mean - s.std).unwrap_or(y_range.0);
                    let high = self.y.place(s.mean + s.std).unwrap_or(y_range.1);
                    let ends =
                        vec![(middle, frame.clamp(low)), (middle, frame.clamp(high))];
                    frame.draw(ends.clone(), Shape::Line(Line::new(Color::Ink, 1.4)));
                    for end in ends {
                        frame.draw(
                            vec![end],
                            Shape::Cap(5.0, Line::new(Color::Ink, 1.4)),
                        );
                    }
                }
            }
        }
        let reference = Line::new(Color::Muted, 1.3).dashed(&[4.0, 4.0]);
        for (at, text) in &self.levels {
            if let Some(at) = self.y.place(*at) {
                frame.draw(
                    vec![(x_range.0, at), (x_range.1, at)],
                    Shape::Line(reference.clone()),
                );
                let py = frame.at(0.0, at).1;
                canvas.halo((frame.right - 4.0, py - 10.0), text, SMALL, Anchor::End);
            }
        }
    }

    fn data(&self) -> Vec<(String, Series)> {
        let series = |bars: &[Summary]| Series {
            x: (0..bars.len()).map(|g| g as f64).collect(),
            y: bars.iter().map(|s| s.mean).collect(),
            low: bars.iter().map(|s| s.mean - s.std).collect(),
            high: bars.iter().map(|s| s.mean + s.std).collect(),
        };
        self.series.iter().map(|(name, bars)| (name.clone(), series(bars))).collect()
    }
}
