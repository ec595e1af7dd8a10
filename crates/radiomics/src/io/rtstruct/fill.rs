//! Polygons to the voxels whose centres they enclose.

use std::ops::Range;

/// Coordinates are whole numbers of this part of a voxel, so that what lies
/// exactly on an edge is decided, and not left to rounding.
const STEPS: i64 = 1 << 20;
/// Farthest coordinate: products of differences stay below 2^127.
const FARTHEST: f64 = (1u64 << 60) as f64;

/// A corner of a polygon, in parts of a voxel. The centre of the first voxel
/// is (0, 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point {
    column: i64,
    row: i64,
}

impl Point {
    /// The point nearest to a position in voxels.
    pub(super) fn new(column: f64, row: f64) -> Self {
        let [column, row] =
            [column, row].map(|at| (at * STEPS as f64).round().clamp(-FARTHEST, FARTHEST) as i64);
        Self { column, row }
    }
}

/// A slice on which polygons are drawn by the even-odd rule: what is enclosed
/// twice is outside again.
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    /// Where, going along a row, inside turns to outside or back.
    turns: Vec<bool>,
    touched: Range<usize>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            rows,
            turns: vec![false; columns * rows],
            touched: rows..0,
        }
    }

    /// Adds a polygon, closed from its last to its first corner.
    ///
    /// A centre on an edge is inside when the inside lies towards greater
    /// columns or, of an edge along the rows, towards greater rows: of two
    /// polygons with a common edge one has it, and only one.
    pub(super) fn toggle(&mut self, polygon: &[Point]) {
        let next = polygon.iter().skip(1).chain(polygon.first());
        for (&a, &b) in polygon.iter().zip(next) {
            let (upper, lower) = if a.row <= b.row { (a, b) } else { (b, a) };
            self.edge(upper, lower);
        }
    }

    fn edge(&mut self, upper: Point, lower: Point) {
        let first_row = |at: Point| ceil_to(at.row.into(), STEPS.into(), self.rows);
        let rows = first_row(upper)..first_row(lower);
        let height = i128::from(lower.row - upper.row);
        let width = i128::from(lower.column - upper.column);
        for row in rows.clone() {
            let down = row as i128 * i128::from(STEPS) - i128::from(upper.row);
            let crossing = i128::from(upper.column) * height + down * width;
            let column = ceil_to(crossing, height * i128::from(STEPS), self.columns);
            if column < self.columns {
                self.turns[row * self.columns + column] ^= true;
            }
        }
        if !rows.is_empty() {
            self.touched = self.touched.start.min(rows.start)..self.touched.end.max(rows.end);
        }
    }

    /// Hands out the enclosed voxels, row and columns, and clears the canvas.
    pub(super) fn take(&mut self, mut inside: impl FnMut(usize, Range<usize>)) {
        for row in std::mem::replace(&mut self.touched, self.rows..0) {
            let mut since = None;
            let turns = &mut self.turns[row * self.columns..][..self.columns];
            for (column, turn) in turns.iter_mut().enumerate() {
                if std::mem::take(turn) {
                    match since.take() {
                        None => since = Some(column),
                        Some(start) => inside(row, start..column),
                    }
                }
            }
            if let Some(start) = since {
                inside(row, start..self.columns);
            }
        }
    }
}

