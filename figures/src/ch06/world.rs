//! Skip-gram on a generated text whose structure is known.

use anyhow::{Context, Result};
use ndarray::{Array2, ArrayView1, Axis as Dimension};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    principal::principal,
    skip_gram::{Settings, SkipGram, Training},
    tokens::words,
    vocabulary::{Counts, Vocabulary},
    word_vectors::{Judged, WordVectors},
    world::{self, OPPOSITES, RELATIONS, Relation},
};

use super::{SEEDS, TUNING_SEEDS};
use crate::draw::{Anchor, Axis, Legend, Lines, Panels, Trace};
use crate::parallel::map as parallel;
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std, percent};
use crate::{Progress, Record};

/// About how many units of the drawing make one unit of the map's vertical axis.
const UNIT: f64 = 325.0;
/// Between the middles of two names.
const GAP: f64 = 16.0;

/// Sentences of the texts.
const SIZES: [usize; 6] = [500, 1000, 2000, 4000, 8000, 16_000];

/// The rates that are tried on [`TUNING_SEEDS`], and the size of the text for it.
const RATES: [f32; 4] = [0.025, 0.05, 0.1, 0.2];
const TRIED: usize = 2000;

fn settings() -> Settings {
    Settings {
        size: 32,
        window: 5,
        negatives: 5,
        threshold: 1e-2,
        rate: 0.1,
        epochs: 5,
    }
}

/// The vectors of a text of so many sentences, and its words.
fn learn(
    sentences: usize,
    seed: u64,
    settings: &Settings,
) -> Result<(WordVectors, usize)> {
    let mut rng = Rng::seed_from_u64(seed);
    let text = world::text(sentences, &mut rng);
    let lines: Vec<_> = text.lines().map(words).collect();
    let counts: Counts = lines.iter().flatten().map(String::as_str).collect();
    let vocabulary = Vocabulary::of_counts(&counts, 1, None);
    let known: Vec<_> =
        (0..vocabulary.size()).map(|id| counts.get(vocabulary.token(id))).collect();
    let mut model = SkipGram::new(vocabulary.size(), settings.size, &mut rng);
    let mut training =
        Training::new(settings.clone(), &known, rng).map_err(anyhow::Error::msg)?;
    for _ in 0..settings.epochs {
        for line in &lines {
            let ids: Vec<_> = line.iter().map(|word| vocabulary.id(word)).collect();
            training.read(&mut model, &ids);
        }
    }
    Ok((model.vectors(&vocabulary), counts.total()))
}

/// How the analogies of a relation came out.
#[derive(Clone, Copy, Default)]
struct Score {
    /// The share with the right answer first.
    right: f64,
    /// The same for the nearest neighbour of the third word alone.
    nearest: f64,
    /// The share of which the answer is one of the three words, when those are allowed.
    given: f64,
}

/// All ordered couples of pairs of a relation.
pub(super) fn couples(relation: &Relation) -> Vec<[&'static str; 4]> {
    let pairs = relation.pairs;
    let all = (0..8).flat_map(|i| (0..8).map(move |j| (i, j)));
    all.filter(|(i, j)| i != j)
        .map(|(i, j)| [pairs[i][0], pairs[i][1], pairs[j][0], pairs[j][1]])
        .collect()
}

/// A word that did not occur makes a wrong answer.
fn score(vectors: &WordVectors, relation: &Relation) -> Score {
    let mut score = Score::default();
    let couples = couples(relation);
    let one = 1.0 / couples.len() as f64;
    for [a, b, c, d] in couples {
        let rows = [a, b, c].map(|word| vectors.unit(word));
        let [Some(a_row), Some(b_row), Some(c_row)] = rows else { continue };
        let direction = &b_row - &a_row + c_row;
        let first = |direction: ArrayView1<f32>, without: &[&str]| {
            vectors
                .nearest(direction, 1, without)
                .first()
                .map(|(word, _)| (*word).to_owned())
        };
        let answer = first(direction.view(), &[a, b, c]);
        let nearest = first(c_row, &[a, b, c]);
        let allowed = first(direction.view(), &[]).unwrap_or_default();
        score.right += if answer.as_deref() == Some(d) { one } else { 0.0 };
        score.nearest += if nearest.as_deref() == Some(d) { one } else { 0.0 };
        score.given += if [a, b, c].contains(&allowed.as_str()) { one } else { 0.0 };
    }
    score
}

