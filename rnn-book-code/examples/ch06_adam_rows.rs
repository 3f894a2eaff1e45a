//! The dense and the sparse Adam on the same gradients: not the same steps.

use ndarray::{Array3, array};
use rnn_book_code::{
    embedding::{Embedding, SparseAdam, SparseSgd},
    optim::{Adam, Optimizer, Sgd},
    parameters::Parameters,
};

fn main() {
    // ANCHOR: rows
    let start = Embedding { w: array![[0.0], [0.0], [0.0]] };
    let (mut dense, mut sparse) = (start.clone(), start.clone());
    let (mut sgd, mut sparse_sgd) = (start.clone(), start.clone());
    let mut adam = Adam::new(&dense, 0.1);
    let mut sparse_adam = SparseAdam::new(&sparse, 0.1);

    // Token 0 in each step, token 1 in the first only, token 2 never
    println!("step  dense Adam: rows 0, 1, 2    sparse Adam: rows 0, 1, 2");
    for step in 1..=5 {
        let ids = if step == 1 { array![[0, 1]] } else { array![[0, 0]] };
        let d_x = Array3::from_elem((1, 2, 1), 0.5);
        let mut grad = start.zeros_like();
        dense.backward(ids.view(), d_x.view(), &mut grad);
        let rows = sparse.sparse_gradient(ids.view(), d_x.view());
        adam.step(&mut dense, &grad);
        sparse_adam.step(&mut sparse, &rows);
        Sgd { rate: 0.1 }.step(&mut sgd, &grad);
        SparseSgd { rate: 0.1 }.step(&mut sparse_sgd, &rows);
        let shown =
            |e: &Embedding| e.w.iter().map(|w| format!("{w:7.3}")).collect::<String>();
        println!("{step:4}  {}        {}", shown(&dense), shown(&sparse));
    }
    println!("SGD, dense and sparse, equal: {}", sgd.w == sparse_sgd.w);
    // ANCHOR_END: rows
}
