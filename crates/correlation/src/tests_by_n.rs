//! What a test needs to know about a number of patients, computed once each.

use crate::Error;
use rayon::prelude::*;
use stats::{distribution::CorrelationTest, spearman::Interval};

/// Test, interval and critical value for one number of patients.
#[derive(Clone, Copy)]
pub(crate) struct TestOfN {
    pub test: CorrelationTest,
    pub interval: Interval,
    /// The smallest `|r|` with `p < level`.
    pub critical: f64,
}

/// The same for every number that can occur.
pub(crate) struct TestsByN {
    smallest: usize,
    tests: Vec<TestOfN>,
}

impl TestsByN {
    pub fn new(numbers: std::ops::RangeInclusive<usize>, level: f64) -> Result<Self, Error> {
        let smallest = *numbers.start();
        let tests = numbers.into_par_iter().map(|n| {
            let test = CorrelationTest::new(n)?;
            let interval = Interval::new(n, 1.0 - level)?;
            Ok(TestOfN {
                test,
                interval,
                critical: test.critical_r(level)?,
            })
        });
        Ok(Self {
            smallest,
            tests: tests.collect::<Result<_, Error>>()?,
        })
    }

    /// `None` for fewer patients than a pair must have.
    pub fn get(&self, n: usize) -> Option<&TestOfN> {
        self.tests.get(n.checked_sub(self.smallest)?)
    }

    /// How many numbers of patients there are.
    pub fn len(&self) -> usize {
        self.tests.len()
    }

    /// The place of `n` among them.
    pub fn place(&self, n: usize) -> Option<usize> {
        n.checked_sub(self.smallest)
            .filter(|&place| place < self.tests.len())
    }

    /// The critical value at a place.
    pub fn critical_at(&self, place: usize) -> f64 {
        self.tests[place].critical
    }

    /// P of `r` at a place.
    pub fn p_at(&self, place: usize, r: f64) -> f64 {
        self.tests[place].test.p(r)
    }
}
