//! Weights from `torch.nn.GRU`: the same numbers, and five ways to get others.

use ndarray::{Array1, Array2, Array3, concatenate, prelude::*};
use rnn_book_code::{
    Real,
    gru::Gru,
    layer::{Layer, Tape},
    original_gru::OriginalGru,
    parameters::Parameters,
};
use serde::Deserialize;
use std::error::Error;

/// A `state_dict`, or the gradients by the same names.
#[derive(Deserialize)]
struct Named {
    weight_ih_l0: Vec<Vec<Real>>,
    weight_hh_l0: Vec<Vec<Real>>,
    bias_ih_l0: Vec<Real>,
    bias_hh_l0: Vec<Real>,
}

/// What PyTorch wrote.
#[derive(Deserialize)]
struct Fixture {
    state_dict: Named,
    gradients: Named,
    x: Vec<Vec<Vec<Real>>>,
    h_0: Vec<Vec<Real>>,
    output: Vec<Vec<Vec<Real>>>,
    d_output: Vec<Vec<Vec<Real>>>,
}

fn matrix(rows: &[Vec<Real>]) -> Result<Array2<Real>, ndarray::ShapeError> {
    let columns = rows.first().map_or(0, Vec::len);
    Array2::from_shape_vec((rows.len(), columns), rows.concat())
}

fn sequence(steps: &[Vec<Vec<Real>>]) -> Result<Array3<Real>, ndarray::ShapeError> {
    let rows = matrix(&steps.concat())?;
    let shape = (steps.len(), rows.nrows() / steps.len(), rows.ncols());
    rows.into_shape_with_order(shape)
}

/// The largest difference of any entry.
fn apart<D: Dimension>(a: ArrayView<Real, D>, b: ArrayView<Real, D>) -> Real {
    let differences = a.iter().zip(&b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, Real::max)
}

fn main() -> Result<(), Box<dyn Error>> {
    let text = include_str!("../tests/fixtures/torch_gru.json");
    let torch: Fixture = serde_json::from_str(text)?;
    let (x, h_0) = (sequence(&torch.x)?, matrix(&torch.h_0)?);
    let (output, d_output) = (sequence(&torch.output)?, sequence(&torch.d_output)?);
    let named = &torch.state_dict;
    let (w_ih, w_hh) = (matrix(&named.weight_ih_l0)?, matrix(&named.weight_hh_l0)?);
    let b_ih = Array1::from(named.bias_ih_l0.clone());
    let b_hh = Array1::from(named.bias_hh_l0.clone());
    let hidden = w_hh.ncols();

    // ANCHOR: parity
    println!("== parity ==");
    let gru = Gru::from_torch(w_ih.view(), w_hh.view(), b_ih.view(), b_hh.view());
    let tape = gru.forward(x.view(), None, &h_0);
    println!(
        "outputs differ by less than 1e-6: {}",
        apart(tape.output(), output.view()) < 1e-6
    );

    let mut grad = gru.zeros_like();
    gru.backward(&tape, d_output.view(), None, &mut grad);
    let theirs = &torch.gradients;
    let d_w_ih = matrix(&theirs.weight_ih_l0)?;
    let d_w_hh = matrix(&theirs.weight_hh_l0)?;
    let d_b_ih = Array1::from(theirs.bias_ih_l0.clone());
    let d_b_hh = Array1::from(theirs.bias_hh_l0.clone());
    let candidate = s![2 * hidden..];
    let differences = [
        ("w_x", apart(grad.w_x.view(), d_w_ih.t())),
        ("w_h", apart(grad.w_h.view(), d_w_hh.t())),
        ("b", apart(grad.b.view(), d_b_ih.view())),
        ("b_m", apart(grad.b_m.view(), d_b_hh.slice(candidate))),
    ];
    for (name, difference) in differences {
        println!(
            "gradient of {name:3} differs by less than 1e-5: {}",
            difference < 1e-5
        );
    }
    println!("gradient of b_ih, candidate: {:7.4}", d_b_ih.slice(candidate));
    println!("gradient of b_hh, candidate: {:7.4}", d_b_hh.slice(candidate));
    // ANCHOR_END: parity

    let wrong =
        |gru: &Gru| apart(gru.forward(x.view(), None, &h_0).output(), output.view());

    // ANCHOR: z
    println!("== z ==");
    // Weights for h = (1 − z) h_before + z n, taken over as they are …
    let update = s![.., hidden..2 * hidden];
    let mut chung = gru.clone();
    chung.w_x.slice_mut(update).mapv_inplace(|w| -w);
    chung.w_h.slice_mut(update).mapv_inplace(|w| -w);
    chung.b.slice_mut(s![hidden..2 * hidden]).mapv_inplace(|b| -b);
    println!("taken over:                 outputs differ by {:.4}", wrong(&chung));
    // … and with the signs of the update gate turned round
    let mut cured = chung.clone();
    cured.w_x.slice_mut(update).mapv_inplace(|w| -w);
    cured.w_h.slice_mut(update).mapv_inplace(|w| -w);
    cured.b.slice_mut(s![hidden..2 * hidden]).mapv_inplace(|b| -b);
    println!("update gate turned round:   outputs differ by {:.4}", wrong(&cured));
    // ANCHOR_END: z

    // ANCHOR: order
    println!("== order ==");
    // Columns in the order z, r, n, read as r, z, n
    let swapped = |w: &Array2<Real>| {
        let (r, rest) = w.view().split_at(Axis(1), hidden);
        let (z, n) = rest.split_at(Axis(1), hidden);
        concatenate(Axis(1), &[z, r, n])
    };
    let keras = Gru {
        w_x: swapped(&gru.w_x)?,
        w_h: swapped(&gru.w_h)?,
        b: swapped(&gru.b.clone().insert_axis(Axis(0)))?.remove_axis(Axis(0)),
        b_m: gru.b_m.clone(),
    };
    println!("z, r, n read as r, z, n:    outputs differ by {:.4}", wrong(&keras));
    // ANCHOR_END: order

    // ANCHOR: folded
    println!("== folded ==");
    let mut folded = gru.clone();
    let mut b = folded.b.slice_mut(s![2 * hidden..]);
    b += &folded.b_m;
    folded.b_m.fill(0.0);
    println!("both biases of n in one:    outputs differ by {:.4}", wrong(&folded));
    // ANCHOR_END: folded

    // ANCHOR: placement
    println!("== placement ==");
    let before = OriginalGru {
        w_x: folded.w_x.clone(),
        w_h: folded.w_h.clone(),
        b: folded.b.clone(),
    };
    let tape = before.forward(x.view(), None, &h_0);
    println!(
        "reset before the product:   outputs differ by {:.4}",
        apart(tape.output(), output.view())
    );
    // ANCHOR_END: placement

    // ANCHOR: blind
    println!("== blind ==");
    // One step from zero, no biases: a test that sees nothing
    let bare = Gru { b: gru.b.map(|_| 0.0), b_m: gru.b_m.map(|_| 0.0), ..gru.clone() };
    let bare_before =
        OriginalGru { w_x: bare.w_x.clone(), w_h: bare.w_h.clone(), b: bare.b.clone() };
    let zeros = bare.start(x.dim().1);
    for steps in [1, 2, 6] {
        let x = x.slice(s![..steps, .., ..]);
        let after = bare.forward(x, None, &zeros);
        let before = bare_before.forward(x, None, &zeros);
        println!(
            "{steps} steps: the placements differ by {:.4}",
            apart(after.output(), before.output())
        );
    }
    // ANCHOR_END: blind
    Ok(())
}
