//! Pitfall: the recurrent weight of a library that stores [out, in]. It is square: no
//! shape check can see that it must be transposed.

use ndarray::Array2;
use rnn_book_code::{char_rnn::one_hot, elman::Elman, tiny};

// ANCHOR: main
fn main() {
    let right = tiny::cell();
    let x = one_hot(tiny::letters().view(), 2);
    let zeros = Array2::zeros((1, 2));

    // Another library gives the same cell as [out, in]. Only w_xh would fail to
    // multiply, and only if D and H differ; w_hh never does.
    let wrong = Elman { w_hh: right.w_hh.t().to_owned(), ..right.clone() };
    for (name, cell) in [("w_hh transposed", wrong), ("w_hh as it should be", right)] {
        let tape = cell.forward(x.view(), zeros.view());
        println!("{name:>21}: h_1 = {:7.4}", tape.h.slice(ndarray::s![1, 0, ..]));
        println!("{:>21}  h_3 = {:7.4}", "", tape.h.slice(ndarray::s![3, 0, ..]));
    }
}
// ANCHOR_END: main
