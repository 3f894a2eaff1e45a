//! The training loop that all applications share: epochs, clipping, a schedule,
//! evaluation, early stopping, the best model, and a file from which an interrupted run
//! goes on to the very same weights.
//!
//! In the book: [appendix E] and [section 9.2].
//!
//! [appendix E]: https://rnn-basics.github.io/rnn-basics-from-scratch/appendix-e.html
//! [section 9.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/model.html

use crate::{
    Real, Rng,
    checkpoint::{self, Checkpoint, CheckpointError, NamedArrays},
    optim::{Resumable, clip_by_norm},
    parameters::{Parameters, prefixed},
    schedule::Schedule,
};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::ArrayViewMutD;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

// ANCHOR: task
/// What is trained, on what.
pub trait Task {
    /// The model.
    type Model: Parameters;
    /// What one step learns from.
    type Batch;
    /// What passes from batch to batch within an epoch, such as a recurrent state; `()`
    /// if nothing does.
    type Memory;

    /// The batches of one epoch, in order. All that is random about them comes from
    /// `rng`: called again with the same state of it, it gives the same batches.
    fn batches(
        &self,
        epoch: usize,
        rng: &mut Rng,
    ) -> Box<dyn Iterator<Item = Self::Batch> + '_>;

    /// The memory at the start of an epoch.
    fn memory(&self, model: &Self::Model) -> Self::Memory;

    /// The arrays of the memory, which a checkpoint keeps.
    fn remembered<'a>(
        &self,
        _memory: &'a mut Self::Memory,
    ) -> Vec<(String, ArrayViewMutD<'a, Real>)> {
        Vec::new()
    }

    /// The loss of a batch; adds its gradient to `grad`.
    fn loss_and_gradient(
        &self,
        model: &Self::Model,
        batch: &Self::Batch,
        memory: &mut Self::Memory,
        rng: &mut Rng,
        grad: &mut Self::Model,
    ) -> Real;

    /// How bad the model is on data that it is not trained on: the lower, the better.
    fn evaluate(&self, model: &Self::Model) -> Real;

    /// What must be the same when a run is resumed: sizes, data, seeds, by name.
    fn settings(&self) -> BTreeMap<String, String>;

    /// What a program needs to use the model later, such as its vocabulary: kept in the
    /// metadata of the checkpoint.
    fn metadata(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}
// ANCHOR_END: task

// ANCHOR: trainer
/// How to train.
#[derive(Clone, Debug)]
pub struct Trainer {
    /// Passes over the data.
    pub epochs: usize,
    /// The learning rate of each step.
    pub schedule: Schedule,
    /// The norm to which longer gradients are clipped.
    pub clip: Option<Real>,
    /// Steps between two evaluations; at the end of each epoch if none.
    pub evaluate_every: Option<usize>,
    /// Evaluations without a better result after which training stops.
    pub patience: Option<usize>,
    /// The file that is written at each evaluation, at least every `save_every`, and at
    /// the end. If it is there at the start, training goes on from it.
    pub checkpoint: Option<PathBuf>,
    /// Time between two writes of the file, at most.
    pub save_every: Duration,
    /// Steps between two writes of the file, at most.
    pub save_steps: Option<usize>,
    /// Set to true from outside, it stops training after the step at hand.
    pub stop: Arc<AtomicBool>,
    /// A progress bar on standard error, if that is a terminal; a line an evaluation
    /// otherwise.
    pub report: bool,
}

impl Trainer {
    /// Trains for so many epochs at a constant rate, with nothing else.
    pub fn new(epochs: usize, rate: Real) -> Self {
        Self {
            epochs,
            schedule: Schedule::constant(rate),
            clip: None,
            evaluate_every: None,
            patience: None,
            checkpoint: None,
            save_every: Duration::from_secs(60),
            save_steps: None,
            stop: Arc::default(),
            report: false,
        }
    }

    /// Makes Ctrl-C stop the run cleanly: after the step at hand the checkpoint is
    /// written, and [`run`](Self::run) returns. A second Ctrl-C ends the program.
    ///
    /// # Errors
    /// If the system does not let it, or a handler is there already.
    pub fn stop_on_ctrl_c(&self) -> Result<(), ctrlc::Error> {
        let stop = self.stop.clone();
        ctrlc::set_handler(move || {
            if stop.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        })
    }
}

