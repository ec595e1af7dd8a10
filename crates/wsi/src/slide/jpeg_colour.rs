//! Whether the JPEG data inside of a TIFF is RGB or YCbCr.
//!
//! The tag PhotometricInterpretation should say so, but some writers (Bio-Formats)
//! put whole JFIF files, which are YCbCr by definition, under a tag that says RGB.
//! So the markers of the JPEG have the last word.

/// `true` when three-component JPEG data is YCbCr. `jpeg` is the start of a chunk,
/// `tag_says` what the TIFF tag claims.
pub(super) fn is_ycbcr(jpeg: &[u8], tag_says: bool) -> bool {
    let mut jfif = false;
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let [0xff, marker, high, low, after @ ..] = rest {
        // Start of scan: the header is over.
        if *marker == 0xda {
            break;
        }
        let length = usize::from(u16::from_be_bytes([*high, *low])).saturating_sub(2);
        let Some(body) = after.get(..length) else {
            break;
        };
        match marker {
            0xe0 => jfif |= body.starts_with(b"JFIF"),
            // Adobe's marker ends in the transform: 0 is RGB, 1 is YCbCr.
            0xee if body.starts_with(b"Adobe") && body.len() >= 12 => return body[11] != 0,
            _ => {}
        }
        rest = &after[length..];
    }
    tag_says || jfif
}

/// JFIF's full-range BT.601 conversion, in 16-bit fixed point as libjpeg does it.
pub(super) fn to_rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const HALF: i32 = 1 << 15;
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = y + ((91_881 * cr + HALF) >> 16);
    let green = y + ((-22_554 * cb - 46_802 * cr + HALF) >> 16);
    let blue = y + ((116_130 * cb + HALF) >> 16);
    [red, green, blue].map(|v| v.clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_have_the_last_word() {
        let jfif = b"\xff\xd8\xff\xe0\x00\x07JFIF\0\xff\xda";
        let adobe = |t: u8| {
            [
                b"\xff\xd8\xff\xee\x00\x0eAdobe\0\0\0\0\0\0".as_slice(),
                &[t],
                b"\xff\xda",
            ]
            .concat()
        };
        assert!(is_ycbcr(jfif, false));
        assert!(is_ycbcr(&adobe(1), false));
        assert!(!is_ycbcr(&adobe(0), true));
        assert!(!is_ycbcr(b"\xff\xd8\xff\xdb\x00\x03a\xff\xda", false));
        assert!(is_ycbcr(b"", true) && !is_ycbcr(b"\xff\xd8\xff\xe0\xff", false));
    }

    #[test]
    fn primary_colours_come_back() {
        assert_eq!(to_rgb(255, 128, 128), [255; 3]);
        assert_eq!(to_rgb(76, 85, 255), [254, 0, 0]);
        assert_eq!(to_rgb(29, 255, 107), [0, 0, 254]);
    }
}
