//! A look at the directories of a TIFF before any reader opens it.
//!
//! OpenSlide believes the sizes that a file states, and ends the whole process when
//! there is no memory for them. And pages that hold one channel each would pass for
//! grey slides.

use std::path::Path;

use tiff::decoder::IfdDecoder;
use tiff::tags::Tag;

use super::mpp::ome_channels;
use super::tiff::new_decoder;
use super::tiff_layout::{directories, number};

/// Bytes of the largest tile that is taken for one: 8192 x 8192 pixels.
const MOST_TILE_BYTES: u64 = 256 << 20;
/// Pixels on the longest side that is taken for one.
const LONGEST_SIDE: u64 = i32::MAX as u64;

/// Why a TIFF must not be opened. A file that can't be followed here is left to the
/// readers: some vendors bend the format.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let Ok(mut decoder) = new_decoder(path) else {
        return Ok(());
    };
    for (index, directory) in directories(&mut decoder).iter().enumerate() {
        let mut tags = decoder.read_directory_tags(directory);
        check_sizes(&mut tags).map_err(|reason| format!("directory {index}: {reason}"))?;
        if index == 0 {
            check_channels(&mut tags)?;
        }
    }
    Ok(())
}

fn check_sizes(tags: &mut IfdDecoder<'_>) -> Result<(), String> {
    let size = |tags: &mut _, x, y| number(tags, x).zip(number(tags, y));
    if let Some((width, height)) = size(tags, Tag::ImageWidth, Tag::ImageLength)
        && width.max(height) > LONGEST_SIDE
    {
        return Err(format!(
            "{width} x {height} pixels are more than any slide has; the file is damaged"
        ));
    }
    // Without tiles there is nothing that OpenSlide reads.
    let Some((width, height)) = size(tags, Tag::TileWidth, Tag::TileLength) else {
        return Ok(());
    };
    let bits = tags.find_tag_unsigned_vec::<u64>(Tag::BitsPerSample);
    let bits = bits.ok().flatten().and_then(|bits| bits.first().copied());
    let samples = number(tags, Tag::SamplesPerPixel).unwrap_or(1);
    // OpenSlide decodes into four bytes a pixel.
    let pixel_bytes = (samples.saturating_mul(bits.unwrap_or(8)) / 8).max(4);
    let bytes = width.saturating_mul(height).saturating_mul(pixel_bytes);
    if bytes > MOST_TILE_BYTES {
        return Err(format!(
            "a tile of {width} x {height} pixels is more than {} MB; convert the slide to smaller tiles (256 to 1024 pixels), or the file is damaged",
            MOST_TILE_BYTES >> 20
        ));
    }
    Ok(())
}

fn check_channels(tags: &mut IfdDecoder<'_>) -> Result<(), String> {
    let samples = number(tags, Tag::SamplesPerPixel).unwrap_or(1);
    let description = tags.get_tag_ascii_string(Tag::ImageDescription);
    let channels = description.ok().as_deref().and_then(ome_channels);
    match channels {
        Some(channels) if channels > samples => Err(format!(
            "its OME-XML lists {channels} channels but a page holds {samples}: the channels are pages of their own; convert it to interleaved RGB (one page with three samples a pixel)"
        )),
        _ => Ok(()),
    }
}