/// One evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The steps done.
    pub step: usize,
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// The mean loss of the steps since the last evaluation.
    pub train: Real,
    /// What [`Task::evaluate`] returned.
    pub dev: Real,
    /// The learning rate of the last step.
    pub rate: Real,
    /// The mean norm of the gradients since the last evaluation, before clipping.
    pub norm: Real,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All epochs are done.
    Finished,
    /// No better result for as many evaluations as patience allowed.
    OutOfPatience,
    /// It was told to stop; run it again to go on.
    Interrupted,
}

/// What training leaves.
#[derive(Clone, Debug)]
pub struct Report<M> {
    /// The model with the best evaluation, if there was one.
    pub best: Option<M>,
    /// All evaluations.
    pub history: Vec<Point>,
    /// The steps done.
    pub steps: usize,
    /// Why it ended.
    pub end: End,
}
// ANCHOR_END: trainer

// ANCHOR: progress
/// Where a run stands, besides its arrays.
#[derive(Clone, Serialize, Deserialize)]
struct Progress {
    epoch: usize,
    step_of_epoch: usize,
    step: usize,
    /// The generator as it was before the batches of this epoch were made.
    epoch_rng: Rng,
    rng: Rng,
    optimizer_steps: usize,
    losses: f64,
    norms: f64,
    since: usize,
    waited: usize,
    finished: bool,
    history: Vec<Point>,
}
// ANCHOR_END: progress

impl Trainer {
    // ANCHOR: run
    /// Trains `model` with `optimizer`, from the checkpoint on if there is one.
    ///
    /// # Errors
    /// If the checkpoint cannot be read, written or does not belong to this run, or if
    /// the loss or the gradient is not finite.
    pub fn run<T: Task, O: Resumable<T::Model>>(
        &self,
        task: &T,
        model: &mut T::Model,
        optimizer: &mut O,
        rng: Rng,
    ) -> Result<Report<T::Model>, TrainError> {
        let mut run = Run {
            trainer: self,
            task,
            best: None,
            memory: task.memory(model),
            progress: Progress {
                epoch: 0,
                step_of_epoch: 0,
                step: 0,
                epoch_rng: rng.clone(),
                rng,
                optimizer_steps: 0,
                losses: 0.0,
                norms: 0.0,
                since: 0,
                waited: 0,
                finished: false,
                history: Vec::new(),
            },
            saved: Instant::now(),
            model,
            optimizer,
        };
        run.resume()?;
        let end = run.train()?;
        let Run { best, progress, .. } = run;
        Ok(Report { best, history: progress.history, steps: progress.step, end })
    }
    // ANCHOR_END: run
}

/// A run under way.
struct Run<'a, T: Task, O> {
    trainer: &'a Trainer,
    task: &'a T,
    model: &'a mut T::Model,
    optimizer: &'a mut O,
    best: Option<T::Model>,
    memory: T::Memory,
    progress: Progress,
    saved: Instant,
}

