//! The colours of the figures, safe for the colour-blind.

/// Correlations from `-LIMIT` to `LIMIT` have colours of their own; those
/// beyond share the colours of the ends, so that figures can be compared.
pub const LIMIT: f64 = 0.7;

/// Steps from 0 to either end of the scale: .025 of correlation each.
pub(crate) const STEPS: i32 = 28;

/// The colour of a value that could not be computed.
pub const MISSING: [u8; 3] = [0xbd, 0xbd, 0xbd];

/// ColorBrewer's RdBu in eleven classes (Cynthia Brewer, Apache-2.0), from
/// negative (blue) through white to positive (red).
const DIVERGING: [[u8; 3]; 11] = [
    [0x05, 0x30, 0x61],
    [0x21, 0x66, 0xac],
    [0x43, 0x93, 0xc3],
    [0x92, 0xc5, 0xde],
    [0xd1, 0xe5, 0xf0],
    [0xf7, 0xf7, 0xf7],
    [0xfd, 0xdb, 0xc7],
    [0xf4, 0xa5, 0x82],
    [0xd6, 0x60, 0x4d],
    [0xb2, 0x18, 0x2b],
    [0x67, 0x00, 0x1f],
];

/// The qualitative palette of Okabe and Ito (2008), without black.
const GROUPS: [[u8; 3]; 7] = [
    [0xe6, 0x9f, 0x00],
    [0x56, 0xb4, 0xe9],
    [0x00, 0x9e, 0x73],
    [0xcc, 0x79, 0xa7],
    [0xf0, 0xe4, 0x42],
    [0x00, 0x72, 0xb2],
    [0xd5, 0x5e, 0x00],
];

/// The same palette without its yellow, which is lost on white, in the order in
/// which neighbours differ most: curves and groups of points.
const SERIES: [Rgb; MOST_SERIES] = [
    [0x00, 0x72, 0xb2],
    [0xd5, 0x5e, 0x00],
    [0x00, 0x9e, 0x73],
    [0xcc, 0x79, 0xa7],
    [0xe6, 0x9f, 0x00],
    [0x56, 0xb4, 0xe9],
];

/// Most curves, or groups of points, that one figure can tell apart.
pub const MOST_SERIES: usize = 6;

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

/// The colour of a correlation: white at 0, red above, blue below, in steps of
/// .025, the same beyond +-[`LIMIT`]; grey for NaN.
pub fn correlation(value: f64) -> [u8; 3] {
    step(value).map_or(MISSING, of_step)
}

/// The step of the scale a value falls on; `None` for NaN.
pub(crate) fn step(value: f64) -> Option<i32> {
    let step = (value.clamp(-LIMIT, LIMIT) / LIMIT * f64::from(STEPS)).round();
    (!value.is_nan()).then_some(step as i32)
}

pub(crate) fn of_step(step: i32) -> [u8; 3] {
    let last = DIVERGING.len() - 1;
    let place = f64::from(step + STEPS) / f64::from(2 * STEPS) * last as f64;
    let below = (place.floor() as usize).min(last - 1);
    let share = place - below as f64;
    let mix = |a: u8, b: u8| (f64::from(a) * (1.0 - share) + f64::from(b) * share).round() as u8;
    let (low, high) = (DIVERGING[below], DIVERGING[below + 1]);
    [
        mix(low[0], high[0]),
        mix(low[1], high[1]),
        mix(low[2], high[2]),
    ]
}

/// The colour of a group; after the seventh they come again.
pub fn group(index: usize) -> [u8; 3] {
    GROUPS[index % GROUPS.len()]
}

/// The colour of a curve, or of a group of points, on white; after the sixth
/// they come again.
pub fn series(index: usize) -> [u8; 3] {
    SERIES[index % SERIES.len()]
}

/// Whether thin lines of it are hard to see on white.
pub(crate) fn pale(colour: Rgb) -> bool {
    luminance(colour) > 130.0
}

/// A colour for text on white: the same hue, dark enough to be read.
pub(crate) fn readable(colour: Rgb) -> Rgb {
    let mut shade = colour;
    while luminance(shade) > 105.0 {
        shade = shade.map(|part| (f64::from(part) * 0.95) as u8);
    }
    shade
}

pub(crate) fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Whether white shows better on it than black.
pub(crate) fn dark(colour: Rgb) -> bool {
    luminance(colour) < 110.0
}

fn luminance([r, g, b]: Rgb) -> f64 {
    0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_fixed_and_clamped() {
        assert_eq!(correlation(0.0), [0xf7, 0xf7, 0xf7]);
        assert_eq!(correlation(0.7), DIVERGING[10]);
        assert_eq!(correlation(1.0), correlation(0.7));
        assert_eq!(correlation(-1.0), DIVERGING[0]);
        assert_eq!(correlation(f64::NAN), MISSING);
        assert!(dark(correlation(0.7)) && !dark(correlation(0.2)));
    }

    #[test]
    fn text_is_dark_enough() {
        assert_eq!(readable(series(0)), series(0));
        for colour in SERIES {
            assert!(dark(readable(colour)));
        }
    }
}
