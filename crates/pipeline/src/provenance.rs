//! run.toml (what was done, the same for the same input) and timing.json
//! (what varies from run to run: times, threads, places).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::json;

use crate::Error;
use crate::hash::{self, Fingerprint};
use crate::output::{OutputDir, RUN_FILE, WorkDir, write_file};

/// A resolved setting and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// The value that was used.
    pub value: toml::Value,
    /// `flag`, `study.toml`, `settings file`, `preset`, `manifest` or `default`.
    pub source: &'static str,
}

/// One input file, named by its role and id, never by its path.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Input {
    /// `cases`, `image`, `mask`, `slide`, `radiomics`, ...
    pub role: String,
    /// Patient or slide, where the input belongs to one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Its content.
    #[serde(flatten)]
    pub fingerprint: Fingerprint,
}

impl Input {
    /// Fingerprints a file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn of(role: &str, id: &str, path: &Path) -> Result<Self, Error> {
        let fingerprint = hash::fingerprint(path)?;
        Ok(Self {
            role: role.into(),
            id: id.into(),
            fingerprint,
        })
    }
}

/// Contents of run.toml.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Subcommand.
    pub command: String,
    /// radpath's version.
    pub radpath: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// Counts and other facts about the result.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub summary: BTreeMap<String, toml::Value>,
    /// Remarks for the reader: columns set aside, defaults that matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Settings as they were used.
    pub settings: BTreeMap<String, Setting>,
    /// Of a study: what each stage was made from, as one hash.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, String>,
    /// Input files.
    pub inputs: Vec<Input>,
}

impl Run {
    /// A run of `command` without settings and inputs yet.
    pub fn new(command: &str, version: &str, seed: u64) -> Self {
        Self {
            command: command.into(),
            radpath: version.into(),
            seed,
            summary: BTreeMap::new(),
            notes: Vec::new(),
            settings: BTreeMap::new(),
            stages: BTreeMap::new(),
            inputs: Vec::new(),
        }
    }

    /// Notes a setting.
    pub fn set(&mut self, name: &str, value: impl Into<toml::Value>, source: &'static str) {
        self.settings.insert(
            name.to_owned(),
            Setting {
                value: value.into(),
                source,
            },
        );
    }

    /// Notes every key of a serialised settings struct. `explicit` says where
    /// the keys that were given came from; all others are defaults.
    ///
    /// # Errors
    /// [`Error::Toml`] when the struct isn't a table.
    pub fn set_all(
        &mut self,
        prefix: &str,
        settings: &impl Serialize,
        explicit: &BTreeMap<String, &'static str>,
    ) -> Result<(), Error> {
        for (key, value) in toml::Table::try_from(settings)? {
            let source = explicit.get(&key).copied().unwrap_or("default");
            self.set(&format!("{prefix}{key}"), value, source);
        }
        Ok(())
    }

    /// Notes a fact about the result.
    pub fn fact(&mut self, name: &str, value: impl Into<toml::Value>) {
        self.summary.insert(name.to_owned(), value.into());
    }

    /// The text of run.toml.
    ///
    /// # Errors
    /// [`Error::Toml`].
    pub fn to_toml(&self) -> Result<String, Error> {
        Ok(toml::to_string_pretty(self)?)
    }
}

/// Contents of timing.json.
#[derive(Clone, Debug)]
pub struct Timing {
    start: SystemTime,
    clock: std::time::Instant,
    threads: usize,
    items: Vec<(String, Duration)>,
    reused: Vec<String>,
}

impl Timing {
    /// Starts the clock.
    pub fn start(threads: usize) -> Self {
        Self {
            start: SystemTime::now(),
            clock: std::time::Instant::now(),
            threads,
            items: Vec::new(),
            reused: Vec::new(),
        }
    }

    /// Notes the wall time of one item.
    pub fn item(&mut self, id: &str, elapsed: Duration) {
        self.items.push((id.to_owned(), elapsed));
    }

    /// Notes a stage of a study that was there already.
    pub fn reused(&mut self, stage: &str) {
        self.reused.push(stage.to_owned());
    }

    /// The text of timing.json.
    pub fn to_json(&self) -> String {
        let started = self
            .start
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let item =
            |(id, time): &(String, Duration)| json!({"id": id, "seconds": time.as_secs_f64()});
        let mut timing = json!({
            "started_unix_s": started.as_secs(),
            "seconds": self.clock.elapsed().as_secs_f64(),
            "threads": self.threads,
            "items": self.items.iter().map(item).collect::<Vec<_>>(),
        });
        if !self.reused.is_empty() {
            timing["reused"] = json!(self.reused);
        }
        format!("{timing:#}\n")
    }
}

/// Writes run.toml and timing.json into a folder in the making.
///
/// # Errors
/// [`Error::Toml`], [`Error::Io`].
pub fn write_into(out: &OutputDir, run: &Run, timing: &Timing) -> Result<(), Error> {
    out.file(RUN_FILE, run.to_toml()?.as_bytes())?;
    out.file("timing.json", timing.to_json().as_bytes())
}

/// Writes timing.json and then run.toml into a folder of steps: it is finished.
///
/// # Errors
/// [`Error::Toml`], [`Error::Io`].
pub fn finish(work: &WorkDir, run: &Run, timing: &Timing) -> Result<(), Error> {
    let text = run.to_toml()?;
    work.file("timing.json", timing.to_json().as_bytes())?;
    work.file(RUN_FILE, text.as_bytes())
}

/// Writes `STEM.run.toml` and `STEM.timing.json` beside a single output file.
///
/// # Errors
/// [`Error::Toml`], [`Error::Io`].
pub fn write_beside(file: &Path, run: &Run, timing: &Timing) -> Result<(), Error> {
    let text = run.to_toml()?;
    let bytes = |text: String| {
        move |to: &mut dyn std::io::Write| to.write_all(text.as_bytes()).map_err(Error::io(""))
    };
    write_file(&beside(file, RUN_FILE), &[], bytes(text))?;
    write_file(&beside(file, "timing.json"), &[], bytes(timing.to_json()))
}

/// The neighbour `STEM.ending` of a file.
pub fn beside(file: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_carry_their_source() {
        #[derive(Serialize)]
        struct Settings {
            bin_width: f64,
            label: u32,
        }
        let mut run = Run::new("radiomics", "0.1.0", 1);
        let explicit = BTreeMap::from([("label".to_owned(), "flag")]);
        run.set_all(
            "",
            &Settings {
                bin_width: 25.0,
                label: 2,
            },
            &explicit,
        )
        .unwrap();
        let text = run.to_toml().unwrap();
        let back: toml::Table = text.parse().unwrap();
        assert_eq!(back["settings"]["label"]["source"].as_str(), Some("flag"));
        assert_eq!(
            back["settings"]["bin_width"]["source"].as_str(),
            Some("default")
        );
    }

    #[test]
    fn timing_is_json() {
        let mut timing = Timing::start(2);
        timing.item("a\"b\\\n", Duration::from_millis(1500));
        let text = timing.to_json();
        let back: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["items"][0]["id"], "a\"b\\\n");
        assert_eq!(back["threads"], 2);
    }

    #[test]
    fn neighbours() {
        assert_eq!(
            beside(Path::new("x/f.csv"), "run.toml"),
            Path::new("x/f.run.toml")
        );
    }
}
