//! Three sequences at once give the states that each gives alone, for one product a
//! step.

use ndarray::{Array2, Array3, s};
use rand::SeedableRng;
use rnn_book_code::{Rng, elman::Elman, init};

// ANCHOR: main
fn main() {
    let (steps, batch, input, hidden) = (5, 3, 2, 4);
    let mut rng = Rng::seed_from_u64(1);
    let cell = Elman::new(input, hidden, &mut rng);
    let x = init::normal(steps * batch, input, 1.0, &mut rng);
    let x: Array3<_> = x.into_shape_with_order((steps, batch, input)).unwrap();

    let together = cell.forward(x.view(), Array2::zeros((batch, hidden)).view());
    println!("x: {:?}", x.shape());
    println!("output: {:?}", together.output().shape());
    println!("last: {:?}", together.last().shape());

    for b in 0..batch {
        let alone =
            cell.forward(x.slice(s![.., b..=b, ..]), Array2::zeros((1, hidden)).view());
        let difference = &alone.output() - &together.output().slice(s![.., b..=b, ..]);
        let largest = difference.fold(0.0, |m: f32, d| m.max(d.abs()));
        println!("sequence {b}: same states to 1e-6: {}", largest < 1e-6);
    }
}
// ANCHOR_END: main
