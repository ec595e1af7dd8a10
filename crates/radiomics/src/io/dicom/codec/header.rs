//! Sizes that a code stream claims, before a decoder believes them.

use super::super::pixels::PixelFormat;

/// What the head of a code stream says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Header {
    pub columns: usize,
    pub rows: usize,
    pub components: usize,
    pub precision: u32,
    /// Whether it is JPEG by cosines, extended sequential.
    pub extended: bool,
}

/// Reads the head of a JPEG, JPEG-LS or (`newer`) JPEG 2000 stream and holds
/// it against the elements.
pub(super) fn check(data: &[u8], format: &PixelFormat, newer: bool) -> Result<Header, String> {
    let header = if newer { jpeg2000(data) } else { jpeg(data) };
    let header = header.ok_or("it has no JPEG header; the file is damaged or truncated")?;
    if (header.columns, header.rows) != (format.columns, format.rows) {
        return Err(format!(
            "the compressed image is {} x {}, but Columns x Rows is {} x {}",
            header.columns, header.rows, format.columns, format.rows
        ));
    }
    if header.components != 1 {
        return Err(format!(
            "the compressed image has {} components; only grey is read",
            header.components
        ));
    }
    if !(1..=16).contains(&header.precision) {
        return Err(format!(
            "the compressed image has {} bits a pixel; at most 16 are read",
            header.precision
        ));
    }
    // A flat image takes a few hundred bytes; 1,024 pixels a byte beyond four
    // megapixels is no image.
    if format.area() > (1 << 22) && format.area() > data.len().saturating_mul(1024) {
        return Err(format!(
            "{} bytes can't hold {} x {} pixels; the file is damaged or truncated",
            data.len(),
            format.columns,
            format.rows
        ));
    }
    Ok(header)
}

fn two(data: &[u8], at: usize) -> Option<usize> {
    let bytes = data.get(at..)?.first_chunk()?;
    Some(usize::from(u16::from_be_bytes(*bytes)))
}

fn four(data: &[u8], at: usize) -> Option<usize> {
    let bytes = data.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_be_bytes(*bytes)).ok()
}

/// The frame header of JPEG and JPEG-LS.
fn jpeg(data: &[u8]) -> Option<Header> {
    let mut at = 2;
    loop {
        let marker = *data.get(at + 1)?;
        if *data.get(at)? != 0xff {
            return None;
        }
        match marker {
            0xff => at += 1,
            0xd8 | 0x01 | 0xd0..=0xd7 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xf7 => {
                return Some(Header {
                    precision: (*data.get(at + 4)?).into(),
                    rows: two(data, at + 5)?,
                    columns: two(data, at + 7)?,
                    components: (*data.get(at + 9)?).into(),
                    extended: marker == 0xc1,
                });
            }
            _ => at += 2 + two(data, at + 2)?,
        }
    }
}

/// The size segment of JPEG 2000, within its box where there is one.
fn jpeg2000(data: &[u8]) -> Option<Header> {
    let start = data
        .windows(4)
        .take(4096)
        .position(|four| four == [0xff, 0x4f, 0xff, 0x51])?;
    let at = start + 4;
    Some(Header {
        columns: four(data, at + 4)?.checked_sub(four(data, at + 12)?)?,
        rows: four(data, at + 8)?.checked_sub(four(data, at + 16)?)?,
        components: two(data, at + 36)?,
        precision: u32::from(*data.get(at + 38)? & 0x7f) + 1,
        extended: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let jls = b"\xff\xd8\xff\xf7\0\x0b\x0c\0\x40\0\x20\x01\x01\x11\0";
        let header = jpeg(jls).unwrap();
        assert_eq!(
            (header.columns, header.rows, header.precision),
            (32, 64, 12)
        );
        assert_eq!(jpeg(&jls[..9]), None);
        assert_eq!(jpeg2000(b"\xff\x4f\xff\x51\0\x29"), None);
    }
}
