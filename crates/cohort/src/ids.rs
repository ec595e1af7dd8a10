//! Ids of patients and slides.

use std::collections::BTreeMap;

use crate::Error;

/// Checks that every row has an id and that no id stands twice; gives the ids.
///
/// # Errors
/// [`Error::EmptyId`] and [`Error::DuplicateId`], with 1-based data rows (the header is not counted).
pub fn unique(column: &str, cells: &[Option<String>]) -> Result<Vec<String>, Error> {
    let ids = present(column, cells)?;
    let mut first_row = BTreeMap::new();
    for (row, id) in ids.iter().enumerate() {
        if let Some(first) = first_row.insert(id.as_str(), row) {
            return Err(Error::DuplicateId {
                column: column.into(),
                id: id.clone(),
                first: first + 1,
                second: row + 1,
            });
        }
    }
    Ok(ids)
}

/// Checks that every row has an id; an id may stand in several rows.
///
/// # Errors
/// [`Error::EmptyId`] with the 1-based data row.
pub fn present(column: &str, cells: &[Option<String>]) -> Result<Vec<String>, Error> {
    cells
        .iter()
        .enumerate()
        .map(|(row, cell)| {
            cell.clone().ok_or_else(|| Error::EmptyId {
                column: column.into(),
                row: row + 1,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(ids: &[&str]) -> Vec<Option<String>> {
        let cell = |id: &&str| (!id.is_empty()).then(|| (*id).to_owned());
        ids.iter().map(cell).collect()
    }

    #[test]
    fn leading_zeros_are_part_of_an_id() {
        assert_eq!(
            unique("patient_id", &cells(&["007", "7"])).unwrap(),
            ["007", "7"]
        );
    }

    #[test]
    fn empty_and_double_ids_are_refused_with_their_rows() {
        let empty = unique("patient_id", &cells(&["a", ""])).unwrap_err();
        assert!(empty.to_string().starts_with("row 2"), "{empty}");
        let double = unique("patient_id", &cells(&["a", "b", "a"])).unwrap_err();
        assert!(double.to_string().contains("rows 1 and 3"), "{double}");
        assert_eq!(present("patient_id", &cells(&["a", "a"])).unwrap().len(), 2);
    }
}
