//! `emotion predict`.

use crate::{Result, model};
use clap::Args;
use rnn_book_code::{emotion_model::EmotionModel, labelled::Lines};
use std::{
    io::{self, Write},
    path::PathBuf,
};

#[derive(Args)]
pub struct PredictArgs {
    /// The model; the one that the book ships without it
    #[arg(long)]
    model: Option<PathBuf>,
    /// The text; each line of the standard input without it
    text: Option<String>,
}

pub fn run(args: &PredictArgs) -> Result<()> {
    let model = model(args.model.as_ref())?;
    let mut out = io::stdout();
    if let Some(text) = &args.text {
        if text.trim().is_empty() {
            return Err("the text has no words".into());
        }
        writeln!(out, "{}", line(&model, text))?;
        return Ok(());
    }
    for line in Lines::new(io::stdin().lock()) {
        let (_, text) =
            line.map_err(|(n, what)| format!("standard input:{n}: {what}"))?;
        // A blank line is answered by a blank line, so that lines stay in step.
        let blank = text.trim().is_empty();
        let answer = if blank { String::new() } else { self::line(&model, &text) };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// The label or labels, a tab, and all labels with their probabilities.
fn line(model: &EmotionModel, text: &str) -> String {
    let answer = model.answer(text);
    let names: Vec<_> =
        answer.labels.iter().map(|&c| model.labels[c].as_str()).collect();
    let mut all: Vec<_> = model.labels.iter().zip(&answer.probabilities).collect();
    all.sort_by(|a, b| b.1.total_cmp(a.1));
    let all: Vec<_> = all.iter().map(|(name, p)| format!("{name} {p:.2}")).collect();
    format!("{}\t{}", names.join(","), all.join("  "))
}
