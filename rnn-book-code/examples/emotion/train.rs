//! `emotion train`.

use crate::{FormatArgs, Result, evaluate};
use clap::Args;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    calibration::temperature,
    classifier::{Goal, Lesson},
    classifying::{Classifying, Recipe, all_scores},
    emotion_model::EmotionModel,
    emotions::{self, Part},
    hold_out::hold_out,
    labelled::{self, Labelled, label_names},
    optim::Adam,
    pretrained,
    subwords::{Lexicon, Word},
    train::End,
};
use std::{
    io::{self, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
};

#[derive(Args)]
pub struct TrainArgs {
    /// The texts to learn from; the corpus of the book without it
    #[arg(long)]
    data: Option<PathBuf>,
    /// The texts to choose by; without it a tenth of the data is held out
    #[arg(long, requires = "data")]
    dev: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
    /// Where the model goes; written when training ends, or is stopped
    #[arg(long, default_value = "emotion.safetensors")]
    out: PathBuf,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Vectors of words to start from, in the text format of GloVe; their size must be
    /// that of --embedding
    #[arg(long)]
    vectors: Option<PathBuf>,
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1000))]
    epochs: Option<u64>,
    /// Numbers a word
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1024))]
    embedding: Option<u64>,
    /// Units of each direction
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1024))]
    hidden: Option<u64>,
    /// Texts a step
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=4096))]
    batch: Option<u64>,
    /// The largest learning rate
    #[arg(long, value_parser = rate)]
    rate: Option<Real>,
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=64))]
    threads: u64,
}

fn rate(text: &str) -> std::result::Result<Real, String> {
    let rate: Real = text.parse().map_err(|error| format!("{error}"))?;
    let sensible = rate > 0.0 && rate <= 1.0;
    if sensible { Ok(rate) } else { Err("a rate is above 0 and at most 1".into()) }
}

impl TrainArgs {
    fn recipe(&self) -> Recipe {
        let mut recipe = Recipe { multi: self.format.multi(), ..Recipe::default() };
        let set = |field: &mut usize, flag: Option<u64>| {
            *field = flag.map_or(*field, |n| n as usize);
        };
        recipe.epochs = self.epochs.map(|n| n as usize);
        set(&mut recipe.embedding, self.embedding);
        set(&mut recipe.hidden, self.hidden);
        set(&mut recipe.batch, self.batch);
        recipe.rate = self.rate.unwrap_or(recipe.rate);
        recipe
    }

    /// What to learn from and what to choose by.
    fn data(&self, rng: &mut Rng) -> Result<(Vec<Labelled>, Vec<Labelled>)> {
        let Some(path) = &self.data else {
            return Ok((emotions::part(Part::Train), emotions::part(Part::Dev)));
        };
        let format = self.format.format();
        let all = labelled::read(path, &format)?;
        if let Some(dev) = &self.dev {
            return Ok((all, labelled::read(dev, &format)?));
        }
        let (learn, judge) = hold_out(&all, 10, rng);
        if judge.is_empty() {
            let n = all.len();
            let what =
                format!("{n} examples are too few to hold out a tenth; give --dev");
            return Err(format!("{}: {what}", path.display()).into());
        }
        let take =
            |numbers: Vec<usize>| numbers.iter().map(|&k| all[k].clone()).collect();
        Ok((take(learn), take(judge)))
    }
}

pub fn run(args: &TrainArgs) -> Result<()> {
    check_out(&args.out)?;
    let recipe = args.recipe();
    let mut rng = Rng::seed_from_u64(args.seed);
    let (train, dev) = args.data(&mut rng)?;
    let data = args.data.as_deref().unwrap_or(Path::new("the corpus of the book"));
    // Of all the data if a tenth of it was held out: a rare label may be in that alone
    let labels = match &args.dev {
        Some(_) => label_names(&train),
        None => label_names(&[&train[..], &dev[..]].concat()),
    };
    if labels.len() < 2 {
        let only = &labels[0];
        let what = format!("every example has the label {only:?}; two are needed");
        return Err(format!("{}: {what}", data.display()).into());
    }
    let lexicon = recipe.lexicon(&train);
    let name = args.dev.as_deref().unwrap_or(data);
    let lessons = lessons(&recipe, &train, &lexicon, &labels, data)?;
    let judge = self::lessons(&recipe, &dev, &lexicon, &labels, name)?;
    eprintln!(
        "{} texts to learn from, {} to choose by, {} labels, {} words; dev: 1 - macro-F1",
        lessons.len(),
        judge.len(),
        labels.len(),
        lexicon.vocabulary.size()
    );

    let layer = recipe.layer(&mut rng);
    let mut network = recipe.model(layer, &lexicon, labels.len(), &mut rng);
    if let Some(path) = &args.vectors {
        let rows = &mut network.embedding.words;
        let found = pretrained::load(path, &lexicon.vocabulary, rows, 0.1)?;
        eprintln!("{found} words have a pretrained vector");
    }
    let mut adam = Adam::new(&network, recipe.rate);
    let mut trainer = recipe.trainer(lessons.len());
    trainer.report = true;
    trainer.stop_on_ctrl_c()?;
    let task = Classifying {
        train: lessons,
        dev: judge,
        noise: recipe.noise(),
        batch: recipe.batch,
        threads: args.threads as usize,
        layer: PhantomData,
    };
    let report = trainer.run(&task, &mut network, &mut adam, rng)?;
    let Some(network) = report.best else {
        return Err("stopped before the first epoch ended; nothing was written".into());
    };
    let mut model = EmotionModel { recipe, lexicon, labels, temperature: 1.0, network };
    if !model.recipe.multi {
        model.temperature = fitted(&model, &task.dev);
    }
    model.save(&args.out)?;
    if report.end == End::Interrupted {
        eprintln!("stopped; the best model so far is kept");
    }
    writeln!(io::stdout(), "on the texts that it was chosen by, a little flattered:")?;
    evaluate::print(&evaluate::scores(&model, &dev, name)?)?;
    writeln!(io::stdout(), "saved in {}", args.out.display())?;
    Ok(())
}

/// The temperature that suits the texts that the model was chosen by.
fn fitted(model: &EmotionModel, dev: &[Lesson]) -> Real {
    let texts: Vec<&[Word]> = dev.iter().map(|lesson| &lesson.words[..]).collect();
    let right = dev.iter().filter_map(|lesson| match lesson.goal {
        Goal::One(label) => Some(label),
        Goal::Any(_) => None,
    });
    let scores = all_scores(&model.network, &texts, 1);
    temperature(scores.view(), &right.collect::<Vec<_>>())
}

fn lessons(
    recipe: &Recipe,
    examples: &[Labelled],
    lexicon: &Lexicon,
    labels: &[String],
    file: &Path,
) -> Result<Vec<Lesson>> {
    recipe.lessons(examples, lexicon, labels).map_err(|(k, label)| {
        evaluate::unknown_label(file, examples[k].line, &label, labels).into()
    })
}

/// Before an hour of training: whether the model can be written where it shall go.
fn check_out(out: &Path) -> Result<()> {
    let wrong =
        |what: &str| -> Result<()> { Err(format!("{}: {what}", out.display()).into()) };
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return wrong("the folder does not exist");
    }
    if out.is_dir() {
        return wrong("is a folder; name a file");
    }
    if out.exists() && EmotionModel::load(out).is_err() {
        return wrong(
            "is there already and no model of this program; name another file",
        );
    }
    if let Err(error) = tempfile::NamedTempFile::new_in(folder) {
        return wrong(&format!("the folder cannot be written to: {error}"));
    }
    Ok(())
}
