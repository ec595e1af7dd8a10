//! Features of a volume made in memory: no files, no settings.
//!
//! `cargo run --release --example radiomics`

use radiomics::{Geometry, Settings, Volume, extract};
use synth::volume::{VolumeSpec, render};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let head = render(
        &VolumeSpec::default(),
        &mut stats::rng::stream(1, "example", 0),
    )?;
    let [nx, ny, nz] = head.size;
    let geometry = Geometry::aligned(head.size, head.spacing_mm);
    let voxels = |values: Vec<f64>| ndarray::Array3::from_shape_vec((nz, ny, nx), values);
    let image = voxels(head.image.iter().map(|&v| f64::from(v)).collect())?;
    let mask = voxels(head.mask.iter().map(|&v| f64::from(v)).collect())?;

    let image = Volume::new(image, geometry.clone())?;
    let mask = Volume::new(mask, geometry)?;
    let found = extract(&image, &mask, &Settings::default())?;
    assert_eq!(found.features.len(), 107);
    for feature in &found.features {
        if feature.name.contains("glcm_Contrast") || feature.name.contains("shape_MeshVolume") {
            tell(&format!("{} = {:.3}", feature.name, feature.value));
        }
    }
    Ok(())
}

#[allow(clippy::print_stdout)]
fn tell(line: &str) {
    println!("{line}");
}
