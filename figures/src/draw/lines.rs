//! Line charts and scatter plots, with bands and error bars.

use super::canvas::{Anchor, Canvas, Line, Marker, Shape};
use super::frame::{Area, Frame, Room, Side};
use super::palette::Color;
use super::rich::Rich;
use super::{Axis, Plot, SMALL, WIDTH};
use crate::record::Series;

/// One line, or one cloud of points.
#[derive(Clone, Debug)]
pub struct Trace {
    name: String,
    points: Vec<(f64, f64)>,
    spread: Vec<(f64, f64)>,
    style: Option<usize>,
    line: bool,
    markers: Option<bool>,
    bars: bool,
    quiet: bool,
}

impl Trace {
    /// A line through points, under the name that stands beside it.
    pub fn new(
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        Self {
            name: name.into(),
            points: points.into_iter().collect(),
            spread: Vec::new(),
            style: None,
            line: true,
            markers: None,
            bars: false,
            quiet: false,
        }
    }

    /// Points only, without a line.
    pub fn scatter(
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        Self { line: false, markers: Some(true), ..Self::new(name, points) }
    }

    /// A spread (standard deviation) at each point, shown as a band of ± that much.
    #[must_use]
    pub fn band(mut self, spread: impl IntoIterator<Item = f64>) -> Self {
        self.spread =
            self.points.iter().zip(spread).map(|(&(_, y), s)| (y - s, y + s)).collect();
        self
    }

    /// A factor at each point, shown as a band from the value divided by it to the value times it: the spread
    /// of a geometric mean on a logarithmic axis.
    #[must_use]
    pub fn factor_band(mut self, factors: impl IntoIterator<Item = f64>) -> Self {
        self.spread = self
            .points
            .iter()
            .zip(factors)
            .map(|(&(_, y), f)| (y / f, y * f))
            .collect();
        self
    }

    /// A spread (standard deviation) at each point, shown as error bars of ± that much.
    #[must_use]
    pub fn error_bars(self, spread: impl IntoIterator<Item = f64>) -> Self {
        Self { bars: true, ..self.band(spread) }
    }

    /// The colour, dash pattern and marker of the n-th series instead of its own place's.
    #[must_use]
    pub fn style(mut self, n: usize) -> Self {
        self.style = Some(n);
        self
    }

    /// With or without markers; where nothing is said, a line has them, some eight along its way.
    #[must_use]
    pub fn markers(mut self, shown: bool) -> Self {
        self.markers = Some(shown);
        self
    }

    /// Without a label and thin: one of many runs behind their mean.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self.markers = Some(false);
        self
    }
}

/// Where the names of the lines stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legend {
    /// Beside the right ends of the lines.
    Ends,
    /// Above the frame.
    Above,
    /// Nowhere: there is one line, or another panel names them.
    None,
}

/// A text at a point of the data, moved by so much.
#[derive(Clone, Debug)]
struct Note {
    at: (f64, f64),
    text: String,
    anchor: Anchor,
    moved: (f64, f64),
}

/// A chart of lines and points.
#[derive(Clone, Debug)]
pub struct Lines {
    x: Axis,
    y: Axis,
    title: String,
    legend: Legend,
    height: f64,
    traces: Vec<Trace>,
    levels: Vec<(f64, String)>,
    moments: Vec<(f64, String)>,
    notes: Vec<Note>,
}

const DASHES: [&[f64]; 7] = [
    &[],
    &[8.0, 4.0],
    &[2.0, 3.0],
    &[10.0, 3.0, 2.0, 3.0],
    &[14.0, 4.0],
    &[5.0, 2.0],
    &[10.0, 3.0, 2.0, 3.0, 2.0, 3.0],
];

impl Lines {
    /// An empty chart.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self {
            x,
            y,
            title: String::new(),
            legend: Legend::Ends,
            height: 400.0,
            traces: Vec::new(),
            levels: Vec::new(),
            moments: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A title, for a panel among others; a figure that stands alone has its caption.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Where the names of the lines stand; beside their ends where nothing is said.
    #[must_use]
    pub fn legend(mut self, legend: Legend) -> Self {
        self.legend = legend;
        self
    }

