//! Nuclei -> cells and what is measured on them.
//!
//! A cell is its nucleus grown by up to the cell expansion, neighbours sharing
//! the space between them; its cytoplasm is what the nucleus leaves over.

mod shape;
mod stain_stats;

pub use shape::Shape;
pub use stain_stats::{Compartments, Stat};

use crate::nuclei::Labels;
use crate::stain::Planes;
use geometry::components::{Region, regions};
use geometry::{Grid2, grow};

/// One cell of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockCell {
    /// Centroid of the nucleus, px of the block from its left edge; pixel centres lie at +0.5.
    pub x_px: f64,
    /// Centroid of the nucleus, px of the block from its top edge.
    pub y_px: f64,
    /// Shape of the nucleus.
    pub nucleus: Shape,
    /// Shape of the cell, nucleus included.
    pub cell: Shape,
    /// Haematoxylin optical density.
    pub hematoxylin: Compartments,
    /// Optical density of the second stain (DAB, or eosin on H&E).
    pub second: Compartments,
    /// Smoothed outline of the nucleus, px of the block, not closed.
    pub nucleus_outline: Vec<(f32, f32)>,
    /// Smoothed outline of the cell, px of the block, not closed.
    pub cell_outline: Vec<(f32, f32)>,
}

/// The cells of a block, ordered by y, then x, of the centroid.
///
/// Every nucleus takes part in sharing the space, but only those whose
/// centroid (px of the block) `keep` accepts are measured and returned.
/// `pixel_um` is the pixel's side; an expansion below a pixel makes each cell
/// its nucleus. Labels above `nuclei.count` are passed over.
///
/// # Panics
/// When the planes and the labels differ in size: they are of one block.
pub fn cells(
    planes: &Planes,
    nuclei: &Labels,
    pixel_um: f64,
    cell_expansion_um: f64,
    keep: &dyn Fn(f64, f64) -> bool,
) -> Vec<BlockCell> {
    let pixels = planes.width * planes.height;
    let lengths = [
        nuclei.labels.len(),
        planes.hematoxylin.len(),
        planes.second.len(),
    ];
    assert!(
        (planes.width, planes.height) == (nuclei.width, nuclei.height) && lengths == [pixels; 3],
        "planes and labels of one block have one size"
    );
    let nucleus_map = Grid2 {
        width: nuclei.width,
        height: nuclei.height,
        data: nuclei.labels.clone(),
    };
    let cell_map = grow::expand(&nucleus_map, cell_expansion_um / pixel_um);
    let nucleus_regions = regions(&nucleus_map, nuclei.count);
    let cell_regions = regions(&cell_map, nuclei.count);
    let wanted: Vec<bool> = nucleus_regions
        .iter()
        .map(|region| {
            let (x, y) = region.centroid();
            region.area > 0 && keep(x, y)
        })
        .collect();
    let mut cells: Vec<BlockCell> = (0..nuclei.count as usize)
        .filter(|&i| wanted[i])
        .map(|i| {
            let label = i as u32 + 1;
            let (x_px, y_px) = nucleus_regions[i].centroid();
            let inside = Inside {
                planes,
                nuclei: &nucleus_map,
                cells: &cell_map,
                label,
            };
            let (hematoxylin, second) = inside.stains(&cell_regions[i]);
            let (nucleus, nucleus_outline) =
                shape::measure(&nucleus_map, label, &nucleus_regions[i], pixel_um);
            let (cell, cell_outline) = shape::measure(&cell_map, label, &cell_regions[i], pixel_um);
            BlockCell {
                x_px,
                y_px,
                nucleus,
                cell,
                hematoxylin,
                second,
                nucleus_outline,
                cell_outline,
            }
        })
        .collect();
    cells.sort_by(|a, b| a.y_px.total_cmp(&b.y_px).then(a.x_px.total_cmp(&b.x_px)));
    cells
}

/// The pixels of one cell.
struct Inside<'a> {
    planes: &'a Planes,
    nuclei: &'a Grid2<u32>,
    cells: &'a Grid2<u32>,
    label: u32,
}

