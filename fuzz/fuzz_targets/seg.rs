#![no_main]
//! Segments: an error, or masks on their own grid.

mod in_memory;

use libfuzzer_sys::fuzz_target;
use radiomics::io::seg;

fuzz_target!(|data: &[u8]| {
    in_memory::with_file(data, |path| {
        if let Ok(segmentation) = seg::read(path) {
            let all: Vec<usize> = (0..segmentation.segments.len()).collect();
            let _ = segmentation.mask(&all);
        }
    });
});
