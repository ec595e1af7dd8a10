//! One process at a time writes a folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;

use crate::Error;

/// Name of the lock file.
pub(super) const LOCK: &str = ".lock";

/// Takes the lock inside `folder`, which is made where it is missing; `place`
/// is what an error calls it. Between opening the file and locking it, its
/// owner may have moved or removed it: then again.
pub(super) fn lock(place: &Path, folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK);
    for _ in 0..8 {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let open = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = match open {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(Error::Io { path, cause }),
        };
        match file.try_lock() {
            Ok(()) if is_same_file(&file, &path) => return Ok(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Busy(place.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(Error::Io { path, cause }),
        }
    }
    Err(Error::Busy(place.to_owned()))
}

#[cfg(unix)]
fn is_same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |m: fs::Metadata| (m.dev(), m.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => identity(open) == identity(there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_file(_file: &File, path: &Path) -> bool {
    path.exists()
}
