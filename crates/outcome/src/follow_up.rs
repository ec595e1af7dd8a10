//! The outcome of each patient over time.

use crate::Error;
use crate::error::check_values;

/// Right-censored follow-up: for each patient the time until the event, or
/// until the patient was last seen without it. Any unit of time, the same for
/// all.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    time: Vec<f64>,
    event: Vec<bool>,
}

impl FollowUp {
    /// Times, and whether each ends in the event (`true`) or in censoring.
    ///
    /// # Errors
    /// No patient; lengths that differ; a time that is negative or not finite.
    pub fn new(mut time: Vec<f64>, event: Vec<bool>) -> Result<Self, Error> {
        if time.is_empty() {
            return Err(Error::Empty);
        }
        // Turns -0 into 0: an order of numbers would tell them apart.
        time.iter_mut().for_each(|t| *t += 0.0);
        check_values("time", &time, event.len())?;
        match time.iter().position(|&t| t < 0.0) {
            Some(index) => Err(Error::NegativeTime {
                index,
                time: time[index],
            }),
            None => Ok(Self { time, event }),
        }
    }

    /// The times.
    pub fn time(&self) -> &[f64] {
        &self.time
    }

    /// Whether each time is that of an event.
    pub fn event(&self) -> &[bool] {
        &self.event
    }

    /// Number of patients.
    // At least one patient is an invariant: there is nothing for `is_empty` to say.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Number of events.
    pub fn events(&self) -> usize {
        self.event.iter().filter(|&&event| event).count()
    }

    /// The patients of the given rows, in that order; a row may be given more
    /// than once.
    ///
    /// # Panics
    /// On a row that does not exist.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            time: rows.iter().map(|&row| self.time[row]).collect(),
            event: rows.iter().map(|&row| self.event[row]).collect(),
        }
    }

    /// The rows by ascending time; at equal times events come before
    /// censorings, and then the order of the rows decides.
    pub(crate) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|&a, &b| {
            let by_time = self.time[a].total_cmp(&self.time[b]);
            by_time.then(self.event[b].cmp(&self.event[a]))
        });
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_follow_up() {
        let new = |time: &[f64]| FollowUp::new(time.to_vec(), vec![true; time.len()]);
        assert_eq!(new(&[]), Err(Error::Empty));
        let negative = Error::NegativeTime {
            index: 1,
            time: -1.0,
        };
        assert_eq!(new(&[0.0, -1.0]), Err(negative));
        assert!(new(&[f64::NAN]).is_err());
        assert!(FollowUp::new(vec![1.0], vec![]).is_err());
    }

    #[test]
    fn selects_and_orders() {
        let all = FollowUp::new(vec![2.0, 1.0, 2.0], vec![false, true, true]).unwrap();
        assert_eq!(all.events(), 2);
        assert_eq!(all.order(), [1, 2, 0]);
        let some = all.select(&[2, 1]);
        assert_eq!((some.time(), some.len()), (&[2.0, 1.0][..], 2));
    }
}
