//! What voxels see around them.

use super::LevelGrid;

/// The neighbours of one voxel that belong to the region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    /// How many there are.
    pub count: u64,
    /// Sum of their grey levels.
    pub sum: u64,
    /// How many differ by no more than `alpha` levels from the voxel.
    pub alike: u64,
}

/// Shows each voxel of the region to `each`, in memory order, with the rank of
/// its level and its neighbours at the offsets, which must be within the
/// grid's reach.
pub(crate) fn visit(
    grid: &LevelGrid,
    offsets: &[[isize; 3]],
    alpha: u32,
    each: impl FnMut(u16, Around),
) {
    let highest = grid.levels().last().copied().unwrap_or(0);
    // No difference is larger.
    let alpha = alpha.min(highest);
    // The largest number that a level, a count or a sum can be.
    let most = u64::from(highest) * offsets.len().max(1) as u64;
    // Narrow numbers are added several at a time.
    match (u16::try_from(most), u32::try_from(most)) {
        (Ok(_), _) => walk::<u16>(grid, offsets, alpha, each),
        (_, Ok(_)) => walk::<u32>(grid, offsets, alpha, each),
        _ => walk::<u64>(grid, offsets, alpha, each),
    }
}

/// A whole number wide enough for every sum of a walk.
trait Word:
    Copy
    + Default
    + Ord
    + From<bool>
    + TryFrom<u32>
    + Into<u64>
    + std::ops::AddAssign
    + std::ops::Sub<Output = Self>
{
}

impl Word for u16 {}
impl Word for u32 {}
impl Word for u64 {}

/// `visit` chose a type that holds every level.
fn narrow<W: Word>(level: u32) -> W {
    W::try_from(level).unwrap_or_default()
}

fn walk<W: Word>(
    grid: &LevelGrid,
    offsets: &[[isize; 3]],
    alpha: u32,
    each: impl FnMut(u16, Around),
) {
    if alpha == 0 {
        return walk_rows(grid, offsets, |a: W, b: W| a == b, each);
    }
    let alpha = narrow(alpha);
    let resemble = |a: W, b: W| {
        let difference = if a > b { a - b } else { b - a };
        (b != W::default()) & (difference <= alpha)
    };
    walk_rows(grid, offsets, resemble, each);
}

fn walk_rows<W: Word>(
    grid: &LevelGrid,
    offsets: &[[isize; 3]],
    resemble: impl Fn(W, W) -> bool,
    mut each: impl FnMut(u16, Around),
) {
    let [sx, sy, sz] = grid.size();
    let [nx, ny, _] = grid.padded_size();
    let reach = grid.reach();
    let levels: Vec<W> = levels_of_cells(grid);
    let shift = |&[x, y, z]: &[isize; 3]| (z * ny as isize + y) * nx as isize + x;
    let shifts: Vec<isize> = offsets.iter().map(shift).collect();
    let [mut count, mut sum, mut alike] = [const { Vec::new() }; 3];
    for z in reach..reach + sz {
        for y in reach..reach + sy {
            let row = (z * ny + y) * nx + reach;
            let ranks = &grid.cells()[row..row + sx];
            let Some(first) = ranks.iter().position(|&rank| rank > 0) else {
                continue;
            };
            let length = sx - first - ranks.iter().rev().take_while(|&&rank| rank == 0).count();
            let (start, ranks) = (row + first, &ranks[first..first + length]);
            let here = &levels[start..start + length];
            for sums in [&mut count, &mut sum, &mut alike] {
                sums.clear();
                sums.resize(length, W::default());
            }
            for &shift in &shifts {
                let there = &levels[start.wrapping_add_signed(shift)..][..length];
                let sums = count.iter_mut().zip(&mut sum).zip(&mut alike);
                for (((count, sum), alike), (&a, &b)) in sums.zip(here.iter().zip(there)) {
                    *count += W::from(b != W::default());
                    *sum += b;
                    *alike += W::from(resemble(a, b));
                }
            }
            let sums = count.iter().zip(&sum).zip(&alike);
            for (&rank, ((&count, &sum), &alike)) in ranks.iter().zip(sums) {
                if rank > 0 {
                    let [count, sum, alike] = [count, sum, alike].map(W::into);
                    each(rank, Around { count, sum, alike });
                }
            }
        }
    }
}

