//! The loss of a padded batch: by hand, with more padding, and its gradient checked.

use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code::{Real, batching::pad, loss::CrossEntropy, vocabulary::PADDING};
use rnn_book_code_f64 as precise;

fn main() {
    // ANCHOR: pencil
    println!("== pencil ==");
    // Two examples with the targets 1 2 1 and 2
    let targets = pad(&[vec![1, 2, 1], vec![2]]);
    println!("targets\n{}\nmask\n{}", targets.ids, targets.mask());
    // Scores for three classes: sure of class 1 at every step, padding or not
    let scores = |rows| Array2::from_shape_fn((rows, 3), |(_, c)| [0.0, 1.0, 0.0][c]);
    let counting = CrossEntropy { ignore: Some(PADDING), label_smoothing: 0.0 };
    let flat: Vec<usize> = targets.ids.iter().copied().collect();
    let (loss, d_scores) =
        counting.loss_and_gradient(scores(flat.len()).view(), &flat, None);
    println!("masked loss {loss:.4}");
    println!("gradient, row by row of [T B]\n{d_scores:7.4}");
    // ANCHOR_END: pencil

    // ANCHOR: longer
    println!("== longer ==");
    for extra in [0, 3, 30] {
        // The same two examples with three more rows of padding, or thirty
        let mut longer = flat.clone();
        longer.extend(vec![PADDING; 2 * extra]);
        let z = scores(longer.len());
        let (masked, _) = counting.loss_and_gradient(z.view(), &longer, None);
        // Divided by T B: the padding counts as answered without fault
        let tokens = targets.lengths.iter().sum::<usize>() as Real;
        let by_cells = masked * tokens / longer.len() as Real;
        println!(
            "{extra:2} more steps of padding: masked {masked:.4}, by T B {by_cells:.4}"
        );
    }
    // ANCHOR_END: longer

    check();
}

// ANCHOR: check
fn check() {
    use precise::{
        Rng,
        batching::pad,
        elman::rows,
        gradcheck::gradient_check,
        gru::Gru,
        init,
        layer::{Layer, Tape},
        linear::Linear,
        loss::CrossEntropy,
        parameters::Parameters,
    };
    println!("== check ==");
    let rng = &mut Rng::seed_from_u64(1);
    let (gru, out) = (Gru::new(2, 3, rng), Linear::new(3, 4, rng));
    // Three examples of 5, 1 and 3 steps; 0 is padding
    let targets = pad(&[vec![1, 2, 3, 1, 2], vec![3], vec![2, 2, 1]]);
    let (steps, lanes) = targets.ids.dim();
    let x = init::normal(steps * lanes, 2, 1.0, rng)
        .into_shape_with_order((steps, lanes, 2))
        .expect("as many numbers as cells");
    let flat: Vec<usize> = targets.ids.iter().copied().collect();
    let counting = CrossEntropy { ignore: Some(0), label_smoothing: 0.0 };
    let pass = |gru: &Gru| {
        let tape = gru.forward(x.view(), Some(&targets.lengths), &gru.start(lanes));
        let z = out.forward(rows(&tape.output()).view());
        let (loss, d_z) = counting.loss_and_gradient(z.view(), &flat, None);
        (tape, loss, d_z)
    };
    let (tape, _, d_z) = pass(&gru);
    let h = tape.output();
    let d_h = out.backward(rows(&h).view(), d_z.view(), &mut out.zeros_like());
    let d_h = d_h.into_shape_with_order(h.dim()).expect("one row a cell");
    let mut grad = gru.zeros_like();
    let (d_x, _) = gru.backward(&tape, d_h.view(), None, &mut grad);
    for check in gradient_check(&gru, &grad, 1e-5, |gru| pass(gru).1) {
        println!("{:4} relative error below 1e-8: {}", check.name, check.error < 1e-8);
    }
    for (b, &end) in targets.lengths.iter().enumerate() {
        let beyond = d_x.slice(ndarray::s![end.., b, ..]);
        println!(
            "example {b}: gradient beyond its end is 0: {}",
            beyond.iter().all(|&d| d == 0.0)
        );
    }
}
// ANCHOR_END: check
