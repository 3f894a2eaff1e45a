//! The training loop: the same weights whether or not a run was interrupted, the best
//! model, early stopping, and errors.

use ndarray::{Array2, ArrayViewMutD};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    char_rnn::CharRnn,
    linear::Linear,
    optim::{Adam, AdamW, Momentum, Resumable, RmsProp, Sgd},
    parameters::Parameters,
    schedule::{Decay, Schedule},
    text::{CharVocabulary, Window, windows},
    train::{End, Task, TrainError, Trainer},
};
use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::tempdir;

const TEXT: &str =
    "the cat sat on the mat and the rat sat on the hat of the cat on the mat";

/// A character model with a carried state and noise from the generator; it can pull the
/// plug after a number of steps.
struct Letters {
    windows: Vec<Window>,
    left: Cell<usize>,
    stop: Arc<AtomicBool>,
    seed: &'static str,
}

impl Letters {
    fn new(stop: Arc<AtomicBool>, left: usize) -> Self {
        let stream = CharVocabulary::of(TEXT).encode(TEXT).unwrap();
        let windows = windows(&stream, 2, 6).unwrap();
        Self { windows, left: Cell::new(left), stop, seed: "1" }
    }

    fn model() -> CharRnn {
        CharRnn::new(CharVocabulary::of(TEXT).len(), 6, &mut Rng::seed_from_u64(1))
    }
}

impl Task for Letters {
    type Model = CharRnn;
    type Batch = Window;
    type Memory = Array2<Real>;

    fn batches(
        &self,
        epoch: usize,
        rng: &mut Rng,
    ) -> Box<dyn Iterator<Item = Window> + '_> {
        let turn = rng.random_range(0..self.windows.len()) + epoch;
        let n = self.windows.len();
        Box::new((0..n).map(move |k| self.windows[(k + turn) % n].clone()))
    }

    fn memory(&self, model: &CharRnn) -> Array2<Real> {
        model.start(2)
    }

    fn remembered<'a>(
        &self,
        h: &'a mut Array2<Real>,
    ) -> Vec<(String, ArrayViewMutD<'a, Real>)> {
        vec![("h".into(), h.view_mut().into_dyn())]
    }

    fn loss_and_gradient(
        &self,
        model: &CharRnn,
        batch: &Window,
        h: &mut Array2<Real>,
        rng: &mut Rng,
        grad: &mut CharRnn,
    ) -> Real {
        let (loss, last) = model.loss_and_gradient(batch, h.view(), grad);
        *h = last * rng.random_range(0.9..1.0);
        self.left.set(self.left.get().wrapping_sub(1));
        if self.left.get() == 0 {
            self.stop.store(true, Ordering::Relaxed);
        }
        loss
    }

    fn evaluate(&self, model: &CharRnn) -> Real {
        model.loss(&self.windows[0], model.start(2).view())
    }

    fn settings(&self) -> BTreeMap<String, String> {
        BTreeMap::from([("seed".into(), self.seed.into())])
    }
}

fn trainer() -> Trainer {
    Trainer {
        clip: Some(0.5),
        schedule: Schedule {
            rate: 0.05,
            warm_up: 3,
            decay: Decay::Cosine { steps: 20, lowest: 0.001 },
        },
        ..Trainer::new(4, 0.05)
    }
}

/// Stops after each of the given numbers of steps, then runs to the end; returns the
/// weights, the best weights and the history.
fn weights<O: Resumable<CharRnn>>(
    stops: &[usize],
    make: impl Fn(&CharRnn) -> O,
) -> (CharRnn, CharRnn, String) {
    let dir = tempdir().unwrap();
    let file = (!stops.is_empty()).then(|| dir.path().join("run.safetensors"));
    for (k, &stop) in stops.iter().chain(&[0]).enumerate() {
        let trainer = Trainer { checkpoint: file.clone(), ..trainer() };
        let task = Letters::new(trainer.stop.clone(), stop);
        let (mut model, rng) = (Letters::model(), Rng::seed_from_u64(7));
        let mut optimizer = make(&model);
        let report = trainer.run(&task, &mut model, &mut optimizer, rng).unwrap();
        let last = k == stops.len();
        assert_eq!(report.end, if last { End::Finished } else { End::Interrupted });
        if last {
            assert_eq!(report.steps, 4 * task.windows.len());
            let history = serde_json::to_string(&report.history).unwrap();
            return (model, report.best.unwrap(), history);
        }
    }
    unreachable!("the last run returns")
}

