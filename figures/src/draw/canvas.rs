//! The SVG that everything is drawn on, and the `plotters` backend over it.
//!
//! `plotters` places things on whole pixels; this backend takes one of its pixels as a tenth of the SVG's
//! unit, so curves stay smooth. It writes dashes, markers and raised letters, which `plotters`' own SVG
//! backend does not know.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::rc::Rc;

use plotters::element::{Drawable, PointCollection};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend,
    DrawingErrorKind,
};

use super::palette::Color;
use super::rich::{Rich, number};

/// Pixels of `plotters` in one unit of the SVG.
pub(crate) const FINE: f64 = 10.0;

/// How a line is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Colour.
    pub color: Color,
    /// Width.
    pub width: f64,
    /// Lengths of dashes and gaps; empty for a solid line.
    pub dash: Vec<f64>,
}

impl Line {
    /// A solid line.
    pub fn new(color: Color, width: f64) -> Self {
        Self { color, width, dash: Vec::new() }
    }

    /// The same with dashes and gaps of these lengths.
    #[must_use]
    pub fn dashed(mut self, dash: &[f64]) -> Self {
        self.dash = dash.to_vec();
        self
    }

    fn attributes(&self) -> String {
        let mut out = format!(
            " stroke=\"{}\" stroke-width=\"{}\"",
            self.color.hex(),
            number(self.width)
        );
        if !self.dash.is_empty() {
            let dash: Vec<_> = self.dash.iter().map(|d| number(*d)).collect();
            let _ = write!(out, " stroke-dasharray=\"{}\"", dash.join(" "));
        }
        out
    }
}

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Disc,
    /// A square on its side.
    Square,
    /// A triangle, point up.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle, point down.
    Wedge,
    /// A cross.
    Cross,
    /// A ring.
    Ring,
}

impl Marker {
    /// The marker of the n-th series.
    pub fn of(n: usize) -> Self {
        [
            Self::Disc,
            Self::Square,
            Self::Triangle,
            Self::Diamond,
            Self::Wedge,
            Self::Cross,
            Self::Ring,
        ][n % 7]
    }
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

/// An SVG being drawn. Clones draw on the same sheet.
#[derive(Clone, Debug)]
pub struct Canvas {
    body: Rc<RefCell<String>>,
    width: f64,
    height: f64,
}

impl Canvas {
    /// Draws on a fresh sheet and gives the whole SVG.
    pub fn picture(width: f64, height: f64, draw: impl FnOnce(&Canvas)) -> String {
        let canvas = Canvas { body: Rc::default(), width, height };
        draw(&canvas);
        let (w, h) = (number(width), number(height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             font-family=\"Open Sans, Helvetica, Arial, sans-serif\">\n{}</svg>\n",
            canvas.body.borrow()
        )
    }

    pub(crate) fn dimensions(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    fn element(&self, text: &str) {
        let mut body = self.body.borrow_mut();
        body.push_str(text);
        body.push('\n');
    }

    /// A line through points.
    pub fn polyline(&self, points: &[(f64, f64)], line: &Line) {
        if points.len() > 1 {
            self.path(&path(points, false), line);
        }
    }

    /// A stroked path, given by its SVG commands.
    pub fn path(&self, commands: &str, line: &Line) {
        self.element(&format!(
            "<path d=\"{commands}\" fill=\"none\"{} stroke-linejoin=\"round\" stroke-linecap=\"butt\"/>",
            line.attributes()
        ));
    }

    /// A filled polygon, with an outline where one is given.
    pub fn polygon(
        &self,
        points: &[(f64, f64)],
        fill: Color,
        opacity: f64,
        line: Option<&Line>,
    ) {
        let line = line.map(Line::attributes).unwrap_or_default();
        self.element(&format!(
            "<path d=\"{}\"{}{line}/>",
            path(points, true),
            filled(fill, opacity)
        ));
    }

    /// A filled path without edges smoothed: cells that touch show no seam.
    pub fn cells(&self, commands: &str, fill: Color) {
        self.element(&format!(
            "<path d=\"{commands}\"{} shape-rendering=\"crispEdges\"/>",
            filled(fill, 1.0)
        ));
    }

    /// A rectangle with rounded corners.
    pub fn rectangle(
        &self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        radius: f64,
        fill: Option<(Color, f64)>,
        line: Option<&Line>,
    ) {
        let fill = fill.map_or(" fill=\"none\"".to_owned(), |(c, o)| filled(c, o));
        let line = line.map(Line::attributes).unwrap_or_default();
        let radius = if radius > 0.0 {
            format!(" rx=\"{}\"", number(radius))
        } else {
            String::new()
        };
        self.element(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{radius}{fill}{line}/>",
            number(x),
            number(y),
            number(width),
            number(height)
        ));
    }

    /// A circle.
    pub fn circle(
        &self,
        (x, y): (f64, f64),
        radius: f64,
        fill: Option<(Color, f64)>,
        line: Option<&Line>,
    ) {
        let fill = fill.map_or(" fill=\"none\"".to_owned(), |(c, o)| filled(c, o));
        let line = line.map(Line::attributes).unwrap_or_default();
        self.element(&format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{fill}{line}/>",
            number(x),
            number(y),
            number(radius)
        ));
    }

