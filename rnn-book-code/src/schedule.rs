//! Learning rates that change from step to step.
//!
//! In the book: [section 9.2].
//!
//! [section 9.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/model.html

use crate::Real;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

// ANCHOR: schedule
/// How the learning rate goes on after the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Decay {
    /// It stays.
    None,
    /// Multiplied by `factor` after every `every` steps.
    Step {
        /// Steps between two changes.
        every: usize,
        /// What the rate is multiplied by.
        factor: Real,
    },
    /// Half a cosine from the full rate down to `lowest` at step `steps` (Loshchilov &
    /// Hutter 2017), and `lowest` from there on.
    Cosine {
        /// The step at which it arrives.
        steps: usize,
        /// Where it arrives.
        lowest: Real,
    },
}

/// A learning rate for each step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The full rate η.
    pub rate: Real,
    /// Over so many steps the rate climbs in a straight line to its full value: step
    /// `t`, counted from 0, takes `(t + 1) / warm_up` of it.
    pub warm_up: usize,
    /// What comes then. Its steps are counted from the end of the warm-up.
    pub decay: Decay,
}

impl Schedule {
    /// The same rate at every step.
    pub fn constant(rate: Real) -> Self {
        Self { rate, warm_up: 0, decay: Decay::None }
    }

    /// The rate of step `step`, counted from 0.
    pub fn rate_at(&self, step: usize) -> Real {
        if step < self.warm_up {
            return self.rate * (step + 1) as Real / self.warm_up as Real;
        }
        let step = step - self.warm_up;
        match self.decay {
            Decay::None => self.rate,
            Decay::Step { every, factor } => {
                self.rate * factor.powi((step / every.max(1)) as i32)
            }
            Decay::Cosine { steps, lowest } => {
                let part = step.min(steps) as f64 / steps.max(1) as f64;
                let height = 0.5 * (1.0 + (PI * part).cos());
                lowest + (self.rate - lowest) * height as Real
            }
        }
    }
}
// ANCHOR_END: schedule
