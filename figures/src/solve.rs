//! Training on a problem with a long lag until it is solved, or time is up.

use ndarray::{Array2, Array3};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    layer::Recurrent,
    loss::{mean_squared_error, softmax_cross_entropy},
    optim::{Adam, Optimizer, clip_by_norm, clip_by_value, norm},
    parameters::Parameters,
    problems::{adding, temporal_order},
    reader::Reader,
};

/// Which problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Problem {
    /// Solved when the mean squared error on fresh sequences is below [`ADDING_SOLVED`].
    Adding,
    /// Solved when the share of wrong classes on fresh sequences is below [`ORDER_SOLVED`].
    Order,
}

/// The mean squared error below which the adding problem counts as solved; the answer 1 has 1/6.
pub const ADDING_SOLVED: f64 = 0.01;
/// The share of errors below which the temporal-order problem counts as solved; guessing has 3/4.
pub const ORDER_SOLVED: f64 = 0.01;
/// Fresh sequences in one test.
const TEST: usize = 500;

/// How a layer is trained.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// The problem.
    pub problem: Problem,
    /// The number of steps of a sequence, `T`.
    pub steps: usize,
    /// Sequences in a batch.
    pub lanes: usize,
    /// Adam's learning rate.
    pub rate: f64,
    /// What is done with the gradient.
    pub clip: Clip,
    /// How many of the last steps the gradient goes back over; all without it.
    pub window: Option<usize>,
    /// Updates before giving up.
    pub updates: usize,
    /// Updates between two tests.
    pub every: usize,
    /// The seed of the sequences; the layer was drawn by the caller.
    pub seed: u64,
}

/// What is done with a gradient before it is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    /// Nothing.
    None,
    /// Its norm is brought down to this.
    Norm(f64),
    /// Each entry is brought between minus and plus this.
    Value(f64),
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Updates until the first test that was passed.
    pub solved: Option<usize>,
    /// The error at each test, by updates.
    pub curve: Vec<(usize, f64)>,
    /// The norm of the gradient before clipping, at each update.
    pub norms: Vec<f64>,
    /// Whether a loss or a gradient was not a number.
    pub broke: bool,
}

impl Problem {
    /// The sizes of an input and of an answer.
    #[must_use]
    pub fn sizes(self) -> (usize, usize) {
        match self {
            Self::Adding => (2, 1),
            Self::Order => (6, 4),
        }
    }

    fn solved(self) -> f64 {
        match self {
            Self::Adding => ADDING_SOLVED,
            Self::Order => ORDER_SOLVED,
        }
    }
}

/// Inputs with their right answers.
enum Batch {
    Adding(Array3<Real>, Array2<Real>),
    Order(Array3<Real>, Vec<usize>),
}

impl Batch {
    fn draw(problem: Problem, steps: usize, lanes: usize, rng: &mut Rng) -> Self {
        match problem {
            Problem::Adding => {
                let (x, y) = adding(steps, lanes, rng);
                Self::Adding(x, y)
            }
            Problem::Order => {
                let (x, y) = temporal_order(steps, lanes, rng);
                Self::Order(x, y)
            }
        }
    }

    fn learn<L: Recurrent>(
        &self,
        model: &Reader<L>,
        window: Option<usize>,
        grad: &mut Reader<L>,
    ) -> Real {
        match self {
            Self::Adding(x, y) => {
                let loss = |answers: ndarray::ArrayView2<Real>| {
                    mean_squared_error(answers, y.view(), None)
                };
                model.loss_and_gradient(x.view(), window, loss, grad)
            }
            Self::Order(x, y) => {
                let loss = |scores: ndarray::ArrayView2<Real>| {
                    softmax_cross_entropy(scores, y)
                };
                model.loss_and_gradient(x.view(), window, loss, grad)
            }
        }
    }

    /// Mean squared error, or the share of wrong classes.
    fn error<L: Recurrent>(&self, model: &Reader<L>) -> f64 {
        match self {
            Self::Adding(x, y) => {
                let answers = model.answer(x.view());
                f64::from(mean_squared_error(answers.view(), y.view(), None).0)
            }
            Self::Order(x, y) => {
                let scores = model.answer(x.view());
                let best = scores.outer_iter().map(|row| {
                    let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
                    best.map_or(0, |(class, _)| class)
                });
                best.zip(y).filter(|(a, b)| a != *b).count() as f64 / y.len() as f64
            }
        }
    }
}

/// Trains `layer` with a read-out on fresh sequences until a test is passed.
pub fn solve<L: Recurrent + Clone>(layer: L, training: &Training) -> Outcome {
    let Training { problem, steps, lanes, .. } = *training;
    let mut rng = Rng::seed_from_u64(training.seed);
    let mut model = Reader::new(layer, problem.sizes().1, &mut rng);
    let test =
        Batch::draw(problem, steps, TEST, &mut Rng::seed_from_u64(!training.seed));
    let mut adam = Adam::new(&model, training.rate as Real);
    let mut grad = model.zeros_like();
    let mut outcome =
        Outcome { solved: None, curve: Vec::new(), norms: Vec::new(), broke: false };
    for update in 1..=training.updates {
        grad.set_zero();
        let loss = Batch::draw(problem, steps, lanes, &mut rng).learn(
            &model,
            training.window,
            &mut grad,
        );
        let size = match training.clip {
            Clip::Norm(threshold) => clip_by_norm(&mut grad, threshold as Real),
            Clip::None | Clip::Value(_) => norm(&grad),
        };
        outcome.norms.push(f64::from(size));
        if !(loss.is_finite() && size.is_finite()) {
            outcome.broke = true;
            return outcome;
        }
        if let Clip::Value(limit) = training.clip {
            clip_by_value(&mut grad, limit as Real);
        }
        adam.step(&mut model, &grad);
        if update % training.every == 0 {
            let error = test.error(&model);
            outcome.curve.push((update, error));
            if error < problem.solved() {
                outcome.solved = Some(update);
                return outcome;
            }
        }
    }
    outcome
}
