//! Maps, filled voxel by voxel.

use ndarray::Array3;
use rayon::prelude::*;

use super::families::{Family, Features};
use super::field::{Field, Window, surroundings};
use super::prepared::Prepared;
use super::{Kernel, Map};
use crate::{Error, Geometry, Volume};

/// Voxels of a map that are computed one after the other.
const CHUNK: usize = 1024;

/// The maps of these features, family by family.
pub(super) fn fill(
    prepared: &Prepared,
    kernel: &Kernel,
    chosen: &[(Family, Vec<&'static str>)],
) -> Result<Vec<Map>, Error> {
    let intensities = chosen.iter().any(|(family, _)| family.needs_intensities());
    let field = Field::new(prepared, kernel, intensities)?;
    let families = chosen
        .iter()
        .map(|(family, names)| family.of_windows(names, prepared, field.window(), field.levels()));
    let whole = prepared.image.geometry().size;
    let (lower, size) = surroundings(prepared.roi, whole, kernel.radius);
    let filler = Filler {
        prepared,
        field: &field,
        families: families.collect(),
        lower,
        size,
    };
    let names = chosen.iter().flat_map(|(family, names)| {
        let class = family.name();
        let image = prepared.name;
        let name = move |name| format!("{image}_{class}_{name}");
        names.iter().map(name)
    });
    let names: Vec<String> = names.collect();

    let mut maps = vec![vec![kernel.initial_value; size.iter().product()]; names.len()];
    let undefined: Vec<Vec<usize>> = chunks(&mut maps)
        .par_iter_mut()
        .enumerate()
        .map(|(number, chunk)| filler.fill(number * CHUNK, chunk))
        .collect();

    let geometry = prepared.image.geometry();
    let geometry = Geometry {
        size,
        origin_mm: geometry.position_mm(lower.map(|n| n as f64)),
        ..geometry.clone()
    };
    let [nx, ny, nz] = size;
    let map = |(i, (name, values))| {
        let voxels = Array3::from_shape_vec((nz, ny, nx), values);
        let voxels = voxels.map_err(|error| Error::Volume(error.to_string()))?;
        Ok(Map {
            name,
            volume: Volume::new(voxels, geometry.clone())?,
            undefined: undefined.iter().map(|chunk| chunk[i]).sum(),
        })
    };
    names.into_iter().zip(maps).enumerate().map(map).collect()
}

/// The same voxels of every map, chunk by chunk.
fn chunks(maps: &mut [Vec<f64>]) -> Vec<Vec<&mut [f64]>> {
    let mut chunks: Vec<Vec<&mut [f64]>> = Vec::new();
    for map in maps {
        let parts = map.chunks_mut(CHUNK);
        chunks.resize_with(parts.len(), Vec::new);
        let both = chunks.iter_mut().zip(parts);
        both.for_each(|(chunk, part)| chunk.push(part));
    }
    chunks
}

struct Filler<'a> {
    prepared: &'a Prepared<'a>,
    field: &'a Field,
    families: Vec<Features>,
    /// First index (x, y, z) and size of the maps.
    lower: [usize; 3],
    size: [usize; 3],
}

impl Filler<'_> {
    /// Fills the voxels from `start` of each map, and counts those where it is
    /// undefined.
    fn fill(&self, start: usize, maps: &mut [&mut [f64]]) -> Vec<usize> {
        let mut undefined = vec![0; maps.len()];
        let mut window = Window::new(self.field, &self.prepared.how.distances);
        for at in 0..maps.first().map_or(0, |map| map.len()) {
            let index = self.index(start + at);
            if !self.prepared.roi.holds(index) {
                continue;
            }
            window.move_to(self.field, index);
            let values = self.families.iter().flat_map(|features| features(&window));
            for ((map, undefined), value) in maps.iter_mut().zip(&mut undefined).zip(values) {
                let defined = value.is_finite();
                map[at] = if defined { value } else { f64::NAN };
                *undefined += usize::from(!defined);
            }
        }
        undefined
    }

    /// Index (x, y, z) in the whole image of a voxel of the maps.
    fn index(&self, position: usize) -> [usize; 3] {
        let [nx, ny, _] = self.size;
        let index = [position % nx, position / nx % ny, position / (nx * ny)];
        [0, 1, 2].map(|axis| self.lower[axis] + index[axis])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::maps::maps;
    use crate::matrices::Weighting;

    #[test]
    fn neighbourhoods_stay_in_the_plane() {
        let geometry = Geometry::aligned([4, 5, 3], [1.0; 3]);
        let image = Array3::from_shape_fn((3, 5, 4), |(z, y, x)| (x + 10 * y + 100 * z) as f64);
        let image = Volume::new(image, geometry.clone()).unwrap();
        let mask = Volume::new(Array3::ones((3, 5, 4)), geometry).unwrap();
        let mut settings = Settings {
            bin_width: 1.0,
            force_2d: true,
            ..Settings::default()
        };
        let wanted = ["firstorder_Mean", "glcm_Contrast"].map(|name| name.parse().unwrap());
        let found = |settings: &Settings| {
            maps(&image, &mask, settings, &Kernel::default(), &wanted).unwrap()
        };
        // At (0, 2, 1), where the step along x is 1, along y 10, along z 100.
        for (normal, expected, squares) in [
            (0, 120.0, vec![100.0, 10000.0, 12100.0, 8100.0]),
            (1, 120.5, vec![1.0, 10000.0, 10201.0, 9801.0]),
            (2, 120.5, vec![1.0, 100.0, 121.0, 81.0]),
        ] {
            settings.force_2d_dimension = 2 - normal;
            let found = found(&settings);
            assert_eq!(found[0].volume.voxels()[[1, 2, 0]], expected);
            let contrast = squares.iter().sum::<f64>() / 4.0;
            assert_eq!(found[1].volume.voxels()[[1, 2, 0]], contrast);
        }
        // Merged with weight 1: 3 x 2 pairs along y, 2 x 3 along x, 2 x 2
        // along each diagonal, in a slice of 2 x 3 voxels.
        settings.weighting_norm = Some(Weighting::NoWeighting);
        let found = found(&settings);
        let merged = (3.0 * 1.0 + 4.0 * 100.0 + 2.0 * 121.0 + 2.0 * 81.0) / 11.0;
        let value = found[1].volume.voxels()[[1, 2, 0]];
        assert!((value - merged).abs() < 1e-12, "{value} {merged}");
    }
}
