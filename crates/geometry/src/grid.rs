use thiserror::Error;

/// A width x height array, row-major: pixel (x, y) is `data[y * width + x]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid2<T> {
    /// Pixels in a row.
    pub width: usize,
    /// Number of rows.
    pub height: usize,
    /// `width * height` values, row after row.
    pub data: Vec<T>,
}

/// Why a grid could not be made.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum GridError {
    /// The number of values is not width x height.
    #[error(
        "a grid of {width} x {height} needs as many values as it has pixels, but there are {values}; \
         check the order of width and height"
    )]
    Size {
        /// Width asked for.
        width: usize,
        /// Height asked for.
        height: usize,
        /// Values given.
        values: usize,
    },
    /// The number of values is not that of the cells of a 3-D grid.
    #[error(
        "a grid of {size:?} cells (x, y, z) needs a value for each, but there are {values}; \
         check the order of the sizes"
    )]
    Size3 {
        /// Cells along x, y, z.
        size: [usize; 3],
        /// Values given.
        values: usize,
    },
}

impl<T> Grid2<T> {
    /// A grid around existing values, without copying.
    ///
    /// # Errors
    /// [`GridError::Size`] when `data` does not hold width x height values.
    pub fn from_vec(width: usize, height: usize, data: Vec<T>) -> Result<Self, GridError> {
        if width.checked_mul(height) == Some(data.len()) {
            Ok(Self {
                width,
                height,
                data,
            })
        } else {
            Err(GridError::Size {
                width,
                height,
                values: data.len(),
            })
        }
    }

    /// A grid with `value(x, y)` at each pixel.
    pub fn from_fn(width: usize, height: usize, mut value: impl FnMut(usize, usize) -> T) -> Self {
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            data.extend((0..width).map(|x| value(x, y)));
        }
        Self {
            width,
            height,
            data,
        }
    }

    /// The same grid with each value replaced by `f(value)`.
    pub fn map<U>(&self, f: impl FnMut(&T) -> U) -> Grid2<U> {
        Grid2 {
            width: self.width,
            height: self.height,
            data: self.data.iter().map(f).collect(),
        }
    }

    /// Row `y`.
    ///
    /// # Panics
    /// When `y` is not below the height.
    pub fn row(&self, y: usize) -> &[T] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// Row `y`, to be changed.
    ///
    /// # Panics
    /// When `y` is not below the height.
    pub fn row_mut(&mut self, y: usize) -> &mut [T] {
        &mut self.data[y * self.width..(y + 1) * self.width]
    }

    /// Whether there is no pixel at all.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }
}

impl<T: Copy> Grid2<T> {
    /// A grid of one value.
    pub fn filled(width: usize, height: usize, value: T) -> Self {
        Self {
            width,
            height,
            data: vec![value; width * height],
        }
    }

    /// The value at (x, y), or `None` outside the grid.
    pub fn get(&self, x: usize, y: usize) -> Option<T> {
        (x < self.width && y < self.height).then(|| self.data[y * self.width + x])
    }

    /// Rows become columns.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self::from_fn(self.height, self.width, |x, y| {
            self.data[x * self.width + y]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_size_is_refused() {
        assert_eq!(
            Grid2::from_vec(3, 2, vec![0u8; 5]),
            Err(GridError::Size {
                width: 3,
                height: 2,
                values: 5
            })
        );
        assert!(Grid2::from_vec(usize::MAX, 2, vec![0u8; 2]).is_err());
        assert!(Grid2::<u8>::from_vec(0, 7, vec![]).is_ok());
    }

    #[test]
    fn transposing_twice_changes_nothing() {
        let grid = Grid2::from_fn(4, 3, |x, y| 10 * y + x);
        assert_eq!(grid.transposed().get(2, 3), Some(23));
        assert_eq!(grid.transposed().transposed(), grid);
    }
}
