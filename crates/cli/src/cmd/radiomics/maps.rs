//! Voxel-wise maps: `STEM.maps/maps/CASE_FEATURE.nii.gz`.

use std::path::Path;

use anyhow::{Result, bail};
use pipeline::output::{self, OutputDir};
use pipeline::provenance::{self, Run, Timing};
use radiomics::maps::{Kernel, Wanted, maps};
use radiomics::{Protocol, Volume};

use crate::context::is_stdout;

/// Maps in the making.
pub struct Maps {
    wanted: Vec<Wanted>,
    folder: OutputDir,
}

/// Begins the folder, if maps are asked for.
///
/// # Errors
/// A name that is no feature, a dialect without maps, somebody else's folder in
/// the place.
pub fn begin(
    asked: &[String],
    protocol: &Protocol,
    out: &Path,
    inputs: &[&Path],
) -> Result<Option<Maps>> {
    if asked.is_empty() {
        return Ok(None);
    }
    let wanted: Result<Vec<Wanted>, _> = asked.iter().map(|name| name.trim().parse()).collect();
    let wanted = wanted?;
    if !matches!(protocol, Protocol::PyRadiomics(_)) {
        bail!("--maps gives the maps of PyRadiomics: leave --preset out");
    }
    if is_stdout(out) {
        bail!("--maps writes files beside --out: name a file");
    }
    let folder = OutputDir::begin("radiomics", &provenance::beside(out, "maps"), inputs)?;
    folder.subfolder("maps")?;
    Ok(Some(Maps { wanted, folder }))
}

impl Maps {
    /// Writes the maps of one region; gives those with voxels where the feature
    /// is undefined (they hold NaN), and how many those are.
    ///
    /// # Errors
    /// What the extraction or the file system says, as a text.
    pub fn write(
        &self,
        protocol: &Protocol,
        image: &Volume,
        mask: &Volume,
        case: &str,
    ) -> Result<Vec<(String, usize)>, String> {
        let Protocol::PyRadiomics(settings) = protocol else {
            return Ok(Vec::new());
        };
        let kernel = Kernel {
            radius: settings.voxel.kernel_radius,
            masked: settings.voxel.masked_kernel,
            initial_value: settings.voxel.init_value,
        };
        let found = maps(image, mask, settings, &kernel, &self.wanted);
        let mut undefined = Vec::new();
        for map in found.map_err(|error| error.to_string())? {
            let name = output::file_name(&format!("{case}_{}", map.name));
            let path = self.folder.path().join(format!("maps/{name}.nii.gz"));
            let mut bytes = Vec::new();
            radiomics::io::write_nifti(&map.volume, &mut bytes, true)
                .map_err(|error| error.to_string())?;
            std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
            if map.undefined > 0 {
                undefined.push((map.name, map.undefined));
            }
        }
        Ok(undefined)
    }

    /// Puts the folder in its place.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(self, run: &Run, timing: &Timing) -> Result<()> {
        provenance::write_into(&self.folder, run, timing)?;
        self.folder.commit()?;
        Ok(())
    }
}
