//! A file that is put in its place as a whole, and names of files.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use cohort::Frame;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tables::Format;

use super::{parent, refused};
use crate::Error;

/// How the names of temporary files begin.
pub(crate) const TEMPORARY: &str = ".radpath-";

/// Refuses an output file that is one of the inputs, or no plain file.
///
/// # Errors
/// [`Error::OverwritesInput`], [`Error::Output`].
pub fn check_file(path: &Path, inputs: &[&Path]) -> Result<(), Error> {
    let Ok(found) = fs::canonicalize(path) else {
        return match fs::symlink_metadata(path) {
            Ok(_) => Err(refused(path, "this link leads nowhere: name a new file")),
            Err(_) => Ok(()),
        };
    };
    if !found.is_file() {
        return Err(refused(path, "this is no plain file, and a file is needed"));
    }
    let same = |input: &&&Path| fs::canonicalize(input).is_ok_and(|input| input == found);
    match inputs.iter().find(same) {
        Some(&input) => Err(Error::OverwritesInput {
            output: path.to_owned(),
            input: input.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Writes a file whole: to a temporary neighbour, then renamed. A link is
/// followed.
///
/// # Errors
/// As [`check_file`]; [`Error::Io`]; whatever `fill` gives.
pub fn write_file(
    path: &Path,
    inputs: &[&Path],
    fill: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
) -> Result<(), Error> {
    check_file(path, inputs)?;
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = parent(&target);
    fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        // As any new file; the user's mask takes away what it takes away.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(&folder).map_err(Error::io(&folder))?;
    {
        let mut buffered = BufWriter::new(temporary.as_file_mut());
        fill(&mut buffered)?;
        buffered.flush().map_err(Error::io(path))?;
    }
    temporary.persist(&target).map_err(|e| Error::Io {
        path: path.to_owned(),
        cause: e.error,
    })?;
    Ok(())
}

/// Writes a table whole.
///
/// # Errors
/// As [`write_file`].
pub fn write_table(path: &Path, frame: &Frame, format: Format) -> Result<(), Error> {
    write_file(path, &[], |to| Ok(tables::write(frame, format, to)?))
}

/// An id as a file name: all that isn't a letter, a digit, `-`, `_`, `+`, `=`
/// or an inner dot is percent-encoded. What would be longer than file systems
/// take ends in a hash of the id.
pub fn file_name(id: &str) -> String {
    const LONGEST: usize = 200;
    const UNSAFE: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'%')
        .add(b'*')
        .add(b'/')
        .add(b':')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'\\')
        .add(b'|')
        .add(b'#')
        .add(b'&')
        .add(b'\'')
        .add(b';')
        .add(b'$')
        .add(b'`')
        .add(b'(')
        .add(b')')
        .add(b'[')
        .add(b']')
        .add(b'{')
        .add(b'}')
        .add(b'~')
        .add(b'!')
        .add(b',')
        .add(b'@')
        .add(b'^');
    let encoded = utf8_percent_encode(id, UNSAFE).to_string();
    let encoded = match encoded.strip_prefix('.') {
        Some(rest) => format!("%2E{rest}"),
        None => encoded,
    };
    if encoded.len() <= LONGEST {
        return encoded;
    }
    // `~` is encoded in ids: no short name can look like this one.
    format!(
        "{}~{}",
        &encoded[..LONGEST - 17],
        &crate::hash::of_text(id)[..16]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_as_file_names() {
        assert_eq!(file_name("S-1_a.b"), "S-1_a.b");
        assert_eq!(file_name("../x y"), "%2E.%2Fx%20y");
        assert_ne!(file_name("a/b"), file_name("a%2Fb"));
    }

    #[test]
    fn long_ids_are_shortened_and_stay_apart() {
        let name = |last: char| file_name(&format!("{}{last}", "x".repeat(300)));
        assert!(name('a').len() <= 200);
        assert_ne!(name('a'), name('b'));
    }
}
