//! Outcomes: a yes or no, or a time with an event.

use super::values::{Values, same};
use super::{Clinical, problem};
use crate::Error;

impl Clinical {
    /// A two-valued outcome: `true` for 1, or with `positive` for that value
    /// and `false` for the other one. A missing cell is `None`.
    ///
    /// # Errors
    /// A column that isn't there; values other than 0 and 1 without
    /// `positive`; three or more values; a `positive` that no row has.
    pub fn binary(&self, column: &str, positive: Option<&str>) -> Result<Vec<Option<bool>>, Error> {
        let cells = self.table.text(column)?;
        let there = Values::of(&cells);
        let refuse = |what: &str| {
            let text = format!(
                "column `{column}` {what} (the values there: {})",
                there.list()
            );
            Err(problem(&self.table, &text))
        };
        if there.len() > 2 {
            return refuse(
                "holds more than two values: an outcome has two; code it as 0 and 1, or as two words of which --positive names the one that counts as yes",
            );
        }
        let yes = match positive {
            Some(value) if !there.contains(value) && there.len() > 0 => {
                return refuse(&format!(
                    "never is `{value}`: name one of its values with --positive"
                ));
            }
            None if !there.are_flags() => {
                return refuse("isn't 0 and 1: name the value that counts as yes with --positive");
            }
            Some(value) => value,
            None => "1",
        };
        Ok(cells
            .iter()
            .map(|cell| cell.as_deref().map(|cell| same(cell, yes)))
            .collect())
    }

    /// A follow-up time and whether it ended with the event: 1, or with
    /// `event_value` that value; every other value is censoring. `None` where
    /// either cell is missing.
    ///
    /// # Errors
    /// A column that isn't there or both in one; a time that is no number or
    /// is negative; an event that isn't 0 or 1 without `event_value`; an
    /// `event_value` that no row has.
    pub fn survival(
        &self,
        time: &str,
        event: &str,
        event_value: Option<&str>,
    ) -> Result<Vec<Option<(f64, bool)>>, Error> {
        if time == event {
            let text = format!("column `{time}` can't be both the time and the event: name two");
            return Err(problem(&self.table, &text));
        }
        let times = self.table.numbers(time)?;
        if let Some(row) = times.iter().position(|&t| t < 0.0) {
            let why = "is negative: a follow-up time starts at 0; correct it or write NA";
            let cell = tables::number::format(times[row]);
            return Err(self.table.cell_error(row, time, &cell, why).into());
        }
        let cells = self.table.text(event)?;
        let there = Values::of(&cells);
        let refuse = |what: &str| {
            let text = format!(
                "column `{event}` {what} (the values there: {})",
                there.list()
            );
            Err(problem(&self.table, &text))
        };
        let yes = match event_value {
            Some(value) if !there.contains(value) && there.len() > 0 => {
                return refuse(&format!(
                    "never is `{value}`: name one of its values with --event-value"
                ));
            }
            None if !there.are_flags() => {
                return refuse(
                    "isn't 0 (censored) and 1 (event): name the value that is the event with --event-value; every other one then counts as censored",
                );
            }
            Some(value) => value,
            None => "1",
        };
        let pairs = times.iter().zip(&cells);
        Ok(pairs
            .map(|(&time, cell)| match cell {
                Some(cell) if !time.is_nan() => Some((time, same(cell, yes))),
                _ => None,
            })
            .collect())
    }
}
