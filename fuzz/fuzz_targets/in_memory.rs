//! Bytes as a file in memory, for readers that take a path.

use std::io::Write;
use std::path::Path;

/// Calls with the path of a file of these bytes; it is gone afterwards.
pub fn with_file(data: &[u8], read: impl FnOnce(&Path)) {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::NamedTempFile::new_in(memory)
    } else {
        tempfile::NamedTempFile::new()
    };
    let Ok(mut file) = made else { return };
    if file.write_all(data).is_ok() {
        read(file.path());
    }
}
