#![no_main]
//! A DICOM image in one file: an error or a volume.

mod in_memory;

use libfuzzer_sys::fuzz_target;
use radiomics::io::{Options, dicom};

fuzz_target!(|data: &[u8]| {
    in_memory::with_file(data, |path| {
        let _ = dicom::read_series(&[path.to_owned()], &Options::default());
    });
});
