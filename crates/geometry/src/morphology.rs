use crate::Grid2;

/// A disc of pixels as ImageJ's rank filters use it: offsets with
/// `dx^2 + dy^2 <= floor(radius^2) + 1`, so that radius 1 is the full plus
/// with corners left out and radius 16 spans 33 pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disc {
    half_widths: Vec<usize>,
}

impl Disc {
    /// The disc of a radius in pixels. A radius below 0.5 (or not a number)
    /// gives the single centre pixel.
    pub fn new(radius: f64) -> Self {
        if radius.is_nan() || radius < 0.5 {
            return Self {
                half_widths: vec![0],
            };
        }
        let square = (radius * radius) as usize + 1;
        let rows = square.isqrt();
        Self {
            half_widths: (0..=rows).map(|dy| (square - dy * dy).isqrt()).collect(),
        }
    }

    /// Rows above the centre that the disc reaches.
    pub fn reach(&self) -> usize {
        self.half_widths.len() - 1
    }

    fn is_point(&self) -> bool {
        self.half_widths.len() == 1 && self.half_widths[0] == 0
    }
}

/// Smallest value under the disc around each pixel; what lies outside the grid
/// is left out. Depends on pixels up to `disc.reach()` away.
pub fn erode<T: Copy + PartialOrd>(image: &Grid2<T>, disc: &Disc) -> Grid2<T> {
    rank(image, disc, |a, b| if b < a { b } else { a })
}

/// Largest value under the disc around each pixel; what lies outside the grid
/// is left out. Depends on pixels up to `disc.reach()` away.
pub fn dilate<T: Copy + PartialOrd>(image: &Grid2<T>, disc: &Disc) -> Grid2<T> {
    rank(image, disc, |a, b| if b > a { b } else { a })
}

/// Dilation, then erosion: closes gaps narrower than the disc.
/// Depends on pixels up to `2 * disc.reach()` away.
pub fn close<T: Copy + PartialOrd>(image: &Grid2<T>, disc: &Disc) -> Grid2<T> {
    erode(&dilate(image, disc), disc)
}

/// Median under the disc around each pixel (the lower of the two middle values
/// where their number is even, at the edge); values ordered by `total_cmp`.
pub fn median(image: &Grid2<f32>, disc: &Disc) -> Grid2<f32> {
    if disc.is_point() {
        return image.clone();
    }
    let (width, height) = (image.width, image.height);
    let mut values = Vec::new();
    Grid2::from_fn(width, height, |x, y| {
        values.clear();
        for v in y.saturating_sub(disc.reach())..(y + disc.reach() + 1).min(height) {
            let half = disc.half_widths[v.abs_diff(y)];
            values.extend_from_slice(
                &image.row(v)[x.saturating_sub(half)..(x + half + 1).min(width)],
            );
        }
        let middle = (values.len() - 1) / 2;
        *values.select_nth_unstable_by(middle, f32::total_cmp).1
    })
}

/// Reduces the disc around each pixel with `pick` (minimum or maximum).
///
/// The disc is a stack of horizontal windows. The minimum over a window of
/// length L is that of two overlapping windows of length 2^k, which doubling
/// gives; each source row is then merged into the output rows that it reaches.
fn rank<T: Copy>(image: &Grid2<T>, disc: &Disc, pick: impl Fn(T, T) -> T) -> Grid2<T> {
    let mut out = image.clone();
    if image.is_empty() || disc.is_point() {
        return out;
    }
    let (width, height) = (image.width, image.height);
    let pad = disc.half_widths[0];
    let levels = (2 * pad + 1).ilog2() as usize;
    let mut powers = vec![vec![image.data[0]; width + 2 * pad]; levels + 1];
    let mut span = vec![image.data[0]; width];
    for y in 0..height {
        double(image.row(y), pad, &mut powers, &pick);
        for (dy, &half) in disc.half_widths.iter().enumerate() {
            let length = 2 * half + 1;
            let level = length.ilog2() as usize;
            let left = &powers[level][pad - half..][..width];
            let right = &powers[level][pad + half + 1 - (1 << level)..][..width];
            for ((s, &a), &b) in span.iter_mut().zip(left).zip(right) {
                *s = pick(a, b);
            }
            let above = y.checked_sub(dy);
            let below = (dy > 0 && y + dy < height).then_some(y + dy);
            for target in [above, below].into_iter().flatten() {
                for (o, &s) in out.row_mut(target).iter_mut().zip(&span) {
                    *o = pick(*o, s);
                }
            }
        }
    }
    out
}

