//! Chapter 3: how gradients vanish and explode on their way back through time, and what helps.

pub mod cures;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[];
