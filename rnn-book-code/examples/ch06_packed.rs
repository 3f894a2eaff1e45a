//! A packed batch, as PyTorch makes it, beside a padded one with lengths.

use ndarray::{Array1, Array2, Array3, ArrayView3, Axis, prelude::*};
use rnn_book_code::{
    Real,
    gru::Gru,
    layer::{Layer, Recurrent, Tape},
};
use serde::Deserialize;
use std::error::Error;

/// The weights of a GRU by PyTorch's names.
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
    lengths: Vec<usize>,
    x: Vec<Vec<Vec<Real>>>,
    data: Vec<Vec<Real>>,
    batch_sizes: Vec<usize>,
    order: Vec<usize>,
    output: Vec<Vec<Vec<Real>>>,
    last: Vec<Vec<Real>>,
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

// ANCHOR: pack
/// A batch without padding: step after step, the rows of the examples that still run.
struct PackedRows {
    /// The examples, the longest first.
    order: Vec<usize>,
    /// How many still run at each step, `[T]`: never more than at the step before.
    batch_sizes: Vec<usize>,
    /// The inputs of step 0, then of step 1, …: as many rows as there are tokens.
    data: Array2<Real>,
}

fn pack(x: ArrayView3<Real>, lengths: &[usize]) -> PackedRows {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&b| std::cmp::Reverse(lengths[b]));
    let (mut batch_sizes, mut data) = (Vec::new(), Vec::new());
    for (t, x_t) in x.outer_iter().enumerate() {
        let running = order.iter().take_while(|&&b| lengths[b] > t);
        let before = data.len();
        running.for_each(|&b| data.extend(x_t.row(b)));
        batch_sizes.push((data.len() - before) / x_t.ncols());
    }
    let rows = batch_sizes.iter().sum();
    let data = Array2::from_shape_vec((rows, x.len_of(Axis(2))), data);
    PackedRows { order, batch_sizes, data: data.expect("whole rows") }
}

/// The last state of each example, `[B, H]`: the batch shrinks as examples end.
fn read_packed(cell: &Gru, packed: &PackedRows) -> Array2<Real> {
    let mut states = cell.start(packed.order.len());
    let mut row = 0;
    for &running in &packed.batch_sizes {
        let x_t = packed.data.slice(s![row..row + running, ..]);
        let h = cell.step(x_t, &states.slice(s![..running, ..]).to_owned());
        states.slice_mut(s![..running, ..]).assign(&h);
        row += running;
    }
    // Back into the order in which the examples came
    let mut last = states.clone();
    for (k, &b) in packed.order.iter().enumerate() {
        last.row_mut(b).assign(&states.row(k));
    }
    last
}
// ANCHOR_END: pack

fn main() -> Result<(), Box<dyn Error>> {
    let text = include_str!("../tests/fixtures/torch_packed.json");
    let torch: Fixture = serde_json::from_str(text)?;
    let (x, lengths) = (sequence(&torch.x)?, torch.lengths);
    let named = &torch.state_dict;
    let gru = Gru::from_torch(
        matrix(&named.weight_ih_l0)?.view(),
        matrix(&named.weight_hh_l0)?.view(),
        Array1::from(named.bias_ih_l0.clone()).view(),
        Array1::from(named.bias_hh_l0.clone()).view(),
    );

    // ANCHOR: main
    let packed = pack(x.view(), &lengths);
    println!("lengths {lengths:?}, order {:?}", packed.order);
    println!("running at each step {:?}", packed.batch_sizes);
    println!(
        "as PyTorch: {}",
        (&packed.batch_sizes, &packed.order) == (&torch.batch_sizes, &torch.order)
            && packed.data == matrix(&torch.data)?
    );

    let tape = gru.forward(x.view(), Some(&lengths), &gru.start(lengths.len()));
    let (ours, theirs) = (tape.last(), matrix(&torch.last)?);
    let shrinking = read_packed(&gru, &packed);
    let output = sequence(&torch.output)?;
    println!(
        "last states, padded and packed: {:.0e}",
        apart(ours.view(), shrinking.view())
    );
    println!(
        "last states as PyTorch to 1e-6: {}",
        apart(ours.view(), theirs.view()) < 1e-6
    );
    println!(
        "outputs as PyTorch to 1e-6: {}",
        apart(tape.output(), output.view()) < 1e-6
    );
    println!(
        "rows computed: padded {}, packed {}",
        x.len_of(Axis(0)) * lengths.len(),
        packed.data.nrows()
    );
    // ANCHOR_END: main
    Ok(())
}
