//! Values in ascending order, and percentiles.

/// Below this many values a comparing sort is as fast.
const FEW: usize = 512;

/// Values (finite) in ascending order, in time linear in their number: sorted
/// by one byte of their bits after the other.
pub fn ascending(values: &[f64]) -> Vec<f64> {
    let mut keys: Vec<u64> = values.iter().map(|&value| key(value)).collect();
    if keys.len() < FEW {
        keys.sort_unstable();
    } else {
        sort_by_bytes(&mut keys);
    }
    keys.into_iter().map(value).collect()
}

fn sort_by_bytes(keys: &mut Vec<u64>) {
    const BYTES: usize = 8;
    let byte = |key: u64, at: usize| (key >> (8 * at)) as usize & 255;
    let mut counts = [[0usize; 256]; BYTES];
    for &key in keys.iter() {
        for (at, counts) in counts.iter_mut().enumerate() {
            counts[byte(key, at)] += 1;
        }
    }
    let mut sorted = vec![0; keys.len()];
    for (at, counts) in counts.iter().enumerate() {
        if counts.contains(&keys.len()) {
            continue;
        }
        let mut next = 0;
        let mut places = counts.map(|count| {
            next += count;
            next - count
        });
        for &key in keys.iter() {
            let place = &mut places[byte(key, at)];
            sorted[*place] = key;
            *place += 1;
        }
        std::mem::swap(keys, &mut sorted);
    }
}

const SIGN: u64 = 1 << 63;

/// Bits that are ordered as the numbers are (`f64::total_cmp`).
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn value(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN })
}

/// Minimum and maximum of finite values; infinities for none.
pub(crate) fn range(values: &[f64]) -> [f64; 2] {
    const LANES: usize = 4;
    let mut lanes = [[f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let value = chunk[lane];
            lanes[0][lane] = if value < lanes[0][lane] {
                value
            } else {
                lanes[0][lane]
            };
            lanes[1][lane] = if value > lanes[1][lane] {
                value
            } else {
                lanes[1][lane]
            };
        }
    }
    let ends = |lanes: [f64; LANES], better: fn(f64, f64) -> f64| {
        lanes.iter().chain(rest).copied().reduce(better)
    };
    [
        ends(lanes[0], f64::min).unwrap_or(f64::INFINITY),
        ends(lanes[1], f64::max).unwrap_or(f64::NEG_INFINITY),
    ]
}

/// Linear interpolation between the order statistics of n values (at least
/// one) at rank q (n - 1), as `numpy.percentile` does; `at` gives the value of
/// a rank.
pub(crate) fn percentile(n: usize, q: f64, at: impl Fn(usize) -> f64) -> f64 {
    let rank = q * (n - 1) as f64;
    let below = rank.floor();
    let (a, t) = (at(below as usize), rank - below);
    let b = at((below as usize + 1).min(n - 1));
    // numpy's form: exact at both ends.
    if t < 0.5 {
        a + (b - a) * t
    } else {
        b - (b - a) * (1.0 - t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sorted_as_std_does() {
        for n in [0, 1, 2, FEW - 1, FEW, 3 * FEW] {
            let mut x = 1u64;
            let values: Vec<f64> = (0..n)
                .map(|i| {
                    x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    match i % 4 {
                        0 => (x >> 60) as f64 - 8.0,
                        1 => -((x >> 11) as f64).sqrt(),
                        2 => 1e-300 * (x >> 40) as f64,
                        _ => -0.0,
                    }
                })
                .collect();
            let mut expected = values.clone();
            expected.sort_unstable_by(f64::total_cmp);
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&ascending(&values)), bits(&expected));
        }
    }

    #[test]
    fn ranges_hold_all_values() {
        assert_eq!(range(&[]), [f64::INFINITY, f64::NEG_INFINITY]);
        for n in 1..12 {
            let values: Vec<f64> = (0..n).map(|i| f64::from(i * 7 % n)).collect();
            assert_eq!(
                range(&values),
                [0.0, values.iter().copied().fold(0.0, f64::max)]
            );
        }
    }

    #[test]
    fn percentiles_follow_numpy() {
        // numpy.percentile([1, 2, 3, 10], [10, 25, 50, 75, 90])
        let sorted = [1.0, 2.0, 3.0, 10.0];
        for (q, expected) in [
            (0.1, 1.3),
            (0.25, 1.75),
            (0.5, 2.5),
            (0.75, 4.75),
            (0.9, 7.9),
        ] {
            let found = percentile(4, q, |rank| sorted[rank]);
            assert!((found - expected).abs() < 1e-14);
        }
        assert_eq!(percentile(1, 0.9, |_| 5.0), 5.0);
    }
}
