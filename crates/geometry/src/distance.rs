use crate::Grid2;

/// Squared distance, in pixels, from each pixel of the mask to the nearest
/// pixel outside it (centre to centre, exact); 0 outside the mask.
///
/// What lies beyond the grid does not count as outside. `u64::MAX` everywhere
/// when the whole grid is mask.
/// Method: column distances, then the lower envelope of parabolas in each row
/// (Meijster, Roerdink and Hesselink 2000), in integers.
pub fn squared(mask: &Grid2<bool>) -> Grid2<u64> {
    let mut result = Grid2::filled(mask.width, mask.height, u64::MAX);
    if mask.is_empty() || mask.data.iter().all(|&inside| inside) {
        return result;
    }
    let columns = column_distances(mask);
    let mut envelope = Envelope::default();
    for y in 0..mask.height {
        envelope.row(columns.row(y), result.row_mut(y));
    }
    result
}

/// Distance in pixels: the root of [`squared`]; infinite where the whole grid is mask.
pub fn euclidean(mask: &Grid2<bool>) -> Grid2<f32> {
    squared(mask).map(|&d| {
        if d == u64::MAX {
            f32::INFINITY
        } else {
            (d as f64).sqrt() as f32
        }
    })
}

/// A distance that no pixel of the grid can reach stands for "no such pixel in this column".
fn column_distances(mask: &Grid2<bool>) -> Grid2<u32> {
    let none = (mask.width + mask.height) as u32;
    let mut distances = mask.map(|&inside| if inside { none } else { 0 });
    let width = mask.width;
    for y in 1..mask.height {
        let (before, rest) = distances.data.split_at_mut(y * width);
        relax(&mut rest[..width], &before[(y - 1) * width..]);
    }
    for y in (1..mask.height).rev() {
        let (before, rest) = distances.data.split_at_mut(y * width);
        relax(&mut before[(y - 1) * width..], &rest[..width]);
    }
    distances
}

fn relax(row: &mut [u32], neighbour: &[u32]) {
    for (d, &n) in row.iter_mut().zip(neighbour) {
        *d = (*d).min(n + 1);
    }
}

/// Lower envelope of the parabolas `(x - at)^2 + height`, kept from row to row
/// to spare allocations.
#[derive(Default)]
struct Envelope {
    parabolas: Vec<Parabola>,
}

#[derive(Clone, Copy)]
struct Parabola {
    at: i64,
    height: i64,
    /// First column where this one is the lowest.
    from: i64,
}

impl Envelope {
    fn row(&mut self, columns: &[u32], out: &mut [u64]) {
        self.parabolas.clear();
        for (x, &column) in columns.iter().enumerate() {
            let (at, height) = (x as i64, i64::from(column).pow(2));
            let mut from = 0;
            while let Some(&last) = self.parabolas.last() {
                let crossing = crossing(&last, at, height);
                if crossing > last.from {
                    from = crossing;
                    break;
                }
                self.parabolas.pop();
            }
            if from < columns.len() as i64 {
                self.parabolas.push(Parabola { at, height, from });
            }
        }
        let mut ends = self.parabolas.iter().skip(1).map(|p| p.from as usize);
        for p in &self.parabolas {
            let end = ends.next().unwrap_or(out.len());
            for (x, o) in (p.from..).zip(&mut out[p.from as usize..end]) {
                *o = ((x - p.at).pow(2) + p.height) as u64;
            }
        }
    }
}

/// First column at which the parabola at `at` is lower than `left`.
fn crossing(left: &Parabola, at: i64, height: i64) -> i64 {
    let rise = at * at - left.at * left.at + height - left.height;
    rise.div_euclid(2 * (at - left.at)) + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_single_hole() {
        let mask = Grid2::from_fn(9, 7, |x, y| (x, y) != (4, 3));
        let d = squared(&mask);
        for y in 0..7i64 {
            for x in 0..9i64 {
                assert_eq!(
                    d.data[(y * 9 + x) as usize] as i64,
                    (x - 4).pow(2) + (y - 3).pow(2)
                );
            }
        }
        assert_eq!(euclidean(&mask).get(4, 0), Some(3.0));
    }

    #[test]
    fn without_background_there_is_no_distance() {
        assert!(
            squared(&Grid2::filled(3, 3, true))
                .data
                .iter()
                .all(|&d| d == u64::MAX)
        );
        assert!(
            euclidean(&Grid2::filled(3, 3, true))
                .data
                .iter()
                .all(|d| d.is_infinite())
        );
        assert!(squared(&Grid2::filled(0, 0, true)).is_empty());
    }

    proptest! {
        #[test]
        fn equals_the_search_over_all_pixels(
            (width, height, data) in (1usize..24, 1usize..24).prop_flat_map(|(w, h)| (Just(w), Just(h), prop::collection::vec(prop::bool::weighted(0.85), w * h))),
        ) {
            prop_assume!(data.iter().any(|&inside| !inside));
            let mask = Grid2 { width, height, data };
            let found = squared(&mask);
            for i in 0..mask.data.len() {
                let best = (0..mask.data.len())
                    .filter(|&j| !mask.data[j])
                    .map(|j| (i % width).abs_diff(j % width).pow(2) + (i / width).abs_diff(j / width).pow(2))
                    .min();
                prop_assert_eq!(Some(found.data[i] as usize), best);
            }
            prop_assert_eq!(squared(&mask.transposed()), found.transposed());
        }
    }
}
