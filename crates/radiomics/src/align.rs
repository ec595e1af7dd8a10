//! Masks brought on the grid of their image.
//!
//! Readers give every grid in LPS millimetres but leave the order and sense of
//! its axes as the file has them: a mask in RAS and its image in LPS hold the
//! same voxels in another order. Nothing here resamples: voxels are only
//! re-ordered, cut off or surrounded by 0, so that no value changes.

use std::borrow::Cow;

use ndarray::{Array3, Axis, s};

use crate::grid::{check_grid, short_vector};
use crate::{Error, Geometry, Volume};

/// How far, in voxels, an embedded grid may lie beside the image's: more than
/// the decimals that DICOM rounds to, and too little to matter.
const EMBEDDING_TOLERANCE: f64 = 0.01;

/// The mask with its axes in the image's order and sense, where the two grids
/// are one but for that (by [`check_grid`] within `tolerance`); it then has the
/// image's geometry. Else, also where it needs no turning, the mask as it is:
/// whether it fits is for the dialect to say, whose own correction may
/// resample it.
///
/// # Errors
/// None at present.
pub fn reoriented<'a>(
    mask: &'a Volume,
    image: &Geometry,
    tolerance: f64,
) -> Result<Cow<'a, Volume>, Error> {
    let turn = Turn::towards(mask.geometry(), image.direction);
    if turn == Turn::NONE || check_grid(image, &turn.geometry(mask.geometry()), tolerance).is_err()
    {
        return Ok(Cow::Borrowed(mask));
    }
    let turned = Volume::new(turn.voxels(mask), image.clone())?;
    Ok(Cow::Owned(turned.stored_as(mask.storage())))
}

/// The mask on the image's grid, of which its own grid is a part or a
/// surrounding, axes in any order and sense; 0 where the mask has no voxels.
/// The centres of the mask's corner voxels must lie within `tolerance` or 0.01
/// voxels, whichever is more, of places of the image's grid (continued beyond
/// its edge), so that along an axis of one voxel the spacing is free.
///
/// # Errors
/// [`Error::Embedding`]: the grids don't fit, with the offsets in mm; voxels
/// of the mask that aren't 0 lie outside of the image, with their number.
pub fn embedded(mask: &Volume, image: &Geometry, tolerance: f64) -> Result<Volume, Error> {
    let turn = Turn::towards(mask.geometry(), image.direction);
    let grid = turn.geometry(mask.geometry());
    let offset = offset(&grid, image, tolerance.max(EMBEDDING_TOLERANCE))?;
    let turned = turn.voxels(mask);
    // Along each axis what both have: from the image's voxel on, as many.
    let shared: [(usize, usize, usize); 3] = std::array::from_fn(|axis| {
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let from = offset[axis].clamp(0, size(image.size[axis]));
        let to = offset[axis]
            .saturating_add(size(grid.size[axis]))
            .clamp(from, size(image.size[axis]));
        let (from, to) = (from as usize, to as usize);
        let skipped = offset[axis].min(0).unsigned_abs() as usize;
        (from, skipped.min(grid.size[axis]), to - from)
    });
    let [x, y, z] = shared;
    let inside = turned.slice(s![z.1..z.1 + z.2, y.1..y.1 + y.2, x.1..x.1 + x.2]);
    let count = |values: &mut dyn Iterator<Item = &f64>| values.filter(|&&v| v != 0.0).count();
    let lost = count(&mut turned.iter()) - count(&mut inside.iter());
    if lost > 0 {
        return Err(Error::Embedding(format!(
            "{lost} of its voxels lie outside of the image (its grid of {:?} voxels begins at \
             voxel {offset:?} of the image's {:?}); {}",
            grid.size,
            image.size,
            offsets(image, mask.geometry())
        )));
    }
    let [nx, ny, nz] = image.size;
    let mut voxels = Array3::zeros((nz, ny, nx));
    voxels
        .slice_mut(s![z.0..z.0 + z.2, y.0..y.0 + y.2, x.0..x.0 + x.2])
        .assign(&inside);
    Ok(Volume::new(voxels, image.clone())?.stored_as(mask.storage()))
}

/// The volume with its axes as near as possible to L, P and S, and growing
/// with them.
pub fn canonical(volume: &Volume) -> Volume {
    let patient = Geometry::aligned([1; 3], [1.0; 3]).direction;
    let turn = Turn::towards(volume.geometry(), patient);
    Volume::new(turn.voxels(volume), turn.geometry(volume.geometry())).map_or_else(
        |_| volume.clone(),
        |turned| turned.stored_as(volume.storage()),
    )
}

/// How the grid of a mask lies to that of its image, for messages: the offset
/// of the first voxel, the spacings, and where both lie in mm.
pub fn offsets(image: &Geometry, mask: &Geometry) -> String {
    let difference =
        |a: [f64; 3], b: [f64; 3]| short_vector(std::array::from_fn(|axis| a[axis] - b[axis]));
    format!(
        "mask minus image: origin {} mm, spacing {} mm; {}",
        difference(mask.origin_mm, image.origin_mm),
        difference(mask.spacing_mm, image.spacing_mm),
        crate::grid::places(image, mask)
    )
}

