//! A block of RGB pixels -> a plane of optical density a stain.

use super::StainMatrix;

/// The stain planes of one block of pixels, row-major.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Planes {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Haematoxylin optical density after unmixing.
    pub hematoxylin: Vec<f32>,
    /// Optical density of the second stain after unmixing: DAB, or eosin on H&E.
    pub second: Vec<f32>,
    /// Sum of the optical densities of the three channels.
    pub od_sum: Vec<f32>,
}

/// Optical density of each 8-bit value of each channel against a white point.
#[derive(Debug, Clone)]
pub struct OdTable {
    channels: [[f32; 256]; 3],
}

impl OdTable {
    /// The table for white point `white` (red, green, blue; 1..=255; smaller counts
    /// as 1). Values brighter than white have density 0.
    pub fn new(white: [u8; 3]) -> Self {
        let channels = white.map(|i0| {
            let i0 = f64::from(i0.max(1));
            std::array::from_fn(|value| {
                let density = -((value.max(1) as f64) / i0).log10();
                density.max(0.0) as f32
            })
        });
        Self { channels }
    }

    /// Optical density of one pixel, per channel.
    #[inline]
    pub fn pixel(&self, rgb: [u8; 3]) -> [f32; 3] {
        [
            self.channels[0][usize::from(rgb[0])],
            self.channels[1][usize::from(rgb[1])],
            self.channels[2][usize::from(rgb[2])],
        ]
    }
}

/// Unmixes an RGB block (row-major, interleaved, `3 * width * height` bytes).
///
/// # Panics
/// When `rgb` does not have that length (an error of the caller, not of the data).
pub fn unmix(
    rgb: &[u8],
    width: usize,
    height: usize,
    table: &OdTable,
    stains: &StainMatrix,
) -> Planes {
    assert_eq!(rgb.len(), 3 * width * height, "three bytes a pixel");
    let inverse = stains.inverse.map(|row| row.map(|v| v as f32));
    let count = width * height;
    let mut planes = Planes {
        width,
        height,
        hematoxylin: Vec::with_capacity(count),
        second: Vec::with_capacity(count),
        od_sum: Vec::with_capacity(count),
    };
    for pixel in rgb.as_chunks::<3>().0 {
        let [r, g, b] = table.pixel(*pixel);
        planes
            .hematoxylin
            .push(r * inverse[0][0] + g * inverse[1][0] + b * inverse[2][0]);
        planes
            .second
            .push(r * inverse[0][1] + g * inverse[1][1] + b * inverse[2][1]);
        planes.od_sum.push(r + g + b);
    }
    planes
}
