//! The colour of empty glass: light that nothing absorbed.

/// White point of a slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhitePoint {
    /// Red, green and blue of empty glass.
    pub rgb: [u8; 3],
    /// Whether glass was seen; if not, `rgb` is the default 255 (as in QuPath).
    pub measured: bool,
}

/// Glass is at least this bright in every channel.
const DIMMEST: u8 = 200;
/// Glass is grey: its channels differ by no more than this.
const MOST_COLOUR: u8 = 20;
/// Glass is even: in a pixel and its neighbours, the sum of the channels varies by
/// no more than this. Pale tissue is as bright, but has texture.
const MOST_TEXTURE: u16 = 15;
/// Share of the picture, fill left out, that must look like glass for its colour to be
/// believed.
const LEAST_SHARE: f64 = 0.01;

/// Mode of the bright, near-grey and even pixels of an RGB picture at about 8 um per
/// pixel, channel by channel.
///
/// Pure white is what readers fill gaps of a slide with, however large, but also what
/// an overexposed scan shows: it counts as glass where there is no other (less than
/// 1 % of what isn't pure white). With less than 1 % of glass: 255, not measured.
pub fn white_point(rgb: &[u8], width: usize) -> WhitePoint {
    let pixels = rgb.as_chunks::<3>().0;
    let height = pixels.len().checked_div(width).unwrap_or(0);
    let mut histograms = [[0u32; 256]; 3];
    let (mut glass, mut pure) = (0usize, 0usize);
    let filled = pixels.iter().filter(|&&pixel| pixel == [255; 3]).count();
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let pixel = pixels[y * width + x];
            if !is_bright_grey(pixel) || !is_even(pixels, width, x, y) {
                continue;
            }
            if pixel == [255; 3] {
                pure += 1;
                continue;
            }
            glass += 1;
            for (histogram, value) in histograms.iter_mut().zip(pixel) {
                histogram[usize::from(value)] += 1;
            }
        }
    }
    let enough = |count: usize, of: usize| count > 0 && count as f64 >= LEAST_SHARE * of as f64;
    if enough(glass, pixels.len() - filled) {
        WhitePoint {
            rgb: histograms.map(|h| mode(&h)),
            measured: true,
        }
    } else {
        WhitePoint {
            rgb: [255; 3],
            measured: enough(pure, pixels.len()),
        }
    }
}

fn is_bright_grey([r, g, b]: [u8; 3]) -> bool {
    let (low, high) = (r.min(g).min(b), r.max(g).max(b));
    low >= DIMMEST && high - low <= MOST_COLOUR
}

fn is_even(pixels: &[[u8; 3]], width: usize, x: usize, y: usize) -> bool {
    let (mut low, mut high) = (u16::MAX, 0);
    for row in [y - 1, y, y + 1] {
        for pixel in &pixels[row * width + x - 1..=row * width + x + 1] {
            let sum = pixel.iter().map(|&v| u16::from(v)).sum();
            (low, high) = (low.min(sum), high.max(sum));
        }
    }
    high - low <= MOST_TEXTURE
}

/// The value with most pixels in a window of five; the brightest of equals.
fn mode(histogram: &[u32; 256]) -> u8 {
    let window = |value: usize| {
        histogram[value.saturating_sub(2)..(value + 3).min(256)]
            .iter()
            .sum::<u32>()
    };
    (0..=255u8)
        .max_by_key(|&value| window(usize::from(value)))
        .unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left third glass, then pale tissue with texture, a frame of fill below.
    #[test]
    fn glass_among_tissue_is_found() {
        let rgb: Vec<u8> = (0..60 * 60)
            .flat_map(|i| match (i % 60, i / 60) {
                (_, 50..) => [255; 3],
                (..20, y) => [238, 240, 243 + (y % 2) as u8],
                (x, y) => [205 + ((x * 7 + y * 13) % 19) as u8; 3],
            })
            .collect();
        let white = white_point(&rgb, 60);
        assert!(white.measured);
        for (found, expected) in white.rgb.iter().zip([238u8, 240, 243]) {
            assert!(found.abs_diff(expected) <= 2, "{white:?}");
        }
    }

    /// A small scan of grey glass in a large field of fill, as whole-slide files have.
    #[test]
    fn fill_does_not_outvote_glass() {
        let rgb: Vec<u8> = (0..100 * 100)
            .flat_map(|i| match (i % 100, i / 100) {
                (x @ ..12, ..12) if x < 6 => [236, 238, 240],
                (x @ ..12, y @ ..12) => [120 + ((x * 7 + y * 13) % 19) as u8; 3],
                _ => [255; 3],
            })
            .collect();
        let white = white_point(&rgb, 100);
        assert!(white.measured);
        for (found, expected) in white.rgb.iter().zip([236u8, 238, 240]) {
            assert!(found.abs_diff(expected) <= 2, "{white:?}");
        }
    }

    #[test]
    fn without_glass_it_is_255() {
        let white = |measured| WhitePoint {
            rgb: [255; 3],
            measured,
        };
        assert_eq!(white_point(&[180, 90, 150].repeat(100), 10), white(false));
        assert_eq!(white_point(&[], 0), white(false));
        assert_eq!(white_point(&[250; 27], 1), white(false));
        // An overexposed scan: pure white is its glass.
        assert_eq!(white_point(&[255; 300], 10), white(true));
    }
}
