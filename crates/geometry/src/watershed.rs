use crate::Grid2;
use crate::components::{Components, find};

/// Divides a mask into the basins of attraction of the maxima of `values`.
///
/// Every pixel follows its highest 8-neighbour upwards (of equal ones the first
/// in reading order) to a maximum. Then passes are taken from the highest to
/// the lowest, and where two basins meet, the one with the lower maximum is
/// dissolved in the other if it rises by no more than `min_dynamics` over the
/// pass. No dividing lines are left.
///
/// Basins are numbered in reading order of their first pixel. Values outside
/// the mask are not looked at. A NaN value counts as lower than all others.
///
/// # Panics
/// When the two grids differ in size, or have 2^32 pixels or more.
pub fn basins(values: &Grid2<f32>, mask: &Grid2<bool>, min_dynamics: f32) -> Components {
    assert_same_size(values, mask);
    let heights = Heights::new(values, mask);
    let peaks = heights.peaks();
    let mut passes = heights.passes(&peaks, min_dynamics);
    passes.sort_unstable();
    let mut roots: Vec<u32> = (0..heights.keys.len() as u32).collect();
    for pass in passes {
        let (a, b) = (find(&mut roots, pass.own), find(&mut roots, pass.other));
        let (upper, lower) = if heights.above(a, b) { (a, b) } else { (b, a) };
        if heights.dissolves(lower, pass.at, min_dynamics) {
            roots[lower as usize] = upper;
        }
    }
    heights.number(&peaks, &mut roots)
}

/// Heights as integers that order as the values do, 0 outside the mask, within
/// a frame one pixel wide so that every pixel has eight neighbours.
struct Heights {
    width: usize,
    height: usize,
    keys: Vec<u32>,
}

/// Where two basins meet; in order: the highest first, then in reading order,
/// then the higher other basin first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pass {
    depth: u32,
    at: u32,
    other_depth: u32,
    other: u32,
    own: u32,
}

impl Heights {
    fn new(values: &Grid2<f32>, mask: &Grid2<bool>) -> Self {
        let (width, height) = (values.width, values.height);
        let mut keys = vec![0; (width + 2) * (height + 2)];
        for y in 0..height {
            let row = &mut keys[(y + 1) * (width + 2) + 1..][..width];
            for ((key, &value), &inside) in row.iter_mut().zip(values.row(y)).zip(mask.row(y)) {
                *key = if inside { sortable(value) } else { 0 };
            }
        }
        Self {
            width,
            height,
            keys,
        }
    }

