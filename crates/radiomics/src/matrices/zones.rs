//! Connected zones of one grey level.

use super::LevelGrid;
use super::offsets::directions;

/// The zones of a grid, each with the rank of its level and a number made of
/// its voxels: `of_voxel` gives that of the voxel at a cell, `merge` that of
/// two parts of a zone, whatever their order.
///
/// Voxels are joined by a face, an edge or a corner; those that lie apart along
/// `plane_normal` are not.
pub(crate) fn zones(
    grid: &LevelGrid,
    plane_normal: Option<usize>,
    of_voxel: impl Fn(usize) -> u32,
    merge: impl Fn(u32, u32) -> u32,
) -> Vec<(u16, u32)> {
    zones_by(grid, &Links::new(grid, plane_normal), of_voxel, merge)
}

/// [`zones`] by the links of a grid of the same size and reach.
pub(super) fn zones_by(
    grid: &LevelGrid,
    links: &Links,
    of_voxel: impl Fn(usize) -> u32,
    merge: impl Fn(u32, u32) -> u32,
) -> Vec<(u16, u32)> {
    let [sx, sy, sz] = grid.size();
    let [nx, ny, _] = grid.padded_size();
    let (reach, plane) = (grid.reach(), nx * ny);
    let cells = grid.cells();
    let mut parts = Parts {
        list: Vec::new(),
        merge,
    };
    // Of this plane and, before it, the last.
    let mut part_of = vec![0u32; 2 * plane];
    let mut alike = vec![0u16; sx];
    for z in reach..reach + sz {
        part_of.copy_within(plane.., 0);
        for y in reach..reach + sy {
            let start = (z * ny + y) * nx + reach;
            let here = &cells[start..start + sx];
            links.mark(cells, start, &mut alike);
            for (x, (&rank, &alike)) in here.iter().zip(&alike).enumerate() {
                if rank == 0 {
                    continue;
                }
                let at = plane + y * nx + reach + x;
                let neighbours = links.few(alike).map(|back| part_of[at - back]);
                part_of[at] = parts.add(rank, of_voxel(start + x), neighbours);
            }
        }
    }
    parts.zones()
}

/// The neighbours of a voxel that come before it.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    /// How many cells before it.
    back: Vec<usize>,
    /// For each, the others that don't touch it, as bits.
    apart: Vec<u16>,
}

impl Links {
    /// Those of a grid, without steps along `plane_normal`.
    pub fn new(grid: &LevelGrid, plane_normal: Option<usize>) -> Self {
        let mut offsets = directions(&[1], grid.size(), plane_normal);
        let touch = |a: &[isize; 3], b: &[isize; 3]| (0..3).all(|i| a[i].abs_diff(b[i]) <= 1);
        let all = offsets.clone();
        // Those that touch most others first: they make the others needless.
        offsets.sort_by_key(|a| all.iter().filter(|b| !touch(a, b)).count());
        let apart = |a| {
            let others = offsets.iter().enumerate();
            others.fold(0, |bits, (i, b)| bits | u16::from(!touch(a, b)) << i)
        };
        let [nx, ny, _] = grid.padded_size();
        let back = |[x, y, z]: &[isize; 3]| {
            let (nx, ny) = (nx as isize, ny as isize);
            ((z * ny + y) * nx + x) as usize
        };
        Self {
            apart: offsets.iter().map(apart).collect(),
            back: offsets.iter().map(back).collect(),
        }
    }

    /// For each voxel of the row from `start`, which of the neighbours have its
    /// level, as bits.
    fn mark(&self, cells: &[u16], start: usize, alike: &mut [u16]) {
        alike.fill(0);
        let here = &cells[start..start + alike.len()];
        for (i, &back) in self.back.iter().enumerate() {
            let there = &cells[start - back..][..alike.len()];
            for ((bits, a), b) in alike.iter_mut().zip(here).zip(there) {
                *bits |= if a == b { 1 << i } else { 0 };
            }
        }
    }

    /// Of neighbours of one level, as many as touch all the rest.
    fn few(&self, mut alike: u16) -> impl Iterator<Item = usize> {
        std::iter::from_fn(move || {
            let first = alike.trailing_zeros() as usize;
            let &apart = self.apart.get(first)?;
            alike &= apart;
            Some(self.back[first])
        })
    }
}

