//! The file meta group, and files without it.

/// What stands before the data set.
#[derive(Debug, PartialEq)]
pub(super) struct Meta {
    /// First byte of the data set.
    pub start: usize,
    /// UID of the transfer syntax, where it is named.
    pub syntax: Option<String>,
}

/// Reads the file meta group, which is always explicit and little endian.
/// Preamble, group and the UID in it may be missing.
pub(super) fn read(bytes: &[u8]) -> Result<Meta, String> {
    let mut at = if bytes.get(128..132) == Some(b"DICM".as_slice()) {
        132
    } else if bytes.starts_with(b"DICM") {
        4
    } else {
        0
    };
    let mut syntax = None;
    while let Some(&[group, 0, low, high, first, second, a, b]) =
        bytes.get(at..).and_then(<[u8]>::first_chunk)
        && group == 2
    {
        let long = [b"OB", b"UN", b"OW"].contains(&&[first, second]);
        let (length, body) = if long {
            let length = bytes.get(at + 8..).and_then(|rest| rest.first_chunk());
            let length = length.map_or(u32::MAX, |&length| u32::from_le_bytes(length));
            (length as usize, at + 12)
        } else {
            (usize::from(u16::from_le_bytes([a, b])), at + 8)
        };
        let value = body
            .checked_add(length)
            .and_then(|end| bytes.get(body..end))
            .ok_or_else(|| {
                format!(
                    "the file meta group ends within an element, at byte {at}; the file is \
                     truncated or damaged"
                )
            })?;
        if [low, high] == [0x10, 0] {
            let uid = String::from_utf8_lossy(value);
            let uid = uid.trim_matches(['\0', ' ']).to_owned();
            syntax = (!uid.is_empty() && is_uid(&uid)).then_some(uid);
        }
        at = body + length;
    }
    Ok(Meta { start: at, syntax })
}

/// Whether a text is a UID and nothing else.
pub(super) fn is_uid(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preamble_group_and_uid_may_be_missing() {
        let uid = b"\x02\0\x10\0UI\x12\x001.2.840.10008.1.2\0";
        let mut with_preamble = vec![0; 128];
        with_preamble.extend(b"DICM");
        with_preamble.extend(uid);
        let expected = Some("1.2.840.10008.1.2".to_owned());
        for (bytes, start, syntax) in [
            (with_preamble.as_slice(), 158, &expected),
            (uid.as_slice(), 26, &expected),
            (b"\x08\0\x05\0CS\0\0".as_slice(), 0, &None),
            (b"".as_slice(), 0, &None),
        ] {
            let found = read(bytes).unwrap();
            assert_eq!((found.start, &found.syntax), (start, syntax));
        }
        assert!(read(&uid[..20]).is_err());
    }
}
