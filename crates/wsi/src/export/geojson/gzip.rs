//! Gzip whose pieces are compressed apart from each other, so that it can be done in
//! parallel, with the same bytes for any number of threads.
//!
//! One member (RFC 1952) without a time: the pieces are runs of deflate blocks that end
//! at a byte (a sync flush) and refer to nothing before them.

use std::io::Write;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use crate::error::Error;

/// Deflate, no flags, no time, no level, no operating system in particular.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// An empty block that says that it is the last.
const LAST_BLOCK: [u8; 2] = [3, 0];
/// Two to three times as fast as the default, for a quarter more bytes.
const LEVEL: Compression = Compression::new(2);

pub(super) struct Piece {
    deflated: Vec<u8>,
    crc: Crc,
}

impl Piece {
    pub(super) fn of(text: &[u8]) -> Self {
        let mut crc = Crc::new();
        crc.update(text);
        let mut compress = Compress::new(LEVEL, false);
        let mut deflated = Vec::with_capacity(text.len() / 3 + 64);
        loop {
            let done = compress.total_in() as usize;
            // Each turn has room for more: it ends once it leaves some of it.
            deflated.reserve(text.len() / 8 + 64);
            let status = compress
                .compress_vec(&text[done..], &mut deflated, FlushCompress::Sync)
                .expect("deflate does not fail on a sync flush");
            let has_room = deflated.len() < deflated.capacity();
            let is_read = compress.total_in() as usize == text.len();
            if status == Status::StreamEnd || (is_read && has_room) {
                return Self { deflated, crc };
            }
        }
    }
}

pub(super) struct Gzip<W: Write> {
    out: W,
    crc: Crc,
}

impl<W: Write> Gzip<W> {
    pub(super) fn begin(out: W) -> Result<Self, Error> {
        let mut file = Self {
            out,
            crc: Crc::new(),
        };
        file.write(&HEADER)?;
        Ok(file)
    }

    pub(super) fn push(&mut self, piece: &Piece) -> Result<(), Error> {
        self.crc.combine(&piece.crc);
        self.write(&piece.deflated)
    }

    pub(super) fn finish(mut self) -> Result<W, Error> {
        self.write(&LAST_BLOCK)?;
        let (sum, length) = (self.crc.sum(), self.crc.amount());
        self.write(&sum.to_le_bytes())?;
        self.write(&length.to_le_bytes())?;
        Ok(self.out)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out
            .write_all(bytes)
            .map_err(|error| Error::Sink(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn pieces_are_one_file() {
        // Text that deflate makes shorter, and noise that it makes longer.
        let mut random = stats::rng::stream(1, "gzip test", 0);
        let noise: Vec<u8> = (0..70_000)
            .map(|_| random.between(0.0, 256.0) as u8)
            .collect();
        let pieces: [&[u8]; 5] = [b"abc", &[b'x'; 100_000], b"", &noise, b"end"];
        let mut file = Gzip::begin(Vec::new()).expect("begins");
        for piece in pieces {
            file.push(&Piece::of(piece)).expect("written");
        }
        let bytes = file.finish().expect("ends");
        let mut text = Vec::new();
        GzDecoder::new(&bytes[..])
            .read_to_end(&mut text)
            .expect("is gzip");
        assert!(text == pieces.concat());
    }
}
