//! Deflated frames (DICOM PS3.5, 10.20): the bytes that an uncompressed frame
//! would have, single bits packed from the lowest.

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::super::pixels::PixelFormat;
use super::Decoded;
use crate::io::samples::room;

pub(in super::super) fn decode(data: &[u8], format: &PixelFormat) -> Result<Decoded, String> {
    let area = format.area();
    let wanted = (area as u64 * u64::from(format.bits_allocated)).div_ceil(8);
    let mut bytes = Vec::new();
    DeflateDecoder::new(data)
        .take(wanted)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("the deflated pixels are damaged ({error})"))?;
    if (bytes.len() as u64) < wanted {
        return Err(format!(
            "its deflated pixels have {} of {wanted} bytes; the file is truncated",
            bytes.len()
        ));
    }
    let mut samples: Vec<u32> = room(area as u64, "pixels")?;
    match format.bits_allocated {
        1 => samples.extend((0..area).map(|pixel| u32::from(bytes[pixel / 8] >> (pixel % 8) & 1))),
        bits => samples.extend(bytes.chunks_exact(bits as usize / 8).map(|sample| {
            let highest_first = sample.iter().rev();
            highest_first.fold(0, |value, &byte| value << 8 | u32::from(byte))
        })),
    }
    Ok(Decoded {
        samples,
        bits: format.bits_stored,
        shift: format.high_bit + 1 - format.bits_stored,
    })
}
