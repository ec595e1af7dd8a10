//! The grey level co-occurrence matrix: how often level i lies beside level j
//! in one direction.

use crate::matrices::LevelGrid;

/// Co-occurrence probabilities of one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Glcm {
    /// The k grey levels present in the region, ascending.
    pub levels: Vec<f64>,
    /// Probabilities p(i, j), k by k, row by row; their sum is 1.
    pub probability: Vec<f64>,
    /// Whether p(i, j) = p(j, i) by construction.
    pub symmetric: bool,
}

/// Offsets (x, y, z) to neighbours whose largest component is one of
/// `distances`: of each pair of opposite offsets the one whose first non-zero
/// component among z, y, x is positive. Distance 1 gives 13.
///
/// Offsets that lead out of a box of this size from everywhere are left out.
pub fn directions(distances: &[usize], size: [usize; 3]) -> Vec<[isize; 3]> {
    let reach = distances.iter().max().map_or(0, |&d| d as isize);
    let range = || (-reach..=reach).rev();
    let mut offsets = Vec::new();
    for z in range() {
        for y in range() {
            for x in range() {
                let offset = [x, y, z];
                let distance = offset.iter().map(|c| c.unsigned_abs()).max().unwrap_or(0);
                let fits = (0..3).all(|axis| offset[axis].unsigned_abs() < size[axis]);
                if (z, y, x) > (0, 0, 0) && distances.contains(&distance) && fits {
                    offsets.push(offset);
                }
            }
        }
    }
    offsets
}

/// Counts pairs at an offset; `None` when there is no pair.
pub fn cooccurrence(grid: &LevelGrid, offset: [isize; 3], symmetric: bool) -> Option<Glcm> {
    let k = grid.levels().len();
    // Row and column 0 take the pairs with background, so that the inner loop
    // needs no test.
    let stride = k + 1;
    let mut counts = vec![0u64; stride * stride];
    for (here, there) in grid.row_pairs(offset) {
        for (&i, &j) in here.iter().zip(there) {
            counts[i as usize * stride + j as usize] += 1;
        }
    }
    let count = |i: usize, j: usize| counts[(i + 1) * stride + j + 1];
    let pairs: u64 = (0..k * k).map(|at| count(at / k, at % k)).sum();
    if pairs == 0 {
        return None;
    }
    let ways = if symmetric { 2 } else { 1 };
    let total = (ways * pairs) as f64;
    let probability = (0..k * k).map(|at| {
        let (i, j) = (at / k, at % k);
        let both = if symmetric {
            count(i, j) + count(j, i)
        } else {
            count(i, j)
        };
        both as f64 / total
    });
    Some(Glcm {
        probability: probability.collect(),
        levels: grid
            .levels()
            .iter()
            .map(|&level| f64::from(level))
            .collect(),
        symmetric,
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::discretise::discretise;
    use crate::{Geometry, Roi, Settings, Volume};

    #[test]
    fn directions_are_half_of_the_shell() {
        assert_eq!(directions(&[1], [9; 3]).len(), 13);
        assert_eq!(directions(&[2], [9; 3]).len(), (125 - 27) / 2);
        assert_eq!(directions(&[1, 3], [9; 3]).len(), 13 + (343 - 125) / 2);
        assert_eq!(
            directions(&[1], [9, 9, 1]),
            [[1, 1, 0], [0, 1, 0], [-1, 1, 0], [1, 0, 0]]
        );
        assert!(directions(&[3], [3; 3]).is_empty());
    }

    #[test]
    fn haralicks_example() {
        // Haralick, Shanmugam, Dinstein 1973, figure 3: a 4 x 4 image and its
        // counts at 0 and 90 degrees.
        let rows = [[0, 0, 1, 1], [0, 0, 1, 1], [0, 2, 2, 2], [2, 2, 3, 3]];
        let image = Array3::from_shape_fn((1, 4, 4), |(_, y, x)| f64::from(rows[y][x]));
        let geometry = Geometry::aligned([4, 4, 1], [1.0; 3]);
        let mask = Volume::new(Array3::ones((1, 4, 4)), geometry.clone()).unwrap();
        let image = Volume::new(image, geometry).unwrap();
        let roi = Roi::select(&mask, 1).unwrap();
        let settings = Settings {
            bin_width: 1.0,
            ..Settings::default()
        };
        let grey = discretise(&roi.intensities(&image).unwrap(), &settings).unwrap();
        let grid = LevelGrid::new(&roi, &grey, 1).unwrap();
        let counts = |offset| {
            let glcm = cooccurrence(&grid, offset, true).unwrap();
            glcm.probability
                .iter()
                .map(|p| (p * 24.0).round())
                .collect::<Vec<_>>()
        };
        let horizontal = [4, 2, 1, 0, 2, 4, 0, 0, 1, 0, 6, 1, 0, 0, 1, 2];
        let vertical = [6, 0, 2, 0, 0, 4, 2, 0, 2, 2, 2, 2, 0, 0, 2, 0];
        assert_eq!(counts([1, 0, 0]), horizontal.map(f64::from));
        assert_eq!(counts([0, 1, 0]), vertical.map(f64::from));
        assert!(cooccurrence(&grid, [0, 0, 1], true).is_none());
    }
}
