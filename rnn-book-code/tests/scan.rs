//! The three scans give the same states; recall problems have one right answer.

use ndarray::{Array2, s};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64 as book;

use book::{
    Real, Rng, gradcheck::gradient_check, init, parameters::Parameters, recall::Recall,
    scan,
};

#[derive(Clone)]
struct Inputs {
    a: Array2<Real>,
    h: Array2<Real>,
}

impl Parameters for Inputs {
    fn parameters(&self) -> Vec<(String, ndarray::ArrayViewD<'_, Real>)> {
        vec![
            ("a".into(), self.a.view().into_dyn()),
            ("b".into(), self.h.view().into_dyn()),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ndarray::ArrayViewMutD<'_, Real>)> {
        vec![
            ("a".into(), self.a.view_mut().into_dyn()),
            ("b".into(), self.h.view_mut().into_dyn()),
        ]
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40, rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn all_scans_agree(steps in 0_usize..40, width in 1_usize..5, threads in 1_usize..6, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let a = Array2::from_shape_simple_fn((steps, width), || rng.random_range(-1.0..1.0));
        let mut right = init::normal(steps + 1, width, 1.0, rng);
        let (mut tree, mut blocks) = (right.clone(), right.clone());
        scan::sequential(a.view(), right.view_mut());
        scan::tree(a.view(), tree.view_mut());
        scan::blocks(a.view(), blocks.view_mut(), threads);
        prop_assert!((&tree - &right).iter().all(|d| d.abs() < 1e-12));
        prop_assert!((&blocks - &right).iter().all(|d| d.abs() < 1e-12));
    }

    #[test]
    fn the_way_back(steps in 1_usize..9, width in 1_usize..4, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let a = Array2::from_shape_simple_fn((steps, width), || rng.random_range(-1.0..1.0));
        let inputs = Inputs { a, h: init::normal(steps + 1, width, 1.0, rng) };
        let d = init::normal(steps, width, 1.0, rng);
        let run = |inputs: &Inputs| {
            let mut h = inputs.h.clone();
            scan::sequential(inputs.a.view(), h.view_mut());
            h
        };
        let (h, mut d_b) = (run(&inputs), d.clone());
        let (d_a, d_start) = scan::backward(inputs.a.view(), h.view(), d_b.view_mut());
        let mut grad = inputs.zeros_like();
        grad.a.assign(&d_a);
        grad.h.row_mut(0).assign(&d_start);
        grad.h.slice_mut(s![1.., ..]).assign(&d_b);
        let loss = |inputs: &Inputs| (&run(inputs).slice(s![1.., ..]) * &d).sum();
        for check in gradient_check(&inputs, &grad, 1e-5, loss) {
            let small = (check.analytic - check.numeric).abs() < 1e-10;
            prop_assert!(check.error < 1e-7 || small, "{:?}", check);
        }
    }

    #[test]
    fn every_question_has_its_answer(pairs in 1_usize..6, questions in 0_usize..9, seed: u64) {
        let recall = Recall { keys: 6, values: 3, pairs, questions };
        let asked = recall.draw(4, &mut Rng::seed_from_u64(seed));
        let (x, y) = (&asked.window.x, &asked.window.y);
        for ((t, b), &distance) in asked.distance.indexed_iter() {
            if t < 2 * pairs {
                prop_assert_eq!((distance, y[[t, b]]), (0, recall.tokens() - 1));
            } else {
                prop_assert_eq!(y[[t, b]], x[[t - distance, b]]);
                prop_assert_eq!(x[[t, b]], x[[t - distance - 1, b]]);
            }
        }
    }
}
