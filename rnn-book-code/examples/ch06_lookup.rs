//! A look-up is a product with one-hot rows; its gradient is scattered and added.

use ndarray::{Array2, Array3, array};
use rnn_book_code::{embedding::Embedding, parameters::Parameters, product::matmul};

fn main() {
    // ANCHOR: lookup
    let embedding =
        Embedding { w: array![[0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8]] };
    let ids = array![[2, 0], [1, 2], [2, 3]]; // [T, B] = [3, 2]

    println!("== lookup ==");
    let x = embedding.forward(ids.view());
    let one_hot = Array2::from_shape_fn((6, 4), |(row, v)| {
        if ids[[row / 2, row % 2]] == v { 1.0 } else { 0.0 }
    });
    let product = matmul(one_hot.view(), embedding.w.view());
    println!("{x}");
    println!("equal to the product: {}", x.iter().eq(product.iter()));
    // ANCHOR_END: lookup

    // ANCHOR: scatter
    println!("\n== scatter ==");
    let d_x = Array3::from_shape_fn((3, 2, 2), |(t, b, d)| {
        [1.0, 10.0][b] * (t + 1) as f32 + 0.5 * d as f32
    });
    let mut grad = embedding.zeros_like();
    embedding.backward(ids.view(), d_x.view(), &mut grad);
    println!("{}", grad.w);
    let d_x = d_x.into_shape_with_order((6, 2)).expect("six rows");
    println!("equal to the product: {}", grad.w == matmul(one_hot.t(), d_x.view()));
    // ANCHOR_END: scatter
}
