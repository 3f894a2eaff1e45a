//! Figures, tables and recorded outputs as the page shows them.

use crate::bibliography::escape;
use crate::book::Page;
use crate::expand::Expander;
use crate::inline::{attribute, plain};
use crate::listing::fence;
use crate::parse::Block;
use crate::records::{Record, Records, Table, command};
use crate::svg;

impl Expander<'_> {
    /// A figure or a table.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn block(
        &mut self,
        page: &Page,
        line: usize,
        block: &Block,
    ) -> Result<String, String> {
        let name = &block.args;
        let Some((caption, caption_line)) = block.field("caption") else {
            return Err(format!(
                "the {} '{name}' has no caption; add a line `caption: what to see in it`",
                block.name
            ));
        };
        let caption = self.inline(page, caption_line, caption);
        if block.name == "table" {
            return self.table(name, &caption);
        }
        let Some((alt, _)) = block.field("alt") else {
            return Err(format!(
                "the figure '{name}' has no text alternative; add a line `alt: the same said to someone who cannot see it`"
            ));
        };
        let alt = self.inline(page, line, alt);
        self.figure(name, &caption, &alt)
    }

    fn figure(
        &mut self,
        name: &str,
        caption: &str,
        alt: &str,
    ) -> Result<String, String> {
        self.uses.records.insert(name.to_owned());
        self.uses.figures.insert(name.to_owned());
        self.records.get(name)?;
        let svg = svg::inline(name, &self.records.svg(name)?, alt)?;
        let label =
            self.labels.get(&format!("fig:{name}")).map_or(String::new(), |t| {
                format!("<span class=\"label\">{}.</span> ", t.text)
            });
        let command = command(name);
        Ok(format!(
            "<figure class=\"plot\" id=\"fig-{name}\">\n{svg}\n<figcaption>\n\n\
             {label}{caption}\n\n\
             <small class=\"figure-source\">Drawn by `{command}`</small>\n\n</figcaption>\n</figure>\n"
        ))
    }

    fn table(&mut self, name: &str, caption: &str) -> Result<String, String> {
        let (record, table) = match name.split_once(':') {
            Some((record, table)) => (record, Some(table)),
            None => (name, None),
        };
        self.uses.records.insert(record.to_owned());
        let body = table_markdown(self.records.get(record)?.table(table)?);
        let number = self.labels.number(&format!("tab:{name}"));
        let command = command(record);
        let id = name.replace(':', "-");
        let label = attribute(&plain(caption));
        Ok(format!(
            "<div class=\"table\" id=\"tab-{id}\">\n<div class=\"table-caption\">\n\n\
             <span class=\"label\">Table {number}.</span> {caption}\n\n</div>\n\
             <div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\">\n\n\
             {body}\n</div>\n<div class=\"table-source\">\n\n\
             <small class=\"figure-source\">Measured by `{command}`</small>\n\n</div>\n</div>\n"
        ))
    }

    /// A recorded output.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn output(&mut self, args: &str) -> Result<String, String> {
        let (name, section) = match args.split_once(':') {
            Some((name, section)) => (name.trim(), Some(section.trim())),
            None => (args, None),
        };
        let text = self.records.output(name, section)?;
        let text = text.trim_end();
        let fence = fence(text);
        Ok(format!(
            "<div class=\"output\">\n<div class=\"output-caption\">\n\n\
             Output of `cargo run --release --example {name}`\n\n</div>\n\n\
             {fence}text\n{text}\n{fence}\n\n</div>\n"
        ))
    }
}

/// A table of all records: what was measured, and how a repetition came out.
pub fn records(records: &Records) -> String {
    let again = &records.reproduction;
    let cells = |name: &str, record: &Record| {
        let seeds: Vec<String> = record.seeds.iter().map(u64::to_string).collect();
        let repetition = again.experiments.get(name);
        let seconds = repetition.map_or(record.seconds, |r| r.seconds);
        vec![
            format!("`{name}`"),
            escape(&record.title),
            format!("{seconds:.1}"),
            repetition.map_or("–".to_owned(), |r| drift(r.drift)),
            record.tolerance.map_or("exact".to_owned(), |t| t.to_string()),
            seeds.join(", "),
            escape(&record.sizes),
        ]
    };
    let columns = [
        ("record", "left"),
        ("what is measured", "left"),
        ("seconds", "right"),
        ("drift", "right"),
        ("tolerance", "right"),
        ("seeds", "left"),
        ("sizes", "left"),
    ];
    let table = Table {
        columns: columns.map(|(name, _)| name.to_owned()).to_vec(),
        align: columns.map(|(_, align)| align.to_owned()).to_vec(),
        rows: records.names().map(|(n, r)| cells(n, r)).collect(),
    };
    let minutes = again.experiments.values().map(|r| r.seconds).sum::<f64>() / 60.0;
    let exact = again.experiments.values().filter(|r| r.drift == 0.0).count();
    format!(
        "<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"All records\">\n\n{}\n</div>\n\n\
         Repeated so far ({}): {} of {} records, in {minutes:.0} minutes; {exact} came out equal in every digit that is compared; times are not.\n",
        table_markdown(&table),
        again.machine,
        again.experiments.len(),
        records.names().count(),
    )
}

fn drift(drift: f64) -> String {
    if drift == 0.0 { "0".to_owned() } else { format!("{drift:.0e}") }
}

fn table_markdown(table: &Table) -> String {
    let row = |cells: &[String]| {
        let cells: Vec<String> =
            cells.iter().map(|c| c.replace('|', "\\|").replace('\n', " ")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = row(&table.columns);
    let rule: Vec<&str> = (0..table.columns.len())
        .map(|i| match table.align.get(i).map(String::as_str) {
            Some("right") => "---:",
            Some("center" | "centre") => ":---:",
            _ => ":---",
        })
        .collect();
    text.push_str(&format!("|{}|\n", rule.join("|")));
    for cells in &table.rows {
        text.push_str(&row(cells));
    }
    text
}
