//! Gradient descent and three repairs of it, and clipping by norm.
//!
//! What an optimiser remembers about a model has the type of the model: one number for
//! each parameter.
//!
//! In the book: [section 2.5] and [section 3.3].
//!
//! [section 2.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/optimisers.html
//! [section 3.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/clipping.html

use crate::{Real, parameters::Parameters, vector};
use ndarray::Zip;

// ANCHOR: sgd
/// Changes a model by its gradient.
pub trait Optimizer<M: Parameters> {
    /// One step. `gradient` was computed at the present `model`.
    fn step(&mut self, model: &mut M, gradient: &M);
}

/// Gradient descent, eq. (2.25) #sgd.
#[derive(Clone, Debug)]
pub struct Sgd {
    /// The learning rate η.
    pub rate: Real,
}

impl<M: Parameters> Optimizer<M> for Sgd {
    fn step(&mut self, model: &mut M, gradient: &M) {
        let eta = self.rate;
        for ((_, mut w), (_, g)) in
            model.parameters_mut().into_iter().zip(gradient.parameters())
        {
            w.scaled_add(-eta, &g);
        }
    }
}
// ANCHOR_END: sgd

// ANCHOR: momentum
/// Gradient descent with a velocity, eq. (2.28) #momentum.
#[derive(Clone, Debug)]
pub struct Momentum<M> {
    /// The learning rate η.
    pub rate: Real,
    /// How much of the velocity stays, μ.
    pub mu: Real,
    velocity: M,
}

impl<M: Parameters> Momentum<M> {
    /// At rest, μ = 0.9.
    pub fn new(model: &M, rate: Real) -> Self {
        Self { rate, mu: 0.9, velocity: model.zeros_like() }
    }
}

impl<M: Parameters> Optimizer<M> for Momentum<M> {
    fn step(&mut self, model: &mut M, gradient: &M) {
        let (eta, mu) = (self.rate, self.mu);
        let (mut w, g) = (model.parameters_mut(), gradient.parameters());
        let mut v = self.velocity.parameters_mut();
        for k in 0..w.len() {
            Zip::from(&mut w[k].1).and(&g[k].1).and(&mut v[k].1).for_each(
                |w, &g, v| {
                    *v = mu * *v + g;
                    *w -= eta * *v;
                },
            );
        }
    }
}
// ANCHOR_END: momentum

// ANCHOR: rmsprop
/// A step of its own size for each parameter, eq. (2.29) #rmsprop.
#[derive(Clone, Debug)]
pub struct RmsProp<M> {
    /// The learning rate η.
    pub rate: Real,
    /// How much of the mean square stays, α.
    pub alpha: Real,
    /// Keeps the division from exploding.
    pub epsilon: Real,
    mean_square: M,
}

impl<M: Parameters> RmsProp<M> {
    /// Nothing seen yet, α = 0.99, ε = 1e-8.
    pub fn new(model: &M, rate: Real) -> Self {
        Self { rate, alpha: 0.99, epsilon: 1e-8, mean_square: model.zeros_like() }
    }
}

impl<M: Parameters> Optimizer<M> for RmsProp<M> {
    fn step(&mut self, model: &mut M, gradient: &M) {
        let (eta, alpha, epsilon) = (self.rate, self.alpha, self.epsilon);
        let (mut w, g) = (model.parameters_mut(), gradient.parameters());
        let mut s = self.mean_square.parameters_mut();
        for k in 0..w.len() {
            Zip::from(&mut w[k].1).and(&g[k].1).and(&mut s[k].1).for_each(
                |w, &g, s| {
                    *s = alpha * *s + (1.0 - alpha) * g * g;
                    *w -= eta * g / (s.sqrt() + epsilon);
                },
            );
        }
    }
}
// ANCHOR_END: rmsprop

// ANCHOR: adam
/// Momentum and RMSprop together, both corrected for their start at zero, eq. (2.31)
/// #adam.
#[derive(Clone, Debug)]
pub struct Adam<M> {
    /// The learning rate η.
    pub rate: Real,
    /// How much of the mean stays, β₁.
    pub beta_1: Real,
    /// How much of the mean square stays, β₂.
    pub beta_2: Real,
    /// Keeps the division from exploding.
    pub epsilon: Real,
    steps: i32,
    mean: M,
    mean_square: M,
}

impl<M: Parameters> Adam<M> {
    /// Nothing seen yet, β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    pub fn new(model: &M, rate: Real) -> Self {
        let (mean, mean_square) = (model.zeros_like(), model.zeros_like());
        Self {
            rate,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            steps: 0,
            mean,
            mean_square,
        }
    }
}

impl<M: Parameters> Optimizer<M> for Adam<M> {
    fn step(&mut self, model: &mut M, gradient: &M) {
        self.steps += 1;
        let (eta, beta_1, beta_2, epsilon) =
            (self.rate, self.beta_1, self.beta_2, self.epsilon);
        let unbias_1 = 1.0 - beta_1.powi(self.steps);
        let unbias_2 = 1.0 - beta_2.powi(self.steps);
        let (mut w, g) = (model.parameters_mut(), gradient.parameters());
        let (mut m, mut s) =
            (self.mean.parameters_mut(), self.mean_square.parameters_mut());
        for k in 0..w.len() {
            Zip::from(&mut w[k].1)
                .and(&g[k].1)
                .and(&mut m[k].1)
                .and(&mut s[k].1)
                .for_each(|w, &g, m, s| {
                    *m = beta_1 * *m + (1.0 - beta_1) * g;
                    *s = beta_2 * *s + (1.0 - beta_2) * g * g;
                    *w -= eta * (*m / unbias_1) / ((*s / unbias_2).sqrt() + epsilon);
                });
        }
    }
}
// ANCHOR_END: adam

