//! IBSI 1's table of values, and when a value agrees with it.
#![allow(dead_code)]

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub tag: String,
    /// As printed; empty where it is not standardised.
    pub value: String,
    /// As printed.
    pub tolerance: String,
    /// Code in the reference manual.
    pub code: String,
}

impl Row {
    pub fn new([tag, value, tolerance, code]: [&str; 4]) -> Self {
        Self {
            tag: tag.to_owned(),
            value: value.to_owned(),
            tolerance: tolerance.to_owned(),
            code: code.to_owned(),
        }
    }

    /// The value found, rounded to the significant digits of the published one
    /// (at least the three to which IBSI rounds), differs from it by no more
    /// than the published tolerance.
    pub fn agrees(&self, found: f64) -> Result<(), String> {
        let [reference, tolerance] =
            [&self.value, &self.tolerance].map(|text| text.parse::<f64>().unwrap());
        let rounded = round(found, digits(&self.value).max(3));
        // Both are decimal numbers in binary.
        if (rounded - reference).abs() <= tolerance + 1e-9 * reference.abs() {
            return Ok(());
        }
        Err(format!(
            "{}: {found}, rounded {rounded}; published {} +- {}",
            self.tag, self.value, self.tolerance
        ))
    }
}

/// Significant digits of a printed number.
fn digits(printed: &str) -> usize {
    let figures: String = printed.chars().filter(char::is_ascii_digit).collect();
    let significant = figures.trim_start_matches('0');
    if printed.contains('.') {
        significant.len()
    } else {
        significant.trim_end_matches('0').len()
    }
}

fn round(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits - 1).parse().unwrap()
}

/// The rows of the digital phantom, as they are in the repository.
pub fn digital_phantom() -> Vec<Row> {
    let text = include_str!("digital_phantom.csv");
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let cells = lines.map(|line| line.split(',').collect::<Vec<_>>());
    cells
        .map(|cells| Row::new(cells.try_into().unwrap()))
        .collect()
}

/// The rows of a dataset in the shared data, if there is any.
pub fn published(dataset: &str) -> Option<Vec<Row>> {
    let path = testkit::data("radiomics/ibsi1_reference.csv")?;
    let (header, rows) = testkit::read_csv(&path);
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let columns = ["tag", "reference_value", "tolerance", "ibsi_code"].map(column);
    let rows = rows.iter().filter(|row| row[column("dataset")] == dataset);
    Some(
        rows.map(|row| Row::new(columns.map(|at| row[at].as_str())))
            .collect(),
    )
}
