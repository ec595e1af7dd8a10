//! Voxels written as words.

use std::io::Read;

use super::Problem;
use super::samples::{damaged_stream, room};
use crate::Storage;

/// Numbers in words, exactly `count` of them, that can be stored as such.
pub(super) fn read_numbers(
    reader: impl Read,
    count: u64,
    length: u64,
    storage: Storage,
) -> Result<Vec<f64>, Problem> {
    let text = read_text(reader, count, length)?;
    // Commas between the numbers are allowed.
    let words = || text.split_whitespace().filter(|&word| word != ",");
    let found = words().count();
    if found as u64 != count {
        let problem = format!("{found} voxels, but the header says {count}");
        return Err(Problem::Format(problem));
    }
    let mut values = room(count, "voxels")?;
    for word in words() {
        let value: f64 = word
            .parse()
            .map_err(|_| format!("voxel {word:?} is not a number"))?;
        let stored = storage.store(value);
        if matches!(storage, Storage::Whole { .. }) && stored != value {
            return Err(Problem::Format(format!(
                "voxel {word:?} can't be stored as the type that the header says"
            )));
        }
        values.push(stored);
    }
    Ok(values)
}

/// Bytes in pairs of hexadecimal digits, exactly `count` of them; white space
/// doesn't count.
pub(super) fn read_hex(reader: impl Read, count: u64, length: u64) -> Result<Vec<u8>, Problem> {
    let text = read_text(reader, count, length)?;
    let mut bytes = room(count, "bytes of voxels")?;
    let mut high = None;
    for letter in text.chars().filter(|letter| !letter.is_whitespace()) {
        let digit = letter
            .to_digit(16)
            .ok_or_else(|| format!("{letter:?} is no hexadecimal digit"))?
            as u8;
        match high.take() {
            None => high = Some(digit),
            Some(_) if bytes.len() as u64 == count => break,
            Some(high) => bytes.push(16 * high + digit),
        }
    }
    if bytes.len() as u64 != count {
        let problem = format!(
            "{} bytes in hexadecimal digits, but the header says {count}; truncated",
            bytes.len()
        );
        return Err(Problem::Format(problem));
    }
    Ok(bytes)
}

/// All that is left of a file in which `least` letters must be.
fn read_text(mut reader: impl Read, least: u64, length: u64) -> Result<String, Problem> {
    if least > length {
        let problem =
            format!("{least} voxels can't be written in {length} bytes of text; truncated");
        return Err(Problem::Format(problem));
    }
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(damaged_stream)?;
    String::from_utf8(bytes).map_err(|_| Problem::Format("the voxels are not text".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_digits() {
        let bytes = Storage::Whole {
            least: 0.0,
            most: 255.0,
        };
        let numbers = |text: &str, count, storage| {
            read_numbers(text.as_bytes(), count, text.len() as u64, storage).ok()
        };
        assert_eq!(numbers(" 1\n2 , 3", 3, bytes), Some(vec![1.0, 2.0, 3.0]));
        let single = f64::from(0.1f32);
        assert_eq!(numbers("0.1", 1, Storage::Single), Some(vec![single]));
        for text in ["1 2", "1 2 3 4", "1 2 x", "1 2 3.5", "1 2 256", "1 2 nan"] {
            assert_eq!(numbers(text, 3, bytes), None, "{text}");
        }
        let hex = |text: &str, count| read_hex(text.as_bytes(), count, text.len() as u64).ok();
        assert_eq!(hex("0aF F\n10", 3), Some(vec![10, 255, 16]));
        assert_eq!(hex("0af", 2), None);
        assert_eq!(hex("0g", 1), None);
        assert_eq!(hex("00", u64::MAX), None);
    }
}
