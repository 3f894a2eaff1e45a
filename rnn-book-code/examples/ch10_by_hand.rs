//! One head with one number to a place, three places: every number that one would write
//! on paper.

use ndarray::{Array2, array};
use rnn_book_code::{
    Real,
    self_attention::{attend, attend_backward},
};

fn line(name: &str, matrix: &Array2<Real>) {
    let numbers = matrix.iter().map(|x| format!("{x:8.4}")).collect::<Vec<_>>();
    for row in numbers.chunks(matrix.ncols()) {
        println!("{name}{}", row.concat());
    }
}

fn main() {
    // ANCHOR: forward
    let q: Array2<Real> = array![[1.0], [2.0], [1.0]];
    let k: Array2<Real> = array![[1.0], [0.0], [-1.0]];
    let v: Array2<Real> = array![[1.0], [2.0], [4.0]];
    let qkv = [q.view(), k.view(), v.view()];
    let causal = |t: usize| t + 1;
    let (mut p, mut o) = (Array2::zeros((3, 3)), Array2::zeros((3, 1)));
    attend(qkv, causal, p.view_mut(), o.view_mut());
    // ANCHOR_END: forward
    println!("== forward ==");
    line("p ", &p);
    line("o ", &o);

    // ANCHOR: back
    let d_o: Array2<Real> = array![[0.0], [0.0], [1.0]]; // the loss is o[2]
    let [mut d_q, mut d_k, mut d_v] = [(); 3].map(|()| Array2::zeros((3, 1)));
    let d_qkv = [d_q.view_mut(), d_k.view_mut(), d_v.view_mut()];
    attend_backward(qkv, p.view(), causal, d_o.view(), d_qkv);
    // ANCHOR_END: back
    println!("== back ==");
    for (name, d) in [("d_v", d_v), ("d_q", d_q), ("d_k", d_k)] {
        line(name, &d.t().to_owned());
    }
}
