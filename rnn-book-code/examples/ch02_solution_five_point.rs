//! Solution: a difference quotient from five points, and its best step.

// ANCHOR: differences
/// The central difference: the error falls with the square of the step.
fn three_point(loss: fn(f64) -> f64, w: f64, step: f64) -> f64 {
    (loss(w + step) - loss(w - step)) / (2.0 * step)
}

/// Four losses, and the terms with L''' cancel: the error falls with the fourth power.
fn five_point(loss: fn(f64) -> f64, w: f64, step: f64) -> f64 {
    let near = loss(w + step) - loss(w - step);
    let far = loss(w + 2.0 * step) - loss(w - 2.0 * step);
    (8.0 * near - far) / (12.0 * step)
}
// ANCHOR_END: differences

// ANCHOR: main
type Quotient = fn(fn(f64) -> f64, f64, f64) -> f64;

/// The median relative error of a quotient for the derivative of eʷ at 1001 points.
fn error(quotient: Quotient, step: f64) -> f64 {
    let mut errors: Vec<f64> = (0..=1000)
        .map(|i| f64::from(i) / 1000.0)
        .map(|w| (quotient(f64::exp, w, step) / w.exp() - 1.0).abs())
        .collect();
    errors.sort_by(f64::total_cmp);
    errors[500]
}

fn main() {
    let u = f64::EPSILON / 2.0;
    println!("== predicted ==");
    let (three, five) = ((3.0 * u).powf(1.0 / 3.0), (45.0 * u / 4.0).powf(1.0 / 5.0));
    println!(
        "central:    step {three:.0e}, error {:.0e}",
        three.powi(2) / 6.0 + u / three
    );
    println!(
        "five-point: step {five:.0e}, error {:.0e}",
        five.powi(4) / 30.0 + 1.5 * u / five
    );

    println!("== measured ==");
    println!("   step  central  five-point");
    let steps = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
    for step in steps {
        println!(
            "{step:7.0e}  {:7.0e}  {:10.0e}",
            error(three_point, step),
            error(five_point, step)
        );
    }
    let best = |quotient: Quotient| {
        let by_error =
            |a: &f64, b: &f64| error(quotient, *a).total_cmp(&error(quotient, *b));
        steps.into_iter().min_by(by_error).expect("six steps")
    };
    let (three, five) = (best(three_point), best(five_point));
    println!("best of these steps: central {three:.0e}, five-point {five:.0e}");
    assert_eq!((three, five), (1e-5, 1e-3));
}
// ANCHOR_END: main
