//! Lines through a recursive filter of fourth order, as ITK does it.

use std::ops::Range;

/// Lines that go through the filter side by side.
pub(super) const LANES: usize = 16;

/// One sample of each line.
pub(super) type Lanes = [f64; LANES];

/// What four neighbours are multiplied by, the nearest first.
pub(super) type Taps = [f64; 4];

/// A causal filter, and the anticausal one that makes it symmetric; the sum of
/// both is the result. Beyond the ends a line goes on with its last value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recursion {
    /// Of the values here and before.
    causal: Taps,
    /// Of the values after.
    anticausal: Taps,
    /// Of what is filtered already, subtracted.
    feedback: Taps,
    /// The same for what would have been filtered beyond the beginning, as
    /// multiples of the first value; and beyond the end.
    beyond: [Taps; 2],
}

impl Recursion {
    /// The symmetric filter of a causal one.
    pub fn symmetric(causal: Taps, feedback: Taps) -> Self {
        let ([n0, n1, n2, n3], [d1, d2, d3, d4]) = (causal, feedback);
        let anticausal = [n1 - d1 * n0, n2 - d2 * n0, n3 - d3 * n0, -d4 * n0];
        let steady = |taps: Taps| {
            let [a, b, c, d] = taps;
            let (gain, loss) = (a + b + c + d, 1.0 + d1 + d2 + d3 + d4);
            feedback.map(|d| d * gain / loss)
        };
        Self {
            causal,
            anticausal,
            feedback,
            beyond: [steady(causal), steady(anticausal)],
        }
    }

    /// Whether every tap is a number.
    pub fn is_finite(&self) -> bool {
        let taps = [self.causal, self.anticausal, self.feedback];
        taps.as_flattened().iter().all(|tap| tap.is_finite())
    }

    /// Filters `lines` and leaves the samples `kept` of the result in the same
    /// places of `out`, which is as long. Empty lines stay empty.
    pub fn filter(&self, lines: &[Lanes], kept: Range<usize>, out: &mut [Lanes]) {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return;
        };
        let n = lines.len();
        for i in 0..kept.end {
            let (done, rest) = out.split_at_mut(i);
            rest[0] = if let (Some(x), Some(y)) = (i.checked_sub(4), done.last_chunk::<4>()) {
                let x = &lines[x + 1..=i];
                step(
                    [&x[3], &x[2], &x[1], &x[0]],
                    self.causal,
                    [&y[3], &y[2], &y[1], &y[0]],
                    self.feedback,
                )
            } else {
                let x = [0, 1, 2, 3].map(|k| &lines[i.saturating_sub(k)]);
                let y = [1, 2, 3, 4].map(|k| if k <= i { &done[i - k] } else { first });
                step(x, self.causal, y, self.feedback_after(i, 0))
            };
        }
        // The last four results, the latest first.
        let mut after = [*last; 4];
        for i in (kept.start..n).rev() {
            let (x, feedback) = match lines.get(i + 1..i + 5) {
                Some(x) => ([&x[0], &x[1], &x[2], &x[3]], self.feedback),
                None => (
                    [1, 2, 3, 4].map(|k| lines.get(i + k).unwrap_or(last)),
                    self.feedback_after(n - 1 - i, 1),
                ),
            };
            let [a, b, c, d] = &after;
            let here = step(x, self.anticausal, [a, b, c, d], feedback);
            after = [here, after[0], after[1], after[2]];
            if i < kept.end {
                for (out, here) in out[i].iter_mut().zip(here) {
                    *out += here;
                }
            }
        }
    }

    /// The feedback where only `done` results are there.
    fn feedback_after(&self, done: usize, end: usize) -> Taps {
        std::array::from_fn(|k| {
            if k < done {
                self.feedback[k]
            } else {
                self.beyond[end][k]
            }
        })
    }
}

/// The order of the sums is ITK's, so that results are equal to the last bit.
#[inline]
fn step(x: [&Lanes; 4], taps: Taps, y: [&Lanes; 4], feedback: Taps) -> Lanes {
    let mut out = [0.0; LANES];
    for (lane, out) in out.iter_mut().enumerate() {
        let value = x[0][lane] * taps[0]
            + x[1][lane] * taps[1]
            + x[2][lane] * taps[2]
            + x[3][lane] * taps[3];
        *out = value
            - (y[0][lane] * feedback[0]
                + y[1][lane] * feedback[1]
                + y[2][lane] * feedback[2]
                + y[3][lane] * feedback[3]);
    }
    out
}
