//! Several responses to one.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How responses are joined, voxel by voxel (IBSI 2, section on rotational
/// invariance).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The largest.
    Max,
    /// The mean.
    Mean,
    /// The least.
    Min,
}

impl Pooling {
    /// As settings and names have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Min => "min",
        }
    }

    /// What is joined with nothing.
    fn nothing(self) -> f64 {
        match self {
            Self::Max => f64::NEG_INFINITY,
            Self::Mean => 0.0,
            Self::Min => f64::INFINITY,
        }
    }

    /// Joins two values; means are sums until the end.
    pub(super) fn join(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Max => a.max(b),
            Self::Mean => a + b,
            Self::Min => a.min(b),
        }
    }
}

/// Values joined so far.
pub(super) struct Pool {
    pooling: Pooling,
    joined: Vec<f64>,
}

impl Pool {
    pub fn new(pooling: Pooling, len: usize) -> Self {
        Self {
            pooling,
            joined: vec![pooling.nothing(); len],
        }
    }

    /// Joins a response.
    pub fn add(&mut self, response: impl Fn(usize) -> f64 + Sync) {
        const BLOCK: usize = 1 << 16;
        let blocks = self.joined.par_chunks_mut(BLOCK).enumerate();
        blocks.for_each(|(block, joined)| {
            for (at, joined) in joined.iter_mut().enumerate() {
                *joined = self.pooling.join(*joined, response(block * BLOCK + at));
            }
        });
    }

    /// The joined response of so many.
    pub fn finish(mut self, count: usize) -> Vec<f64> {
        if self.pooling == Pooling::Mean {
            for value in &mut self.joined {
                *value /= count as f64;
            }
        }
        self.joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_joined() {
        let joined = |pooling| {
            let mut pool = Pool::new(pooling, 2);
            for response in [[1.0, -2.0], [3.0, -5.0]] {
                pool.add(|at| response[at]);
            }
            pool.finish(2)
        };
        assert_eq!(joined(Pooling::Max), [3.0, -2.0]);
        assert_eq!(joined(Pooling::Mean), [2.0, -3.5]);
        assert_eq!(joined(Pooling::Min), [1.0, -5.0]);
    }
}