/// The first whole number that is no less than the fraction, within
/// `0..=most`.
fn ceil_to(numerator: i128, denominator: i128, most: usize) -> usize {
    let up = -(-numerator).div_euclid(denominator);
    usize::try_from(up.max(0)).map_or(most, |up| up.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(size: [usize; 2], polygons: &[&[[f64; 2]]]) -> Vec<String> {
        let [columns, rows] = size;
        let mut canvas = Canvas::new(columns, rows);
        for polygon in polygons {
            let points: Vec<Point> = polygon.iter().map(|&[x, y]| Point::new(x, y)).collect();
            canvas.toggle(&points);
        }
        let mut image = vec![vec!['.'; columns]; rows];
        canvas.take(|row, inside| image[row][inside].fill('#'));
        assert!(canvas.turns.iter().all(|turn| !turn));
        image.into_iter().map(|row| row.iter().collect()).collect()
    }

    #[test]
    fn a_hole_is_a_second_contour_or_a_keyhole() {
        let expected = ["......", ".####.", ".#..#.", ".#..#.", ".####.", "......"];
        let outer = [[0.5, 0.5], [4.5, 0.5], [4.5, 4.5], [0.5, 4.5]];
        let hole = [[1.5, 1.5], [3.5, 1.5], [3.5, 3.5], [1.5, 3.5]];
        assert_eq!(filled([6, 6], &[&outer, &hole]), expected);
        let mut backwards = hole;
        backwards.reverse();
        assert_eq!(filled([6, 6], &[&outer, &backwards]), expected);
        // In along a channel of no width, around the hole, and out again.
        let keyhole = [&outer[..], &outer[..1], &backwards, &backwards[..1]].concat();
        assert_eq!(filled([6, 6], &[&keyhole]), expected);
        // An isle in the hole.
        let isle = [[2.5, 2.5], [3.2, 2.5], [3.2, 3.2], [2.5, 3.2]];
        let with_isle = filled([6, 6], &[&isle, &hole, &outer]);
        assert_eq!(with_isle[3], ".#.##.");
    }

    #[test]
    fn centres_on_edges_belong_to_one_of_two_neighbours() {
        let square = |x: f64, y: f64| [[x, y], [x + 2.0, y], [x + 2.0, y + 2.0], [x, y + 2.0]];
        assert_eq!(
            filled([4, 4], &[&square(1.0, 1.0)]),
            ["....", ".##.", ".##.", "...."]
        );
        let right = filled([6, 4], &[&square(1.0, 1.0), &square(3.0, 1.0)]);
        assert_eq!(right, ["......", ".####.", ".####.", "......"]);
        // Both halves of a square along its diagonal.
        let halves: [&[[f64; 2]]; 2] = [
            &[[0.0, 0.0], [3.0, 0.0], [3.0, 3.0]],
            &[[0.0, 0.0], [3.0, 3.0], [0.0, 3.0]],
        ];
        assert_eq!(filled([4, 4], &halves), ["###.", "###.", "###.", "...."]);
        assert_eq!(
            filled([4, 4], &halves[..1]),
            ["###.", ".##.", "..#.", "...."]
        );
        assert_eq!(
            filled([4, 4], &halves[1..]),
            ["....", "#...", "##..", "...."]
        );
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let around = [[-9.0, -9e30], [99.0, -9e30], [99.0, 1.5], [-9.0, 1.5]];
        assert_eq!(filled([3, 3], &[&around]), ["###", "###", "..."]);
        let beside = [[5.0, 0.0], [9.0, 0.0], [9.0, 9.0]];
        assert_eq!(filled([3, 2], &[&beside]), ["...", "..."]);
        let left = [[-5.0, -1.0], [-2.0, -1.0], [-2.0, 9.0]];
        assert_eq!(filled([3, 2], &[&left]), ["...", "..."]);
        assert_eq!(filled([2, 1], &[&[], &[[0.0, 0.0]]]), [".."]);
        assert_eq!(filled([2, 1], &[&[[-1.0, 0.0], [3.0, 0.0]]]), [".."]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_centre_is_where_a_ray_says(
            corners in prop::collection::vec((-2i64..40, -2i64..40), 3..12)
        ) {
            // Quarters of a voxel, so that many centres lie on edges.
            let polygon: Vec<[f64; 2]> = corners
                .iter()
                .map(|&(x, y)| [x as f64 / 4.0, y as f64 / 4.0])
                .collect();
            let image = filled([9, 9], &[&polygon]);
            for (row, line) in image.iter().enumerate() {
                for (column, pixel) in line.chars().enumerate() {
                    let at = (4 * column as i64, 4 * row as i64);
                    let next = corners.iter().cycle().skip(1);
                    let crossed = corners.iter().zip(next).filter(|&(&a, &b)| {
                        let (a, b) = if a.1 <= b.1 { (a, b) } else { (b, a) };
                        let across = (at.0 - a.0) * (b.1 - a.1) - (at.1 - a.1) * (b.0 - a.0);
                        a.1 <= at.1 && at.1 < b.1 && across >= 0
                    });
                    prop_assert_eq!(pixel == '#', crossed.count() % 2 == 1, "{:?}", at);
                }
            }
        }
    }
}
