//! Whether a JPEG is all there.
//!
//! Decoders fill what is missing with flat colour and say nothing, so a slide that
//! was cut off in a copy would lose its cells in silence.

/// Bytes at the end of a JPEG among which its end marker is looked for: some writers
/// pad their data or append to it.
pub(super) const TAIL_BYTES: u64 = 1 << 16;

/// Whether a JPEG ends, from its last [`TAIL_BYTES`] bytes: an end marker follows the
/// last start of a scan (that of an embedded thumbnail comes before it).
pub(super) fn is_whole(tail: &[u8]) -> bool {
    let last = |marker: [u8; 2]| tail.windows(2).rposition(|pair| pair == marker);
    // A marker that is not there is less than any position.
    last([0xff, 0xd9]) > last([0xff, 0xda])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_follows_the_last_scan() {
        assert!(is_whole(b"\xff\xda123\xff\xd9"));
        assert!(is_whole(b"123\xff\xd9\0\0padding"));
        assert!(!is_whole(b"\xff\xda123"));
        assert!(!is_whole(b"\xff\xda thumbnail \xff\xd9 \xff\xda123"));
        assert!(!is_whole(b"") && !is_whole(&[0; 9]));
    }
}
