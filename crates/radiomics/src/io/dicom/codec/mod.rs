//! Compressed pixels to stored values.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::pixels::PixelFormat;
use super::syntax::Codec;

mod deflated;
mod extended;
mod fragments;
mod header;
mod huffman;
mod rle;
mod third_party;

pub(super) use deflated::decode as deflated;
pub(super) use fragments::frame_data;
pub(super) use rle::decode as rle;

/// Pixels of a frame as numbers of at most 32 bits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decoded {
    pub samples: Vec<u32>,
    /// Bits of a sample that count, above `shift`; the highest may be a sign.
    pub bits: u32,
    pub shift: u32,
}

/// JPEG-LS.
pub(super) fn jpeg_ls(data: &[u8], format: &PixelFormat) -> Result<Decoded, String> {
    header::check(data, format, false)?;
    let (columns, rows) = (format.columns as u32, format.rows as u32);
    let (samples, ..) = guarded(|| jpegls::decode(data, columns, rows))?
        .map_err(|error| format!("the JPEG-LS data is damaged or of a kind not read: {error}"))?;
    complete(
        samples.into_iter().map(u32::from).collect(),
        format,
        format.bits_stored,
    )
}

/// JPEG and JPEG 2000.
pub(super) fn jpeg(data: &[u8], format: &PixelFormat, codec: Codec) -> Result<Decoded, String> {
    let newer = codec == Codec::Jpeg2000;
    let header = header::check(data, format, newer)?;
    let samples = if header.extended && header.precision > 8 {
        extended::decode(data, format, header.precision)?
    } else {
        guarded(|| third_party::decode(data, format, header.precision, newer))??
    };
    // The code stream's own precision places the sign where the elements and
    // the stream disagree, as pydicom has it.
    let bits = if newer {
        header.precision
    } else {
        format.bits_stored
    };
    complete(samples, format, bits)
}

fn complete(samples: Vec<u32>, format: &PixelFormat, bits: u32) -> Result<Decoded, String> {
    if samples.len() != format.area() {
        return Err(format!(
            "{} pixels are decoded where {} x {} are expected",
            samples.len(),
            format.columns,
            format.rows
        ));
    }
    Ok(Decoded {
        samples,
        bits,
        shift: 0,
    })
}

/// Damaged data must not end the process.
fn guarded<T>(decode: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(decode))
        .map_err(|_| "the compressed data is damaged; copy the file again".to_owned())
}