fn assert_same<O: Resumable<CharRnn>>(make: impl Fn(&CharRnn) -> O) {
    let (model, best, history) = weights(&[], &make);
    assert_ne!(model.parameters(), Letters::model().parameters());
    // In the first epoch, twice in one epoch, at the end of an epoch, before the last
    for stops in [&[1][..], &[2, 1, 4], &[5], &[3, 9]] {
        let (same, same_best, same_history) = weights(stops, &make);
        assert_eq!(model.parameters(), same.parameters(), "stopped at {stops:?}");
        assert_eq!(best.parameters(), same_best.parameters(), "stopped at {stops:?}");
        assert_eq!(history, same_history, "stopped at {stops:?}");
    }
}

#[test]
fn an_interrupted_run_ends_at_the_same_bits() {
    assert_same(|_| Sgd { rate: 0.0 });
    assert_same(|model| Momentum::new(model, 0.0));
    assert_same(|model| RmsProp::new(model, 0.0));
    assert_same(|model| Adam::new(model, 0.0));
    assert_same(|model| AdamW::new(model, 0.0));
}

/// Killed without a word, a run goes on from its last file.
#[test]
fn a_killed_run_ends_at_the_same_bits() {
    let (model, ..) = weights(&[], |model| Adam::new(model, 0.0));
    let dir = tempdir().unwrap();
    let file = dir.path().join("run.safetensors");
    let trainer =
        Trainer { checkpoint: Some(file.clone()), save_steps: Some(2), ..trainer() };
    let kept = dir.path().join("kept.safetensors");
    {
        // The file of step 4 of a run that goes on to step 5 and is then killed
        let task = Letters::new(trainer.stop.clone(), 4);
        let mut doomed = Letters::model();
        let mut adam = Adam::new(&doomed, 0.0);
        trainer.run(&task, &mut doomed, &mut adam, Rng::seed_from_u64(7)).unwrap();
        std::fs::copy(&file, &kept).unwrap();
        trainer.stop.store(false, Ordering::Relaxed);
        task.left.set(1);
        trainer.run(&task, &mut doomed, &mut adam, Rng::seed_from_u64(7)).unwrap();
    }
    std::fs::copy(&kept, &file).unwrap();
    trainer.stop.store(false, Ordering::Relaxed);
    let mut again = Letters::model();
    let mut adam = Adam::new(&again, 0.0);
    let task = Letters::new(trainer.stop.clone(), 0);
    trainer.run(&task, &mut again, &mut adam, Rng::seed_from_u64(99)).unwrap();
    assert_eq!(model.parameters(), again.parameters());
}

#[test]
fn a_file_of_another_run_is_refused() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("run.safetensors");
    let run = |trainer: &Trainer, seed: &'static str| {
        trainer.stop.store(false, Ordering::Relaxed);
        let task = Letters { seed, ..Letters::new(trainer.stop.clone(), 2) };
        let mut model = Letters::model();
        let mut sgd = Sgd { rate: 0.0 };
        let result = trainer.run(&task, &mut model, &mut sgd, Rng::seed_from_u64(7));
        result.map_err(|error| {
            assert_eq!(model.parameters(), Letters::model().parameters());
            error.to_string()
        })
    };
    let trainer = Trainer { checkpoint: Some(file.clone()), ..trainer() };
    run(&trainer, "1").unwrap();
    let error = run(&trainer, "2").unwrap_err();
    assert!(error.contains("was made with seed = 1, this run has 2"), "{error}");
    let other = Trainer { clip: None, ..trainer.clone() };
    let error = run(&other, "1").unwrap_err();
    assert!(error.contains("clip = Some(0.5), this run has None"), "{error}");
    std::fs::write(&file, b"not a checkpoint").unwrap();
    let error = run(&trainer, "1").unwrap_err();
    assert!(error.contains("no complete safetensors file of 16 bytes"), "{error}");
}

