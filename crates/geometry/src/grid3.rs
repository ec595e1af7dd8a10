use crate::GridError;

/// A 3-D array, x varying fastest: cell (x, y, z) is
/// `data[(z * size[1] + y) * size[0] + x]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid3<T> {
    /// Cells along x, y, z.
    pub size: [usize; 3],
    /// One value a cell.
    pub data: Vec<T>,
}

impl<T> Grid3<T> {
    /// A grid around existing values, without copying.
    ///
    /// # Errors
    /// [`GridError::Size3`] when the number of values is not that of the cells.
    pub fn from_vec(size: [usize; 3], data: Vec<T>) -> Result<Self, GridError> {
        let cells = size
            .iter()
            .try_fold(1usize, |product, &n| product.checked_mul(n));
        if cells == Some(data.len()) {
            Ok(Self { size, data })
        } else {
            Err(GridError::Size3 {
                size,
                values: data.len(),
            })
        }
    }

    /// A grid with `value(x, y, z)` in each cell.
    pub fn from_fn(size: [usize; 3], mut value: impl FnMut(usize, usize, usize) -> T) -> Self {
        let mut data = Vec::with_capacity(size.iter().product());
        for z in 0..size[2] {
            for y in 0..size[1] {
                data.extend((0..size[0]).map(|x| value(x, y, z)));
            }
        }
        Self { size, data }
    }

    /// The same grid with each value replaced by `f(value)`.
    pub fn map<U>(&self, f: impl FnMut(&T) -> U) -> Grid3<U> {
        Grid3 {
            size: self.size,
            data: self.data.iter().map(f).collect(),
        }
    }

    /// Position in `data` of cell (x, y, z).
    pub fn at(&self, [x, y, z]: [usize; 3]) -> usize {
        (z * self.size[1] + y) * self.size[0] + x
    }
}

impl<T: Clone> Grid3<T> {
    /// A grid of one value.
    pub fn filled(size: [usize; 3], value: T) -> Self {
        Self {
            size,
            data: vec![value; size.iter().product()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_lie_x_first_and_a_wrong_number_is_refused() {
        let grid = Grid3::from_fn([4, 3, 2], |x, y, z| x + 10 * y + 100 * z);
        assert_eq!(grid.data[grid.at([3, 2, 1])], 123);
        assert!(Grid3::from_vec([4, 3, 2], vec![0u8; 23]).is_err());
        assert!(Grid3::from_vec([usize::MAX, 3, 2], vec![0u8; 6]).is_err());
    }
}
