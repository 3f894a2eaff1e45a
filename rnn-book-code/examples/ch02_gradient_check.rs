//! Every gradient of the character model against central differences, in f64.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Rng, char_rnn::CharRnn, gradcheck::gradient_check, init, parameters::Parameters,
    text::Window,
};

// ANCHOR: main
fn main() {
    let (steps, batch, hidden, vocabulary) = (7, 3, 5, 4);
    let mut rng = Rng::seed_from_u64(1);
    let mut model = CharRnn::new(vocabulary, hidden, &mut rng);
    model.cell.b_h = init::normal(1, hidden, 0.5, &mut rng).row(0).to_owned();
    model.out.b = init::normal(1, vocabulary, 0.5, &mut rng).row(0).to_owned();
    let mut ids =
        || Array2::from_shape_simple_fn((steps, batch), || rng.random_range(0..4));
    let window = Window { x: ids(), y: ids() };
    let h_0 = Array2::from_elem((batch, hidden), 0.1);

    let mut grad = model.zeros_like();
    model.loss_and_gradient(&window, h_0.view(), &mut grad);

    for check in
        gradient_check(&model, &grad, 1e-5, |model| model.loss(&window, h_0.view()))
    {
        println!(
            "{:9} worst entry: backward {:12.9}, numeric {:12.9}, below 1e-8: {}",
            check.name,
            check.analytic,
            check.numeric,
            check.error < 1e-8
        );
    }
}
// ANCHOR_END: main
