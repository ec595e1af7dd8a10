//! What can go wrong, and what to do about it.

use std::path::PathBuf;

/// An error of reading, checking or extracting.
///
/// Every message says what is wrong, where, and what to do. Indices are voxel
/// indices in the order x, y, z, counted from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused the file.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said. It is part of the message, and so
        /// no source that a chain of errors would show again.
        cause: std::io::Error,
    },
    /// The file is damaged or of a kind that isn't read.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// Voxels and geometry don't make a volume.
    #[error("not a volume: {0}")]
    Volume(String),
    /// The mask lies on another grid than the image.
    #[error(
        "mask {what} differs from image {what} by {difference}; tolerance {tolerance}; \
         resample the mask on the image's grid{}",
        if *adjustable { " or raise geometry_tolerance" } else { "" }
    )]
    Grid {
        /// `size`, `origin`, `spacing` or `direction`.
        what: &'static str,
        /// The difference, mask minus image, with its unit.
        difference: String,
        /// The largest difference allowed, with its unit.
        tolerance: String,
        /// Whether a larger tolerance would let it pass.
        adjustable: bool,
    },
    /// The mask holds values that are not labels.
    #[error(
        "the mask is not a label map: {count} voxels are not whole numbers, the first \
         ({}) at {index:?}; threshold it first",
        number(*value)
    )]
    NotLabels {
        /// How many voxels.
        count: usize,
        /// The first such value.
        value: f64,
        /// Where it is.
        index: [usize; 3],
    },
    /// Nothing at all is segmented.
    #[error("the mask is empty: every voxel is 0; segment a region first")]
    EmptyMask,
    /// The label asked for is not in the mask.
    #[error("label {label} is not in the mask; it holds {present}; set `label` to one of them")]
    LabelMissing {
        /// The label asked for.
        label: u32,
        /// The labels that are there, comma-separated.
        present: String,
    },
    /// The region is smaller than the settings allow.
    #[error("the region of label {label} is too small: {problem}")]
    RoiTooSmall {
        /// The label.
        label: u32,
        /// Found and wanted.
        problem: String,
    },
    /// NaN or infinity inside the region.
    #[error(
        "{count} voxels of the region are NaN or infinite, the first at {first:?}; \
         repair the image or leave them out of the mask"
    )]
    NonFinite {
        /// How many voxels.
        count: usize,
        /// The first of them.
        first: [usize; 3],
    },
    /// More grey levels than a texture matrix can hold.
    #[error(
        "{} grey levels are too many for {what} (at most {most}); \
         raise bin_width or set bin_count",
        number(*levels)
    )]
    TooManyLevels {
        /// Levels asked for.
        levels: f64,
        /// Levels allowed.
        most: usize,
        /// What they are for.
        what: &'static str,
    },
    /// A setting is out of range or unknown.
    #[error("settings: {0}")]
    Settings(String),
    /// Features of one slice were asked for of a thicker region.
    #[error(
        "shape2D needs a region of one slice, but it is {slices} voxels thick along {}; \
         choose another plane, or cut the mask to one slice",
        ["x", "y", "z"].get(*normal).unwrap_or(&"no axis")
    )]
    NotOneSlice {
        /// The axis (0, 1 or 2) across the slice.
        normal: usize,
        /// Voxels along it.
        slices: usize,
    },
    /// There is no ring around the region.
    #[error("no ring of {} mm around label {label}: {problem}", number(*distance_mm))]
    Ring {
        /// The label.
        label: u32,
        /// The distance asked for.
        distance_mm: f64,
        /// Why, and what to do.
        problem: String,
    },
    /// No body mask can be made of the image.
    #[error("no body mask: {0}")]
    Body(String),
    /// A perturbation is out of range, or can't be applied to this region.
    #[error("perturbation: {0}")]
    Perturbation(String),
    /// The image has no scale of its own.
    #[error("the image can't be normalised: {0}")]
    NotNormalisable(String),
    /// The region lies partly outside of the image.
    #[error(
        "the region reaches out of the image: along {axis} it goes from {low:.3} to {high:.3} in \
         the image's voxels, which go from -0.5 to {last}; take the mask that was drawn on this \
         image"
    )]
    RoiOutside {
        /// The image's axis.
        axis: &'static str,
        /// Lower bound of the region in the image's voxels.
        low: f64,
        /// Upper bound.
        high: f64,
        /// Upper bound of the image.
        last: f64,
    },
    /// A volume could not be written.
    #[error("writing a volume: {cause}")]
    Write {
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// A filter can't be applied to the image.
    #[error("{filter} of the image can't be made: {problem}")]
    Filter {
        /// The filter's name.
        filter: &'static str,
        /// Why, and what to do.
        problem: String,
    },
    /// Something about an image that was made from the one given.
    #[error("image type {image}: {cause}")]
    ImageType {
        /// The beginning of its columns' names.
        image: String,
        /// What is wrong with it. It is part of the message, and so no source.
        cause: Box<Error>,
    },
    /// A named region of an RTSTRUCT or SEG can't be taken.
    #[error("region {name:?}: {problem}")]
    Region {
        /// Its name, or what was asked for.
        name: String,
        /// Why, and what to do.
        problem: String,
    },
    /// The mask's grid is no part of the image's.
    #[error("the mask can't be put on the image's grid: {0}; take the mask of this image")]
    Embedding(String),
}

/// A number as a message shows it: with all its digits while they are few, else
/// in powers of ten.
pub(crate) fn number(value: f64) -> String {
    if value == 0.0 || (1e-4..1e15).contains(&value.abs()) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_in_messages() {
        for (value, text) in [
            (0.0, "0"),
            (352.5, "352.5"),
            (-2e300, "-2e300"),
            (1e-300, "1e-300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(number(value), text);
        }
        let levels = Error::TooManyLevels {
            levels: 4e298,
            most: 1 << 20,
            what: "binning",
        };
        assert!(levels.to_string().starts_with("4e298 grey levels"));
    }
}
