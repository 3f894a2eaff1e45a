//! Chapter 2: back-propagation through time, what it costs, where it is cut off, and what is done with the
//! gradient.

pub mod bptt_graph;
pub mod epsilon_curve;
pub mod truncation_bias;
pub mod echo_delay;
pub mod optimiser_paths;
pub mod planted_faults;
pub mod char_loss;
pub mod bptt_cost;

/// The text that the chapter learns by heart.
const RIVER: &str = include_str!("../../../rnn-book-code/data/river.txt");

/// The tolerance of a record whose training is chaotic: a change of one weight by a unit of its last place
/// leads, hundreds of updates later, as far away as another seed does. The same machine repeats such numbers
/// to the last digit; another kind of processor may differ by about as much as one seed from the next.
const CHAOTIC: f64 = 0.5;

/// The seeds of everything that is reported; rates are chosen on others.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
