//! Real-time recurrent learning against back-propagation through time.

use ndarray::{Array2, Axis};
use rnn_book_code::{
    char_rnn::one_hot, elman::Elman, parameters::Parameters, rtrl::Rtrl, tiny,
};

// ANCHOR: main
fn main() {
    let cell = tiny::cell();
    let x = one_hot(tiny::letters().view(), 2);
    let d_h = ndarray::array![[[1.0, 0.0]], [[0.0, 1.0]], [[1.0, -1.0]]]; // any readers

    println!("== equal ==");
    let mut grad = cell.zeros_like();
    let tape = cell.forward(x.view(), Array2::zeros((1, 2)).view());
    cell.backward(&tape, d_h.view(), &mut grad);
    println!("back-propagation: w_hh {:7.4}", grad.w_hh);

    let mut rtrl = Rtrl::new(&cell);
    let mut sum = Array2::<f32>::zeros((5, 2));
    for t in 0..3 {
        rtrl.step(&cell, x.index_axis(Axis(0), t).row(0));
        sum += &rtrl.gradient(d_h.index_axis(Axis(0), t).row(0));
    }
    println!("real-time:        w_hh {:7.4}", sum.slice(ndarray::s![2..4, ..]));

    println!("== cost ==");
    println!("   H  numbers kept, T = 100: tape  influence");
    for hidden in [16, 64, 256] {
        let mut rng = rand::SeedableRng::seed_from_u64(1);
        let influence = Rtrl::new(&Elman::new(64, hidden, &mut rng)).influence.len();
        println!("{hidden:4}  {:28}  {influence:9}", 100 * (64 + hidden));
    }
}
// ANCHOR_END: main