    /// Pixels of the mask in reading order.
    fn pixels(&self) -> impl Iterator<Item = usize> + '_ {
        let stride = self.width + 2;
        let rows = (1..=self.height).map(move |y| y * stride);
        rows.flat_map(move |row| row + 1..row + 1 + self.width)
            .filter(|&i| self.keys[i] != 0)
    }

    /// The four neighbours that come earlier in reading order.
    fn earlier(&self, i: usize) -> [usize; 4] {
        let above = i - (self.width + 2);
        [above - 1, above, above + 1, i - 1]
    }

    /// For each pixel of the mask the maximum to which it leads.
    fn peaks(&self) -> Vec<u32> {
        let mut leads: Vec<u32> = vec![0; self.keys.len()];
        for i in self.pixels() {
            let (mut best, mut highest) = (i, self.keys[i]);
            for n in self.earlier(i) {
                let key = self.keys[n];
                if key > highest || (key == highest && best == i) {
                    (best, highest) = (n, key);
                }
            }
            let below = i + self.width + 2;
            for n in [i + 1, below - 1, below, below + 1] {
                if self.keys[n] > highest {
                    (best, highest) = (n, self.keys[n]);
                }
            }
            leads[i] = best as u32;
        }
        for i in self.pixels() {
            leads[i] = find(&mut leads, i as u32);
        }
        leads
    }

    /// The passes over which a basin might be dissolved.
    fn passes(&self, peaks: &[u32], min_dynamics: f32) -> Vec<Pass> {
        let mut passes = Vec::new();
        for i in self.pixels() {
            for n in self.earlier(i) {
                if self.keys[n] == 0 || peaks[n] == peaks[i] {
                    continue;
                }
                let (lower, upper) = if self.above(n as u32, i as u32) {
                    (i, n)
                } else {
                    (n, i)
                };
                let (own, other) = (peaks[lower], peaks[upper]);
                let least = if self.above(own, other) { other } else { own };
                // Basins only gain height by merging: what does not dissolve now never will.
                if self.dissolves(least, lower as u32, min_dynamics) {
                    passes.push(Pass {
                        depth: !self.keys[lower],
                        at: lower as u32,
                        other_depth: !self.keys[other as usize],
                        other,
                        own,
                    });
                }
            }
        }
        passes
    }

    /// Whether pixel `a` comes before pixel `b` from the top.
    fn above(&self, a: u32, b: u32) -> bool {
        let (high, low) = (self.keys[a as usize], self.keys[b as usize]);
        high > low || (high == low && a < b)
    }

    fn dissolves(&self, peak: u32, pass: u32, min_dynamics: f32) -> bool {
        let (top, bottom) = (self.keys[peak as usize], self.keys[pass as usize]);
        top == bottom || value_of(top) - value_of(bottom) <= min_dynamics
    }

    fn number(&self, peaks: &[u32], roots: &mut [u32]) -> Components {
        let mut labels = Grid2::filled(self.width, self.height, 0u32);
        let mut numbers = vec![0u32; self.keys.len()];
        let mut count = 0;
        for i in self.pixels() {
            let number = &mut numbers[find(roots, peaks[i]) as usize];
            if *number == 0 {
                count += 1;
                *number = count;
            }
            let (x, y) = (i % (self.width + 2) - 1, i / (self.width + 2) - 1);
            labels.data[y * self.width + x] = *number;
        }
        Components { labels, count }
    }
}

/// An integer that orders as the value does; both zeros are one; NaN comes
/// lowest, as 1, so that 0 is free.
fn sortable(value: f32) -> u32 {
    if value.is_nan() {
        return 1;
    }
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 0 {
        bits | 0x8000_0000
    } else {
        !bits
    }
}

/// The value behind [`sortable`].
fn value_of(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 {
        key & 0x7fff_ffff
    } else {
        !key
    })
}