// ANCHOR: clip
/// The norm of all parameters of a gradient together.
pub fn norm<M: Parameters>(gradient: &M) -> Real {
    let squares = gradient.parameters().into_iter().map(|(_, g)| match g.as_slice() {
        Some(g) => vector::sum_of_squares(g),
        None => g.fold(0.0, |sum, &g| sum + g * g),
    });
    squares.sum::<Real>().sqrt()
}

/// Scales the gradient down to the norm `threshold` when it is longer, and returns the
/// norm that it had, eq. (2.32) #clip. All parameters shrink by one factor: the
/// direction stays.
pub fn clip_by_norm<M: Parameters>(gradient: &mut M, threshold: Real) -> Real {
    let norm = norm(gradient);
    if norm > threshold {
        for (_, mut g) in gradient.parameters_mut() {
            g *= threshold / norm;
        }
    }
    norm
}
// ANCHOR_END: clip

// ANCHOR: clip_value
/// Brings each entry of the gradient between `−limit` and `limit`, eq. (3.11)
/// #vanish-clip-value. Entries shrink by different factors: the direction changes.
pub fn clip_by_value<M: Parameters>(gradient: &mut M, limit: Real) {
    for (_, mut g) in gradient.parameters_mut() {
        g.mapv_inplace(|g| g.clamp(-limit, limit));
    }
}
// ANCHOR_END: clip_value

// ANCHOR: adamw
/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): before each step every
/// parameter shrinks by the factor 1 − η λ, which Adam's scaling does not touch.
#[derive(Clone, Debug)]
pub struct AdamW<M> {
    /// The step without the decay.
    pub adam: Adam<M>,
    /// The strength of the decay, λ.
    pub decay: Real,
}

impl<M: Parameters> AdamW<M> {
    /// Nothing seen yet, λ = 0.01, the rest as in [`Adam::new`].
    pub fn new(model: &M, rate: Real) -> Self {
        Self { adam: Adam::new(model, rate), decay: 0.01 }
    }
}

impl<M: Parameters> Optimizer<M> for AdamW<M> {
    fn step(&mut self, model: &mut M, gradient: &M) {
        for (_, mut w) in model.parameters_mut() {
            w *= 1.0 - self.adam.rate * self.decay;
        }
        self.adam.step(model, gradient);
    }
}
// ANCHOR_END: adamw

// ANCHOR: resumable
/// An optimiser whose rate a schedule can set, and whose memory a checkpoint can keep.
pub trait Resumable<M: Parameters>: Optimizer<M> {
    /// The learning rate η.
    fn rate(&self) -> Real;

    /// Sets the learning rate η.
    fn set_rate(&mut self, rate: Real);

    /// What it remembers about each parameter, by name.
    fn moments(&self) -> Vec<(&'static str, &M)> {
        Vec::new()
    }

    /// The same list, to write to.
    fn moments_mut(&mut self) -> Vec<(&'static str, &mut M)> {
        Vec::new()
    }

    /// The number of steps it has done, if it counts them.
    fn steps(&self) -> usize {
        0
    }

    /// Sets the number of steps it has done.
    fn set_steps(&mut self, _steps: usize) {}
}
// ANCHOR_END: resumable

impl<M: Parameters> Resumable<M> for Sgd {
    fn rate(&self) -> Real {
        self.rate
    }

    fn set_rate(&mut self, rate: Real) {
        self.rate = rate;
    }
}

impl<M: Parameters> Resumable<M> for Momentum<M> {
    fn rate(&self) -> Real {
        self.rate
    }

    fn set_rate(&mut self, rate: Real) {
        self.rate = rate;
    }

    fn moments(&self) -> Vec<(&'static str, &M)> {
        vec![("velocity", &self.velocity)]
    }

    fn moments_mut(&mut self) -> Vec<(&'static str, &mut M)> {
        vec![("velocity", &mut self.velocity)]
    }
}

impl<M: Parameters> Resumable<M> for RmsProp<M> {
    fn rate(&self) -> Real {
        self.rate
    }

    fn set_rate(&mut self, rate: Real) {
        self.rate = rate;
    }

    fn moments(&self) -> Vec<(&'static str, &M)> {
        vec![("mean_square", &self.mean_square)]
    }

    fn moments_mut(&mut self) -> Vec<(&'static str, &mut M)> {
        vec![("mean_square", &mut self.mean_square)]
    }
}

impl<M: Parameters> Resumable<M> for Adam<M> {
    fn rate(&self) -> Real {
        self.rate
    }

    fn set_rate(&mut self, rate: Real) {
        self.rate = rate;
    }

    fn moments(&self) -> Vec<(&'static str, &M)> {
        vec![("mean", &self.mean), ("mean_square", &self.mean_square)]
    }

    fn moments_mut(&mut self) -> Vec<(&'static str, &mut M)> {
        vec![("mean", &mut self.mean), ("mean_square", &mut self.mean_square)]
    }

    fn steps(&self) -> usize {
        self.steps as usize
    }

    fn set_steps(&mut self, steps: usize) {
        self.steps = i32::try_from(steps).unwrap_or(i32::MAX);
    }
}

impl<M: Parameters> Resumable<M> for AdamW<M> {
    fn rate(&self) -> Real {
        self.adam.rate
    }

    fn set_rate(&mut self, rate: Real) {
        self.adam.rate = rate;
    }

    fn moments(&self) -> Vec<(&'static str, &M)> {
        self.adam.moments()
    }

    fn moments_mut(&mut self) -> Vec<(&'static str, &mut M)> {
        self.adam.moments_mut()
    }

    fn steps(&self) -> usize {
        self.adam.steps()
    }

    fn set_steps(&mut self, steps: usize) {
        self.adam.set_steps(steps);
    }
}
