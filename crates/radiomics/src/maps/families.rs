//! The families that have maps, and how each is computed for a window.

use super::field::Window;
use super::prepared::Prepared;
use crate::features::firstorder::FirstOrder;
use crate::features::{Definition, firstorder, glcm, glrlm, glszm, ngldm, ngtdm};

/// PyRadiomics' classes that have a value at each voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    FirstOrder,
    Glcm,
    Glrlm,
    Glszm,
    Gldm,
    Ngtdm,
}

/// Gives some features of a window, in order.
pub(super) type Features = Box<dyn Fn(&Window) -> Vec<f64> + Send + Sync>;

impl Family {
    pub const ALL: [Self; 6] = [
        Self::FirstOrder,
        Self::Glcm,
        Self::Glrlm,
        Self::Glszm,
        Self::Gldm,
        Self::Ngtdm,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::FirstOrder => "firstorder",
            Self::Glcm => "glcm",
            Self::Glrlm => "glrlm",
            Self::Glszm => "glszm",
            Self::Gldm => "gldm",
            Self::Ngtdm => "ngtdm",
        }
    }

    /// Names, and whether they are computed only where they are named.
    pub fn features(self) -> Vec<(&'static str, bool)> {
        fn names<M>(table: &[Definition<M>]) -> Vec<(&'static str, bool)> {
            let name = |row: &Definition<M>| Some((row.pyradiomics?, row.deprecated));
            table.iter().filter_map(name).collect()
        }
        match self {
            Self::FirstOrder => names(&firstorder::FEATURES),
            Self::Glcm => names(&glcm::FEATURES),
            Self::Glrlm => names(&glrlm::FEATURES),
            Self::Glszm => names(&glszm::FEATURES),
            Self::Gldm => names(&ngldm::FEATURES),
            Self::Ngtdm => names(&ngtdm::FEATURES),
        }
    }

    /// Whether it needs intensities, not just grey levels.
    pub fn needs_intensities(self) -> bool {
        self == Self::FirstOrder
    }

    /// The features of these names, for windows of this size that are cut out
    /// of a region with these grey levels.
    pub fn of_windows(
        self,
        names: &[&str],
        prepared: &Prepared,
        size: [usize; 3],
        levels: &[u32],
    ) -> Features {
        let how = &prepared.how;
        match self {
            Self::FirstOrder => {
                let rows = rows(&firstorder::FEATURES, names);
                let shift = prepared.voxel_array_shift;
                let voxel_mm3 = prepared.image.geometry().voxel_volume_mm3();
                Box::new(move |window| {
                    let counts = window.grid().counts();
                    let measures =
                        FirstOrder::of_counts(window.intensities(), counts, shift, voxel_mm3);
                    rows.iter().map(|row| (row.value)(&measures)).collect()
                })
            }
            Self::Glcm => {
                let values = glcm::of_windows(how, size, levels, rows(&glcm::FEATURES, names));
                Box::new(move |window| values(window.grid()))
            }
            Self::Glrlm => {
                let values = glrlm::of_windows(how, size, rows(&glrlm::FEATURES, names));
                Box::new(move |window| values(window.grid()))
            }
            Self::Glszm => {
                let values = glszm::of_windows(how, rows(&glszm::FEATURES, names));
                Box::new(move |window| values(window.grid()))
            }
            Self::Gldm => {
                let values = ngldm::of_windows(how, size, rows(&ngldm::FEATURES, names));
                Box::new(move |window| values(window.grid()))
            }
            Self::Ngtdm => {
                let values = ngtdm::of_windows(how, size, rows(&ngtdm::FEATURES, names));
                Box::new(move |window| values(window.grid()))
            }
        }
    }
}

/// The rows of these names, in their order.
fn rows<M: Clone>(table: &[Definition<M>], names: &[&str]) -> Vec<Definition<M>> {
    let row = |name: &&str| table.iter().find(|row| row.pyradiomics == Some(*name));
    names.iter().filter_map(row).cloned().collect()
}
