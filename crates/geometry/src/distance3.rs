use crate::Grid3;

/// Columns that are worked on together: one cache line or more of each row.
const COLUMNS: usize = 16;

/// Squared Euclidean distance, in the unit of `spacing` squared, from the
/// centre of each cell to that of the nearest cell of `targets`; 0 on these.
///
/// Exact up to rounding, linear in the number of cells. Infinite everywhere
/// without a target. `spacing` (x, y, z) must be positive.
/// Method: counting along the rows, then the lower envelope of parabolas along
/// y and z (Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012).
pub fn squared(targets: &Grid3<bool>, spacing: [f64; 3]) -> Grid3<f64> {
    let [nx, ny, nz] = targets.size;
    let mut result = targets.map(|_| f64::INFINITY);
    if targets.data.is_empty() {
        return result;
    }
    let rows = targets.data.chunks_exact(nx);
    for (row, out) in rows.zip(result.data.chunks_exact_mut(nx)) {
        count(row, spacing[0], out);
    }
    for plane in result.data.chunks_exact_mut(nx * ny) {
        sweep(plane, ny, spacing[1]);
    }
    sweep(&mut result.data, nz, spacing[2]);
    result
}

/// Squared distance along a row.
fn count(targets: &[bool], spacing: f64, out: &mut [f64]) {
    let square = spacing * spacing;
    let mut since = None;
    for (&target, out) in targets.iter().zip(out.iter_mut()) {
        since = if target {
            Some(0u64)
        } else {
            since.map(|n| n + 1)
        };
        if let Some(n) = since {
            *out = (n * n) as f64 * square;
        }
    }
    since = None;
    for (&target, out) in targets.iter().zip(out.iter_mut()).rev() {
        since = if target {
            Some(0u64)
        } else {
            since.map(|n| n + 1)
        };
        if let Some(n) = since {
            *out = out.min((n * n) as f64 * square);
        }
    }
}

/// Lets the distances of `n` rows that lie one after the other compete along
/// their columns.
fn sweep(values: &mut [f64], n: usize, spacing: f64) {
    let width = values.len() / n;
    let mut lines = vec![0.0; COLUMNS * n];
    let mut envelope = Envelope::default();
    for first in (0..width).step_by(COLUMNS) {
        let columns = COLUMNS.min(width - first);
        for (i, row) in values.chunks_exact(width).enumerate() {
            for (c, &value) in row[first..first + columns].iter().enumerate() {
                lines[c * n + i] = value;
            }
        }
        for line in lines.chunks_exact_mut(n).take(columns) {
            envelope.apply(line, spacing * spacing);
        }
        for (i, row) in values.chunks_exact_mut(width).enumerate() {
            for (c, value) in row[first..first + columns].iter_mut().enumerate() {
                *value = lines[c * n + i];
            }
        }
    }
}

/// Lower envelope of the parabolas `square * (i - at)^2 + height`.
#[derive(Default)]
struct Envelope {
    parabolas: Vec<Parabola>,
}

#[derive(Clone, Copy)]
struct Parabola {
    at: f64,
    height: f64,
    /// Where this one becomes the lowest.
    from: f64,
}

impl Envelope {
    fn apply(&mut self, line: &mut [f64], square: f64) {
        self.parabolas.clear();
        for (i, &height) in line.iter().enumerate() {
            if height.is_infinite() {
                continue;
            }
            let at = i as f64;
            let mut from = f64::NEG_INFINITY;
            while let Some(last) = self.parabolas.last() {
                let rise = (height - last.height) / (2.0 * square * (at - last.at));
                from = 0.5 * (at + last.at) + rise;
                if from > last.from {
                    break;
                }
                self.parabolas.pop();
                from = f64::NEG_INFINITY;
            }
            self.parabolas.push(Parabola { at, height, from });
        }
        let Some((&(mut lowest), mut next)) = self.parabolas.split_first() else {
            return;
        };
        for (i, out) in line.iter_mut().enumerate() {
            let i = i as f64;
            while let Some((&following, rest)) = next.split_first() {
                if following.from >= i {
                    break;
                }
                (lowest, next) = (following, rest);
            }
            let steps = i - lowest.at;
            *out = steps * steps * square + lowest.height;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_target_in_the_middle() {
        let targets = Grid3::from_fn([5, 4, 3], |x, y, z| [x, y, z] == [1, 2, 0]);
        let found = squared(&targets, [1.0, 2.0, 3.0]);
        assert_eq!(found.data[found.at([1, 2, 0])], 0.0);
        assert_eq!(found.data[found.at([4, 2, 0])], 9.0);
        assert_eq!(found.data[found.at([0, 0, 2])], 1.0 + 16.0 + 36.0);
    }

    #[test]
    fn without_a_target_all_is_infinitely_far() {
        let none = squared(&Grid3::filled([2, 2, 2], false), [1.0; 3]);
        assert!(none.data.iter().all(|d| d.is_infinite()));
        assert!(
            squared(&Grid3::filled([0, 2, 2], true), [1.0; 3])
                .data
                .is_empty()
        );
    }

    proptest! {
        #[test]
        fn equals_the_search_over_all_cells(
            (size, data) in [1usize..9, 1usize..20, 1usize..7].prop_flat_map(|size| {
                let cells = size.iter().product::<usize>();
                (Just(size), prop::collection::vec(prop::bool::weighted(0.1), cells))
            }),
            spacing in [0.3f64..4.0, 0.3f64..4.0, 0.3f64..4.0],
        ) {
            prop_assume!(data.contains(&true));
            let targets = Grid3 { size, data };
            let found = squared(&targets, spacing);
            let place = |i: usize| {
                let index = [i % size[0], i / size[0] % size[1], i / size[0] / size[1]];
                [0, 1, 2].map(|axis| index[axis] as f64 * spacing[axis])
            };
            for (i, &found) in found.data.iter().enumerate() {
                let here = place(i);
                let to = |j: usize| {
                    let there = place(j);
                    (0..3).map(|axis| (here[axis] - there[axis]).powi(2)).sum::<f64>()
                };
                let nearest = (0..targets.data.len())
                    .filter(|&j| targets.data[j])
                    .map(to)
                    .fold(f64::INFINITY, f64::min);
                prop_assert!((found - nearest).abs() <= 1e-12 * nearest.max(1.0));
            }
        }
    }
}
