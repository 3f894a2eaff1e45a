//! The problems with a long lag are what they claim to be, and the model that reads and
//! answers once has the right gradient.

use ndarray::Axis;
use proptest::prelude::*;
use rand::SeedableRng;
use rnn_book_code::{
    brackets::{DEEPEST, SYMBOLS, brackets, chances},
    problems::{COPY_TOKENS, adding, copy_memory, temporal_order},
};
use rnn_book_code_f64 as f64s;

proptest! {
    #[test]
    fn the_marked_numbers_add_up(steps in 2_usize..60, lanes in 1_usize..5, seed: u64) {
        let (x, y) = adding(steps, lanes, &mut rnn_book_code::Rng::seed_from_u64(seed));
        for b in 0..lanes {
            let marked: Vec<usize> =
                (0..steps).filter(|&t| x[[t, b, 1]] == 1.0).collect();
            prop_assert_eq!(marked.len(), 2);
            prop_assert!(marked[0] < steps / 2 && steps / 2 <= marked[1]);
            let sum = x[[marked[0], b, 0]] + x[[marked[1], b, 0]];
            prop_assert!((sum - y[[b, 0]]).abs() < 1e-6);
        }
    }

    #[test]
    fn the_class_tells_the_order(steps in 10_usize..60, lanes in 1_usize..5, seed: u64) {
        let mut rng = rnn_book_code::Rng::seed_from_u64(seed);
        let (x, classes) = temporal_order(steps, lanes, &mut rng);
        prop_assert!(x.sum_axis(Axis(2)).iter().all(|&ones| ones == 1.0));
        for (b, &class) in classes.iter().enumerate() {
            let is = |t: usize, letter: usize| x[[t, b, letter]] == 1.0;
            let told: Vec<usize> = (0..steps).filter(|&t| is(t, 4) || is(t, 5)).collect();
            prop_assert_eq!(told.len(), 2);
            let [first, second] = [told[0], told[1]].map(|t| usize::from(is(t, 5)));
            prop_assert_eq!(class, 2 * first + second);
        }
    }

    #[test]
    fn brackets_are_closed_as_often_as_opened(steps in 1_usize..200, seed: u64) {
        let text = brackets(steps, 2, &mut rnn_book_code::Rng::seed_from_u64(seed));
        for b in 0..2 {
            let mut depth = 0_usize;
            for t in 0..steps {
                let id = text.window.x[[t, b]];
                prop_assert!(chances(depth)[id] > 0.0, "{} at {depth}", SYMBOLS[id]);
                depth += usize::from(SYMBOLS[id] == '(');
                depth -= usize::from(SYMBOLS[id] == ')');
                prop_assert_eq!(depth, text.depth[[t, b]]);
                prop_assert!(depth <= DEEPEST);
                if t + 1 < steps {
                    prop_assert_eq!(text.window.y[[t, b]], text.window.x[[t + 1, b]]);
                }
            }
        }
        // Three or four symbols can follow: between one and ln 4 nats
        prop_assert!((0.9..4_f32.ln()).contains(&text.best_loss), "{}", text.best_loss);
    }

    #[test]
    fn what_was_read_first_is_wanted_last(delay in 1_usize..40, seed: u64) {
        let window = copy_memory(delay, 3, &mut rnn_book_code::Rng::seed_from_u64(seed));
        let steps = delay + 20;
        prop_assert_eq!(window.x.dim(), (steps, 3));
        for b in 0..3 {
            for k in 0..10 {
                prop_assert!(window.x[[k, b]] < 8);
                prop_assert_eq!(window.x[[k, b]], window.y[[10 + delay + k, b]]);
            }
            let signs = window.x.column(b).iter().filter(|&&id| id == COPY_TOKENS - 1).count();
            prop_assert_eq!(signs, 1);
            prop_assert_eq!(window.x[[9 + delay, b]], COPY_TOKENS - 1);
            prop_assert!(window.y.column(b).iter().take(10 + delay).all(|&id| id == 8));
        }
    }
}

#[test]
fn the_answer_one_has_an_error_of_a_sixth() {
    let (_, y) = adding(50, 20_000, &mut rnn_book_code::Rng::seed_from_u64(1));
    let error = y.mapv(|y| (y - 1.0) * (y - 1.0)).mean().unwrap();
    assert!((error - 1.0 / 6.0).abs() < 0.005, "{error}");
}

#[test]
fn the_gradient_of_a_reader_agrees_with_central_differences() {
    use f64s::{elman::Elman, loss::mean_squared_error, lstm::Lstm, reader::Reader};
    fn check<L: f64s::layer::Recurrent + Clone>(layer: L) {
        let mut rng = f64s::Rng::seed_from_u64(3);
        let model = Reader::new(layer, 1, &mut rng);
        let (x, y) = f64s::problems::adding(6, 3, &mut rng);
        let loss = |model: &Reader<L>| {
            mean_squared_error(model.answer(x.view()).view(), y.view(), None).0
        };
        let mut grad = f64s::parameters::Parameters::zeros_like(&model);
        let value = model.loss_and_gradient(
            x.view(),
            None,
            |answers| mean_squared_error(answers, y.view(), None),
            &mut grad,
        );
        assert!((value - loss(&model)).abs() < 1e-12);
        for check in f64s::gradcheck::gradient_check(&model, &grad, 1e-5, loss) {
            assert!(check.error < 1e-7, "{check:?}");
        }
    }
    let mut rng = f64s::Rng::seed_from_u64(2);
    check(Elman::new(2, 5, &mut rng));
    check(Lstm::new(2, 4, &mut rng));
}

#[test]
fn the_gradients_of_the_states_are_those_of_one_pass() {
    use f64s::{
        flow::state_gradients,
        layer::{Layer as _, Tape as _},
        lstm::Lstm,
        parameters::Parameters as _,
    };
    let mut rng = f64s::Rng::seed_from_u64(4);
    let layer = Lstm::new(2, 5, &mut rng);
    let (x, _) = f64s::problems::adding(7, 3, &mut rng);
    let start = layer.start(3);
    let tape = layer.forward(x.view(), None, &start);
    let d_last = tape.last();
    let all = state_gradients(&layer, x.view(), &start, d_last.clone());
    assert_eq!(all.len(), 8);
    let zeros = ndarray::Array3::zeros((7, 3, 5));
    let (_, d_start) =
        layer.backward(&tape, zeros.view(), Some(&d_last), &mut layer.zeros_like());
    assert!((&all[0].h - &d_start.h).iter().all(|d| d.abs() < 1e-14));
    assert!((&all[0].c - &d_start.c).iter().all(|d| d.abs() < 1e-14));
}