/// The level of each cell; 0 is background.
fn levels_of_cells<W: Word>(grid: &LevelGrid) -> Vec<W> {
    let levels = grid.levels().iter().map(|&level| narrow(level));
    let of_rank: Vec<W> = std::iter::once(W::default()).chain(levels).collect();
    let cells = grid.cells().iter();
    cells.map(|&rank| of_rank[rank as usize]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::matrices::{offsets, sample};

    /// Rank, count, sum and alike of each voxel.
    fn found(grid: &LevelGrid, offsets: &[[isize; 3]], alpha: u32) -> Vec<[u64; 4]> {
        let mut voxels = Vec::new();
        visit(grid, offsets, alpha, |rank, around| {
            voxels.push([u64::from(rank), around.count, around.sum, around.alike]);
        });
        voxels
    }

    /// The same, cell by cell.
    fn expected(grid: &LevelGrid, offsets: &[[isize; 3]], alpha: u32) -> Vec<[u64; 4]> {
        let [nx, ny, _] = grid.padded_size();
        let level = |rank: u16| grid.levels()[rank as usize - 1];
        let cells = grid.cells().iter().enumerate();
        let voxel = |(here, &rank): (usize, &u16)| {
            let step = |&[x, y, z]: &[isize; 3]| (z * ny as isize + y) * nx as isize + x;
            let there = offsets
                .iter()
                .map(|o| grid.cells()[here.wrapping_add_signed(step(o))]);
            let levels: Vec<u32> = there.filter(|&rank| rank > 0).map(level).collect();
            let alike = levels.iter().filter(|l| l.abs_diff(level(rank)) <= alpha);
            let sum = levels.iter().map(|&l| u64::from(l)).sum();
            [
                u64::from(rank),
                levels.len() as u64,
                sum,
                alike.count() as u64,
            ]
        };
        cells.filter(|(_, rank)| **rank > 0).map(voxel).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn neighbours_equal_those_seen_cell_by_cell(
            seed in any::<u64>(),
            size in prop::array::uniform3(1usize..7),
            distances in prop::sample::subsequence(vec![1usize, 2, 3], 1..=3),
            axis in 0usize..4,
            alpha in 0u32..6,
            // Sums of 16 and of 32 bits.
            largest in prop::sample::select(vec![7, 1 << 20]),
        ) {
            let mut stream = stats::rng::stream(seed, "radiomics-neighbours", 0);
            let kinds = [0, 1, 2, 4, largest];
            let count = size.iter().product();
            let mut levels: Vec<u32> = (0..count).map(|_| kinds[stream.below(5)]).collect();
            levels[0] = 4;
            let at = |[x, y, z]: [usize; 3]| levels[(z * size[1] + y) * size[0] + x];
            let (_, grid) = sample::region(size, 3, at);
            let offsets = offsets::neighbours(&distances, size, (axis < 3).then_some(axis));
            prop_assert_eq!(found(&grid, &offsets, alpha), expected(&grid, &offsets, alpha));
        }
    }

    #[test]
    fn sums_of_64_bits() {
        let (_, grid) = sample::region([9; 3], 8, |[x, _, _]| if x == 4 { 7 } else { 1 << 20 });
        let distances: Vec<usize> = (1..9).collect();
        let offsets = offsets::neighbours(&distances, grid.size(), None);
        assert!(offsets.len() << 20 > u32::MAX as usize);
        assert_eq!(found(&grid, &offsets, 0), expected(&grid, &offsets, 0));
        assert_eq!(
            found(&grid, &offsets, u32::MAX),
            expected(&grid, &offsets, u32::MAX)
        );
    }
}
