//! Run lengths (DICOM PS3.5, annex G): one segment for each byte of a pixel,
//! the highest first.

use super::super::pixels::PixelFormat;
use super::Decoded;
use crate::io::samples::room;

pub(in super::super) fn decode(data: &[u8], format: &PixelFormat) -> Result<Decoded, String> {
    let damaged = || "the run lengths are damaged or truncated; copy the file again".to_owned();
    let header: [u32; 16] = {
        let head = data.get(..64).ok_or_else(damaged)?.as_chunks().0;
        std::array::from_fn(|index| {
            head.get(index)
                .map_or(0, |&bytes| u32::from_le_bytes(bytes))
        })
    };
    let segments = format.bits_allocated.div_ceil(8);
    if header[0] != segments {
        return Err(format!(
            "it has {} run-length segments where {} bits take {segments}",
            header[0], format.bits_allocated
        ));
    }
    let area = format.area();
    // A run makes at most 128 pixels of two bytes.
    if area > data.len().saturating_mul(64) {
        return Err(damaged());
    }
    let mut samples: Vec<u32> = room(area as u64, "pixels")?;
    samples.resize(area, 0);
    for segment in 1..=segments as usize {
        let start = header[segment] as usize;
        let end = if segment == segments as usize {
            data.len()
        } else {
            header[segment + 1] as usize
        };
        let runs = data.get(start..end).ok_or_else(damaged)?;
        if unpack(runs, &mut samples) < area {
            return Err(damaged());
        }
    }
    Ok(Decoded {
        samples,
        bits: format.bits_stored,
        shift: format.high_bit + 1 - format.bits_stored,
    })
}

/// Shifts the next byte into each sample; how many got one.
fn unpack(mut runs: &[u8], samples: &mut [u32]) -> usize {
    let mut filled = 0;
    while let Some((&count, rest)) = runs.split_first()
        && filled < samples.len()
    {
        let room = samples.len() - filled;
        runs = match count {
            0..128 => {
                let literal = (usize::from(count) + 1).min(rest.len());
                let (bytes, rest) = rest.split_at(literal);
                for (sample, &byte) in samples[filled..].iter_mut().zip(bytes) {
                    *sample = (*sample << 8) | u32::from(byte);
                }
                filled += literal.min(room);
                rest
            }
            128 => rest,
            129.. => {
                let Some((&byte, rest)) = rest.split_first() else {
                    break;
                };
                let length = (257 - usize::from(count)).min(room);
                for sample in &mut samples[filled..filled + length] {
                    *sample = (*sample << 8) | u32::from(byte);
                }
                filled += length;
                rest
            }
        };
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_literals() {
        let mut samples = [1, 1, 1, 1, 1];
        let runs = [254, 7, 128, 1, 8, 9];
        assert_eq!(unpack(&runs, &mut samples), 5);
        assert_eq!(samples, [263, 263, 263, 264, 265]);
        assert_eq!(unpack(&runs[..4], &mut samples), 3);
        assert_eq!(unpack(&[129], &mut samples), 0);
    }
}
