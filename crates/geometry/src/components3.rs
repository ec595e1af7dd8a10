use std::ops::Range;

use crate::Grid3;
use crate::components::{find, join};

/// Connected pieces (cells that share a face), numbered in memory order of
/// their first cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components3 {
    /// 0 outside, else the number of the piece, from 1.
    pub labels: Grid3<u32>,
    /// Cells of each piece, at index number - 1.
    pub sizes: Vec<usize>,
}

/// The connected pieces of a mask.
pub fn label(mask: &Grid3<bool>) -> Components3 {
    pieces(mask, |&inside| inside)
}

/// The connected pieces of each label: cells belong together when they touch
/// and carry the same label other than 0.
pub fn split(labels: &Grid3<u32>) -> Components3 {
    pieces(labels, |&label| label != 0)
}

/// The largest connected piece of a mask, the first of equals; `None` when the
/// mask is empty.
pub fn largest(mask: &Grid3<bool>) -> Option<Grid3<bool>> {
    let found = label(mask);
    let most = found.sizes.iter().copied().max()?;
    let number = found.sizes.iter().position(|&size| size == most)? as u32 + 1;
    Some(found.labels.map(|&label| label == number))
}

/// Cells of one row with one value; its number is its place in the list.
struct Run {
    start: usize,
    end: usize,
}

fn pieces<T: PartialEq>(grid: &Grid3<T>, inside: impl Fn(&T) -> bool) -> Components3 {
    let [nx, ny, nz] = grid.size;
    let mut runs: Vec<Run> = Vec::new();
    let mut parents: Vec<u32> = Vec::new();
    let mut starts = Vec::with_capacity(ny * nz + 1);
    for row in 0..ny * nz * nx.min(1) {
        starts.push(runs.len());
        let cells = &grid.data[row * nx..(row + 1) * nx];
        let mut x = 0;
        while x < nx {
            let start = x;
            while x < nx && cells[x] == cells[start] {
                x += 1;
            }
            if inside(&cells[start]) {
                parents.push(runs.len() as u32);
                runs.push(Run { start, end: x });
            }
        }
        let here = starts[row]..runs.len();
        let earlier = [(row % ny > 0, 1), (row >= ny, ny)];
        for (_, back) in earlier.into_iter().filter(|&(exists, _)| exists) {
            let there = starts[row - back]..starts[row - back + 1];
            let same = |a: usize, b: usize| {
                cells[runs[a].start] == grid.data[(row - back) * nx + runs[b].start]
            };
            touch(&runs, here.clone(), there, |a, b| {
                if same(a, b) {
                    join(&mut parents, a as u32, b as u32);
                }
            });
        }
    }
    starts.push(runs.len());
    number(grid.size, &runs, &starts, &mut parents)
}

/// Calls `meet` for each pair of runs of two rows that share a column.
fn touch(
    runs: &[Run],
    here: Range<usize>,
    there: Range<usize>,
    mut meet: impl FnMut(usize, usize),
) {
    let (mut a, mut b) = (here.start, there.start);
    while a < here.end && b < there.end {
        if runs[a].start < runs[b].end && runs[b].start < runs[a].end {
            meet(a, b);
        }
        if runs[a].end <= runs[b].end {
            a += 1;
        } else {
            b += 1;
        }
    }
}

fn number(size: [usize; 3], runs: &[Run], starts: &[usize], parents: &mut [u32]) -> Components3 {
    let mut labels = Grid3::filled(size, 0u32);
    let mut numbers = vec![0u32; runs.len()];
    let mut sizes: Vec<usize> = Vec::new();
    for (row, range) in starts.windows(2).enumerate() {
        for (i, run) in runs[range[0]..range[1]].iter().enumerate() {
            let root = find(parents, (range[0] + i) as u32) as usize;
            if numbers[root] == 0 {
                sizes.push(0);
                numbers[root] = sizes.len() as u32;
            }
            let first = row * size[0];
            labels.data[first + run.start..first + run.end].fill(numbers[root]);
            sizes[numbers[root] as usize - 1] += run.end - run.start;
        }
    }
    Components3 { labels, sizes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(grid: &Grid3<u32>) -> Components3 {
        let [nx, ny, nz] = grid.size.map(|n| n as i64);
        let mut labels = grid.map(|_| 0u32);
        let mut sizes = Vec::new();
        for start in 0..grid.data.len() {
            if grid.data[start] == 0 || labels.data[start] != 0 {
                continue;
            }
            sizes.push(0);
            let mut stack = vec![start];
            labels.data[start] = sizes.len() as u32;
            while let Some(i) = stack.pop() {
                *sizes.last_mut().unwrap() += 1;
                let (x, y, z) = (i as i64 % nx, i as i64 / nx % ny, i as i64 / nx / ny);
                for [u, v, w] in [
                    [x - 1, y, z],
                    [x + 1, y, z],
                    [x, y - 1, z],
                    [x, y + 1, z],
                    [x, y, z - 1],
                    [x, y, z + 1],
                ] {
                    if u < 0 || v < 0 || w < 0 || u >= nx || v >= ny || w >= nz {
                        continue;
                    }
                    let j = ((w * ny + v) * nx + u) as usize;
                    if grid.data[j] == grid.data[i] && labels.data[j] == 0 {
                        labels.data[j] = sizes.len() as u32;
                        stack.push(j);
                    }
                }
            }
        }
        Components3 { labels, sizes }
    }

    #[test]
    fn corners_part_and_the_largest_piece_wins() {
        let mask = Grid3::from_fn([4, 4, 4], |x, y, z| x == y && y == z || (x == 3 && y == 0));
        assert_eq!(label(&mask).sizes, [1, 4, 1, 1, 1]);
        let kept = largest(&mask).unwrap();
        assert_eq!(kept, Grid3::from_fn([4, 4, 4], |x, y, _| x == 3 && y == 0));
        assert_eq!(largest(&Grid3::filled([3, 3, 3], false)), None);
        assert_eq!(largest(&Grid3::filled([0, 3, 3], true)), None);
    }

    proptest! {
        #[test]
        fn equals_the_flood_from_every_cell(
            (size, data) in [1usize..8, 1usize..8, 1usize..8].prop_flat_map(|size| {
                let cells = size.iter().product::<usize>();
                (Just(size), prop::collection::vec(0u32..3, cells))
            }),
        ) {
            let grid = Grid3 { size, data };
            prop_assert_eq!(split(&grid), brute(&grid));
        }
    }
}
