#![no_main]
//! Whatever the bytes: an error or a volume.

use libfuzzer_sys::fuzz_target;
use radiomics::io::{Options, load_bytes};

fuzz_target!(|data: &[u8]| {
    let one = Options {
        volume: Some(1),
        channel: Some(1),
        ..Options::default()
    };
    for options in [Options::default(), one] {
        let _ = load_bytes(data, &options);
    }
});
