//! Pitfall: weights whose gates stand in another order. The shapes fit.

use ndarray::{Array1, Array2, Array3, Axis, concatenate, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, init,
    layer::{Layer, Tape},
    lstm::Lstm,
};

// ANCHOR: order
/// The columns, `H` at a time, in another order: block `k` of the result is block
/// `order[k]`.
fn reordered(cell: &Lstm, order: [usize; 4]) -> Lstm {
    let hidden = cell.w_h.nrows();
    let blocks = |w: &Array2<Real>| {
        let parts = order.map(|k| w.slice(s![.., k * hidden..(k + 1) * hidden]));
        concatenate(Axis(1), &parts).expect("blocks of equal height")
    };
    let b = order.map(|k| cell.b.slice(s![k * hidden..(k + 1) * hidden]));
    Lstm {
        w_x: blocks(&cell.w_x),
        w_h: blocks(&cell.w_h),
        b: concatenate(Axis(0), &b).expect("rows"),
    }
}
// ANCHOR_END: order

// ANCHOR: main
fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let cell = Lstm::new(3, 8, &mut rng);
    let x: Array3<Real> = init::normal(20, 3, 1.0, &mut rng)
        .into_shape_with_order((20, 1, 3))
        .expect("one lane");
    let output = |cell: &Lstm| {
        let tape = cell.forward(x.view(), None, &cell.start(1));
        tape.output().iter().copied().collect::<Array1<Real>>()
    };
    let right = output(&cell);

    // A file with the gates in the order i, o, f, g, as ONNX has them
    let file = reordered(&cell, [0, 3, 1, 2]);
    let cure = reordered(&file, [0, 2, 3, 1]);
    for (name, loaded) in [("taken as it is", &file), ("put in order", &cure)] {
        let ours = output(loaded);
        let apart = (&ours - &right).mapv(|d| d * d).sum().sqrt();
        let size = right.mapv(|h| h * h).sum().sqrt();
        println!("{name:14}: outputs off by {:.2} of their norm", apart / size);
    }
}
// ANCHOR_END: main