impl<T: Task, O: Resumable<T::Model>> Run<'_, T, O> {
    // ANCHOR: loop
    fn train(&mut self) -> Result<End, TrainError> {
        let mut grad = self.model.zeros_like();
        while self.progress.epoch < self.trainer.epochs && !self.progress.finished {
            // The same batches as before an interruption, without those already seen
            let mut rng = self.progress.epoch_rng.clone();
            let batches = self.task.batches(self.progress.epoch, &mut rng);
            if self.progress.step_of_epoch == 0 {
                self.progress.rng = rng;
            }
            let mut batches = batches.skip(self.progress.step_of_epoch).peekable();
            if batches.peek().is_none() {
                return Err(TrainError::NoBatches);
            }
            let bar = self.bar(batches.size_hint());
            while let Some(batch) = batches.next() {
                self.step(&batch, &mut grad)?;
                bar.inc(1);
                let every = self.trainer.evaluate_every;
                if every.is_some_and(|every| self.progress.step.is_multiple_of(every)) {
                    self.evaluate(&bar)?;
                }
                if batches.peek().is_none() {
                    self.end_epoch(&bar)?;
                    break;
                }
                if self.trainer.stop.load(Ordering::Relaxed) {
                    self.save()?;
                    return Ok(End::Interrupted);
                }
                if self.progress.finished {
                    break;
                }
                self.save_now_and_then()?;
            }
            bar.finish_and_clear();
            let more = self.progress.epoch < self.trainer.epochs;
            if more && self.trainer.stop.load(Ordering::Relaxed) {
                self.save()?;
                return Ok(End::Interrupted);
            }
        }
        self.save()?;
        Ok(if self.progress.finished { End::OutOfPatience } else { End::Finished })
    }

    fn step(
        &mut self,
        batch: &T::Batch,
        grad: &mut T::Model,
    ) -> Result<(), TrainError> {
        let progress = &mut self.progress;
        grad.set_zero();
        let loss = self.task.loss_and_gradient(
            self.model,
            batch,
            &mut self.memory,
            &mut progress.rng,
            grad,
        );
        let norm = clip_by_norm(grad, self.trainer.clip.unwrap_or(Real::INFINITY));
        if !loss.is_finite() || !norm.is_finite() {
            return Err(TrainError::NotFinite { step: progress.step, loss, norm });
        }
        self.optimizer.set_rate(self.trainer.schedule.rate_at(progress.step));
        self.optimizer.step(self.model, grad);
        progress.step += 1;
        progress.step_of_epoch += 1;
        progress.losses += loss as f64;
        progress.norms += norm as f64;
        progress.since += 1;
        Ok(())
    }
    // ANCHOR_END: loop

    // ANCHOR: evaluate
    fn evaluate(&mut self, bar: &ProgressBar) -> Result<(), TrainError> {
        let dev = self.task.evaluate(self.model);
        let progress = &mut self.progress;
        if !dev.is_finite() {
            let (step, norm) = (progress.step, 0.0);
            return Err(TrainError::NotFinite { step, loss: dev, norm });
        }
        let best =
            progress.history.iter().map(|p| p.dev).fold(Real::INFINITY, Real::min);
        let mean = |sum: f64| (sum / progress.since.max(1) as f64) as Real;
        let point = Point {
            step: progress.step,
            epoch: progress.epoch,
            train: mean(progress.losses),
            dev,
            rate: self.optimizer.rate(),
            norm: mean(progress.norms),
        };
        progress.history.push(point);
        (progress.losses, progress.norms, progress.since) = (0.0, 0.0, 0);
        if dev < best {
            progress.waited = 0;
            self.best = Some(self.model.clone());
        } else {
            progress.waited += 1;
            progress.finished = self
                .trainer
                .patience
                .is_some_and(|patience| progress.waited >= patience);
        }
        if self.trainer.report {
            let line = format!(
                "epoch {}, step {}: training loss {:.4}, dev {dev:.4}",
                point.epoch + 1,
                point.step,
                point.train
            );
            if bar.is_hidden() { eprintln!("{line}") } else { bar.println(line) }
        }
        Ok(())
    }

    fn end_epoch(&mut self, bar: &ProgressBar) -> Result<(), TrainError> {
        let last = self.progress.epoch + 1 == self.trainer.epochs;
        if self.trainer.evaluate_every.is_none() || last && self.progress.since > 0 {
            self.evaluate(bar)?;
        }
        self.progress.epoch += 1;
        self.progress.step_of_epoch = 0;
        self.progress.epoch_rng = self.progress.rng.clone();
        self.memory = self.task.memory(self.model);
        self.save()
    }
    // ANCHOR_END: evaluate

    // ANCHOR: save
    fn settings(&self) -> BTreeMap<String, String> {
        let mut settings = self.task.settings();
        let trainer = self.trainer;
        settings.insert("schedule".into(), format!("{:?}", trainer.schedule));
        settings.insert("clip".into(), format!("{:?}", trainer.clip));
        settings
            .insert("evaluate_every".into(), format!("{:?}", trainer.evaluate_every));
        settings
    }

    fn save_now_and_then(&mut self) -> Result<(), TrainError> {
        let steps = self.trainer.save_steps;
        let due = steps.is_some_and(|steps| self.progress.step.is_multiple_of(steps))
            || self.saved.elapsed() >= self.trainer.save_every;
        if due { self.save() } else { Ok(()) }
    }

    fn save(&mut self) -> Result<(), TrainError> {
        let Some(path) = &self.trainer.checkpoint else { return Ok(()) };
        self.progress.optimizer_steps = self.optimizer.steps();
        let settings = self.settings();
        let mut metadata = self.task.metadata();
        metadata.insert("settings".into(), json(&settings));
        metadata.insert("progress".into(), json(&self.progress));

        let remembered = self.task.remembered(&mut self.memory);
        let mut arrays: NamedArrays = prefixed("model", self.model.parameters());
        if let Some(best) = &self.best {
            arrays.extend(prefixed("best", best.parameters()));
        }
        for (name, moment) in self.optimizer.moments() {
            arrays.extend(prefixed(&format!("optimizer.{name}"), moment.parameters()));
        }
        let remembered = remembered.iter().map(|(name, a)| (name.clone(), a.view()));
        arrays.extend(prefixed("memory", remembered.collect()));
        checkpoint::save(path, &arrays, &metadata)?;
        self.saved = Instant::now();
        Ok(())
    }

    fn resume(&mut self) -> Result<(), TrainError> {
        let path = self.trainer.checkpoint.as_ref().filter(|path| path.exists());
        let Some(path) = path else { return Ok(()) };
        let file = Checkpoint::load(path)?;
        let settings: BTreeMap<String, String> = read(&file, "settings")?;
        let ours = self.settings();
        for key in settings.keys().chain(ours.keys()) {
            let (theirs, ours) = (settings.get(key), ours.get(key));
            if theirs != ours {
                let shown =
                    |value: Option<&String>| value.cloned().unwrap_or("nothing".into());
                return Err(file
                    .wrong(format!(
                        "was made with {key} = {}, this run has {}; remove the file to \
                         start anew",
                        shown(theirs),
                        shown(ours)
                    ))
                    .into());
            }
        }
        let progress: Progress = read(&file, "progress")?;
        // Into copies first: all of it fits, or nothing changes.
        let mut model = self.model.clone();
        file.restore("model", &mut model)?;
        let mut best = None;
        if file.has("best") {
            let mut copy = self.model.clone();
            file.restore("best", &mut copy)?;
            best = Some(copy);
        }
        let mut memory = self.task.memory(&model);
        file.restore_arrays("memory", self.task.remembered(&mut memory))?;
        for (name, moment) in self.optimizer.moments_mut() {
            file.restore(&format!("optimizer.{name}"), moment)?;
        }
        self.optimizer.set_steps(progress.optimizer_steps);
        (*self.model, self.best, self.memory) = (model, best, memory);
        self.progress = progress;
        Ok(())
    }
    // ANCHOR_END: save

    fn bar(&self, left: (usize, Option<usize>)) -> ProgressBar {
        if !self.trainer.report {
            return ProgressBar::hidden();
        }
        let done = self.progress.step_of_epoch;
        let bar = ProgressBar::new((done + left.1.unwrap_or(left.0)) as u64);
        bar.set_position(done as u64);
        bar.reset_eta();
        let style =
            ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {eta}")
                .expect("the template is right");
        bar.set_style(style);
        bar.set_prefix(format!("epoch {}", self.progress.epoch + 1));
        bar
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a value of plain fields")
}

