//! The records tell the truth: a second run of the fast experiments agrees with them, and a record that was
//! tampered with is caught.

use figures::{
    Progress, Record, all_experiments, check, experiments, reproduction::Reproduction,
    select, store,
};

/// Experiments recorded as taking longer than this are left to `figures --check`.
const FAST_SECONDS: f64 = 3.0;

fn recorded(name: &str) -> (Record, Option<String>) {
    let record = store::load(name).unwrap_or_else(|error| panic!("{error:#}"));
    let svg = record
        .svg
        .then(|| store::load_svg(name).unwrap_or_else(|error| panic!("{error:#}")));
    (record, svg)
}

fn run(name: &str) -> Record {
    let chosen = select(&[name.to_owned()]).unwrap();
    chosen[0].make(&Progress::hidden()).unwrap()
}

#[test]
fn every_experiment_has_its_record_and_every_record_its_experiment() {
    let mut names: Vec<&str> = all_experiments().map(|e| e.name).collect();
    names.sort_unstable();
    assert!(
        names.windows(2).all(|w| w[0] != w[1]),
        "two experiments share a name: {names:?}"
    );
    assert_eq!(
        store::names_in("records", "json"),
        names,
        "figures/records against the registry"
    );
    for e in all_experiments() {
        let (record, _) = recorded(e.name);
        assert_eq!((record.name.as_str(), record.chapter), (e.name, e.chapter));
    }
    for name in Reproduction::load().unwrap().experiments.keys() {
        assert!(
            names.contains(&name.as_str()),
            "reproduction.json: no experiment {name}"
        );
    }
    let drawn: Vec<&str> =
        names.into_iter().filter(|name| recorded(name).0.svg).collect();
    assert_eq!(store::names_in("svg", "svg"), drawn, "figures/svg against the records");
}

#[test]
fn a_second_run_of_the_fast_experiments_agrees_with_the_records() {
    let mut contradictions = Vec::new();
    for e in experiments() {
        let (record, svg) = recorded(e.name);
        if record.seconds < FAST_SECONDS {
            let found = check::compare(&record, svg.as_deref(), &run(e.name));
            contradictions.extend(found.contradictions);
        }
    }
    assert!(contradictions.is_empty(), "{}", contradictions.join("\n"));
}

#[test]
fn a_figure_is_drawn_alike_twice() {
    let (once, twice) = (run("impulse-response"), run("impulse-response"));
    assert!(once.image.is_some());
    assert_eq!(once.image, twice.image);
}

#[test]
fn a_changed_number_is_caught() {
    let again = run("parameter-growth");
    let svg = again.image.clone();
    let said = |forged: &Record| {
        let found = check::compare(forged, svg.as_deref(), &again);
        assert!(!found.agrees(), "the forgery was not seen");
        found.contradictions.join("\n")
    };
    assert!(check::compare(&again, svg.as_deref(), &again).agrees());

    let mut forged = again.clone();
    forged.values.get_mut("elman").unwrap().value += 1.0;
    let message = said(&forged);
    assert!(
        message
            .starts_with("figures/records/parameter-growth.json:10: the value `elman`"),
        "{message}"
    );
    assert!(message.contains("32961; a second run gives 32960"), "{message}");

    let mut forged = again.clone();
    forged.values.get_mut("ratio-64").unwrap().text = "17.2".to_owned();
    assert!(
        said(&forged)
            .contains("the text of the value `ratio-64` is recorded as `17.2`")
    );

    let mut forged = again.clone();
    forged.tables.get_mut("main").unwrap().rows[2][3] = "1.35".to_owned();
    assert!(said(&forged).contains("row 3 of the table `main` is recorded as `1.35`"));

    let mut forged = again.clone();
    forged.series.get_mut("Elman").unwrap().y[5] *= 1.01;
    assert!(said(&forged).contains("`y` of the series `Elman`"));

    let mut forged = again.clone();
    forged.values.remove("elman");
    assert!(said(&forged).contains("lacks the value `elman`"));

    let forged = svg.as_deref().unwrap().replace("#0072b2", "#009e73");
    let found = check::compare(&again, Some(&forged), &again);
    assert!(
        found.contradictions[0].starts_with("figures/svg/parameter-growth.svg:"),
        "{found:?}"
    );
}

#[test]
fn an_unknown_name_is_answered_with_near_ones() {
    let error = select(&["memory-capacty".to_owned()]).unwrap_err().to_string();
    assert!(
        error.contains(
            "no figure is called `memory-capacty`; near it: `memory-capacity`"
        ),
        "{error}"
    );
}