/// How near the words of the relations are by the way they were generated: 3 within a pair, 2 for the same
/// side of another pair of the relation, 1 for the other side, 0 across relations.
fn structure() -> Vec<Judged> {
    let all: Vec<(usize, usize, usize)> = (0..4)
        .flat_map(|r| (0..8).flat_map(move |p| (0..2).map(move |s| (r, p, s))))
        .collect();
    let word = |(r, p, s): (usize, usize, usize)| RELATIONS[r].pairs[p][s].to_owned();
    let mut list = Vec::new();
    for (k, &x) in all.iter().enumerate() {
        for &y in &all[k + 1..] {
            let score = match (x.0 == y.0, x.1 == y.1, x.2 == y.2) {
                (true, true, _) => 3.0,
                (true, false, true) => 2.0,
                (true, false, false) => 1.0,
                _ => 0.0,
            };
            list.push(Judged { words: [word(x), word(y)], score });
        }
    }
    list
}

/// The share of right analogies of all relations for each rate, over the tuning seeds.
fn rates() -> Result<Vec<f64>> {
    let jobs: Vec<_> =
        RATES.iter().flat_map(|&rate| TUNING_SEEDS.map(|seed| (rate, seed))).collect();
    let shares = parallel(&jobs, |&(rate, seed)| -> Result<f64> {
        let (vectors, _) = learn(TRIED, seed, &Settings { rate, ..settings() })?;
        let right = RELATIONS.iter().map(|relation| score(&vectors, relation).right);
        Ok(mean(&right.collect::<Vec<_>>()))
    })
    .into_iter()
    .collect::<Result<Vec<_>>>()?;
    Ok(shares.chunks(TUNING_SEEDS.len()).map(mean).collect())
}

/// Measures analogies over seeds, against the size of the text.
///
/// # Errors
/// When a word does not occur.
pub fn run(progress: &Progress) -> Result<Record> {
    let settings = settings();
    let jobs: Vec<_> =
        SIZES.iter().flat_map(|&size| SEEDS.map(|seed| (size, seed))).collect();
    progress.steps(jobs.len());
    type Outcome = (Vec<Score>, f64, f64, usize);
    let outcomes = parallel(&jobs, |&(size, seed)| -> Result<Outcome> {
        let (vectors, read) = learn(size, seed, &settings)?;
        let scores =
            RELATIONS.iter().map(|relation| score(&vectors, relation)).collect();
        let (rank, _) = vectors.judge(&structure());
        // How often the nearest neighbour of a word is its opposite
        let opposite =
            |w: &str, o: &str| vectors.neighbours(w, 1).is_some_and(|l| l[0].0 == o);
        let both = OPPOSITES.iter().flat_map(|&[a, b]| [(a, b), (b, a)]);
        let near = both.filter(|(w, o)| opposite(w, o)).count() as f64
            / (2 * OPPOSITES.len()) as f64;
        progress.tick();
        Ok((scores, rank.context("scores differ")?, near, read))
    })
    .into_iter()
    .collect::<Result<Vec<_>>>()?;
    let at = |size: usize| -> Vec<&Outcome> {
        jobs.iter()
            .zip(&outcomes)
            .filter(|((s, _), _)| *s == size)
            .map(|(_, o)| o)
            .collect()
    };

    let mut r = Record::new(
        &SEEDS,
        format!(
            "D = {}, window {}, K = {}, τ = {}, η = {}, {} epochs, a new text for each seed; η of {RATES:?} tried by \
             the analogies of {TRIED} sentences on seeds {TUNING_SEEDS:?}",
            settings.size, settings.window, settings.negatives, settings.threshold, settings.rate, settings.epochs
        ),
    )
    .tolerance(0.3);
    for (rate, share) in RATES.iter().zip(rates()?) {
        let key = format!("rate-{}", (1000.0 * rate).round());
        r.value(&key, share, fixed(share, 2));
    }
    let full = at(SIZES[SIZES.len() - 1]);
    let read = full[0].3 as f64;
    r.value(
        "words",
        (read / 1000.0).round() * 1000.0,
        integer((read / 1000.0).round() * 1000.0),
    );
    let mut plot = Lines::new(
        Axis::log("sentences of the text")
            .range(450.0, 18_000.0)
            .ticks(&SIZES.map(|s| s as f64)),
        Axis::linear("share of right analogies").range(0.0, 1.05),
    )
    .legend(Legend::Above);
    let mut rows = Vec::new();
    for (k, relation) in RELATIONS.iter().enumerate() {
        let of = |outcomes: &[&Outcome], f: fn(&Score) -> f64| {
            summary(&outcomes.iter().map(|o| f(&o.0[k])).collect::<Vec<_>>())
        };
        let (right, nearest) = (of(&full, |s| s.right), of(&full, |s| s.nearest));
        let key = relation.name.replace(' ', "-");
        r.value(&format!("{key}-right"), right.mean, mean_std(right, 2));
        r.value(&format!("{key}-nearest"), nearest.mean, mean_std(nearest, 2));
        rows.push(vec![
            relation.name.to_owned(),
            relation.pairs[0].join(" : "),
            mean_std(right, 2),
            mean_std(nearest, 2),
        ]);
        let points: Vec<_> =
            SIZES.iter().map(|&size| (size, of(&at(size), |s| s.right))).collect();
        plot = plot.with(
            Trace::new(
                relation.name,
                points.iter().map(|(size, s)| (*size as f64, s.mean)),
            )
            .error_bars(points.iter().map(|(_, s)| s.std).collect::<Vec<_>>()),
        );
    }
    let heads = ["relation", "a pair", "right answer", "nearest to the third word"];
    r.table("main", &heads, "llrr", rows);
    for size in [SIZES[0], SIZES[SIZES.len() - 1]] {
        let rank = summary(&at(size).iter().map(|o| o.1).collect::<Vec<_>>());
        r.value(&format!("rank-{size}"), rank.mean, mean_std(rank, 2));
    }
    let near = summary(&full.iter().map(|o| o.2).collect::<Vec<_>>());
    let given =
        full.iter().flat_map(|o| o.0.iter().map(|s| s.given)).collect::<Vec<_>>();
    let given = summary(&given);
    r.value("given", given.mean, percent(given.mean, 0));
    r.value("opposites", near.mean, percent(near.mean, 0));
    r.plot(&plot);
    Ok(r)
}

