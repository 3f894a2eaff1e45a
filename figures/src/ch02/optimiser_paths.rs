//! Four optimisers walk down one valley, 25 times as steep across as along.

use anyhow::{Context, Result};
use ndarray::{Array1, array};
use rnn_book_code_f64::{
    linear::Linear,
    optim::{Adam, Momentum, Optimizer, RmsProp, Sgd},
};

use crate::draw::{Anchor, Canvas, Color, Line, Marker, SMALL, TEXT, WIDTH};
use crate::text::{fixed, integer, significant};
use crate::{Progress, Record};

/// How much steeper the valley of the figure is across than along.
const STEEP: f64 = 25.0;
/// And a steeper one, for the table.
const STEEPER: f64 = 1000.0;
/// Steps that the figure shows.
const SHOWN: usize = 50;
/// Steps that are walked.
const HORIZON: usize = 5000;
/// Steps for which an arrival must last.
const STAY: usize = 50;
/// The share of the first loss at which the walk counts as done.
const DONE: f64 = 1e-3;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Sgd,
    /// With μ = 0.9.
    Momentum,
    /// With the best μ there is for the valley.
    HeavyBall,
    RmsProp,
    Adam,
}

/// Two significant digits, without idle zeros.
fn plain(rate: f64) -> String {
    significant(rate, 2).trim_end_matches('0').trim_end_matches('.').to_owned()
}

type Point = (f64, f64);

/// L(w) = ½ (w₁² + steep · w₂²).
fn loss(steep: f64, (w_1, w_2): Point) -> f64 {
    0.5 * (w_1 * w_1 + steep * w_2 * w_2)
}

/// The start: the long and the steep direction have a like share in the loss, whatever the steepness.
fn start(steep: f64) -> Point {
    (-10.0, 7.5 / steep.sqrt())
}

fn optimizer(
    kind: Kind,
    rate: f64,
    steep: f64,
    model: &Linear,
) -> Box<dyn Optimizer<Linear>> {
    match kind {
        Kind::Sgd => Box::new(Sgd { rate }),
        Kind::Momentum => Box::new(Momentum::new(model, rate)),
        Kind::HeavyBall => {
            let mut momentum = Momentum::new(model, rate);
            momentum.mu = heavy_ball(steep).1;
            Box::new(momentum)
        }
        Kind::RmsProp => Box::new(RmsProp::new(model, rate)),
        Kind::Adam => Box::new(Adam::new(model, rate)),
    }
}

/// The way from the start, point by point.
fn walk(kind: Kind, rate: f64, steep: f64, steps: usize) -> Vec<Point> {
    let (w_1, w_2) = start(steep);
    let mut model = Linear { w: array![[w_1, w_2]], b: Array1::zeros(0) };
    let mut optimizer = optimizer(kind, rate, steep, &model);
    let mut path = vec![(w_1, w_2)];
    for _ in 0..steps {
        let gradient =
            Linear { w: &model.w * &array![[1.0, steep]], b: Array1::zeros(0) };
        optimizer.step(&mut model, &gradient);
        path.push((model.w[[0, 0]], model.w[[0, 1]]));
    }
    path
}

/// The first step after which the loss is below its share of the first loss, and stays there for a while.
fn arrival(path: &[Point], steep: f64) -> Option<usize> {
    let goal = DONE * loss(steep, path[0]);
    let below: Vec<bool> = path.iter().map(|&w| loss(steep, w) < goal).collect();
    below.windows(STAY).position(|window| window.iter().all(|b| *b))
}

/// The best rate of gradient descent, and by how much each step then shrinks the distance.
fn descent(steep: f64) -> (f64, f64) {
    (2.0 / (1.0 + steep), (steep - 1.0) / (steep + 1.0))
}

/// The best rate and the best μ of momentum (Polyak 1964), and by how much each step shrinks the distance.
fn heavy_ball(steep: f64) -> (f64, f64, f64) {
    let root = steep.sqrt();
    let factor = (root - 1.0) / (root + 1.0);
    ((2.0 / (1.0 + root)).powi(2), factor * factor, factor)
}

