//! Small made studies for tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Error, Finding, Request};

/// Columns of performance.csv.
const PERFORMANCE: &str =
    "model,cohort,estimate_type,metric,value,ci_low,ci_high,ci_method,n,n_events,tau,p";

/// A study in a temporary folder.
pub(crate) struct Made(tempfile::TempDir);

impl Made {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, its lines joined.
    pub fn file(&self, name: &str, lines: &[&str]) -> PathBuf {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        path
    }

    /// One marker with one pair.
    pub fn correlate(&self, marker: &str, feature: &str) {
        self.file(
            "correlate/blocks.csv",
            &[
                "cohort,block,n_tests,n_p05,n_q05,p_count,p_max_abs,max_abs",
                &format!("all,{marker},217,30,0,0.43,0.2,0.4"),
            ],
        );
        self.file(
            "correlate/pairs.csv",
            &[
                "cohort,block,radiomic,pathology,n,estimate,ci_low,ci_high,p,q_block",
                &format!("all,{marker},{feature},density,60,0.4,0.15,0.6,0.0016,0.09"),
            ],
        );
    }

    /// Response or survival, with rows `model,cohort,estimate_type,metric,value,ci_low,ci_high[,p]`
    /// of performance and the models that have features.
    pub fn models(&self, stage: &str, performance: &[&str], selected: &[&str]) {
        let (ratio, event) = match stage {
            "response" => ("odds_ratio", "outcome"),
            _ => ("hazard_ratio", "event"),
        };
        let rows: Vec<String> = performance
            .iter()
            .map(|row| {
                let cells: Vec<&str> = row.split(',').collect();
                let p = cells.get(7).copied().unwrap_or("NA");
                format!("{},delong,40,18,NA,{p}", cells[..7].join(","))
            })
            .collect();
        let mut lines = vec![PERFORMANCE];
        lines.extend(rows.iter().map(String::as_str));
        self.file(&format!("{stage}/performance.csv"), &lines);
        let rows: Vec<String> = selected
            .iter()
            .map(|model| format!("{model},x,0.5,1.65,0.9"))
            .collect();
        let head = format!("model,feature,coefficient,{ratio},selection_frequency");
        let mut lines = vec![head.as_str()];
        lines.extend(rows.iter().map(String::as_str));
        self.file(&format!("{stage}/selected.csv"), &lines);
        self.file(
            &format!("{stage}/predictions.csv"),
            &[
                &format!("patient_id,cohort,model,repeat,{event}"),
                "A,train,radiomic,1,1",
                "A,train,radiomic,2,1",
                "B,train,radiomic,1,0",
                "C,test,radiomic,NA,1",
            ],
        );
    }

    pub fn request(&self) -> Request<'_> {
        Request {
            folder: self.folder(),
            title: "A study",
            radpath: "0.1.0",
            seed: 7,
            format: tables::Format::Csv,
            roles: &[],
            notes: &[],
        }
    }

    pub fn html(&self) -> Result<String, Error> {
        crate::html(&self.request())
    }

    pub fn findings(&self) -> Vec<Finding> {
        crate::findings(&self.request()).unwrap()
    }
}
