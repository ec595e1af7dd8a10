use crate::Grid2;

/// Which pixels touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connectivity {
    /// Pixels that share a side.
    Four,
    /// Pixels that share a side or a corner.
    Eight,
}

/// Connected pieces, numbered in the order in which a reader meets them
/// (row by row, from the left).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// 0 outside, else the number of the piece, from 1.
    pub labels: Grid2<u32>,
    /// How many pieces there are.
    pub count: u32,
}

/// Extent of one label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Number of pixels; 0 for a label that no pixel carries, and then all else is meaningless.
    pub area: usize,
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// One past the last column.
    pub right: usize,
    /// One past the last row.
    pub bottom: usize,
    /// Sum of the columns of its pixels.
    pub sum_x: u64,
    /// Sum of the rows of its pixels.
    pub sum_y: u64,
}

impl Region {
    const EMPTY: Self = Self {
        area: 0,
        left: usize::MAX,
        top: usize::MAX,
        right: 0,
        bottom: 0,
        sum_x: 0,
        sum_y: 0,
    };

    /// Mean position, pixel centres lying at +0.5; NaN for an empty label.
    pub fn centroid(&self) -> (f64, f64) {
        let n = self.area as f64;
        (self.sum_x as f64 / n + 0.5, self.sum_y as f64 / n + 0.5)
    }
}

/// The connected pieces of a mask.
pub fn label(mask: &Grid2<bool>, connectivity: Connectivity) -> Components {
    pieces(mask, |&inside| inside, connectivity)
}

/// The connected pieces of each label: pixels belong together when they touch
/// and carry the same label other than 0.
pub fn split(labels: &Grid2<u32>, connectivity: Connectivity) -> Components {
    pieces(labels, |&label| label != 0, connectivity)
}

/// Extent of each label `1..=count`, at index `label - 1`. Labels above
/// `count` are left out.
pub fn regions(labels: &Grid2<u32>, count: u32) -> Vec<Region> {
    let mut regions = vec![Region::EMPTY; count as usize];
    for y in 0..labels.height {
        for (x, &label) in labels.row(y).iter().enumerate() {
            if label == 0 {
                continue;
            }
            if let Some(region) = regions.get_mut(label as usize - 1) {
                region.area += 1;
                region.left = region.left.min(x);
                region.right = region.right.max(x + 1);
                region.top = region.top.min(y);
                region.bottom = y + 1;
                region.sum_x += x as u64;
                region.sum_y += y as u64;
            }
        }
    }
    regions
}

/// A horizontal run of equal values; its number is its place in the list.
struct Run {
    start: usize,
    end: usize,
}

fn pieces<T: PartialEq>(
    grid: &Grid2<T>,
    inside: impl Fn(&T) -> bool,
    connectivity: Connectivity,
) -> Components {
    let mut runs: Vec<Run> = Vec::new();
    let mut row_starts = Vec::with_capacity(grid.height + 1);
    let mut parents: Vec<u32> = Vec::new();
    let slack = usize::from(connectivity == Connectivity::Eight);
    for y in 0..grid.height {
        row_starts.push(runs.len());
        let row = grid.row(y);
        let mut above = if y > 0 { row_starts[y - 1] } else { 0 };
        let above_end = row_starts[y];
        let mut x = 0;
        while x < row.len() {
            if !inside(&row[x]) {
                x += 1;
                continue;
            }
            let start = x;
            while x < row.len() && row[x] == row[start] {
                x += 1;
            }
            let number = parents.len() as u32;
            parents.push(number);
            runs.push(Run { start, end: x });
            // Runs above that end before this one starts touch no later run either.
            while above < above_end && runs[above].end + slack <= start {
                above += 1;
            }
            let mut candidate = above;
            while candidate < above_end && runs[candidate].start < x + slack {
                let same = grid.row(y - 1)[runs[candidate].start] == row[start];
                if same {
                    join(&mut parents, candidate as u32, number);
                }
                candidate += 1;
            }
        }
    }
    row_starts.push(runs.len());
    paint(grid.width, grid.height, &runs, &row_starts, &mut parents)
}

