//! The tables of perturbed images and masks: `STEM.perturbed/tables`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use pipeline::output::OutputDir;
use pipeline::provenance::{self, Run, Timing};
use radiomics::perturb::{Named, Plan};
use tables::Format;

use super::table::{self, Cell};
use crate::context::is_stdout;

/// The plan that was typed: a file if there is one, else the name of a chain.
///
/// # Errors
/// A file that is no plan, a name that is no chain.
pub fn plan(typed: Option<&str>) -> Result<Vec<Named>> {
    let Some(typed) = typed else {
        return Ok(Vec::new());
    };
    let path = Path::new(typed);
    let plan = if path.is_file() {
        let text = super::super::read_text(path)?;
        Plan::from_toml(&text).with_context(|| path.display().to_string())?
    } else {
        Plan::preset(typed)
            .with_context(|| format!("--perturb {typed}: no file, and no chain of that name"))?
    };
    Ok(plan.perturbations().to_vec())
}

/// Begins the folder, if there are perturbations.
///
/// # Errors
/// A folder of somebody else's in its place, or no place for one.
pub fn begin(out: &Path, perturbations: &[Named], inputs: &[&Path]) -> Result<Option<OutputDir>> {
    if perturbations.is_empty() {
        return Ok(None);
    }
    if is_stdout(out) {
        bail!("--perturb writes a table for each perturbation beside --out: name a file");
    }
    let place = provenance::beside(out, "perturbed");
    Ok(Some(OutputDir::begin("radiomics", &place, inputs)?))
}

/// Writes a table for each perturbation, all at once. A perturbation that no
/// case survived has a table without rows.
///
/// # Errors
/// What the file system says.
pub fn write<'a>(
    folder: OutputDir,
    tables: impl Iterator<Item = (&'a str, Vec<Cell<'a>>)>,
    run: &Run,
    timing: &Timing,
    format: Format,
) -> Result<()> {
    folder.subfolder("tables")?;
    for (name, cells) in tables {
        folder.table(
            &format!("tables/{name}"),
            &table::wide(&cells, false)?,
            format,
        )?;
    }
    provenance::write_into(&folder, run, timing)?;
    folder.commit()?;
    Ok(())
}