/// Parts of zones, as far as they have been seen.
struct Parts<M> {
    list: Vec<Part>,
    merge: M,
}

#[derive(Clone, Copy)]
struct Part {
    /// A part of the same zone that was seen before, or itself.
    parent: u32,
    number: u32,
    rank: u16,
}

impl<M: Fn(u32, u32) -> u32> Parts<M> {
    /// Adds a voxel that touches these parts, and gives the part it is in.
    fn add(&mut self, rank: u16, number: u32, neighbours: impl Iterator<Item = u32>) -> u32 {
        let joined = neighbours.fold(None, |joined, part| {
            let root = self.root(part);
            Some(joined.map_or(root, |other| self.join(other, root)))
        });
        if let Some(part) = joined {
            let part_number = &mut self.list[part as usize].number;
            *part_number = (self.merge)(*part_number, number);
            return part;
        }
        let parent = self.list.len() as u32;
        self.list.push(Part {
            parent,
            number,
            rank,
        });
        parent
    }

    fn root(&mut self, mut part: u32) -> u32 {
        loop {
            let parent = self.list[part as usize].parent;
            if parent == part {
                return part;
            }
            // Halves the way for the next time.
            let grandparent = self.list[parent as usize].parent;
            self.list[part as usize].parent = grandparent;
            part = grandparent;
        }
    }

    fn join(&mut self, a: u32, b: u32) -> u32 {
        let (root, child) = (a.min(b), a.max(b));
        if root != child {
            let number = self.list[child as usize].number;
            self.list[child as usize].parent = root;
            let of_root = &mut self.list[root as usize].number;
            *of_root = (self.merge)(*of_root, number);
        }
        root
    }

    fn zones(self) -> Vec<(u16, u32)> {
        let parts = (0u32..).zip(self.list);
        let roots = parts.filter(|&(i, part)| part.parent == i);
        roots.map(|(_, part)| (part.rank, part.number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::matrices::sample;

    /// Rank, size and first cell of each zone, found by filling.
    fn filled(grid: &LevelGrid, plane_normal: Option<usize>) -> Vec<(u16, u32, u32)> {
        let [nx, ny, _] = grid.padded_size();
        let mut cells = grid.cells().to_vec();
        let offsets = crate::matrices::offsets::neighbours(&[1], [9; 3], plane_normal);
        let mut zones = Vec::new();
        for start in 0..cells.len() {
            let rank = std::mem::take(&mut cells[start]);
            if rank == 0 {
                continue;
            }
            let (mut size, mut stack) = (0, vec![start]);
            while let Some(here) = stack.pop() {
                size += 1;
                for &[x, y, z] in &offsets {
                    let step = (z * ny as isize + y) * nx as isize + x;
                    let there = here.wrapping_add_signed(step);
                    if cells[there] == rank {
                        cells[there] = 0;
                        stack.push(there);
                    }
                }
            }
            zones.push((rank, size, start as u32));
        }
        zones
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn zones_equal_those_found_by_filling(
            seed in any::<u64>(),
            size in prop::array::uniform3(1usize..7),
            kinds in 2usize..5,
            reach in 1usize..3,
            axis in 0usize..4,
        ) {
            let mut stream = stats::rng::stream(seed, "radiomics-zones", 0);
            let count = size.iter().product();
            let mut levels: Vec<u32> = (0..count).map(|_| stream.below(kinds) as u32 * 3).collect();
            levels[0] = 3;
            let at = |[x, y, z]: [usize; 3]| levels[(z * size[1] + y) * size[0] + x];
            let (_, grid) = sample::region(size, reach, at);
            let plane_normal = (axis < 3).then_some(axis);
            let sizes = zones(&grid, plane_normal, |_| 1, |a, b| a + b);
            let firsts = zones(&grid, plane_normal, |cell| cell as u32, u32::min);
            let found = sizes.into_iter().zip(firsts);
            let mut found: Vec<_> = found.map(|((rank, size), (_, first))| (rank, size, first)).collect();
            found.sort_unstable_by_key(|&(_, _, first)| first);
            prop_assert_eq!(found, filled(&grid, plane_normal));
        }
    }
}
