//! Cells as values: text, but equal numbers are one value.

use std::collections::BTreeMap;

use tables::number;

/// How many values an error message lists.
const LISTED: usize = 8;

/// The distinct values of a column.
#[derive(Clone, Debug)]
pub(super) struct Values {
    /// As first written, in the order of their first appearance.
    spelled: Vec<String>,
}

impl Values {
    pub(super) fn of(cells: &[Option<String>]) -> Self {
        let mut spelled: Vec<String> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for cell in cells.iter().flatten() {
            if seen.insert(canonical(cell)) {
                spelled.push(cell.clone());
            }
        }
        Self { spelled }
    }

    pub(super) fn len(&self) -> usize {
        self.spelled.len()
    }

    pub(super) fn contains(&self, value: &str) -> bool {
        self.spelled.iter().any(|v| same(v, value))
    }

    /// True if every value is 0 or 1.
    pub(super) fn are_flags(&self) -> bool {
        self.spelled.iter().all(|v| same(v, "0") || same(v, "1"))
    }

    /// For messages.
    pub(super) fn list(&self) -> String {
        let shown: Vec<String> = self
            .spelled
            .iter()
            .take(LISTED)
            .map(|v| format!("`{v}`"))
            .collect();
        match self.spelled.len().saturating_sub(LISTED) {
            0 if shown.is_empty() => "none".to_owned(),
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }
}

/// True for two ways to write one value.
pub(crate) fn same(a: &str, b: &str) -> bool {
    canonical(a) == canonical(b)
}

/// The cells, each as its value was first written.
pub(super) fn unified(cells: Vec<Option<String>>) -> Vec<Option<String>> {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    let mut spelled = |cell: String| first.entry(canonical(&cell)).or_insert(cell).clone();
    cells
        .into_iter()
        .map(|cell| cell.map(&mut spelled))
        .collect()
}

/// True for the text of a number, infinities included.
pub(super) fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok()
}

/// True for a number, with a decimal comma or point.
pub(super) fn looks_decimal(cell: &str) -> bool {
    is_number(cell) || is_number(&cell.replacen(',', ".", 1))
}

/// One text for all ways to write a number (0 has no sign); other text stays.
fn canonical(cell: &str) -> String {
    match number::parse(cell) {
        Ok(x) => number::format(x + 0.0),
        Err(_) => cell.to_owned(),
    }
}