impl Inside<'_> {
    /// Both stains in every compartment.
    fn stains(&self, cell: &Region) -> (Compartments, Compartments) {
        let mut hematoxylin = stain_stats::Sums::default();
        let mut second = stain_stats::Sums::default();
        for y in cell.top..cell.bottom {
            let row = y * self.cells.width;
            for index in row + cell.left..row + cell.right {
                if self.cells.data[index] == self.label {
                    let nucleus = self.nuclei.data[index] == self.label;
                    hematoxylin.add(self.planes.hematoxylin[index], nucleus);
                    second.add(self.planes.second[index], nucleus);
                }
            }
        }
        (hematoxylin.finish(), second.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two discs of radius 6 px whose centres are 20 px apart, on a block of 60 x 30.
    fn scene() -> (Planes, Labels) {
        let (width, height) = (60, 30);
        let disc = |x: usize, y: usize, cx: f64| (x as f64 - cx).hypot(y as f64 - 14.0) <= 6.0;
        let labels = Grid2::from_fn(width, height, |x, y| {
            u32::from(disc(x, y, 15.0)) + 2 * u32::from(disc(x, y, 35.0))
        });
        let second = labels.map(|&l| [0.1, 0.3, 0.5][l as usize]).data;
        let hematoxylin = vec![0.25; width * height];
        let planes = Planes {
            width,
            height,
            hematoxylin,
            second,
            od_sum: vec![0.0; width * height],
        };
        (
            planes,
            Labels {
                width,
                height,
                labels: labels.data,
                count: 2,
            },
        )
    }

    #[test]
    fn a_disc_is_measured_as_a_disc() {
        let (planes, nuclei) = scene();
        let found = cells(&planes, &nuclei, 0.5, 2.0, &|_, _| true);
        let cell = &found[0];
        assert_eq!((found.len(), cell.x_px, cell.y_px), (2, 15.5, 14.5));
        let near = |found: f32, expected: f64, part: f64| {
            assert!(
                (f64::from(found) - expected).abs() <= part * expected,
                "{found} {expected}"
            );
        };
        // Radius 6 px = 3 um: area 28.3 um2, perimeter 18.8 um.
        near(cell.nucleus.area_um2, 28.27, 0.01);
        near(cell.nucleus.perimeter_um, 18.85, 0.03);
        near(cell.nucleus.max_diameter_um, 6.0, 0.06);
        near(cell.nucleus.min_diameter_um, 6.0, 0.06);
        near(cell.nucleus.circularity, 0.98, 0.03);
        assert!(cell.nucleus.eccentricity < 0.01);
        // Radius 10 px; grown from pixel to pixel it falls short by a quarter of one.
        near(cell.cell.area_um2, 78.5, 0.06);
        near(cell.second.nucleus.mean, 0.3, 1e-6);
        near(cell.second.cytoplasm.mean, 0.1, 1e-6);
        near(cell.second.cell.max, 0.3, 1e-6);
        near(cell.hematoxylin.cell.mean, 0.25, 1e-6);
        assert_eq!(cell.hematoxylin.cell.sd, 0.0);
    }

    #[test]
    fn without_expansion_there_is_no_cytoplasm() {
        let (planes, nuclei) = scene();
        let found = cells(&planes, &nuclei, 0.5, 0.0, &|_, _| true);
        assert_eq!(found[1].cell, found[1].nucleus);
        let cytoplasm = found[1].second.cytoplasm;
        assert!(cytoplasm.mean.is_nan() && cytoplasm.sd.is_nan() && cytoplasm.max.is_nan());
        assert_eq!(found[1].second.cell, found[1].second.nucleus);
    }

    #[test]
    fn what_is_not_kept_still_takes_its_space() {
        let (planes, nuclei) = scene();
        let both = cells(&planes, &nuclei, 0.5, 20.0, &|_, _| true);
        let one = cells(&planes, &nuclei, 0.5, 20.0, &|x, _| x > 25.0);
        assert_eq!(one, both[1..]);
        // Centres at 15 and 35: the pixel in the middle goes to the left one.
        assert!((both[0].cell.area_um2 - 26.0 * 30.0 / 4.0).abs() < 3.0);
        assert!(both[0].cell_outline.iter().all(|p| p.0 <= 27.0));
    }

    #[test]
    fn an_empty_block_has_no_cells() {
        let planes = Planes::default();
        assert!(cells(&planes, &Labels::default(), 0.5, 5.0, &|_, _| true).is_empty());
    }
}
