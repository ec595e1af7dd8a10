//! Cases and slides that could not be done: the rows of failures.csv.

use std::path::Path;

use cohort::{Frame, Values};

/// One case or slide that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Patient.
    pub patient_id: String,
    /// Slide or sequence; empty for the patient's only image.
    pub item: String,
    /// `radiomics`, `slides`, ...
    pub stage: String,
    /// What went wrong and what to do, without file paths.
    pub error: String,
}

impl Failure {
    /// A failure of one item. Output files carry ids, no file paths: every
    /// appearance of one of the `paths` is replaced by its role in brackets.
    pub fn new(
        patient_id: &str,
        item: &str,
        stage: &str,
        error: &str,
        paths: &[(&str, &Path)],
    ) -> Self {
        let mut paths: Vec<(&str, String)> = paths
            .iter()
            .map(|(role, path)| (*role, path.display().to_string()))
            .filter(|(_, path)| !path.is_empty())
            .collect();
        // The longest first: one path may be the beginning of another.
        paths.sort_by_key(|(_, path)| std::cmp::Reverse(path.len()));
        let error = paths.iter().fold(error.to_owned(), |text, (role, path)| {
            replace_path(&text, path, role)
        });
        Self {
            patient_id: patient_id.into(),
            item: item.into(),
            stage: stage.into(),
            error,
        }
    }
}

/// Replaces a path where it stands alone: a file called `a` is not to be found
/// inside of words.
fn replace_path(text: &str, path: &str, role: &str) -> String {
    let in_name = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let mut parts = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(path) {
        let end = at + path.len();
        let touches_before = rest[..at].chars().next_back().is_some_and(in_name)
            || (at == 0 && parts.chars().next_back().is_some_and(in_name));
        let touches_after = rest[end..].chars().next().is_some_and(in_name);
        parts.push_str(&rest[..at]);
        if touches_before || touches_after {
            parts.push_str(path);
        } else {
            parts.push_str(&format!("[{role}]"));
        }
        rest = &rest[end..];
    }
    parts + rest
}

/// The table failures.csv: patient_id, item, stage, error.
///
/// # Errors
/// None in practice: the four columns have one length.
pub fn frame(failures: &[Failure]) -> Result<Frame, cohort::Error> {
    let mut frame = Frame::default();
    let column = |part: fn(&Failure) -> &String| Values::text(failures.iter().map(part));
    frame.push("patient_id", column(|f| &f.patient_id))?;
    frame.push("item", column(|f| &f.item))?;
    frame.push("stage", column(|f| &f.stage))?;
    frame.push("error", column(|f| &f.error))?;
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_replaced_by_their_role() {
        let (image, mask) = (
            Path::new("/data/Doe^Jane/t1.nii"),
            Path::new("/data/Doe^Jane/t1.nii.gz"),
        );
        let text = "/data/Doe^Jane/t1.nii.gz: not a mask of /data/Doe^Jane/t1.nii";
        let failure = Failure::new(
            "P1",
            "",
            "radiomics",
            text,
            &[("image", image), ("mask", mask)],
        );
        assert_eq!(failure.error, "[mask]: not a mask of [image]");
        let failure = Failure::new(
            "P1",
            "",
            "radiomics",
            "a: bad as a whole",
            &[("image", Path::new("a"))],
        );
        assert_eq!(failure.error, "[image]: bad as [image] whole");
        let failure = Failure::new(
            "P1",
            "",
            "slides",
            "mask-a: is a-b",
            &[("slide", Path::new("a"))],
        );
        assert_eq!(failure.error, "mask-a: is a-b");
    }
}
