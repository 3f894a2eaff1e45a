//! Chapter 1: what a recurrent network is, and what it remembers before it has learned anything.

pub mod impulse_response;
pub mod memory_capacity;
pub mod parameter_growth;
pub mod task_shapes;
pub mod unrolled;
