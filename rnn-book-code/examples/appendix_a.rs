//! Just enough ndarray and Rust: each habit of the book's code once, alone.

use ndarray::{Array2, Array3, ArrayView2, Axis, array, azip, s};
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, init};

// ANCHOR: arrays
fn arrays() {
    let x: Array2<Real> = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let zeros = Array2::<Real>::zeros((2, 3));
    let table = Array2::from_shape_fn((2, 3), |(i, j)| 10 * i + j);
    println!("shape {:?}, axes {}, entry {}", x.dim(), x.ndim(), x[[1, 0]]);
    println!("all zero: {}, table {table}", zeros.iter().all(|&z| z == 0.0));
    println!("sum {}, of columns {}", x.sum(), x.sum_axis(Axis(0)));
}
// ANCHOR_END: arrays

// ANCHOR: views
fn views() {
    let mut x = Array2::from_shape_fn((3, 4), |(i, j)| (10 * i + j) as Real);
    let middle = x.slice(s![1, 1..3]); // borrows x: nothing is copied
    println!("part of row 1: {middle}");
    let kept = x.row(2).to_owned(); // a copy of its own
    x.row_mut(2).fill(0.0); // writes into x
    x.slice_mut(s![.., 0]).assign(&array![7.0, 8.0, 9.0]);
    println!("kept {kept}\n{x}");
}
// ANCHOR_END: views

// ANCHOR: owning
fn owning() {
    let (a, b): (Array2<Real>, Array2<Real>) = (array![[1.0, 2.0]], array![[3.0, 4.0]]);
    let sum = &a + &b; // both are only looked at: a new array
    let product = a * &b; // a is used up: its memory becomes the result
    println!("{sum} {product}"); // a is gone: it cannot be read after this
}
// ANCHOR_END: owning

// ANCHOR: broadcasting
fn broadcasting() {
    let x = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let per_column: ndarray::Array1<Real> = array![10.0, 20.0, 30.0];
    let per_row: ndarray::Array1<Real> = array![100.0, 200.0];
    println!("{}", &x + &per_column);
    println!("{}", &x + &per_row.insert_axis(Axis(1)));
}
// ANCHOR_END: broadcasting

// ANCHOR: entries
fn entries() {
    let x: Array2<Real> = array![[-1.0, 0.0, 2.0]];
    let y = x.mapv(|a| a.max(0.0));
    let mut d_x = Array2::zeros(x.dim());
    azip!((d in &mut d_x, &y in &y) *d = if y > 0.0 { 5.0 } else { 0.0 });
    println!("{y} {d_x}");
}
// ANCHOR_END: entries

// ANCHOR: sequence
/// The sum of each example over time: `x: [T, B, D]` gives `[B, D]`.
fn sums(x: &Array3<Real>) -> Array2<Real> {
    let (_, batch, input) = x.dim();
    let mut sum = Array2::zeros((batch, input));
    for x_t in x.outer_iter() {
        sum += &x_t; // x_t: [B, D], a view of one step
    }
    sum
}

fn sequence() {
    let (steps, batch, input) = (3, 2, 2);
    let x = Array3::from_shape_fn((steps, batch, input), |(t, b, d)| {
        (100 * t + 10 * b + d) as Real
    });
    println!("{}", sums(&x));
    let rows = x.to_shape((steps * batch, input)).expect("as many entries");
    println!("row 3 is step 1 of example 1: {}", rows.row(3));
}
// ANCHOR_END: sequence

// ANCHOR: shapes
/// `x: [N, D]` times `w: [D, H]`.
fn product(x: ArrayView2<Real>, w: ArrayView2<Real>) -> Array2<Real> {
    assert!(
        x.ncols() == w.nrows(),
        "x: [N, {}] does not fit w: [{}, H]",
        x.ncols(),
        w.nrows()
    );
    x.dot(&w)
}

fn shapes() {
    let (x, w) = (Array2::zeros((4, 3)), Array2::zeros((2, 5)));
    let outcome = std::panic::catch_unwind(|| product(x.view(), w.view()));
    println!("two shapes that do not fit stop the program: {}", outcome.is_err());
}
// ANCHOR_END: shapes

// ANCHOR: errors
/// Numbers separated by commas.
fn numbers(text: &str) -> Result<Vec<Real>, String> {
    let mut all = Vec::new();
    for (k, field) in text.split(',').enumerate() {
        let field = field.trim();
        let number = field
            .parse()
            .map_err(|_| format!("field {}: {field:?} is no number", k + 1))?;
        all.push(number);
    }
    Ok(all)
}

fn errors() {
    println!("{:?}", numbers("1, 2.5"));
    println!("{:?}", numbers("1, two"));
}
// ANCHOR_END: errors

// ANCHOR: traits
/// Anything with an answer for a row.
trait Model {
    fn answer(&self, x: &[Real]) -> Real;

    /// Written once, for every model.
    fn error(&self, x: &[Real], y: Real) -> Real {
        (self.answer(x) - y).powi(2)
    }
}

struct Mean;

struct Weighted {
    w: Vec<Real>,
}

impl Model for Mean {
    fn answer(&self, x: &[Real]) -> Real {
        x.iter().sum::<Real>() / x.len() as Real
    }
}

impl Model for Weighted {
    fn answer(&self, x: &[Real]) -> Real {
        x.iter().zip(&self.w).map(|(x, w)| x * w).sum()
    }
}

fn report<M: Model>(name: &str, model: &M) {
    println!("{name}: {}", model.error(&[1.0, 3.0], 2.5));
}

fn traits() {
    report("mean", &Mean);
    report("weighted", &Weighted { w: vec![0.25, 0.75] });
}
// ANCHOR_END: traits

// ANCHOR: random
fn random() {
    let draw = |seed| init::normal(1, 2, 1.0, &mut Rng::seed_from_u64(seed));
    println!("the same seed, the same numbers: {}", draw(1) == draw(1));
    println!("another seed, others: {}", draw(1) != draw(2));
}
// ANCHOR_END: random

fn main() {
    std::panic::set_hook(Box::new(|_| {})); // the panic below is expected
    for (name, part) in [
        ("arrays", arrays as fn()),
        ("views", views),
        ("owning", owning),
        ("broadcasting", broadcasting),
        ("entries", entries),
        ("sequence", sequence),
        ("shapes", shapes),
        ("errors", errors),
        ("traits", traits),
        ("random", random),
    ] {
        println!("== {name} ==");
        part();
    }
}
