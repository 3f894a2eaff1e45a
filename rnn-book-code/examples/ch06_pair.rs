//! One pair of skip-gram by hand, then the batched gradient against central
//! differences.

use ndarray::array;
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Rng,
    embedding::Embedding,
    gradcheck::gradient_check,
    init,
    parameters::Parameters,
    skip_gram::{Pairs, SkipGram, Work},
};

fn main() {
    // ANCHOR: hand
    println!("== hand ==");
    let mut model = SkipGram {
        center: Embedding { w: array![[1.0, 0.5], [0.0, 0.0], [0.0, 0.0]] },
        context: Embedding { w: array![[0.0, 0.0], [0.5, 1.0], [1.0, -0.5]] },
    };
    // Centre 0, its neighbour 1, one drawn word 2
    let pair = Pairs { centers: array![[0]], words: array![[1, 2]] };
    let mut grad = model.zeros_like();
    let loss = model.loss_and_gradient(&pair, &mut grad);
    println!("loss          {loss:.4}");
    println!("by v_0        {:.4}", grad.center.w.row(0));
    println!("by u_1        {:.4}", grad.context.w.row(1));
    println!("by u_2        {:.4}", grad.context.w.row(2));
    model.step(0, &[1, 2], 1.0, &mut Work::default());
    println!("v_0 after     {:.4}", model.center.w.row(0));
    let loss = model.loss_and_gradient(&pair, &mut grad);
    println!("loss after    {loss:.4}");
    // ANCHOR_END: hand

    // ANCHOR: check
    println!("\n== check ==");
    let mut rng = Rng::seed_from_u64(1);
    let rows = |rng: &mut Rng| Embedding { w: init::normal(7, 4, 0.8, rng) };
    let model = SkipGram { center: rows(&mut rng), context: rows(&mut rng) };
    let mut draw =
        |n, m| ndarray::Array2::from_shape_simple_fn((n, m), || rng.random_range(0..7));
    let pairs = Pairs { centers: draw(9, 1), words: draw(9, 4) }; // words repeat
    let mut grad = model.zeros_like();
    model.loss_and_gradient(&pairs, &mut grad);
    let loss = |m: &SkipGram| m.loss_and_gradient(&pairs, &mut m.zeros_like());
    for check in gradient_check(&model, &grad, 1e-5, loss) {
        println!(
            "{:9} backward {:12.9}, numeric {:12.9}, below 1e-8: {}",
            check.name,
            check.analytic,
            check.numeric,
            check.error < 1e-8
        );
    }
    // ANCHOR_END: check
}