    /// Height of the figure; 400 where nothing is said.
    #[must_use]
    pub fn height(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// Adds a line.
    #[must_use]
    pub fn with(mut self, trace: Trace) -> Self {
        self.traces.push(trace);
        self
    }

    /// Adds a horizontal reference line with a text on it.
    #[must_use]
    pub fn level(mut self, y: f64, text: impl Into<String>) -> Self {
        self.levels.push((y, text.into()));
        self
    }

    /// Adds a vertical reference line with a text on it.
    #[must_use]
    pub fn moment(mut self, x: f64, text: impl Into<String>) -> Self {
        self.moments.push((x, text.into()));
        self
    }

    /// Adds a text at a point of the data, moved by so much to the right and down.
    #[must_use]
    pub fn note(
        mut self,
        at: (f64, f64),
        text: impl Into<String>,
        anchor: Anchor,
        moved: (f64, f64),
    ) -> Self {
        self.notes.push(Note { at, text: text.into(), anchor, moved });
        self
    }

    fn y_side(&self, height: f64) -> Side<'_> {
        let ys = self.traces.iter().flat_map(|t| {
            t.points.iter().map(|p| p.1).chain(t.spread.iter().flat_map(|s| [s.0, s.1]))
        });
        let range = self.y.fit(ys.chain(self.levels.iter().map(|l| l.0)), 0.05);
        let wanted = (((height - 100.0) / 48.0) as usize).clamp(3, 7);
        Side {
            label: &self.y.label,
            range,
            ticks: self.y.marks(range, wanted),
            grid: true,
        }
    }

    fn style(&self, i: usize) -> usize {
        self.traces[i].style.unwrap_or(i)
    }

    fn line(&self, i: usize) -> Line {
        let n = self.style(i);
        if self.traces[i].quiet {
            return Line::new(Color::Series(n), 0.8);
        }
        Line::new(Color::Series(n), 2.2).dashed(DASHES[n % 7])
    }

    /// The sample of a line that stands before its name, 26 wide, and whether it shows a marker.
    fn sample(&self, canvas: &Canvas, i: usize, (x, y): (f64, f64)) {
        let (n, trace) = (self.style(i), &self.traces[i]);
        if trace.line {
            canvas.polyline(&[(x, y), (x + 26.0, y)], &self.line(i));
        }
        if trace.markers != Some(false) {
            canvas.marker((x + 13.0, y), Marker::of(n), 4.2, Color::Series(n));
        }
    }

    fn named(&self) -> Vec<usize> {
        (0..self.traces.len()).filter(|&i| !self.traces[i].quiet).collect()
    }