/// The voxel of the image where the first of a grid lies.
fn offset(grid: &Geometry, image: &Geometry, tolerance: f64) -> Result<[i64; 3], Error> {
    let place = |index: [f64; 3]| -> [f64; 3] {
        let at = grid.position_mm(index);
        std::array::from_fn(|axis| {
            let along: f64 = (0..3)
                .map(|row| image.direction[row][axis] * (at[row] - image.origin_mm[row]))
                .sum();
            along / image.spacing_mm[axis]
        })
    };
    let first = place([0.0; 3]).map(f64::round);
    let mut beside: f64 = 0.0;
    for corner in 0..8 {
        let index: [f64; 3] = std::array::from_fn(|axis| {
            if corner >> axis & 1 == 1 {
                (grid.size[axis] - 1) as f64
            } else {
                0.0
            }
        });
        let found = place(index);
        for axis in 0..3 {
            let distance = (found[axis] - first[axis] - index[axis]).abs();
            beside = if distance.is_nan() {
                f64::INFINITY
            } else {
                beside.max(distance)
            };
        }
    }
    // Beyond any grid that could be stored.
    let countable = first.iter().all(|index| index.abs() < 1e9);
    if beside <= tolerance && countable {
        return Ok(first.map(|index| index as i64));
    }
    Err(Error::Embedding(format!(
        "its voxels don't lie on the image's (up to {beside:.3} voxels beside them); {}",
        offsets(image, grid)
    )))
}

/// Another order and sense of axes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Turn {
    /// For each axis after, which it was before.
    from: [usize; 3],
    /// Whether it runs the other way after.
    flipped: [bool; 3],
}

impl Turn {
    const NONE: Self = Self {
        from: [0, 1, 2],
        flipped: [false; 3],
    };

