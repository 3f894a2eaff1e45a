//! Training steps and generation beside PyTorch's, stepped in turn.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::text::{fixed, significant};
use crate::{Progress, Record};

const CELLS: [&str; 3] = ["lstm", "gru", "rnn"];
const THREADS: [usize; 2] = [1, 2];
/// Sizes, and how many pairs of steps are timed.
const CONFIGS: [(&str, usize); 3] = [("S", 60), ("M", 16), ("L", 7)];
/// Pairs of blocks of generated tokens.
const BLOCKS: usize = 40;

/// Steps our program and PyTorch's in turn, and records times and their ratios.
///
/// # Errors
/// When one of the programs does not start, or ends early.
pub fn run(progress: &Progress) -> Result<Record> {
    let programs = build("speed", "torch_speed.py")?;
    let mut r = Record::new(
        &[0],
        format!("{}; the median over steps taken in turn", machine()),
    );
    progress.steps(CONFIGS.len() * CELLS.len() * THREADS.len() + 1);
    for (config, rounds) in CONFIGS {
        for cell in CELLS {
            for threads in THREADS {
                let key = format!("{cell}-{}-{threads}", config.to_lowercase());
                let threads = threads.to_string();
                let flags = ["--config", config, "--cell", cell, "--threads", &threads];
                race(&programs, progress, &mut r, &key, rounds, &flags)?;
            }
        }
    }
    let flags = ["--config", "M", "--cell", "lstm", "--mode", "generate"];
    race(&programs, progress, &mut r, "generate", BLOCKS, &flags)?;
    Ok(r)
}

/// Two programs that do the same work, ours and PyTorch's.
pub(crate) struct Programs {
    ours: PathBuf,
    theirs: PathBuf,
}

/// Builds an example of the book, and finds the script beside its benchmarks.
pub(crate) fn build(example: &str, script: &str) -> Result<Programs> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace")?;
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--package", "rnn-book-code"])
        .args(["--example", example])
        .current_dir(root)
        .status()?;
    anyhow::ensure!(built.success(), "the example `{example}` does not build");
    let ours = std::env::current_exe()?.with_file_name("examples").join(example);
    Ok(Programs { ours, theirs: root.join("rnn-book-code/benches").join(script) })
}

/// Steps both in turn, and records times and their ratio under `key`.
pub(crate) fn race(
    programs: &Programs,
    progress: &Progress,
    r: &mut Record,
    key: &str,
    rounds: usize,
    flags: &[&str],
) -> Result<()> {
    progress.note(key);
    let mut us = Server::start(Command::new(&programs.ours).args(flags))?;
    let mut them =
        Server::start(Command::new("python3").arg(&programs.theirs).args(flags))?;
    let (mut times, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for _ in 0..rounds {
        let (a, b) = (us.step()?, them.step()?);
        times[0].push(a);
        times[1].push(b);
        ratios.push(b / a);
    }
    let [us, them] = times.map(median);
    let low = quantile(&mut ratios, 0.25);
    let high = quantile(&mut ratios, 0.75);
    let ratio = quantile(&mut ratios, 0.5);
    r.timed_value(&format!("ms-{key}"), us, significant(us, 3));
    r.timed_value(&format!("torch-ms-{key}"), them, significant(them, 3));
    r.timed_value(&format!("ratio-{key}"), ratio, fixed(ratio, 2));
    r.timed_value(&format!("low-{key}"), low, fixed(low, 2));
    r.timed_value(&format!("high-{key}"), high, fixed(high, 2));
    progress.tick();
    Ok(())
}

/// A program that does one step for each line that it is sent.
struct Server {
    child: Child,
    orders: ChildStdin,
    answers: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Server {
    fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        let orders = child.stdin.take().context("no input")?;
        let output = child.stdout.take().context("no output")?;
        let mut server =
            Self { child, orders, answers: BufReader::new(output).lines() };
        let ready = server.answer().with_context(|| {
            format!("{name} ended at once; does it have what it needs (PyTorch, for python3)?")
        })?;
        anyhow::ensure!(ready.starts_with("ready"), "{name} said {ready:?}");
        Ok(server)
    }

    fn answer(&mut self) -> Result<String> {
        match self.answers.next() {
            Some(line) => Ok(line?),
            None => bail!("the program ended"),
        }
    }

    /// Milliseconds of one step.
    fn step(&mut self) -> Result<f64> {
        // A pool of threads that spins after its work goes to sleep first.
        std::thread::sleep(Duration::from_millis(4));
        writeln!(self.orders)?;
        self.orders.flush()?;
        Ok(self.answer()?.trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    quantile(&mut times, 0.5)
}

fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * q).round() as usize]
}

/// The processor by its name, where the system tells it, and its widest vectors.
pub(crate) fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let vectors = if info.contains("avx512f") {
        "AVX-512"
    } else if info.contains("avx2") {
        "AVX2"
    } else {
        "other"
    };
    format!(
        "{}, {cores} cores, vectors: {vectors}",
        name.unwrap_or("unknown processor")
    )
}