fn read<V: for<'a> Deserialize<'a>>(
    file: &Checkpoint,
    key: &str,
) -> Result<V, TrainError> {
    let text = file.get(key)?;
    serde_json::from_str(text)
        .map_err(|error| file.wrong(format!("metadata {key:?}: {error}")).into())
}

/// What can end training early.
#[derive(Debug)]
pub enum TrainError {
    /// The checkpoint cannot be read or written, or belongs to another run.
    Checkpoint(CheckpointError),
    /// The loss or the norm of the gradient is not finite. The checkpoint is the last
    /// one from before.
    NotFinite {
        /// The step, counted from 0.
        step: usize,
        /// The loss.
        loss: Real,
        /// The norm of the gradient.
        norm: Real,
    },
    /// The task has no batches.
    NoBatches,
}

impl From<CheckpointError> for TrainError {
    fn from(error: CheckpointError) -> Self {
        Self::Checkpoint(error)
    }
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Checkpoint(error) => error.fmt(f),
            Self::NotFinite { step, loss, norm } => write!(
                f,
                "step {step}: loss {loss}, gradient norm {norm}; try a lower learning rate \
                 or a lower clipping norm"
            ),
            Self::NoBatches => {
                f.write_str("an epoch without batches: too little data?")
            }
        }
    }
}

impl std::error::Error for TrainError {}
