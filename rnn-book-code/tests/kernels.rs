//! The vectorised functions and the matrix product against plain ones in f64.

use ndarray::{Array2, ArrayView2, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng, init,
    product::{Packed, add_matmul, matmul},
    vector,
};

/// Every `step`-th f32 between `from` and `to`, by their bits.
fn floats(from: f32, to: f32, step: usize) -> Vec<f32> {
    (from.to_bits()..=to.to_bits()).step_by(step).map(f32::from_bits).collect()
}

/// The largest relative error of `ours` on `x` and `−x`.
fn worst(x: &[f32], ours: fn(&mut [f32]), exact: fn(f64) -> f64) -> f64 {
    let mut x: Vec<f32> = x.iter().flat_map(|&x| [x, -x]).collect();
    let exact: Vec<f64> = x.iter().map(|&x| exact(f64::from(x))).collect();
    ours(&mut x);
    let errors = x.iter().zip(&exact).map(|(&y, &e)| ((f64::from(y) - e) / e).abs());
    errors.fold(0.0, f64::max)
}

/// 2 ulp are 2.4e-7.
#[test]
fn functions_are_right_to_a_few_units_in_the_last_place() {
    let x = floats(1e-30, 85.0, 2_001);
    assert!(worst(&x, vector::exp, f64::exp) < 2e-7);
    assert!(worst(&x, vector::tanh, f64::tanh) < 4e-7);
    assert!(worst(&x, vector::sigmoid, |x| 1.0 / (1.0 + (-x).exp())) < 3e-7);
}

#[test]
fn functions_at_the_ends_and_without_a_number() {
    let ends = [0.0, -0.0, 500.0, -500.0, Real::INFINITY, Real::NEG_INFINITY];
    let of = |f: fn(&mut [Real])| {
        let mut x = ends;
        f(&mut x);
        x
    };
    assert_eq!(of(vector::exp), [1.0, 1.0, Real::INFINITY, 0.0, Real::INFINITY, 0.0]);
    assert_eq!(of(vector::tanh), [0.0, 0.0, 1.0, -1.0, 1.0, -1.0]);
    let sigmoid = of(vector::sigmoid);
    assert_eq!(sigmoid[..3], [0.5, 0.5, 1.0]);
    assert!(sigmoid[3] < 1e-37 && sigmoid[5] < 1e-37 && sigmoid[4] == 1.0);
    for f in [vector::exp, vector::tanh, vector::sigmoid] {
        let mut x = [Real::NAN; 20];
        f(&mut x);
        assert!(x.iter().all(|x| x.is_nan()));
    }
}

#[test]
fn softmax_of_a_slice() {
    for n in [1, 5, 16, 33, 100] {
        let mut rng = Rng::seed_from_u64(n);
        let z: Vec<Real> = (0..n).map(|_| rng.random_range(-9.0..9.0)).collect();
        let sum: f64 = z.iter().map(|&z| f64::from(z).exp()).sum();
        let mut p = z.clone();
        let log_sum = f64::from(vector::softmax(&mut p));
        assert!((log_sum - sum.ln()).abs() < 1e-5);
        for (z, p) in z.iter().zip(&p) {
            assert!((f64::from(*z).exp() / sum - f64::from(*p)).abs() < 1e-6);
        }
    }
    let mut z = [1e30, Real::NEG_INFINITY, 1e30];
    vector::softmax(&mut z);
    assert_eq!(z, [0.5, 0.0, 0.5]);
}

fn exact(a: ArrayView2<Real>, b: ArrayView2<Real>, c: ArrayView2<Real>) -> Array2<f64> {
    let wide = |x: ArrayView2<Real>| x.mapv(f64::from);
    wide(a).dot(&wide(b)) + wide(c)
}

#[test]
fn products_of_many_shapes_plain_and_transposed() {
    let mut rng = Rng::seed_from_u64(1);
    let sizes = [1, 2, 3, 4, 5, 7, 12, 13, 16, 17, 33, 96, 97, 100, 200, 384, 385, 800];
    for round in 0..150 {
        let mut size = || sizes[rng.random_range(0..sizes.len())];
        let (m, k, n) =
            if round == 0 { (97, 800, 33) } else { (size(), size(), size()) };
        let (a, b) =
            (init::normal(m, k, 1.0, &mut rng), init::normal(k, n, 1.0, &mut rng));
        let (a_t, b_t) = (a.t().to_owned(), b.t().to_owned());
        // C is a block of a wider array, as a gate is of all gates.
        let wide = init::normal(m, n + 3, 1.0, &mut rng);
        let right = exact(a.view(), b.view(), wide.slice(s![.., 2..n + 2]));
        for (a, b) in [
            (a.view(), b.view()),
            (a_t.t(), b.view()),
            (a.view(), b_t.t()),
            (a_t.t(), b_t.t()),
        ] {
            let mut c = wide.clone();
            add_matmul(a, b, c.slice_mut(s![.., 2..n + 2]));
            let bound = 1e-6 * (k as f64).sqrt() * 4.0;
            let ours = c.slice(s![.., 2..n + 2]).mapv(f64::from);
            assert!((&ours - &right).iter().all(|e| e.abs() < bound), "{m} {k} {n}");
            assert_eq!(c.column(0), wide.column(0));
            assert_eq!(c.column(n + 2), wide.column(n + 2));
        }
    }
}

#[test]
fn a_packed_factor_gives_the_same_bits_whatever_the_number_of_rows() {
    let mut rng = Rng::seed_from_u64(2);
    let a = init::normal(30, 400, 1.0, &mut rng);
    let b = init::normal(400, 50, 1.0, &mut rng);
    let whole = matmul(a.view(), b.view());
    let packed = Packed::new(b.view());
    for height in 1..=13 {
        let mut c = Array2::zeros((height, 50));
        packed.add_matmul(a.slice(s![..height, ..]), c.view_mut());
        assert_eq!(c, whole.slice(s![..height, ..]));
    }
}

#[test]
#[should_panic(expected = "the product of (2, 3) and (4, 5) does not fit (2, 5)")]
fn shapes_must_fit() {
    matmul(Array2::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}