    /// Names above the frame, in rows; gives the height they take.
    fn legend_rows(&self, width: f64) -> Vec<Vec<(usize, f64)>> {
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new()];
        let mut x = 0.0;
        for i in self.named() {
            let wide = 32.0 + Rich::parse(&self.traces[i].name).width(SMALL) + 20.0;
            if x > 0.0 && x + wide > width {
                rows.push(Vec::new());
                x = 0.0;
            }
            if let Some(row) = rows.last_mut() {
                row.push((i, x));
            }
            x += wide;
        }
        rows
    }

    fn draw_trace(&self, frame: &mut Frame, i: usize) {
        let (n, trace) = (self.style(i), &self.traces[i]);
        let color = Color::Series(n);
        let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        let mut placed: Vec<(f64, f64)> = Vec::new();
        for &(x, y) in &trace.points {
            match (self.x.place(x), self.y.place(y)) {
                (Some(x), Some(y)) => {
                    placed.push((x, y));
                    if let Some(run) = runs.last_mut() {
                        run.push((x, y));
                    }
                }
                _ => runs.push(Vec::new()),
            }
        }
        if trace.line {
            let pieces: Vec<_> = runs.iter().flat_map(|run| frame.clip(run)).collect();
            for piece in pieces {
                frame.draw(piece, Shape::Line(self.line(i)));
            }
        }
        if trace.markers == Some(false) {
            return;
        }
        let all = !trace.line || placed.len() <= 12;
        let radius = if trace.line || placed.len() < 40 { 4.2 } else { 3.0 };
        let marks =
            if all { placed } else { spaced(frame, &placed, i, self.traces.len()) };
        let marks: Vec<_> = marks.into_iter().filter(|p| frame.holds(*p)).collect();
        frame.draw(marks, Shape::Markers(Marker::of(n), radius, color));
    }

    fn draw_spread(&self, frame: &mut Frame, i: usize) {
        let trace = &self.traces[i];
        let color = Color::Series(self.style(i));
        let mut upper = Vec::new();
        let mut lower = Vec::new();
        for (&(x, y), &(low, high)) in trace.points.iter().zip(&trace.spread) {
            let (Some(px), Some(_)) = (self.x.place(x), self.y.place(y)) else {
                continue;
            };
            // An edge that a logarithmic axis cannot show lies below it.
            let high = self.y.place(high).unwrap_or(f64::NEG_INFINITY);
            let low = self.y.place(low).unwrap_or(f64::NEG_INFINITY);
            if frame.holds((px, frame.clamp(high))) {
                upper.push((px, frame.clamp(high)));
                lower.push((px, frame.clamp(low)));
            }
        }
        if trace.bars {
            for (high, low) in upper.into_iter().zip(lower) {
                frame.draw(vec![low, high], Shape::Line(Line::new(color, 1.6)));
                for end in [low, high] {
                    frame.draw(vec![end], Shape::Cap(5.0, Line::new(color, 1.6)));
                }
            }
        } else if upper.len() > 1 {
            lower.reverse();
            upper.extend(lower);
            frame.draw(upper, Shape::Area(color, 0.18));
        }
    }

    /// Names beside the ends of the lines, moved apart where they would overlap.
    fn draw_ends(&self, canvas: &Canvas, frame: &Frame) {
        let x = frame.right + 10.0;
        let mut ends: Vec<(usize, (f64, f64))> = self
            .named()
            .into_iter()
            .filter_map(|i| Some((i, self.end(frame, i)?)))
            .collect();
        ends.sort_by(|a, b| a.1.1.total_cmp(&b.1.1));
        let wanted: Vec<f64> = ends.iter().map(|(_, (_, y))| *y).collect();
        let given = apart(&wanted, 21.0, frame.top, frame.bottom);
        for ((i, (px, py)), y) in ends.into_iter().zip(given) {
            let leader = Line::new(Color::Muted, 0.8);
            if (y - py).abs() > 3.0 && frame.right - px < 1.0 {
                canvas.polyline(&[(px + 2.0, py), (x - 2.0, y)], &leader);
            }
            self.sample(canvas, i, (x, y));
            let name = &self.traces[i].name;
            canvas.text((x + 32.0, y), name, SMALL, Color::Ink, Anchor::Start);
        }
    }

    /// Where a line leaves the frame or ends in it, on the canvas.
    fn end(&self, frame: &Frame, i: usize) -> Option<(f64, f64)> {
        let placed: Vec<_> = self.traces[i]
            .points
            .iter()
            .filter_map(|&(x, y)| Some((self.x.place(x)?, self.y.place(y)?)))
            .collect();
        let last = frame.clip(&placed).last().and_then(|piece| piece.last().copied());
        let (x, y) = last.or_else(|| placed.last().copied())?;
        Some(frame.at(x, frame.clamp(y)))
    }
}

/// Some eight markers along a line, evenly spaced on the page, each series at places of its own.
fn spaced(
    frame: &Frame,
    placed: &[(f64, f64)],
    i: usize,
    of: usize,
) -> Vec<(f64, f64)> {
    let gap = (frame.right - frame.left) / 8.0;
    let mut next = frame.left + gap * (0.25 + 0.6 * i as f64 / of.max(1) as f64);
    let mut out = Vec::new();
    for &(x, y) in placed {
        let px = frame.at(x, y).0;
        if px >= next {
            out.push((x, y));
            while next <= px {
                next += gap;
            }
        }
    }
    out
}

/// Moves sorted places apart by at least `gap`, as little as can be, within the bounds.
fn apart(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    // Clusters of labels that touch, each centred on the mean of what its members want.
    let mut clusters: Vec<(f64, usize)> = Vec::new();
    for &y in wanted {
        clusters.push((y, 1));
        while let [.., (a, n), (b, m)] = clusters[..] {
            let touching = a + 0.5 * gap * n as f64 > b - 0.5 * gap * m as f64;
            if !touching {
                break;
            }
            clusters.truncate(clusters.len() - 2);
            let together = n + m;
            // Each mean is of (wanted − own offset in the cluster), so that the merged cluster stays centred.
            clusters.push(((a * n as f64 + b * m as f64) / together as f64, together));
        }
    }
    let mut out = Vec::new();
    for (center, n) in clusters {
        let half = 0.5 * gap * (n - 1) as f64;
        let center = center.min(high - half).max(low + half);
        out.extend((0..n).map(|k| center - half + gap * k as f64));
    }
    for k in 1..out.len() {
        out[k] = out[k].max(out[k - 1] + gap);
    }
    for k in (0..out.len().saturating_sub(1)).rev() {
        out[k] = out[k].min(out[k + 1] - gap);
    }
    out
}

