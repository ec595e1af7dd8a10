//! The IBSI digital phantom (Zwanenburg et al., IBSI reference manual, section
//! 5.1; CC BY 4.0).

use ndarray::Array3;
use radiomics::{Geometry, Volume};

/// Intensities by z, y, x; voxels of 2 mm.
const IMAGE: [[[u8; 5]; 4]; 4] = [
    [
        [1, 4, 4, 1, 1],
        [1, 4, 6, 1, 1],
        [4, 1, 6, 4, 1],
        [4, 4, 6, 4, 1],
    ],
    [
        [1, 4, 4, 1, 1],
        [1, 1, 6, 1, 1],
        [1, 1, 3, 1, 1],
        [4, 4, 6, 1, 1],
    ],
    [
        [1, 4, 4, 1, 1],
        [1, 1, 1, 1, 1],
        [1, 1, 9, 1, 1],
        [1, 1, 6, 1, 1],
    ],
    [
        [1, 4, 4, 1, 1],
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
        [1, 1, 6, 1, 1],
    ],
];

/// The region, likewise.
const MASK: [[[u8; 5]; 4]; 4] = [
    [
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
    ],
    [
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
        [0, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
    ],
    [
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 1],
        [1, 1, 0, 1, 1],
        [1, 1, 1, 1, 1],
    ],
    [
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
    ],
];

/// Image and mask: 5 x 4 x 4 voxels, 74 of them in the region.
pub fn digital_phantom() -> (Volume, Volume) {
    let geometry = || Geometry::aligned([5, 4, 4], [2.0; 3]);
    let volume = |table: &[[[u8; 5]; 4]; 4]| {
        let voxels = Array3::from_shape_fn((4, 4, 5), |(z, y, x)| f64::from(table[z][y][x]));
        Volume::new(voxels, geometry()).unwrap()
    };
    (volume(&IMAGE), volume(&MASK))
}