    /// The one after which the axes are the nearest to others; of two equally
    /// near the one that swaps less.
    fn towards(grid: &Geometry, direction: [[f64; 3]; 3]) -> Self {
        const ORDERS: [[usize; 3]; 6] = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [2, 1, 0],
            [1, 2, 0],
            [2, 0, 1],
        ];
        let cosine = |axis: usize, from: usize| -> f64 {
            (0..3)
                .map(|row| direction[row][axis] * grid.direction[row][from])
                .sum()
        };
        let nearness =
            |order: [usize; 3]| -> f64 { (0..3).map(|axis| cosine(axis, order[axis]).abs()).sum() };
        let from = ORDERS.into_iter().fold(ORDERS[0], |best, order| {
            if nearness(order) > nearness(best) + 1e-9 {
                order
            } else {
                best
            }
        });
        Self {
            from,
            flipped: std::array::from_fn(|axis| cosine(axis, from[axis]) < 0.0),
        }
    }

    fn geometry(self, grid: &Geometry) -> Geometry {
        let mut first = [0.0; 3];
        for axis in 0..3 {
            if self.flipped[axis] {
                first[self.from[axis]] = (grid.size[self.from[axis]] - 1) as f64;
            }
        }
        let sign = |axis: usize, cosine: f64| {
            if self.flipped[axis] {
                0.0 - cosine
            } else {
                cosine
            }
        };
        Geometry {
            size: self.from.map(|from| grid.size[from]),
            spacing_mm: self.from.map(|from| grid.spacing_mm[from]),
            origin_mm: grid.position_mm(first),
            direction: grid
                .direction
                .map(|row| std::array::from_fn(|axis| sign(axis, row[self.from[axis]]))),
        }
    }

    fn voxels(self, volume: &Volume) -> Array3<f64> {
        // Arrays have their axes in the order z, y, x.
        let [x, y, z] = self.from.map(|from| 2 - from);
        let mut view = volume.voxels().permuted_axes([z, y, x]);
        for axis in 0..3 {
            if self.flipped[axis] {
                view.invert_axis(Axis(2 - axis));
            }
        }
        view.as_standard_layout().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Voxels 1, 2, 3, ... on an oblique grid.
    fn oblique(size: [usize; 3]) -> Volume {
        let ((s, c), (t, d)) = (0.3f64.sin_cos(), 0.2f64.sin_cos());
        let geometry = Geometry {
            size,
            spacing_mm: [0.7, 1.1, 2.5],
            origin_mm: [-100.3, 22.0, 1234.5],
            direction: [[c, -s, 0.0], [d * s, d * c, -t], [t * s, t * c, d]],
        };
        counted(geometry)
    }

    fn counted(geometry: Geometry) -> Volume {
        let [x, y, z] = geometry.size;
        let values = (1..=x * y * z).map(|i| i as f64).collect();
        Volume::new(Array3::from_shape_vec((z, y, x), values).unwrap(), geometry).unwrap()
    }

    fn turned(volume: &Volume, turn: Turn) -> Volume {
        Volume::new(turn.voxels(volume), turn.geometry(volume.geometry())).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 64,
            rng_seed: proptest::test_runner::RngSeed::Fixed(7),
            ..ProptestConfig::default()
        })]

        #[test]
        fn turned_masks_come_back(
            size in [1usize..5, 1..5, 1..5],
            order in Just([0usize, 1, 2]).prop_shuffle(),
            flipped in any::<[bool; 3]>(),
        ) {
            let original = oblique(size);
            let mask = turned(&original, Turn { from: order, flipped });
            let found = reoriented(&mask, original.geometry(), 1e-6).unwrap();
            prop_assert_eq!(found.voxels(), original.voxels());
            let embedded = embedded(&mask, original.geometry(), 1e-6).unwrap();
            prop_assert_eq!(embedded.voxels(), original.voxels());
            // The same place has the same value.
            let (from_mask, from_original) = (canonical(&mask), canonical(&original));
            prop_assert_eq!(from_mask.voxels(), from_original.voxels());
        }
    }

    #[test]
    fn masks_that_fit_or_never_will_are_borrowed() {
        let image = oblique([4, 3, 2]);
        let same = reoriented(&image, image.geometry(), 1e-6).unwrap();
        assert!(matches!(same, Cow::Borrowed(_)));
        let mut elsewhere = image.geometry().clone();
        elsewhere.origin_mm[0] += 0.1;
        let mask = turned(
            &counted(elsewhere),
            Turn {
                from: [2, 0, 1],
                flipped: [true, false, true],
            },
        );
        let kept = reoriented(&mask, image.geometry(), 1e-6).unwrap();
        assert!(matches!(kept, Cow::Borrowed(_)));
    }

    #[test]
    fn an_ras_mask_by_hand() {
        // Two voxels in x; RAS puts the left one last.
        let image = Geometry::aligned([2, 1, 1], [3.0, 1.0, 1.0]);
        let mut ras = image.clone();
        ras.direction[0][0] = -1.0;
        ras.origin_mm[0] = 3.0;
        let mask = counted(ras);
        let found = reoriented(&mask, &image, 1e-6).unwrap();
        assert_eq!(found.values(), [2.0, 1.0]);
        assert_eq!(found.geometry(), &image);
        assert_eq!(canonical(&mask), found.into_owned());
    }

    #[test]
    fn parts_and_surroundings_are_embedded() {
        let image = oblique([5, 4, 3]);
        let geometry = image.geometry();
        let part = |offset: [f64; 3], size: [usize; 3]| {
            let mut part = geometry.clone();
            part.origin_mm = geometry.position_mm(offset);
            part.size = size;
            counted(part)
        };
        let inner = embedded(&part([1.0, 2.0, 1.0], [2, 1, 1]), geometry, 1e-6).unwrap();
        assert_eq!(inner.geometry(), geometry);
        assert_eq!(inner.voxels()[[1, 2, 1]], 1.0);
        assert_eq!(inner.voxels()[[1, 2, 2]], 2.0);
        assert_eq!(inner.values().iter().sum::<f64>(), 3.0);

        // Decimals that DICOM leaves out.
        let near = embedded(&part([1.004, 2.0, 1.0], [1, 1, 1]), geometry, 1e-6);
        assert_eq!(near.unwrap().voxels()[[1, 2, 1]], 1.0);
        let message = |mask: &Volume| embedded(mask, geometry, 1e-6).unwrap_err().to_string();
        let beside = message(&part([1.3, 2.0, 1.0], [1, 1, 1]));
        assert!(beside.contains("0.300 voxels beside"), "{beside}");

        let outer = part([-2.0, -1.0, 0.0], [9, 9, 9]);
        let lost = message(&outer);
        let expected = format!("{} of its voxels lie outside", 9 * 9 * 9 - 60);
        assert!(
            lost.contains(&expected) && lost.contains("[-2, -1, 0]"),
            "{lost}"
        );
        let emptied = outer.clone().map(|v| if v == 426.0 { 1.0 } else { 0.0 });
        let kept = embedded(&emptied, geometry, 1e-6);
        // Voxel 426 is index 2, 2, 5 of the outer grid: outside in z.
        assert!(kept.is_err());
        let inside = outer.map(|v| {
            if v == 1.0 + 2.0 + 9.0 + 81.0 {
                1.0
            } else {
                0.0
            }
        });
        let kept = embedded(&inside, geometry, 1e-6).unwrap();
        assert_eq!(kept.voxels()[[1, 0, 0]], 1.0);

        let far = part([1e12, 0.0, 0.0], [1, 1, 1]);
        assert!(embedded(&far, geometry, 1e-6).is_err());
        let apart = part([700.0, 0.0, 0.0], [1, 1, 1]);
        assert!(message(&apart).contains("1 of its voxels"));
        let mut coarse = geometry.clone();
        coarse.spacing_mm[0] *= 2.0;
        assert!(message(&counted(coarse)).contains("don't lie on the image's"));
    }
}
