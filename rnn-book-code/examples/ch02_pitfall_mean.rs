//! Pitfall: a sum where a mean was meant. The step grows with the window.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng, char_rnn::CharRnn, optim::norm, parameters::Parameters, text::Window,
};

// ANCHOR: main
fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let model = CharRnn::new(4, 8, &mut rng);
    println!("  T   B  norm of the mean's gradient  norm of the sum's");
    for (steps, batch) in [(5, 1), (20, 1), (20, 8), (80, 8)] {
        let mut ids =
            || Array2::from_shape_simple_fn((steps, batch), || rng.random_range(0..4));
        let window = Window { x: ids(), y: ids() };
        let mut grad = model.zeros_like();
        model.loss_and_gradient(&window, model.start(batch).view(), &mut grad);
        let mean = norm(&grad);
        println!(
            "{steps:3} {batch:3}  {mean:27.3}  {:17.2}",
            mean * (steps * batch) as f32
        );
    }
}
// ANCHOR_END: main
