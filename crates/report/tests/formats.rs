//! The format of the tables makes no difference to the page.
//!
//! `data` is what `radpath correlate` wrote for twelve made-up patients, once
//! as CSV and once with `--format parquet`.

use std::path::Path;

use report::{Request, Verdict};
use tables::Format;

fn request(folder: &Path, format: Format) -> Request<'_> {
    Request {
        folder,
        title: "Twelve patients",
        radpath: "0.1.0",
        seed: 1,
        format,
        roles: &[],
        notes: &[],
    }
}

#[test]
fn parquet_gives_the_page_of_csv() -> Result<(), report::Error> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let (csv, parquet) = (data.join("csv"), data.join("parquet"));
    let (csv, parquet) = (
        request(&csv, Format::Csv),
        request(&parquet, Format::Parquet),
    );
    assert_eq!(report::findings(&csv)?, report::findings(&parquet)?);
    assert_eq!(report::findings(&csv)?[0].verdict, Verdict::NotFound);
    let (text, binary) = (report::html(&csv)?, report::html(&parquet)?);
    assert!(binary.contains("correlate/pairs.parquet"));
    assert_eq!(text, binary.replace(".parquet", ".csv"));
    Ok(())
}
