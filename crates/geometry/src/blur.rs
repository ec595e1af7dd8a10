use crate::Grid2;

/// Gaussian blur of a standard deviation in pixels: separable, weights cut at
/// `ceil(4 sigma)` and normalised to sum 1, edge pixels repeated outwards.
/// A sigma that is not positive (or not a number) returns the image as it is.
/// Every pixel is summed in the same order, so equal surroundings give equal
/// values wherever they lie.
pub fn gaussian(image: &Grid2<f32>, sigma: f64) -> Grid2<f32> {
    if sigma.is_nan() || sigma <= 0.0 || image.is_empty() {
        return image.clone();
    }
    let weights = kernel(sigma);
    down(&across(image, &weights), &weights)
}

/// The 4-neighbour Laplacian with its sign turned, `4 v - (left + right + up +
/// down)`: positive on what is brighter than its surroundings. Edge pixels are
/// repeated outwards.
pub fn negative_laplacian(image: &Grid2<f32>) -> Grid2<f32> {
    let mut out = Grid2::filled(image.width, image.height, 0.0);
    let last = image.width.saturating_sub(1);
    for y in 0..image.height {
        let row = image.row(y);
        let above = image.row(y.saturating_sub(1));
        let below = image.row((y + 1).min(image.height - 1));
        for (x, o) in out.row_mut(y).iter_mut().enumerate() {
            let sides = row[x.saturating_sub(1)] + row[if x < last { x + 1 } else { last }];
            *o = 4.0 * row[x] - (sides + (above[x] + below[x]));
        }
    }
    out
}

/// Weights of the centre and of one side.
fn kernel(sigma: f64) -> Vec<f32> {
    let reach = (4.0 * sigma).ceil() as usize;
    let raw: Vec<f64> = (0..=reach)
        .map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp())
        .collect();
    let total = raw[0] + 2.0 * raw[1..].iter().sum::<f64>();
    raw.iter().map(|w| (w / total) as f32).collect()
}

fn across(image: &Grid2<f32>, weights: &[f32]) -> Grid2<f32> {
    let (width, reach) = (image.width, weights.len() - 1);
    let mut out = Grid2::filled(width, image.height, 0.0);
    let mut padded = vec![0.0; width + 2 * reach];
    for y in 0..image.height {
        let row = image.row(y);
        padded[..reach].fill(row[0]);
        padded[reach..reach + width].copy_from_slice(row);
        padded[reach + width..].fill(row[width - 1]);
        accumulate(out.row_mut(y), weights, |i, side| {
            let start = if side { reach + i } else { reach - i };
            &padded[start..start + width]
        });
    }
    out
}

fn down(image: &Grid2<f32>, weights: &[f32]) -> Grid2<f32> {
    let mut out = Grid2::filled(image.width, image.height, 0.0);
    for y in 0..image.height {
        accumulate(out.row_mut(y), weights, |i, side| {
            image.row(if side {
                (y + i).min(image.height - 1)
            } else {
                y.saturating_sub(i)
            })
        });
    }
    out
}

/// `out = w0 * line(0) + sum_i w_i * (line(i, before) + line(i, after))`.
fn accumulate<'a>(out: &mut [f32], weights: &[f32], line: impl Fn(usize, bool) -> &'a [f32]) {
    for (o, &v) in out.iter_mut().zip(line(0, false)) {
        *o = weights[0] * v;
    }
    for (i, &w) in weights.iter().enumerate().skip(1) {
        for ((o, &a), &b) in out.iter_mut().zip(line(i, false)).zip(line(i, true)) {
            *o += w * (a + b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_becomes_a_gaussian() {
        let sigma = 2.0f64;
        let mut image = Grid2::filled(41, 41, 0.0f32);
        image.data[20 * 41 + 20] = 1.0;
        let blurred = gaussian(&image, sigma);
        for (x, y) in [(20, 20), (23, 20), (18, 25)] {
            let (dx, dy) = (x as f64 - 20.0, y as f64 - 20.0);
            let expected = (-(dx * dx + dy * dy) / (2.0 * sigma * sigma)).exp()
                / (2.0 * std::f64::consts::PI * sigma * sigma);
            let found = f64::from(blurred.data[y * 41 + x]);
            assert!((found - expected).abs() < 2e-5, "{found} {expected}");
        }
        let total: f32 = blurred.data.iter().sum();
        assert!((total - 1.0).abs() < 1e-5, "{total}");
    }

    #[test]
    fn a_constant_stays_and_has_no_laplacian() {
        let image = Grid2::filled(7, 3, 0.75f32);
        let blurred = gaussian(&image, 3.0);
        assert!(blurred.data.iter().all(|v| (v - 0.75).abs() < 1e-6));
        assert!(negative_laplacian(&image).data.iter().all(|&v| v == 0.0));
    }

    #[test]
    fn transposition_commutes() {
        let image = Grid2::from_fn(30, 17, |x, y| ((x * 7 + y * 13) % 11) as f32);
        let a = gaussian(&image.transposed(), 1.5);
        let b = gaussian(&image, 1.5).transposed();
        assert!(
            a.data
                .iter()
                .zip(&b.data)
                .all(|(p, q)| (p - q).abs() < 1e-4)
        );
        assert_eq!(
            negative_laplacian(&image.transposed()),
            negative_laplacian(&image).transposed()
        );
    }

    #[test]
    fn no_blur_without_a_width() {
        let image = Grid2::filled(2, 2, 1.0f32);
        assert_eq!(gaussian(&image, f64::NAN), image);
        assert_eq!(gaussian(&image, 0.0), image);
        assert!(negative_laplacian(&Grid2::filled(0, 0, 0.0)).is_empty());
    }
}