/// The dev loss is a list; the model counts its steps.
struct Listed {
    dev: Vec<Real>,
    asked: Cell<usize>,
    loss: Real,
    batches: usize,
}

impl Task for Listed {
    type Model = Linear;
    type Batch = ();
    type Memory = ();

    fn batches(&self, _: usize, _: &mut Rng) -> Box<dyn Iterator<Item = ()> + '_> {
        Box::new((0..self.batches).map(|_| ()))
    }

    fn memory(&self, _: &Linear) {}

    fn loss_and_gradient(
        &self,
        _: &Linear,
        _: &(),
        _: &mut (),
        _: &mut Rng,
        grad: &mut Linear,
    ) -> Real {
        grad.b[0] -= 1.0; // so that b counts the steps
        self.loss
    }

    fn evaluate(&self, _: &Linear) -> Real {
        self.asked.set(self.asked.get() + 1);
        self.dev[self.asked.get() - 1]
    }

    fn settings(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

fn listed(dev: &[Real], loss: Real, batches: usize) -> Listed {
    Listed { dev: dev.to_vec(), asked: Cell::new(0), loss, batches }
}

fn counter() -> (Linear, Sgd, Rng) {
    let mut rng = Rng::seed_from_u64(1);
    (Linear::new(1, 1, &mut rng), Sgd { rate: 1.0 }, rng)
}

#[test]
fn the_best_model_is_kept_and_patience_ends_the_run() {
    let task = listed(&[3.0, 2.0, 2.5, 1.0, 1.0, 4.0, 0.5], 1.0, 2);
    let (mut model, mut sgd, rng) = counter();
    let trainer = Trainer { patience: Some(2), ..Trainer::new(50, 1.0) };
    let report = trainer.run(&task, &mut model, &mut sgd, rng).unwrap();
    assert_eq!((report.end, report.steps), (End::OutOfPatience, 12));
    assert_eq!(
        report.best.unwrap().b[0],
        8.0,
        "the model after four epochs of two steps"
    );
    assert_eq!(model.b[0], 12.0);
    let dev: Vec<Real> = report.history.iter().map(|point| point.dev).collect();
    assert_eq!(dev, [3.0, 2.0, 2.5, 1.0, 1.0, 4.0]);
    assert!(report.history.iter().all(|point| point.norm == 1.0 && point.train == 1.0));
}

#[test]
fn evaluation_every_few_steps_and_at_the_end() {
    let task = listed(&[3.0, 2.0, 1.0], 1.0, 4);
    let (mut model, mut sgd, rng) = counter();
    let trainer = Trainer { evaluate_every: Some(3), ..Trainer::new(2, 1.0) };
    let report = trainer.run(&task, &mut model, &mut sgd, rng).unwrap();
    let steps: Vec<usize> = report.history.iter().map(|point| point.step).collect();
    assert_eq!(steps, [3, 6, 8]);
}

#[test]
fn what_is_not_finite_stops_the_run_and_leaves_the_file() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("run.safetensors");
    let trainer = Trainer { checkpoint: Some(file.clone()), ..Trainer::new(1, 1.0) };
    let (mut model, mut sgd, rng) = counter();
    trainer.run(&listed(&[1.0], 1.0, 2), &mut model, &mut sgd, rng.clone()).unwrap();
    let before = std::fs::read(&file).unwrap();
    let trainer = Trainer { epochs: 2, ..trainer };
    for task in [listed(&[1.0], Real::NAN, 2), listed(&[Real::INFINITY], 1.0, 2)] {
        let error = trainer.run(&task, &mut model, &mut sgd, rng.clone()).unwrap_err();
        assert!(matches!(error, TrainError::NotFinite { .. }), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
    let error =
        Trainer::new(1, 1.0).run(&listed(&[], 1.0, 0), &mut model, &mut sgd, rng);
    assert!(matches!(error.unwrap_err(), TrainError::NoBatches));
}