    /// A text whose middle height is at the point.
    pub fn text(
        &self,
        at: (f64, f64),
        source: &str,
        size: f64,
        color: Color,
        anchor: Anchor,
    ) {
        self.write(at, source, size, color, anchor, "");
    }

    /// A text in ink with an edge in the page's colour, legible on top of lines and bars.
    pub fn halo(&self, at: (f64, f64), source: &str, size: f64, anchor: Anchor) {
        let edge = format!(
            " stroke=\"{}\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
            Color::Paper.hex()
        );
        self.write(at, source, size, Color::Ink, anchor, &edge);
    }

    fn write(
        &self,
        (x, y): (f64, f64),
        source: &str,
        size: f64,
        color: Color,
        anchor: Anchor,
        more: &str,
    ) {
        if source.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.element(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"{anchor}{more}>{}</text>",
            number(x),
            number(y + 0.35 * size),
            number(size),
            color.hex(),
            Rich::parse(source).tspans(size)
        ));
    }

    /// A point of a series. A thin edge in the page's colour keeps points apart.
    pub fn marker(
        &self,
        (x, y): (f64, f64),
        marker: Marker,
        radius: f64,
        color: Color,
    ) {
        let r = radius;
        let edge = Line::new(Color::Paper, 0.8);
        let polygon = |corners: &[(f64, f64)]| {
            let points: Vec<_> =
                corners.iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect();
            self.polygon(&points, color, 1.0, Some(&edge));
        };
        match marker {
            Marker::Disc => self.circle((x, y), r, Some((color, 1.0)), Some(&edge)),
            Marker::Ring => {
                self.circle(
                    (x, y),
                    r,
                    Some((Color::Paper, 1.0)),
                    Some(&Line::new(color, 1.8)),
                );
            }
            Marker::Square => {
                polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
            }
            Marker::Diamond => {
                polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)])
            }
            Marker::Triangle => polygon(&[(0.0, -1.25), (1.15, 0.8), (-1.15, 0.8)]),
            Marker::Wedge => polygon(&[(0.0, 1.25), (1.15, -0.8), (-1.15, -0.8)]),
            Marker::Cross => {
                let line = Line::new(color, 1.8);
                self.polyline(&[(x - r, y - r), (x + r, y + r)], &line);
                self.polyline(&[(x - r, y + r), (x + r, y - r)], &line);
            }
        }
    }
}

fn filled(color: Color, opacity: f64) -> String {
    if opacity < 1.0 {
        format!(" fill=\"{}\" fill-opacity=\"{}\"", color.hex(), number(opacity))
    } else {
        format!(" fill=\"{}\"", color.hex())
    }
}

fn path(points: &[(f64, f64)], closed: bool) -> String {
    let mut out = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let command = if i == 0 { 'M' } else { 'L' };
        let _ = write!(out, "{command}{} {}", number(*x), number(*y));
    }
    if closed {
        out.push('Z');
    }
    out
}