/// Draws the words of the relations in two dimensions.
///
/// # Errors
/// When a word does not occur.
pub fn map(_: &Progress) -> Result<Record> {
    let (sentences, seed) = (SIZES[SIZES.len() - 1], SEEDS[0]);
    let (vectors, _) = learn(sentences, seed, &settings())?;
    let mut r = Record::new(
        &[seed],
        format!("{sentences} sentences, settings of `data-world`"),
    )
    .tolerance(0.3);
    let rows = |list: &[&str]| -> Result<Array2<f32>> {
        let rows = list
            .iter()
            .map(|w| vectors.unit(w).map(|row| row.insert_axis(Dimension(0))));
        let rows = rows.collect::<Option<Vec<_>>>().context("every word occurs")?;
        Ok(ndarray::concatenate(Dimension(0), &rows)?)
    };
    let all: Vec<&str> = RELATIONS
        .iter()
        .flat_map(|relation| relation.pairs.as_flattened().iter().copied())
        .collect();
    let (places, shares) = principal(rows(&all)?.view(), 2);
    r.value(
        "share-all",
        f64::from(shares[0] + shares[1]),
        percent(f64::from(shares[0] + shares[1]), 0),
    );
    let mut whole =
        Lines::new(Axis::linear("first component"), Axis::linear("second component"))
            .title("all four relations")
            .legend(Legend::Above);
    for (k, relation) in RELATIONS.iter().enumerate() {
        let points = (16 * k..16 * (k + 1))
            .map(|i| (f64::from(places[[i, 0]]), f64::from(places[[i, 1]])));
        whole = whole.with(Trace::scatter(relation.name, points));
    }
    // Countries and capitals alone, each pair joined
    let relation = &RELATIONS[1];
    let (places, shares) = principal(rows(relation.pairs.as_flattened())?.view(), 2);
    r.value(
        "share-one",
        f64::from(shares[0] + shares[1]),
        percent(f64::from(shares[0] + shares[1]), 0),
    );
    let at = |i: usize| (f64::from(places[[i, 0]]), f64::from(places[[i, 1]]));
    let mut pairs = Lines::new(
        Axis::linear("first component").range(-0.65, 0.65),
        Axis::linear("second component"),
    )
    .title("countries and their capitals")
    .legend(Legend::None);
    // Names that would touch are moved down
    let mut order: Vec<usize> = (0..relation.pairs.len()).collect();
    order.sort_by(|&i, &j| at(2 * j).1.total_cmp(&at(2 * i).1));
    let mut lowest = [f64::NEG_INFINITY; 2];
    for k in order {
        let (pair, from, to) = (relation.pairs[k], at(2 * k), at(2 * k + 1));
        pairs = pairs.with(Trace::new(pair.join(" to "), [from, to]).style(1));
        for (side, place) in [from, to].into_iter().enumerate() {
            let wanted = -UNIT * place.1;
            let height = wanted.max(lowest[side] + GAP);
            lowest[side] = height;
            let left = place.0 < 0.5 * (from.0 + to.0);
            let (anchor, moved) =
                if left { (Anchor::End, -9.0) } else { (Anchor::Start, 9.0) };
            pairs = pairs.note(place, pair[side], anchor, (moved, height - wanted));
        }
    }
    r.plot(&Panels::new(1, 420.0).with("all", whole).with("pairs", pairs));
    Ok(r)
}
