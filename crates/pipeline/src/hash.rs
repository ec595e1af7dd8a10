//! What identifies an input: its size and SHA-256.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Error;

const MIB: u64 = 1 << 20;
/// Files up to this size are hashed whole.
const WHOLE: u64 = 64 * MIB;

/// Identity of a file's content.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fingerprint {
    /// Size in bytes.
    pub bytes: u64,
    /// `sha256` of the whole file; `sha256-ends` of its first and last MiB,
    /// for files above 64 MiB (slides), where reading all would take as long
    /// as the analysis; `sha256-files` of the sorted hashes of a folder's files.
    pub method: &'static str,
    /// The hash, hexadecimal.
    pub hash: String,
}

/// Fingerprint of a file, or of all files below a folder (a DICOM series),
/// whatever their names. A MIRAX slide (`X.mrxs`) is its file and the folder `X`
/// beside it.
///
/// # Errors
/// [`Error::Io`].
pub fn fingerprint(path: &Path) -> Result<Fingerprint, Error> {
    let mirax = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("mrxs"))
        .then(|| path.with_extension(""))
        .filter(|folder| folder.is_dir());
    if path.is_dir() || mirax.is_some() {
        let mut hashes = Vec::new();
        let mut bytes = 0;
        if let Some(folder) = mirax {
            let index = one_file(path)?;
            bytes = index.bytes + collect(&folder, &mut hashes)?;
            hashes.push(index.hash);
        } else {
            bytes += collect(path, &mut hashes)?;
        }
        hashes.sort();
        return Ok(Fingerprint {
            bytes,
            method: "sha256-files",
            hash: of_text(&hashes.concat()),
        });
    }
    one_file(path)
}

/// Fingerprint of a single file.
fn one_file(path: &Path) -> Result<Fingerprint, Error> {
    let read = || -> std::io::Result<Fingerprint> {
        // To open a pipe would be to wait for whoever writes to it.
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(std::io::Error::other("this is neither a file nor a folder"));
        }
        let mut file = File::open(path)?;
        let bytes = metadata.len();
        let mut hasher = Sha256::new();
        let method = if bytes <= WHOLE {
            update(&mut hasher, &mut file)?;
            "sha256"
        } else {
            update(&mut hasher, &mut (&mut file).take(MIB))?;
            file.seek(SeekFrom::End(-(MIB as i64)))?;
            update(&mut hasher, &mut file)?;
            "sha256-ends"
        };
        Ok(Fingerprint {
            bytes,
            method,
            hash: hex(&hasher.finalize()),
        })
    };
    read().map_err(Error::io(path))
}

/// Adds the hashes of all files below a folder; gives their size.
fn collect(folder: &Path, hashes: &mut Vec<String>) -> Result<u64, Error> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        if path.is_dir() {
            bytes += collect(&path, hashes)?;
        } else {
            let file = fingerprint(&path)?;
            bytes += file.bytes;
            hashes.push(file.hash);
        }
    }
    Ok(bytes)
}

/// SHA-256 of a text, hexadecimal.
pub fn of_text(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn update(hasher: &mut Sha256, from: &mut dyn Read) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            n => hasher.update(&buffer[..n]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hash() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let found = fingerprint(&path).unwrap();
        assert_eq!(
            (found.bytes, found.method, found.hash.as_str()),
            (3, "sha256", expected)
        );
        assert!(fingerprint(&dir.path().join("none")).is_err());
    }

    #[test]
    fn folders_are_known_by_their_content() {
        let dir = tempfile::tempdir().unwrap();
        let of = |names: [&str; 2]| {
            let folder = dir.path().join(names[0]);
            std::fs::create_dir_all(folder.join("deep")).unwrap();
            std::fs::write(folder.join(names[0]), "a").unwrap();
            std::fs::write(folder.join("deep").join(names[1]), "bc").unwrap();
            fingerprint(&folder).unwrap()
        };
        let first = of(["x", "y"]);
        assert_eq!((first.bytes, first.method), (3, "sha256-files"));
        assert_eq!(first, of(["z", "w"]));
        let slide = dir.path().join("x.mrxs");
        std::fs::write(&slide, "index").unwrap();
        let mirax = fingerprint(&slide).unwrap();
        assert_eq!((mirax.bytes, mirax.method), (8, "sha256-files"));
        std::fs::write(dir.path().join("x/x"), "b").unwrap();
        assert_ne!(mirax, fingerprint(&slide).unwrap());
        assert_ne!(first, fingerprint(&dir.path().join("x")).unwrap());
    }
}
