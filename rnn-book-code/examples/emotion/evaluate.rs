//! `emotion eval`.

use crate::{FormatArgs, Result, model};
use clap::Args;
use rnn_book_code::{
    calibration::best,
    classifying::{THRESHOLD, above, all_scores},
    emotion_model::EmotionModel,
    emotions::{self, Part},
    labelled::{self, Labelled},
    scores::{Confusion, multi_label},
    subwords::Word,
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
};

#[derive(Args)]
pub struct EvalArgs {
    /// The texts to judge by; the test part of the corpus of the book without it
    #[arg(long)]
    data: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
    /// The model; the one that the book ships without it
    #[arg(long)]
    model: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
pub struct Scores {
    examples: usize,
    accuracy: f64,
    macro_f1: f64,
    per_class: BTreeMap<String, ClassScores>,
}

#[derive(Serialize)]
struct ClassScores {
    precision: f64,
    recall: f64,
    f1: f64,
    support: usize,
}

pub fn run(args: &EvalArgs) -> Result<()> {
    let model = model(args.model.as_ref())?;
    let (examples, name) = match &args.data {
        Some(path) => (labelled::read(path, &args.format.format())?, path.clone()),
        None => (emotions::part(Part::Test), "the corpus of the book".into()),
    };
    let scores = scores(&model, &examples, &name)?;
    if args.json {
        writeln!(io::stdout(), "{}", serde_json::to_string(&scores)?)?;
    } else {
        print(&scores)?;
    }
    Ok(())
}

/// How good the model is on these examples.
pub fn scores(
    model: &EmotionModel,
    examples: &[Labelled],
    file: &Path,
) -> Result<Scores> {
    let labels = &model.labels;
    let mut right: Vec<Vec<usize>> = Vec::with_capacity(examples.len());
    for example in examples {
        if example.labels.len() != 1 && !model.recipe.multi {
            let (file, line) = (file.display(), example.line);
            return Err(
                format!("{file}:{line}: the model gives exactly one label").into()
            );
        }
        let number = |name: &String| {
            let found = labels.iter().position(|label| label == name);
            found.ok_or_else(|| unknown_label(file, example.line, name, labels))
        };
        right.push(
            example.labels.iter().map(number).collect::<std::result::Result<_, _>>()?,
        );
    }
    let texts: Vec<_> =
        examples.iter().map(|e| model.lexicon.encode(&e.text)).collect();
    let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
    let z = all_scores(&model.network, &texts, 2);
    let rows = z.outer_iter().map(|row| row.to_vec());
    if model.recipe.multi {
        return Ok(several(
            &right,
            &rows.map(|z| above(&z, THRESHOLD)).collect::<Vec<_>>(),
            labels,
        ));
    }
    let one: Vec<usize> = right.iter().map(|labels| labels[0]).collect();
    let answers: Vec<usize> = rows.map(|z| best(&z)).collect();
    let confusion = Confusion::of(&one, &answers, labels.len());
    let per_class = labels.iter().enumerate().map(|(c, name)| {
        let s = confusion.of_label(c);
        let (precision, recall) = (s.precision, s.recall);
        (name.clone(), ClassScores { precision, recall, f1: s.f1, support: s.support })
    });
    Ok(Scores {
        examples: one.len(),
        accuracy: confusion.accuracy(),
        macro_f1: confusion.macro_f1(),
        per_class: per_class.collect(),
    })
}

/// The scores where a text may have several labels: accuracy is that of whole answers.
fn several(right: &[Vec<usize>], answers: &[Vec<usize>], labels: &[String]) -> Scores {
    let counts = multi_label(right, answers, labels.len());
    let same = |a: &Vec<usize>, b: &Vec<usize>| {
        a.len() == b.len() && a.iter().all(|label| b.contains(label))
    };
    let whole = right.iter().zip(answers).filter(|(a, b)| same(a, b)).count();
    let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
    let per_class = labels.iter().zip(&counts).map(|(name, n)| {
        let (answered, support) = (n.hits + n.false_alarms, n.hits + n.misses);
        let (precision, recall) = (share(n.hits, answered), share(n.hits, support));
        (name.clone(), ClassScores { precision, recall, f1: n.f1(), support })
    });
    Scores {
        examples: right.len(),
        accuracy: share(whole, right.len()),
        macro_f1: counts.iter().map(|n| n.f1()).sum::<f64>() / labels.len() as f64,
        per_class: per_class.collect(),
    }
}

/// What to say of a label that the model does not have.
pub fn unknown_label(
    file: &Path,
    line: usize,
    label: &str,
    known: &[String],
) -> String {
    let known = known.join(", ");
    let at = file.display();
    format!("{at}:{line}: the label {label:?} is none of those learned from: {known}")
}

/// Prints a table.
pub fn print(scores: &Scores) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "label            precision  recall      F1  texts")?;
    for (name, s) in &scores.per_class {
        let (p, r, f1) = (s.precision, s.recall, s.f1);
        writeln!(out, "{name:<16}    {p:6.3}  {r:6.3}  {f1:6.3}  {:5}", s.support)?;
    }
    let (f1, texts) = (scores.macro_f1, scores.examples);
    writeln!(out, "{:<16}                     {f1:.3}  {texts:5}", "macro-F1")?;
    writeln!(out, "{:<16}                     {:.3}", "accuracy", scores.accuracy)
}
