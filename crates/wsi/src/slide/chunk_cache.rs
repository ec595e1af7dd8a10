//! The last few decoded chunks of a TIFF, for neighbours that need them again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of decoded pixels that are kept at most (one larger chunk is not kept).
const MOST_BYTES: usize = 128 << 20;

/// Decoded RGB chunks by (level, chunk), oldest first.
#[derive(Default)]
pub(super) struct ChunkCache {
    kept: Mutex<Kept>,
}

/// Level and number of a chunk.
type Key = (usize, u32);

#[derive(Default)]
struct Kept {
    chunks: VecDeque<(Key, Arc<Vec<u8>>)>,
    bytes: usize,
}

impl ChunkCache {
    pub(super) fn get(&self, key: Key) -> Option<Arc<Vec<u8>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.chunks
            .iter()
            .rev()
            .find(|(k, _)| *k == key)
            .map(|(_, chunk)| Arc::clone(chunk))
    }

    /// Two threads may put the same chunk; the second copy ages out unused.
    pub(super) fn put(&self, key: Key, chunk: &Arc<Vec<u8>>) {
        if chunk.len() > MOST_BYTES {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += chunk.len();
        kept.chunks.push_back((key, Arc::clone(chunk)));
        while kept.bytes > MOST_BYTES {
            let Some((_, oldest)) = kept.chunks.pop_front() else {
                break;
            };
            kept.bytes -= oldest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_chunks_make_room() {
        let cache = ChunkCache::default();
        for i in 0..5 {
            cache.put((0, i), &Arc::new(vec![0; MOST_BYTES / 4]));
        }
        assert!(cache.get((0, 0)).is_none());
        assert!((1..5).all(|i| cache.get((0, i)).is_some()));
        cache.put((1, 0), &Arc::new(vec![0; MOST_BYTES + 1]));
        assert!(cache.get((1, 0)).is_none() && cache.get((0, 4)).is_some());
    }
}
