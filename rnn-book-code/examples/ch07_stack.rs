//! A stack: its sizes, its parameters, and where dropout falls.

use ndarray::s;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    dropout::Dropout,
    init,
    layer::{Layer, Tape},
    lstm::Lstm,
    parameters::Parameters,
    residual::{PreNorm, Residual},
    stacked::Stacked,
};

fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let (steps, batch, input, hidden) = (3, 2, 3, 4);

    // ANCHOR: dropout
    println!("== dropout ==");
    let layers = vec![Lstm::new(input, hidden, rng), Lstm::new(hidden, hidden, rng)];
    let stack = Stacked::new(layers, Dropout::new(0.5));
    let x = init::normal(steps * batch, input, 1.0, rng);
    let x = x.into_shape_with_order((steps, batch, input)).expect("all the rows");
    let start = stack.start(batch);
    let training = stack.forward_training(x.view(), None, &start, rng);
    println!("masks: {}, of shape {:?}", training.masks.len(), training.masks[0].dim());
    for t in 0..steps {
        println!(
            "step {}, example 1: {}",
            t + 1,
            training.masks[0].slice(s![t, 0, ..])
        );
    }
    let used = stack.forward(x.view(), None, &start);
    println!("masks when it is used: {}", used.masks.len());
    // The layer below hears nothing of it
    let below = training.tapes[0].output() == used.tapes[0].output();
    println!("the first layer's output is the same in both: {below}");
    // ANCHOR_END: dropout

    // ANCHOR: count
    println!("== count ==");
    for (depth, hidden) in [(1, 64), (2, 45), (4, 32), (8, 23)] {
        let lstm = |_| Lstm::new(hidden, hidden, &mut Rng::seed_from_u64(0));
        let plain: Vec<_> = (0..depth).map(lstm).collect();
        let blocks = (0..depth).map(|k| Residual::new(PreNorm::new(lstm(k)))).collect();
        let plain = Stacked::new(plain, Dropout::new(0.0)).count();
        let normed = Stacked::new(blocks, Dropout::new(0.0)).count();
        println!("{depth} layers of {hidden}: {plain} plain, {normed} normalised");
    }
    // ANCHOR_END: count
}
