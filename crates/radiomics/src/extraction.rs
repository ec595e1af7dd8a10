//! What an extraction gives, in either dialect.

/// One value of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Column name: `original_<class>_<feature>`, or IBSI's tag.
    pub name: String,
    /// The value; NaN where it can't be computed.
    pub value: f64,
}

/// What an extraction gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extraction {
    /// Family by family.
    pub features: Vec<Feature>,
    /// `diagnostics_*` columns; vectors as `(x, y, z)`.
    pub diagnostics: Vec<(String, String)>,
    /// For each feature that is NaN: its name and why.
    pub notes: Vec<(String, String)>,
    /// What a user should know of the whole (too few grey levels, a filter
    /// finer than the voxels): what it is about, and the sentence.
    pub warnings: Vec<(String, String)>,
}

impl Extraction {
    /// Adds a feature; a value that is not finite becomes NaN, with
    /// `undefined` as the reason.
    pub(crate) fn push(&mut self, name: String, value: f64, undefined: &str) {
        if value.is_finite() {
            self.features.push(Feature { name, value });
            return;
        }
        let reason = if value.is_infinite() {
            "the value is too large for a number of double precision"
        } else {
            undefined
        };
        self.notes.push((name.clone(), reason.to_owned()));
        self.features.push(Feature {
            name,
            value: f64::NAN,
        });
    }
}
