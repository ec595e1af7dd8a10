//! Which fragments make a frame.

use std::borrow::Cow;
use std::ops::Range;

use dicom_dictionary_std::tags;

use super::super::file::File;
use super::super::layout::Body;
use super::super::pixels::PixelFormat;

/// Bytes of a compressed frame.
pub(in super::super) fn frame_data<'a>(
    file: &'a File,
    body: &Body,
    format: &PixelFormat,
    frame: usize,
) -> Result<Cow<'a, [u8]>, String> {
    let Body::Fragments {
        offsets, fragments, ..
    } = body
    else {
        return Err("its pixels are not compressed".to_owned());
    };
    let bytes = &file.bytes;
    let chosen = if fragments.len() == format.frames {
        fragments.get(frame..=frame)
    } else if format.frames == 1 {
        Some(&fragments[..])
    } else {
        let starts = starts(file, offsets, fragments, format.frames)?;
        let end = starts.get(frame + 1).copied().unwrap_or(fragments.len());
        starts
            .get(frame)
            .and_then(|&start| fragments.get(start..end))
    };
    let parts: Vec<&[u8]> = chosen
        .unwrap_or_default()
        .iter()
        .filter_map(|range| bytes.get(range.clone()))
        .collect();
    Ok(match parts[..] {
        [one] => Cow::Borrowed(one),
        _ => Cow::Owned(parts.concat()),
    })
}

/// The first fragment of each frame: by the extended or basic table of
/// offsets, else where a code stream begins.
fn starts(
    file: &File,
    offsets: &Range<usize>,
    fragments: &[Range<usize>],
    frames: usize,
) -> Result<Vec<usize>, String> {
    let first = fragments.first().map_or(0, |range| range.start);
    let at = |offset: u64| {
        let place = |range: &Range<usize>| (range.start - first) as u64 == offset;
        fragments.iter().position(place)
    };
    let extended = file
        .object
        .get(tags::EXTENDED_OFFSET_TABLE)
        .and_then(|element| element.to_bytes().ok());
    let table: Vec<u64> = match extended {
        Some(bytes) => bytes
            .as_chunks()
            .0
            .iter()
            .map(|&b| u64::from_le_bytes(b))
            .collect(),
        None => {
            let bytes = file.bytes.get(offsets.clone()).unwrap_or_default();
            let numbers = bytes.as_chunks().0.iter();
            numbers.map(|&b| u32::from_le_bytes(b).into()).collect()
        }
    };
    if table.len() == frames
        && let Some(starts) = table
            .iter()
            .map(|&offset| at(offset))
            .collect::<Option<Vec<_>>>()
        && starts.is_sorted()
    {
        return Ok(starts);
    }
    let begins = |range: &Range<usize>| {
        let head = file.bytes.get(range.clone()).and_then(<[u8]>::first_chunk);
        matches!(head, Some([0xff, 0xd8 | 0x4f]))
    };
    let starts: Vec<usize> = (0..fragments.len())
        .filter(|&index| begins(&fragments[index]))
        .collect();
    if starts.len() == frames {
        return Ok(starts);
    }
    Err(format!(
        "its {} fragments can't be told apart into {frames} frames; the table of offsets is \
         missing or damaged: write the file anew, for example with `gdcmconv`",
        fragments.len()
    ))
}
