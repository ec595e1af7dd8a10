//! How far the voxels of a region lie from its border.

use crate::Roi;

/// City-block distance of each voxel of the bounding box to the nearest that
/// is not in the region (all around the box, none is); 0 outside, 1 at the
/// border. `planar`: within the slice (z constant).
pub(crate) fn border_distances(roi: &Roi, planar: bool) -> Vec<u32> {
    let [nx, ny, _] = roi.size();
    // Far enough, and can be counted up from.
    const FAR: u32 = u32::MAX / 2;
    let far = |&inside| if inside { FAR } else { 0 };
    let mut distances: Vec<u32> = roi.inside().iter().map(far).collect();
    for row in distances.chunks_exact_mut(nx) {
        step_on(row, 1);
    }
    for plane in distances.chunks_exact_mut(nx * ny) {
        step_on(plane, nx);
    }
    if !planar {
        step_on(&mut distances, nx * ny);
    }
    distances
}

/// Lets distances grow by 1 from a line of `width` to the next, both ways, from
/// 0 before the first and after the last.
fn step_on(lines: &mut [u32], width: usize) {
    fn step<'a>(lines: impl Iterator<Item = &'a mut [u32]>) {
        let mut last: Option<&mut [u32]> = None;
        for line in lines {
            match last {
                None => line.iter_mut().for_each(|d| *d = (*d).min(1)),
                Some(last) => {
                    for (d, last) in line.iter_mut().zip(last) {
                        *d = (*d).min(*last + 1);
                    }
                }
            }
            last = Some(line);
        }
    }
    step(lines.chunks_exact_mut(width));
    step(lines.chunks_exact_mut(width).rev());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::matrices::sample;

    fn by_all_pairs(roi: &Roi, planar: bool) -> Vec<u32> {
        let [nx, ny, nz] = roi.size();
        // The box and a rim around it.
        let cells = |n: usize| -1..=n as isize;
        let is_inside = |[x, y, z]: [isize; 3]| {
            let within = |i: isize, n: usize| i >= 0 && i < n as isize;
            within(x, nx)
                && within(y, ny)
                && within(z, nz)
                && roi.inside()[(z as usize * ny + y as usize) * nx + x as usize]
        };
        let all =
            cells(nz).flat_map(|z| cells(ny).flat_map(move |y| cells(nx).map(move |x| [x, y, z])));
        let outside: Vec<_> = all.filter(|&cell| !is_inside(cell)).collect();
        let from = |at: usize| {
            let here = [at % nx, at / nx % ny, at / (nx * ny)].map(|i| i as isize);
            let there = outside
                .iter()
                .filter(|there| !planar || there[2] == here[2]);
            there
                .map(|there| (0..3).map(|i| there[i].abs_diff(here[i]) as u32).sum())
                .min()
                .unwrap()
        };
        (0..nx * ny * nz).map(from).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn distances_equal_the_comparison_of_all_pairs(
            seed in any::<u64>(),
            size in prop::array::uniform3(1usize..8),
            holes in 1usize..30,
            planar in any::<bool>(),
        ) {
            let mut stream = stats::rng::stream(seed, "radiomics-border", 0);
            let count = size.iter().product();
            let mut levels: Vec<u32> = (0..count).map(|_| stream.below(holes).min(1) as u32).collect();
            levels[0] = 1;
            let (roi, _) = sample::region(size, 1, |[x, y, z]| levels[(z * size[1] + y) * size[0] + x]);
            prop_assert_eq!(border_distances(&roi, planar), by_all_pairs(&roi, planar));
        }
    }
}