impl Plot for Lines {
    fn size(&self) -> (f64, f64) {
        (WIDTH, self.height)
    }

    fn gutter(&self, height: f64) -> f64 {
        self.y_side(height).gutter()
    }

    fn draw(&self, area: &Area) {
        let xs = self.traces.iter().flat_map(|t| t.points.iter().map(|p| p.0));
        let x_pad =
            if self.traces.iter().any(|t| !t.line || t.bars) { 0.04 } else { 0.0 };
        let x_range = self.x.fit(xs, x_pad);

        let ends: Vec<_> =
            if self.legend == Legend::Ends { self.named() } else { Vec::new() };
        let beside = ends
            .iter()
            .map(|&i| 46.0 + Rich::parse(&self.traces[i].name).width(SMALL))
            .fold(0.0, f64::max);
        let rows = if self.legend == Legend::Above {
            self.legend_rows(area.width)
        } else {
            Vec::new()
        };
        let room = Room { above: 22.0 * rows.len() as f64, right: beside };
        let wanted_x = (((area.width - beside) / 75.0) as usize).clamp(3, 8);
        let x = Side {
            label: &self.x.label,
            range: x_range,
            ticks: self.x.marks(x_range, wanted_x),
            grid: false,
        };
        let y = self.y_side(area.height);
        let y_range = y.range;
        let mut frame = Frame::new(area, &self.title, &x, &y, room);
        let canvas = &area.canvas;

        for (k, row) in rows.iter().enumerate() {
            let y = frame.top - room.above + 22.0 * k as f64 + 2.0;
            for &(i, x) in row {
                self.sample(canvas, i, (area.x + 2.0 + x, y));
                let at = (area.x + 34.0 + x, y);
                canvas.text(at, &self.traces[i].name, SMALL, Color::Ink, Anchor::Start);
            }
        }
        let reference = Line::new(Color::Muted, 1.3).dashed(&[4.0, 4.0]);
        for (at, text) in &self.levels {
            if let Some(at) = self.y.place(*at) {
                frame.draw(
                    vec![(x_range.0, at), (x_range.1, at)],
                    Shape::Line(reference.clone()),
                );
                let py = frame.at(x_range.0, at).1;
                canvas.halo((frame.right - 4.0, py - 10.0), text, SMALL, Anchor::End);
            }
        }
        for (at, text) in &self.moments {
            if let Some(at) = self.x.place(*at) {
                frame.draw(
                    vec![(at, y_range.0), (at, y_range.1)],
                    Shape::Line(reference.clone()),
                );
                let px = frame.at(at, y_range.0).0;
                let far = px > 0.5 * (frame.left + frame.right);
                let (dx, anchor) =
                    if far { (-6.0, Anchor::End) } else { (6.0, Anchor::Start) };
                canvas.halo((px + dx, frame.top + 8.0), text, SMALL, anchor);
            }
        }
        for i in 0..self.traces.len() {
            self.draw_spread(&mut frame, i);
        }
        for i in 0..self.traces.len() {
            self.draw_trace(&mut frame, i);
        }
        for Note { at, text, anchor, moved } in &self.notes {
            if let (Some(x), Some(y)) = (self.x.place(at.0), self.y.place(at.1)) {
                let shape =
                    Shape::Text(text.clone(), SMALL, Color::Ink, *anchor, *moved);
                frame.draw(vec![(x, y)], shape);
            }
        }
        if self.legend == Legend::Ends {
            self.draw_ends(canvas, &frame);
        }
    }

    fn data(&self) -> Vec<(String, Series)> {
        let series = |t: &Trace| Series {
            x: t.points.iter().map(|p| p.0).collect(),
            y: t.points.iter().map(|p| p.1).collect(),
            low: t.spread.iter().map(|s| s.0).collect(),
            high: t.spread.iter().map(|s| s.1).collect(),
        };
        self.traces.iter().map(|t| (t.name.clone(), series(t))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_line_ends_keep_their_distance_and_order() {
        let given = apart(&[10.0, 12.0, 14.0, 100.0, 199.0], 20.0, 0.0, 200.0);
        assert!(given.windows(2).all(|w| w[1] - w[0] >= 20.0 - 1e-9), "{given:?}");
        assert!(given[0] >= 0.0 && given[4] <= 200.0, "{given:?}");
        assert_eq!(given[3], 100.0);
    }
}
