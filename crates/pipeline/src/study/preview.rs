//! A plan in words.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Plan;
use super::stage::{Decision, Source, Stage};
use crate::Error;

/// Files of one role that are listed one by one.
const LISTED: usize = 3;

impl Plan {
    /// What would be done and why, stage by stage: decision, command line,
    /// inputs.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn preview(&self) -> Result<String, Error> {
        let mut text = String::new();
        for (stage, decision) in self.stages.iter().zip(self.decisions()?) {
            let what = match decision {
                Decision::Reuse { some_failed: false } => {
                    "reuse: nothing that it depends on has changed".to_owned()
                }
                Decision::Reuse { some_failed: true } => {
                    "reuse: nothing that it depends on has changed (some of it failed)".to_owned()
                }
                Decision::Run(why) => format!("run: {why}"),
                Decision::After(maker) => {
                    format!("run, unless {maker}, which goes first, comes out as it was")
                }
            };
            line(&mut text, stage.name, &what);
            line(&mut text, "", &stage.typed());
            self.inputs_of(stage, &mut text)?;
        }
        line(&mut text, "report", "run: it is written each time");
        let report = self.out.join("report.html");
        line(&mut text, "", &report.display().to_string());
        Ok(text)
    }

    fn inputs_of(&self, stage: &Stage, text: &mut String) -> Result<(), Error> {
        let mut roles: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
        for source in &stage.sources {
            roles.entry(source.role).or_default().push(source);
        }
        for (role, sources) in roles {
            if sources.len() > LISTED {
                line(text, "", &format!("{role}: {} files", sources.len()));
                continue;
            }
            for source in sources {
                let path = source.path.display();
                let content = match source.made_by {
                    Some(maker) => format!("made by {maker}"),
                    None => {
                        let print = self.fingerprint(source)?;
                        format!("{} bytes, {} {:.12}", print.bytes, print.method, print.hash)
                    }
                };
                line(text, "", &format!("{role}: {path} ({content})"));
            }
        }
        Ok(())
    }
}

impl Stage {
    /// The command line as it would be typed into a shell.
    pub fn typed(&self) -> String {
        let words: Vec<String> = self
            .arguments
            .iter()
            .map(|word| quoted(&word.to_string_lossy()))
            .collect();
        words.join(" ")
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn line(text: &mut String, name: &str, what: &str) {
    // Writing to a string can't fail.
    let _ = writeln!(text, "{name:<10} {what}");
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_for_a_shell() {
        assert_eq!(quoted("a/b.csv"), "a/b.csv");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