/// A shape that `plotters` places by the coordinates of a chart.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A line through all points.
    Line(Line),
    /// A filled polygon of all points, of some opacity.
    Area(Color, f64),
    /// A marker of some radius at each point.
    Markers(Marker, f64, Color),
    /// A level stroke of some length at each point: the cap of an error bar.
    Cap(f64, Line),
    /// A bar from the first point to the second, one corner and the opposite one.
    Bar(Color, f64),
    /// A text at the first point, moved by so much to the right and down.
    Text(String, f64, Color, Anchor, (f64, f64)),
}

/// A shape with the points at which it stands: an element for `plotters`.
#[derive(Clone, Debug)]
pub struct Mark<C> {
    points: Vec<C>,
    shape: Shape,
}

impl<C> Mark<C> {
    /// A shape at these points.
    pub fn new(points: Vec<C>, shape: Shape) -> Self {
        Self { points, shape }
    }
}

impl<'a, C> PointCollection<'a, C> for &'a Mark<C> {
    type Point = &'a C;
    type IntoIter = std::slice::Iter<'a, C>;

    fn point_iter(self) -> Self::IntoIter {
        self.points.iter()
    }
}

impl<C> Drawable<Canvas> for Mark<C> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        points: I,
        canvas: &mut Canvas,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let points: Vec<_> = points.map(unit).collect();
        match &self.shape {
            Shape::Line(line) => canvas.polyline(&points, line),
            Shape::Area(color, opacity) => {
                canvas.polygon(&points, *color, *opacity, None)
            }
            Shape::Markers(marker, radius, color) => {
                for point in points {
                    canvas.marker(point, *marker, *radius, *color);
                }
            }
            Shape::Cap(half, line) => {
                for (x, y) in points {
                    canvas.polyline(&[(x - half, y), (x + half, y)], line);
                }
            }
            Shape::Bar(color, opacity) => {
                if let [(x0, y0), (x1, y1)] = points[..] {
                    let edge = Line::new(*color, 1.2);
                    canvas.rectangle(
                        (x0.min(x1), y0.min(y1)),
                        ((x1 - x0).abs(), (y1 - y0).abs()),
                        0.0,
                        Some((*color, *opacity)),
                        Some(&edge),
                    );
                }
            }
            Shape::Text(text, size, color, anchor, (dx, dy)) => {
                if let Some((x, y)) = points.first() {
                    canvas.text((x + dx, y + dy), text, *size, *color, *anchor);
                }
            }
        }
        Ok(())
    }
}

fn unit((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x) / FINE, f64::from(y) / FINE)
}

fn fine(x: f64) -> u32 {
    (x * FINE).round() as u32
}

fn color(c: BackendColor) -> (Color, f64) {
    (Color::Rgb(c.rgb.0, c.rgb.1, c.rgb.2), c.alpha)
}

fn line_of<S: BackendStyle>(style: &S) -> Line {
    Line::new(color(style.color()).0, f64::from(style.stroke_width()) / FINE)
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (fine(self.width), fine(self.height))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, c: BackendColor) -> Drawn {
        let (c, opacity) = color(c);
        let side = 1.0 / FINE;
        self.rectangle(unit(point), (side, side), 0.0, Some((c, opacity)), None);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        s: &S,
    ) -> Drawn {
        self.polyline(&[unit(from), unit(to)], &line_of(s));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<_> = points.into_iter().map(unit).collect();
        self.polyline(&points, &line_of(style));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<_> = points.into_iter().map(unit).collect();
        let (c, opacity) = color(style.color());
        self.polygon(&points, c, opacity, None);
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        lower_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ((x0, y0), (x1, y1)) = (unit(upper_left), unit(lower_right));
        let line = line_of(style);
        let fill = fill.then(|| color(style.color()));
        let line = if fill.is_none() { Some(&line) } else { None };
        self.rectangle((x0, y0), (x1 - x0, y1 - y0), 0.0, fill, line);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let line = line_of(style);
        let fill = fill.then(|| color(style.color()));
        let line = if fill.is_none() { Some(&line) } else { None };
        self.circle(unit(center), f64::from(radius) / FINE, fill, line);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Drawn {
        let (x, y) = unit(at);
        let size = style.size() / FINE;
        self.text(
            (x, y + 0.5 * size),
            text,
            size,
            color(style.color()).0,
            Anchor::Start,
        );
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((
            Rich::parse(text).width(style.size()).round() as u32,
            style.size().round() as u32,
        ))
    }
}