fn paint(
    width: usize,
    height: usize,
    runs: &[Run],
    row_starts: &[usize],
    parents: &mut [u32],
) -> Components {
    let mut labels = Grid2::filled(width, height, 0u32);
    let mut numbers = vec![0u32; runs.len()];
    let mut count = 0;
    for y in 0..height {
        let row = labels.row_mut(y);
        let first = row_starts[y];
        for (i, run) in runs[first..row_starts[y + 1]].iter().enumerate() {
            let root = find(parents, (first + i) as u32) as usize;
            if numbers[root] == 0 {
                count += 1;
                numbers[root] = count;
            }
            row[run.start..run.end].fill(numbers[root]);
        }
    }
    Components { labels, count }
}

/// Root of an element, halving the path on the way.
pub(crate) fn find(parents: &mut [u32], mut element: u32) -> u32 {
    while parents[element as usize] != element {
        let grandparent = parents[parents[element as usize] as usize];
        parents[element as usize] = grandparent;
        element = grandparent;
    }
    element
}

/// Joins two trees; the smaller root number stays the root.
pub(crate) fn join(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(parents, a), find(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(grid: &Grid2<u32>, connectivity: Connectivity) -> Components {
        let (w, h) = (grid.width as i64, grid.height as i64);
        let mut labels = grid.map(|_| 0u32);
        let mut count = 0;
        for start in 0..grid.data.len() {
            if grid.data[start] == 0 || labels.data[start] != 0 {
                continue;
            }
            count += 1;
            let mut stack = vec![start];
            labels.data[start] = count;
            while let Some(i) = stack.pop() {
                let (x, y) = (i as i64 % w, i as i64 / w);
                for dy in -1..=1i64 {
                    for dx in -1..=1i64 {
                        let far = dx.abs() + dy.abs() == 2;
                        let (u, v) = (x + dx, y + dy);
                        if (far && connectivity == Connectivity::Four)
                            || u < 0
                            || v < 0
                            || u >= w
                            || v >= h
                        {
                            continue;
                        }
                        let j = (v * w + u) as usize;
                        if grid.data[j] == grid.data[i] && labels.data[j] == 0 {
                            labels.data[j] = count;
                            stack.push(j);
                        }
                    }
                }
            }
        }
        Components { labels, count }
    }

    #[test]
    fn corners_touch_only_in_eight() {
        let mask = Grid2::from_fn(4, 4, |x, y| x == y);
        assert_eq!(label(&mask, Connectivity::Eight).count, 1);
        assert_eq!(label(&mask, Connectivity::Four).count, 4);
    }

    #[test]
    fn extents() {
        let labels = Grid2::from_vec(4, 3, vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 2]).unwrap();
        let all = regions(&labels, 3);
        assert_eq!(
            (
                all[0].area,
                all[0].left,
                all[0].right,
                all[0].top,
                all[0].bottom
            ),
            (3, 1, 3, 0, 2)
        );
        assert_eq!(all[1].centroid(), (3.5, 2.5));
        assert_eq!(all[2].area, 0);
        assert!(all[2].centroid().0.is_nan());
        assert_eq!(regions(&labels, 1).len(), 1);
    }

    #[test]
    fn nothing_has_no_pieces() {
        assert_eq!(
            label(&Grid2::filled(0, 0, true), Connectivity::Eight).count,
            0
        );
        assert_eq!(
            label(&Grid2::filled(5, 5, false), Connectivity::Four).count,
            0
        );
    }

    proptest! {
        #[test]
        fn pieces_are_those_of_a_flood_fill(
            (width, height, data) in (1usize..20, 1usize..20).prop_flat_map(|(w, h)| (Just(w), Just(h), prop::collection::vec(0u32..3, w * h))),
        ) {
            let grid = Grid2 { width, height, data };
            for connectivity in [Connectivity::Four, Connectivity::Eight] {
                let found = split(&grid, connectivity);
                prop_assert_eq!(&found, &brute(&grid, connectivity));
                prop_assert_eq!(split(&grid.transposed(), connectivity).count, found.count);
            }
        }
    }
}