/// Walks, counts and draws.
///
/// # Errors
/// When an optimiser does not arrive.
pub fn run(progress: &Progress) -> Result<Record> {
    let kinds = [
        (Kind::Sgd, "sgd", "SGD"),
        (Kind::Momentum, "momentum", "momentum"),
        (Kind::HeavyBall, "heavy-ball", "momentum, best $\\mu$"),
        (Kind::RmsProp, "rmsprop", "RMSprop"),
        (Kind::Adam, "adam", "Adam"),
    ];
    let valleys = [STEEP, STEEPER];
    progress.steps(kinds.len() * valleys.len());
    let (_, w_2) = start(STEEP);
    let mut r = Record::new(
        &[],
        format!(
            "L = ½ (w₁² + {STEEP} w₂²) from (−10, {w_2}), and ½ (w₁² + {STEEPER} w₂²) from as high; SGD at \
             η = 2/(1 + κ), momentum at μ = 0.9 and η = 0.01 or, if less, 1/κ, RMSprop at 0.1, Adam at 0.5; steps until the loss \
             is below {DONE} of the first and stays there for {STAY} steps"
        ),
    );
    let mut rows = Vec::new();
    let mut walks = Vec::new();
    for (kind, key, name) in kinds {
        let mut row = vec![name.to_owned()];
        for (steep, valley) in valleys.into_iter().zip(["", "-steeper"]) {
            progress.note(name);
            let (rate, mu, factor) = match kind {
                Kind::Sgd => (descent(steep).0, None, Some(descent(steep).1)),
                Kind::HeavyBall => {
                    let (rate, mu, factor) = heavy_ball(steep);
                    (rate, Some(mu), Some(factor))
                }
                Kind::Momentum => (f64::min(0.01, 1.0 / steep), None, None),
                Kind::RmsProp => (0.1, None, None),
                Kind::Adam => (0.5, None, None),
            };
            let path = walk(kind, rate, steep, HORIZON);
            let steps = arrival(&path, steep)
                .with_context(|| format!("{name} does not arrive"))?
                as f64;
            progress.tick();
            r.value(&format!("rate-{key}{valley}"), rate, plain(rate));
            r.value(&format!("steps-{key}{valley}"), steps, integer(steps));
            if let Some(mu) = mu {
                r.value(&format!("mu-{key}{valley}"), mu, fixed(mu, 2));
            }
            if let Some(factor) = factor {
                r.value(&format!("factor-{key}{valley}"), factor, fixed(factor, 3));
            }
            let mu =
                mu.map(|mu| format!(", $\\mu = {}$", fixed(mu, 2))).unwrap_or_default();
            row.extend([format!("{}{mu}", plain(rate)), integer(steps)]);
            if steep == STEEP && kind != Kind::HeavyBall {
                let title = format!("{name}, $η$ = {}", plain(rate));
                walks.push((title, path[..=SHOWN].to_vec()));
            }
        }
        rows.push(row);
    }
    let limit = 2.0 / STEEP;
    r.value("limit-sgd", limit, fixed(limit, 2));
    r.table(
        "main",
        &[
            "optimiser",
            "rate, $\\kappa = 25$",
            "steps",
            "rate, $\\kappa = 1000$",
            "steps",
        ],
        "lrrrr",
        rows,
    );
    r.picture(Canvas::picture(WIDTH, 2.0 * ROW + 4.0, |canvas| {
        for (i, (title, path)) in walks.iter().enumerate() {
            let left = 30.0 + (WIDTH - PANEL.0 - 40.0) * (i % 2) as f64;
            let panel = Panel { canvas, left, top: 36.0 + ROW * (i / 2) as f64 };
            panel.draw(i, title, path);
        }
    }));
    Ok(r)
}

const ROW: f64 = 220.0;
const PANEL: (f64, f64) = (246.0, 152.0);
const X: (f64, f64) = (-11.5, 6.5);
const Y: (f64, f64) = (-2.2, 2.2);

/// One valley with one path in it.
struct Panel<'a> {
    canvas: &'a Canvas,
    left: f64,
    top: f64,
}

impl Panel<'_> {
    fn at(&self, (x, y): Point) -> Point {
        (
            self.left + PANEL.0 * (x - X.0) / (X.1 - X.0),
            self.top + PANEL.1 * (Y.1 - y) / (Y.1 - Y.0),
        )
    }

    fn draw(&self, series: usize, title: &str, path: &[Point]) {
        let canvas = self.canvas;
        canvas.text(
            (self.left, self.top - 16.0),
            title,
            TEXT,
            Color::Ink,
            Anchor::Start,
        );
        // Lines of equal loss, each a quarter of the one outside it
        let highest = loss(STEEP, path[0]);
        for level in 0..5 {
            let radius = (2.0 * highest * 0.25_f64.powi(level)).sqrt();
            let ellipse = (0..=120).map(|i| {
                let turn = std::f64::consts::TAU * f64::from(i) / 120.0;
                (radius * turn.cos(), radius * turn.sin() / STEEP.sqrt())
            });
            self.pieces(ellipse, &Line::new(Color::Grid, 1.3));
        }
        let edge = Line::new(Color::Muted, 1.0);
        let (right, bottom) = (self.left + PANEL.0, self.top + PANEL.1);
        canvas.polyline(
            &[(self.left, self.top), (self.left, bottom), (right, bottom)],
            &edge,
        );
        for x in [-10.0, -5.0, 0.0, 5.0] {
            let (px, _) = self.at((x, 0.0));
            canvas.polyline(&[(px, bottom), (px, bottom + 4.0)], &edge);
            canvas.text(
                (px, bottom + 14.0),
                &fixed(x, 0),
                SMALL,
                Color::Ink,
                Anchor::Middle,
            );
        }
        for y in [-2.0, -1.0, 0.0, 1.0, 2.0] {
            let (_, py) = self.at((0.0, y));
            canvas.polyline(&[(self.left - 4.0, py), (self.left, py)], &edge);
            canvas.text(
                (self.left - 8.0, py),
                &fixed(y, 0),
                SMALL,
                Color::Ink,
                Anchor::End,
            );
        }
        canvas.text(
            (right - 4.0, bottom - 12.0),
            "$w_1$",
            TEXT,
            Color::Ink,
            Anchor::End,
        );
        canvas.text(
            (self.left + 8.0, self.top + 8.0),
            "$w_2$",
            TEXT,
            Color::Ink,
            Anchor::Start,
        );
        let goal = self.at((0.0, 0.0));
        canvas.marker(goal, Marker::Cross, 5.0, Color::Ink);
        let color = Color::Series(series);
        self.pieces(path.iter().copied(), &Line::new(color, 1.8));
        for &point in path.iter().filter(|w| inside(**w)) {
            canvas.marker(self.at(point), Marker::of(series), 3.2, color);
        }
    }

    /// A line, without its points outside the panel.
    fn pieces(&self, points: impl Iterator<Item = Point>, line: &Line) {
        let mut piece = Vec::new();
        for point in points {
            if inside(point) {
                piece.push(self.at(point));
            } else {
                self.canvas.polyline(&piece, line);
                piece.clear();
            }
        }
        self.canvas.polyline(&piece, line);
    }
}

fn inside((x, y): Point) -> bool {
    (X.0..=X.1).contains(&x) && (Y.0..=Y.1).contains(&y)
}
