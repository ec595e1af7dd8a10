//! A page of documentation, with blocks that are written by the tests.

use std::path::PathBuf;

pub struct Page {
    name: &'static str,
    pub text: String,
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/radiomics")
}

fn begin(block: &str) -> String {
    format!("<!-- begin: {block} -->")
}

fn end(block: &str) -> String {
    format!("<!-- end: {block} -->")
}

impl Page {
    pub fn read(name: &'static str) -> Result<Self, String> {
        let path = folder().join(format!("{name}.md"));
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("docs/radiomics/{name}.md: {error}; write this page"))?;
        Ok(Self { name, text })
    }

    pub fn write(&self) {
        let path = folder().join(format!("{}.md", self.name));
        // In one step: other tests read the pages meanwhile.
        let draft = path.with_extension("md.new");
        std::fs::write(&draft, &self.text).unwrap();
        std::fs::rename(draft, path).unwrap();
    }

    /// Names of the blocks that begin.
    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        let lines = self.text.lines();
        lines.filter_map(|line| line.strip_prefix("<!-- begin: ")?.strip_suffix(" -->"))
    }

    /// Replaces what a block holds.
    pub fn put(&mut self, block: &str, content: &str) -> Result<(), String> {
        let place = |marker: &str| {
            let mut places = self.text.match_indices(marker);
            match (places.next(), places.next()) {
                (Some((at, _)), None) => Ok(at),
                (None, _) => Err(format!("{}.md: the line `{marker}` is missing", self.name)),
                (_, Some(_)) => Err(format!("{}.md: `{marker}` is there twice", self.name)),
            }
        };
        let (from, to) = (place(&begin(block))?, place(&end(block))?);
        let from = from + begin(block).len();
        if to < from {
            return Err(format!(
                "{}.md: block `{block}` ends before it begins",
                self.name
            ));
        }
        let content = format!("\n\n{}\n\n", content.trim_end());
        self.text.replace_range(from..to, &content);
        Ok(())
    }

    /// Relative targets of links, without anchors.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        let targets = self.text.split("](").skip(1);
        targets.filter_map(|rest| {
            let target = rest.split([')', '#']).next()?;
            (!target.is_empty() && !target.contains("://")).then_some(target)
        })
    }

    /// The rows of tables whose first cell is code: cells, trimmed.
    pub fn rows_of(&self, section: &str) -> Vec<Vec<String>> {
        let inside = self
            .text
            .lines()
            .skip_while(|line| *line != section)
            .skip(1);
        let inside = inside.take_while(|line| !line.starts_with('#'));
        let rows = inside.filter(|line| line.starts_with("| `"));
        rows.map(|row| {
            let cells = row.trim_matches('|').split(" | ");
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
    }
}

/// A Markdown table.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let names = header.iter().map(|&name| name.to_owned()).collect();
    let mut text = line(names) + &format!("|{}\n", "---|".repeat(header.len()));
    text.extend(rows.into_iter().map(line));
    text
}

pub fn code(text: &str) -> String {
    format!("`{text}`")
}

/// Six significant digits.
pub fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap();
    (rounded + 0.0).to_string()
}

pub fn first_difference(before: &str, after: &str) -> String {
    let differs = before.lines().zip(after.lines()).find(|(a, b)| a != b);
    match differs {
        Some((page, code)) => format!("the page says\n  {page}\nand the code\n  {code}\n"),
        None => "the page and the code differ in length".to_owned(),
    }
}
