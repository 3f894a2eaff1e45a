//! Makes the book's figures, tables and measured numbers, or checks them against their records.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use figures::{
    Experiment, Progress, all_experiments, check, reproduction::Reproduction, select,
    store,
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Make every figure, table and measured number of the book, or those named.
#[derive(Parser)]
#[command(
    name = "figures",
    after_help = "Writes figures/svg/NAME.svg and figures/records/NAME.json; with --check, figures/reproduction.json."
)]
struct Options {
    /// Figures to make or check; all of them where none is named.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Show name, chapter, title and recorded seconds of every figure.
    #[arg(long)]
    list: bool,
    /// Run again and compare with the records instead of writing them; exit code 1 on a contradiction.
    #[arg(long, conflicts_with = "list")]
    check: bool,
    /// Only the figures of this chapter.
    #[arg(long, value_name = "N")]
    chapter: Option<u32>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything agreed.
fn run(options: &Options) -> Result<bool> {
    let mut chosen = if options.list && options.names.is_empty() {
        all_experiments().collect()
    } else {
        select(&options.names)?
    };
    if let Some(chapter) = options.chapter {
        chosen.retain(|e| e.chapter == chapter);
        anyhow::ensure!(
            !chosen.is_empty(),
            "chapter {chapter} has no figure of that name"
        );
    }
    if options.list {
        list(&chosen);
        return Ok(true);
    }
    store::sweep();
    let watch = Watch::new(chosen.len());
    if options.check { compare(&chosen, &watch) } else { make(&chosen, &watch) }
}

fn list(chosen: &[Experiment]) {
    let wide = chosen.iter().map(|e| e.name.len()).max().unwrap_or(4);
    print_line(&format!("{:wide$}  chapter  seconds  title", "name"));
    for e in chosen {
        let seconds =
            store::load(e.name).map_or("none".to_owned(), |r| r.seconds.to_string());
        print_line(&format!(
            "{:wide$}  {:>7}  {seconds:>7}  {}",
            e.name, e.chapter, e.title
        ));
    }
}

/// A line on standard output. That its reader has gone away, as `head` does, is no error.
fn print_line(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn make(chosen: &[Experiment], watch: &Watch) -> Result<bool> {
    let mut reproduction = Reproduction::load()?;
    for e in chosen {
        let start = Instant::now();
        let record = watch.during(e, |progress| e.make(progress))?;
        store::save(&record)?;
        reproduction.forget(e.name)?;
        let file = store::shown(&store::record_path(e.name));
        watch.say(&format!(
            "{:<24} {:>7.1} s  {file}",
            e.name,
            start.elapsed().as_secs_f64()
        ));
    }
    Ok(true)
}

fn compare(chosen: &[Experiment], watch: &Watch) -> Result<bool> {
    let mut sentences = Vec::new();
    let mut reproduction = Reproduction::load()?;
    let (begin, mut largest) = (Instant::now(), 0.0_f64);
    let mut disagree = false;
    watch.say(&format!("{:<24} {:>9} {:>9}  ok", "name", "seconds", "drift"));
    for e in chosen {
        let start = Instant::now();
        let made = watch.during(e, |progress| e.make(progress));
        let seconds = start.elapsed().as_secs_f64();
        let both = made.and_then(|again| Ok((store::load(e.name)?, again)));
        let (drift, ok) = match both {
            Ok((recorded, again)) => {
                let svg = store::load_svg(e.name).ok();
                let found = check::compare(&recorded, svg.as_deref(), &again);
                let ok = found.agrees();
                if ok {
                    reproduction.note(e.name, seconds, found.drift)?;
                } else {
                    reproduction.forget(e.name)?;
                }
                disagree |= !ok;
                largest = largest.max(found.drift);
                sentences.extend(found.contradictions);
                (format!("{:.1e}", found.drift), ok)
            }
            Err(error) => {
                sentences.push(format!("{error:#}"));
                ("-".to_owned(), false)
            }
        };
        let ok = if ok { "yes" } else { "NO" };
        watch.say(&format!("{:<24} {seconds:>9.1} {drift:>9}  {ok}", e.name));
    }
    watch.end();
    let minutes = begin.elapsed().as_secs_f64() / 60.0;
    print_line(&format!(
        "{} experiments in {minutes:.1} minutes, largest drift {largest:.1e}",
        chosen.len()
    ));
    for sentence in &sentences {
        eprintln!("error: {sentence}");
    }
    if disagree {
        eprintln!(
            "error: the program and the records disagree; where the change is meant, \
             `cargo run --release -p figures -- NAME` writes the record anew"
        );
    }
    Ok(sentences.is_empty())
}

/// Two bars on a terminal, one for the whole and one for the figure in the making; plain lines elsewhere.
struct Watch {
    bars: Option<(MultiProgress, ProgressBar)>,
}

impl Watch {
    fn new(n: usize) -> Self {
        let bars = std::io::stderr().is_terminal().then(|| {
            let bars = MultiProgress::new();
            let style = ProgressStyle::with_template(
                "{bar:40} {pos} of {len} figures, {elapsed}",
            )
            .unwrap_or_else(|_| ProgressStyle::default_bar());
            let all = bars.add(ProgressBar::new(n as u64).with_style(style));
            (bars, all)
        });
        Self { bars }
    }

    fn during<T>(&self, e: &Experiment, work: impl FnOnce(&Progress) -> T) -> T {
        let Some((bars, all)) = &self.bars else {
            return work(&Progress::hidden());
        };
        all.tick();
        let progress = Progress::shown(bars.add(ProgressBar::new(1)), e.name);
        let result = work(&progress);
        progress.finish();
        all.inc(1);
        result
    }

    fn say(&self, line: &str) {
        match &self.bars {
            Some((bars, _)) => bars.suspend(|| print_line(line)),
            None => print_line(line),
        }
    }

    fn end(&self) {
        if let Some((_, all)) = &self.bars {
            all.finish_and_clear();
        }
    }
}
