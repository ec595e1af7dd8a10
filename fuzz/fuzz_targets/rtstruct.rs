#![no_main]
//! Contours: an error, or masks on a small grid.

mod in_memory;

use libfuzzer_sys::fuzz_target;
use radiomics::{Geometry, io::rtstruct};

fuzz_target!(|data: &[u8]| {
    in_memory::with_file(data, |path| {
        if let Ok(set) = rtstruct::read(path) {
            let grid = Geometry::aligned([16, 16, 8], [1.0, 1.0, 2.0]);
            let all: Vec<usize> = (0..set.rois.len()).collect();
            let _ = set.mask(&all, &grid);
        }
    });
});
