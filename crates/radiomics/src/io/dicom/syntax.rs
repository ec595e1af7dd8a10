//! Transfer syntaxes: how a file is written and its pixels compressed.

use super::layout::Encoding;

/// How pixels are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Not at all.
    Native,
    /// Run lengths.
    Rle,
    /// Deflated frame by frame.
    Deflated,
    /// JPEG by cosines or by prediction.
    Jpeg,
    JpegLs,
    Jpeg2000,
    /// In a way that isn't decoded here.
    Other,
}

/// A transfer syntax.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Syntax {
    pub uid: String,
    pub name: &'static str,
    pub codec: Codec,
    /// How the elements are written; of unknown syntaxes it must be guessed.
    pub encoding: Option<Encoding>,
    /// Whether everything after the file meta group is deflated.
    pub deflated: bool,
}

const ROOT: &str = "1.2.840.10008.1.2";
pub(crate) const IMPLICIT: &str = "1.2.840.10008.1.2";
pub(crate) const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub(crate) const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// UIDs below [`ROOT`], names and codecs.
const KNOWN: &[(&str, &str, Codec)] = &[
    ("", "Implicit VR Little Endian", Codec::Native),
    (".1", "Explicit VR Little Endian", Codec::Native),
    (".1.99", "Deflated Explicit VR Little Endian", Codec::Native),
    (".2", "Explicit VR Big Endian", Codec::Native),
    (".1.98", "Encapsulated Uncompressed", Codec::Other),
    (".4.50", "JPEG Baseline", Codec::Jpeg),
    (".4.51", "JPEG Extended", Codec::Jpeg),
    (".4.57", "JPEG Lossless", Codec::Jpeg),
    (".4.70", "JPEG Lossless, First-Order", Codec::Jpeg),
    (".4.80", "JPEG-LS Lossless", Codec::JpegLs),
    (".4.81", "JPEG-LS Near-Lossless", Codec::JpegLs),
    (".4.90", "JPEG 2000 Lossless", Codec::Jpeg2000),
    (".4.91", "JPEG 2000", Codec::Jpeg2000),
    (".4.92", "JPEG 2000 Multi-component Lossless", Codec::Other),
    (".4.93", "JPEG 2000 Multi-component", Codec::Other),
    (".4.94", "JPIP Referenced", Codec::Other),
    (".4.95", "JPIP Referenced Deflate", Codec::Other),
    (".4.100", "MPEG2 Main Profile", Codec::Other),
    (".4.102", "MPEG-4 AVC/H.264 High Profile", Codec::Other),
    (".4.107", "HEVC/H.265 Main Profile", Codec::Other),
    (".4.110", "JPEG XL Lossless", Codec::Other),
    (".4.111", "JPEG XL Recompression", Codec::Other),
    (".4.112", "JPEG XL", Codec::Other),
    (".4.201", "HTJ2K Lossless", Codec::Other),
    (".4.202", "HTJ2K Lossless RPCL", Codec::Other),
    (".4.203", "HTJ2K", Codec::Other),
    (".5", "RLE Lossless", Codec::Rle),
    (".8.1", "Deflated Image Frame", Codec::Deflated),
];

impl Syntax {
    pub(crate) fn of(uid: &str) -> Self {
        let tail = uid.strip_prefix(ROOT);
        let known = KNOWN.iter().find(|(end, ..)| tail == Some(end));
        let (name, codec) = known.map_or(("unknown", Codec::Other), |(_, name, codec)| {
            (*name, *codec)
        });
        let encoding = known.map(|_| match uid {
            IMPLICIT => Encoding::IMPLICIT,
            BIG_ENDIAN => Encoding::BIG_ENDIAN,
            _ => Encoding::EXPLICIT,
        });
        Self {
            uid: uid.to_owned(),
            name,
            codec,
            encoding,
            deflated: matches!(tail, Some(".1.99" | ".4.95")),
        }
    }

    pub(crate) fn of_encoding(encoding: Encoding) -> Self {
        Self::of(if encoding.big_endian {
            BIG_ENDIAN
        } else if encoding.explicit {
            EXPLICIT
        } else {
            IMPLICIT
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntaxes_by_uid() {
        let of = |uid: &str| {
            let syntax = Syntax::of(uid);
            (syntax.codec, syntax.encoding)
        };
        assert_eq!(of(IMPLICIT), (Codec::Native, Some(Encoding::IMPLICIT)));
        assert_eq!(
            of("1.2.840.10008.1.2.4.80"),
            (Codec::JpegLs, Some(Encoding::EXPLICIT))
        );
        assert_eq!(of("1.2.840.113619.5.2"), (Codec::Other, None));
        assert!(Syntax::of("1.2.840.10008.1.2.1.99").deflated);
    }
}
