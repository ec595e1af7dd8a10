//! Either dialect behind one door.

use std::borrow::Cow;

use crate::discretise::Binning;
use crate::io::Options;
use crate::{Error, Extraction, Volume, ibsi, pyradiomics};

/// Whose definitions are followed, with their settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Protocol {
    /// PyRadiomics.
    PyRadiomics(pyradiomics::Settings),
    /// IBSI 1.
    Ibsi(ibsi::Settings),
}

impl Protocol {
    /// Extracts the features of the settings' label.
    ///
    /// # Errors
    /// As [`pyradiomics::extract`] and [`ibsi::extract`].
    pub fn extract(&self, image: &Volume, mask: &Volume) -> Result<Extraction, Error> {
        match self {
            Self::PyRadiomics(settings) => pyradiomics::extract(image, mask, settings),
            Self::Ibsi(settings) => ibsi::extract(image, mask, settings),
        }
    }

    /// The image normalised, where the settings ask for it, and the settings
    /// without: for changes of the image that come between (a part of an image
    /// has another mean than the whole).
    ///
    /// # Errors
    /// As [`pyradiomics::normalised`].
    pub fn normalised<'a>(&self, image: &'a Volume) -> Result<(Cow<'a, Volume>, Self), Error> {
        let mut done = self.clone();
        let image = match &mut done {
            Self::PyRadiomics(settings) => {
                let image = pyradiomics::normalised(image, settings)?;
                settings.normalize = false;
                image
            }
            Self::Ibsi(_) => Cow::Borrowed(image),
        };
        Ok((image, done))
    }

    /// The same for another label.
    #[must_use]
    pub fn with_label(&self, label: u32) -> Self {
        let mut other = self.clone();
        other.set_label(label);
        other
    }

    /// How a mask is read: of a file with several channels the one that the
    /// settings name (the first by default); IBSI's settings know of none.
    pub fn mask_options(&self, options: &Options) -> Options {
        let mut options = options.clone();
        if let Self::PyRadiomics(settings) = self {
            options.channel = Some(settings.label_channel.unwrap_or(0));
        }
        options
    }

    /// How far mask and image grid may differ.
    pub fn geometry_tolerance(&self) -> f64 {
        match self {
            Self::PyRadiomics(settings) => settings.geometry_tolerance,
            Self::Ibsi(settings) => settings.geometry_tolerance,
        }
    }

    /// The same without diagnostics, where they cost something.
    #[must_use]
    pub fn without_diagnostics(&self) -> Self {
        let mut other = self.clone();
        if let Self::PyRadiomics(settings) = &mut other {
            settings.additional_info = false;
        }
        other
    }

    /// Label of the region in the mask.
    pub fn label(&self) -> u32 {
        match self {
            Self::PyRadiomics(settings) => settings.label,
            Self::Ibsi(settings) => settings.label,
        }
    }

    /// Sets the label of the region.
    pub fn set_label(&mut self, label: u32) {
        match self {
            Self::PyRadiomics(settings) => settings.label = label,
            Self::Ibsi(settings) => settings.label = label,
        }
    }

    /// Sets how wide a grey level is.
    pub fn set_binning(&mut self, binning: Binning) {
        match (self, binning) {
            (Self::PyRadiomics(settings), Binning::Width(width)) => {
                settings.bin_width = width;
                settings.bin_count = None;
            }
            (Self::PyRadiomics(settings), Binning::Count(count)) => {
                settings.bin_count = Some(count);
            }
            (Self::Ibsi(settings), Binning::Width(width)) => {
                settings.bin_width = Some(width);
                settings.bin_count = None;
            }
            (Self::Ibsi(settings), Binning::Count(count)) => {
                settings.bin_count = Some(count);
                settings.bin_width = None;
            }
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::Settings`] that names the first setting out of range.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Self::PyRadiomics(settings) => settings.validate(),
            Self::Ibsi(settings) => settings.validate(),
        }
    }
}
