#![no_main]
//! PyRadiomics' parameter files: settings or an error.

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = radiomics::Settings::from_pyradiomics_yaml(text);
    }
});