/// Fills `powers[k][x]` with the pick over `2^k` pixels from x on, of the row
/// padded with its end values (which changes no minimum or maximum of a window
/// that reaches over the end).
fn double<T: Copy>(row: &[T], pad: usize, powers: &mut [Vec<T>], pick: impl Fn(T, T) -> T) {
    let width = row.len();
    powers[0][..pad].fill(row[0]);
    powers[0][pad..pad + width].copy_from_slice(row);
    powers[0][pad + width..].fill(row[width - 1]);
    for k in 1..powers.len() {
        let (known, next) = powers.split_at_mut(k);
        let (source, step) = (&known[k - 1], 1 << (k - 1));
        for ((t, &a), &b) in next[0].iter_mut().zip(source).zip(&source[step..]) {
            *t = pick(a, b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(image: &Grid2<u8>, radius: f64) -> Grid2<u8> {
        let limit = (radius * radius) as i64 + 1;
        Grid2::from_fn(image.width, image.height, |x, y| {
            let mut least = image.data[y * image.width + x];
            for v in 0..image.height {
                for u in 0..image.width {
                    let (dx, dy) = (u as i64 - x as i64, v as i64 - y as i64);
                    if dx * dx + dy * dy <= limit {
                        least = least.min(image.data[v * image.width + u]);
                    }
                }
            }
            least
        })
    }

    #[test]
    fn discs_are_those_of_imagej() {
        // ImageJ 1.53 RankFilters: radius 2 has 21 pixels (a 5 x 5 square without corners), radius 2.5 likewise.
        let pixels = |r| {
            let disc = Disc::new(r);
            let side: usize = (1..=disc.reach())
                .map(|dy| 2 * disc.half_widths[dy] + 1)
                .sum();
            2 * side + 2 * disc.half_widths[0] + 1
        };
        assert_eq!(
            [
                pixels(0.0),
                pixels(0.5),
                pixels(1.0),
                pixels(2.0),
                pixels(2.5)
            ],
            [1, 5, 9, 21, 21]
        );
        assert_eq!(Disc::new(f64::NAN).reach(), 0);
    }

    #[test]
    fn median_removes_a_speck_and_keeps_an_edge() {
        let mut image = Grid2::from_fn(20, 20, |x, _| if x < 10 { 0.0 } else { 1.0 });
        image.data[5 * 20 + 4] = 9.0;
        let smooth = median(&image, &Disc::new(2.0));
        assert_eq!(smooth.get(4, 5), Some(0.0));
        assert_eq!(
            (smooth.get(8, 10), smooth.get(11, 10)),
            (Some(0.0), Some(1.0))
        );
    }

    #[test]
    fn empty_and_tiny_images() {
        let none = Grid2::<f32>::filled(0, 0, 0.0);
        assert_eq!(close(&none, &Disc::new(5.0)), none);
        assert_eq!(median(&none, &Disc::new(5.0)), none);
        let one = Grid2::filled(1, 1, 2.0f32);
        assert_eq!(close(&one, &Disc::new(50.0)), one);
    }

    proptest! {
        #[test]
        fn erosion_is_the_minimum_over_the_disc(
            (width, height, data) in (1usize..24, 1usize..24).prop_flat_map(|(w, h)| (Just(w), Just(h), prop::collection::vec(any::<u8>(), w * h))),
            radius in 0.5f64..9.0,
        ) {
            let image = Grid2 { width, height, data };
            let disc = Disc::new(radius);
            let eroded = erode(&image, &disc);
            prop_assert_eq!(&eroded, &brute(&image, radius));
            prop_assert_eq!(erode(&image.transposed(), &disc), eroded.transposed());
            let inverse = dilate(&image.map(|v| 255 - v), &disc);
            prop_assert_eq!(inverse.map(|v| 255 - v), eroded);
            let closed = close(&image, &disc);
            prop_assert!(closed.data.iter().zip(&image.data).all(|(c, i)| c >= i));
            prop_assert_eq!(close(&closed, &disc), closed);
        }
    }
}
