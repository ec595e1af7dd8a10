//! Where test data is, tolerances, and reading of reference tables
//! (a development crate: no library depends on it).
//!
//! Reference data is not part of the repository. [`data`] finds it through the
//! variable `RADPATH_DATA`, else in `../shared/data` beside the workspace.

use std::io::Write;
use std::path::{Path, PathBuf};

/// Path of a reference file or folder, or `None` when no reference data is on
/// this machine: the caller then returns, and the test counts as skipped.
///
/// # Panics
/// When the data is required (`RADPATH_REQUIRE_DATA=1`) and not there.
pub fn data(relative: &str) -> Option<PathBuf> {
    let root = std::env::var_os("RADPATH_DATA")
        .map_or_else(|| workspace_root().join("../shared/data"), PathBuf::from);
    let path = root.join(relative);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var_os("RADPATH_REQUIRE_DATA").is_some_and(|v| v == "1");
    assert!(
        !required,
        "RADPATH_REQUIRE_DATA is set, but {relative} is not in {}",
        root.display()
    );
    skipped(relative);
    None
}

fn skipped(relative: &str) {
    // Not through eprintln, which the test harness keeps to itself.
    let line = format!("skipped: no reference data {relative} (set RADPATH_DATA)\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// The root of the workspace.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("testkit lies in crates/testkit")
        .to_path_buf()
}

/// Difference relative to the expected value; absolute where that is 0.
/// Infinite when either value is NaN and the other is not.
pub fn relative_error(found: f64, expected: f64) -> f64 {
    if found.is_nan() && expected.is_nan() {
        return 0.0;
    }
    let difference = (found - expected).abs();
    let error = if expected == 0.0 {
        difference
    } else {
        difference / expected.abs()
    };
    if error.is_nan() { f64::INFINITY } else { error }
}

/// A CSV file (gzip if the name ends in `.gz`) as header and rows of text.
///
/// # Panics
/// When the file can't be read: reference data is broken then.
pub fn read_csv(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let file = std::fs::File::open(path).expect("reference table opens");
    let reader: Box<dyn std::io::Read> = if path.extension().is_some_and(|e| e == "gz") {
        Box::new(flate2::read::GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut csv = csv::Reader::from_reader(reader);
    let text = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = text(csv.headers().expect("reference table has a header"));
    let rows = csv
        .records()
        .map(|r| text(&r.expect("reference row")))
        .collect();
    (header, rows)
}

/// A JSON file.
///
/// # Panics
/// When the file can't be read: reference data is broken then.
pub fn read_json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).expect("reference file opens");
    serde_json::from_str(&text).expect("reference file is JSON")
}