fn assert_same_size<T, U>(a: &Grid2<T>, b: &Grid2<U>) {
    assert!(
        a.width == b.width && a.height == b.height && a.data.len() == b.data.len(),
        "grids of one scene have one size"
    );
    let framed = (a.width + 2) * (a.height + 2);
    assert!(
        u32::try_from(framed).is_ok(),
        "a watershed takes grids below 2^32 pixels"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Connectivity, components};
    use proptest::prelude::*;

    fn two_hills(pass: f32) -> Grid2<f32> {
        Grid2 {
            width: 7,
            height: 1,
            data: vec![1.0, 3.0, 2.0, pass, 1.5, 2.0, 1.0],
        }
    }

    #[test]
    fn a_low_pass_divides_and_a_high_one_does_not() {
        let all = Grid2::filled(7, 1, true);
        let divided = basins(&two_hills(0.5), &all, 1.0);
        assert_eq!(divided.labels.data, [1, 1, 1, 1, 2, 2, 2]);
        assert_eq!(basins(&two_hills(1.2), &all, 1.0).count, 1);
        // A rise of exactly the bound is dissolved.
        assert_eq!(basins(&two_hills(1.0), &all, 1.0).count, 1);
    }

    #[test]
    fn plateaus_and_masks() {
        let flat = Grid2::filled(6, 4, 0.5f32);
        let all = Grid2::filled(6, 4, true);
        assert_eq!(basins(&flat, &all, 0.0).count, 1);
        let halves = Grid2::from_fn(6, 4, |x, _| x != 2);
        let divided = basins(&flat, &halves, 9.0);
        assert_eq!((divided.count, divided.labels.get(2, 0)), (2, Some(0)));
        assert_eq!(basins(&flat, &Grid2::filled(6, 4, false), 0.0).count, 0);
    }

    #[test]
    fn nan_is_lower_than_everything() {
        let values = Grid2 {
            width: 3,
            height: 1,
            data: vec![f32::NAN, -5.0, f32::NAN],
        };
        assert_eq!(basins(&values, &Grid2::filled(3, 1, true), 0.1).count, 1);
        assert!(sortable(f32::NAN) < sortable(f32::NEG_INFINITY));
        assert_eq!(sortable(0.0), sortable(-0.0));
        assert!(
            [1.5, -2.25, 0.0, f32::INFINITY]
                .iter()
                .all(|&v| value_of(sortable(v)) == v)
        );
    }

    /// The plateaus, 8-connected, with only lower neighbours in the mask: pixels
    /// are taken for maxima until a neighbour tells otherwise.
    fn regional_maxima(values: &Grid2<f32>, mask: &Grid2<bool>) -> Grid2<bool> {
        let mut top = mask.clone();
        loop {
            let tells_otherwise = |own, u, v| {
                let other = values.get(u, v);
                mask.get(u, v) == Some(true)
                    && (other > own || (other == own && top.get(u, v) == Some(false)))
            };
            let next = Grid2::from_fn(top.width, top.height, |x, y| {
                let rows = y.saturating_sub(1)..=y + 1;
                let mut around =
                    rows.flat_map(|v| (x.saturating_sub(1)..=x + 1).map(move |u| (u, v)));
                let own = values.get(x, y);
                top.get(x, y) == Some(true) && !around.any(|(u, v)| tells_otherwise(own, u, v))
            });
            if next == top {
                return top;
            }
            top = next;
        }
    }

    fn scenes() -> impl Strategy<Value = Grid2<f32>> {
        (2usize..16, 2usize..16).prop_flat_map(|(width, height)| {
            prop::collection::vec(0u8..12, width * height).prop_map(move |v| Grid2 {
                width,
                height,
                data: v.into_iter().map(f32::from).collect(),
            })
        })
    }

    proptest! {
        #[test]
        fn one_basin_a_regional_maximum(values in scenes()) {
            let mask = values.map(|&v| v > 2.0);
            let maxima = regional_maxima(&values, &mask);
            let divided = basins(&values, &mask, 0.0);
            prop_assert_eq!(divided.count, components::label(&maxima, Connectivity::Eight).count);
            prop_assert_eq!(divided.count, basins(&values.transposed(), &mask.transposed(), 0.0).count);
            for ((&label, &inside), &maximum) in divided.labels.data.iter().zip(&mask.data).zip(&maxima.data) {
                prop_assert_eq!(label != 0, inside);
                prop_assert!(!maximum || label != 0);
            }
        }

        #[test]
        fn without_ties_the_turned_scene_has_the_turned_basins(order in Just((0u16..144).collect::<Vec<_>>()).prop_shuffle()) {
            let values = Grid2 { width: 12, height: 12, data: order.into_iter().map(f32::from).collect() };
            let mask = values.map(|&v| v > 40.0);
            let turned = basins(&values.transposed(), &mask.transposed(), 20.0).labels.transposed();
            let straight = basins(&values, &mask, 20.0).labels;
            let mut pairs: Vec<_> = turned.data.iter().zip(&straight.data).collect();
            pairs.sort_unstable();
            pairs.dedup();
            let distinct = straight.data.iter().max().map_or(0, |&m| m as usize) + usize::from(mask.data.contains(&false));
            prop_assert_eq!(pairs.len(), distinct);
        }
    }
}
