//! The inverse of a 3 x 3 matrix, to the last bit as ITK has it.
//!
//! ITK inverts the matrix from indices to millimetres by LINPACK's singular
//! value decomposition. On an oblique grid, positions midway between two
//! voxels fall to either side by rounding; another formula would move voxels
//! of resampled masks. Source: LINPACK User's Guide, chapter 11 (dsvdc).

type Matrix = [[f64; 3]; 3];

/// Far more steps than any matrix needs.
const MAX_STEPS: usize = 1000;

/// The inverse of a matrix that has one.
pub(super) fn inverse(matrix: Matrix) -> Matrix {
    let svd = Svd::of(matrix);
    // V (1 / s), then times U transposed, in VNL's order of sums.
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let term = |k: usize| svd.v[k][i] * (1.0 / svd.s[k]) * svd.u[k][j];
            term(0) + term(1) + term(2)
        })
    })
}

/// u diag(s) v^T; u and v hold their columns.
struct Svd {
    s: [f64; 3],
    /// Above the diagonal, while it is bidiagonal.
    e: [f64; 3],
    u: Matrix,
    v: Matrix,
}

impl Svd {
    fn of(matrix: Matrix) -> Self {
        let mut svd = Self::bidiagonal(matrix);
        let (mut size, mut steps) = (3, 0);
        while size > 0 && steps < MAX_STEPS {
            let first = svd.split(size);
            if first + 1 == size {
                svd.settle(first);
                size -= 1;
            } else {
                svd.step(first, size);
                steps += 1;
            }
        }
        svd
    }

    /// Householder reflections from the left and the right.
    fn bidiagonal(matrix: Matrix) -> Self {
        let mut x: Matrix = std::array::from_fn(|c| std::array::from_fn(|r| matrix[r][c]));
        let (mut s, mut e) = ([0.0; 3], [0.0; 3]);
        let mut u = [[0.0; 3], [0.0; 3], [0.0, 0.0, 1.0]];
        let mut right = [0.0; 2];
        for l in 0..2 {
            s[l] = reflector(&mut x[l][l..]);
            let column = x[l];
            for j in l + 1..3 {
                if s[l] != 0.0 {
                    reflect(&column[l..], &mut x[j][l..]);
                }
                e[j] = x[j][l];
            }
            u[l][l..].copy_from_slice(&column[l..]);
            if l > 0 {
                continue;
            }
            e[0] = reflector(&mut e[1..]);
            right = [e[1], e[2]];
            if e[0] != 0.0 {
                let work = [1, 2].map(|i| e[1] * x[1][i] + e[2] * x[2][i]);
                for j in 1..3 {
                    let factor = -e[j] / e[1];
                    for (value, work) in x[j][1..].iter_mut().zip(work) {
                        *value += factor * work;
                    }
                }
            }
        }
        s[2] = x[2][2];
        (e[1], e[2]) = (x[2][1], 0.0);
        for l in [1, 0] {
            if s[l] == 0.0 {
                u[l] = [0.0; 3];
                u[l][l] = 1.0;
                continue;
            }
            let column = u[l];
            for other in &mut u[l + 1..] {
                reflect(&column[l..], &mut other[l..]);
            }
            u[l] = column.map(|value| -value);
            u[l][l] += 1.0;
            u[l][..l].fill(0.0);
        }
        let mut v = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        if e[0] != 0.0 {
            for other in &mut v[1..] {
                reflect(&right, &mut other[1..]);
            }
        }
        Self { s, e, u, v }
    }

    /// Where the last block of `..size` begins whose elements above the
    /// diagonal are not negligible.
    fn split(&mut self, size: usize) -> usize {
        for l in (0..size - 1).rev() {
            let diagonal = self.s[l].abs() + self.s[l + 1].abs();
            if diagonal + self.e[l].abs() == diagonal {
                self.e[l] = 0.0;
                return l + 1;
            }
        }
        0
    }

    /// One step of the implicit QR method with shift.
    fn step(&mut self, first: usize, size: usize) {
        let last = size - 1;
        let (s, e) = (&mut self.s, &mut self.e);
        let largest = [s[last], s[last - 1], e[last - 1], s[first], e[first]];
        let scale = largest.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let [sm, before, above, sl, el] = largest.map(|x| x / scale);
        let b = ((before + sm) * (before - sm) + above * above) / 2.0;
        let c = (sm * above) * (sm * above);
        let mut shift = 0.0;
        if b != 0.0 || c != 0.0 {
            shift = (b * b + c).sqrt();
            if b < 0.0 {
                shift = -shift;
            }
            shift = c / (b + shift);
        }
        let (mut f, mut g) = ((sl + sm) * (sl - sm) + shift, sl * el);
        for k in first..last {
            let (r, cos, sin) = rotation(f, g);
            if k != first {
                e[k - 1] = r;
            }
            f = cos * s[k] + sin * e[k];
            e[k] = cos * e[k] - sin * s[k];
            g = sin * s[k + 1];
            s[k + 1] *= cos;
            rotate(&mut self.v, k, cos, sin);
            let (r, cos, sin) = rotation(f, g);
            s[k] = r;
            f = cos * e[k] + sin * s[k + 1];
            s[k + 1] = -sin * e[k] + cos * s[k + 1];
            g = sin * e[k + 1];
            e[k + 1] *= cos;
            rotate(&mut self.u, k, cos, sin);
        }
        e[last - 1] = f;
    }

    /// Makes a singular value positive and puts it in its place.
    fn settle(&mut self, mut l: usize) {
        if self.s[l] < 0.0 {
            self.s[l] = -self.s[l];
            self.v[l] = self.v[l].map(|value| -value);
        }
        while l < 2 && self.s[l] < self.s[l + 1] {
            self.s.swap(l, l + 1);
            self.u.swap(l, l + 1);
            self.v.swap(l, l + 1);
            l += 1;
        }
    }
}

/// Makes a Householder vector of a vector; gives what becomes of its first
/// element.
fn reflector(x: &mut [f64]) -> f64 {
    let norm = norm(x);
    if norm == 0.0 {
        return -norm;
    }
    let signed = if x[0] != 0.0 {
        norm.copysign(x[0])
    } else {
        norm
    };
    let factor = 1.0 / signed;
    for value in x.iter_mut() {
        *value *= factor;
    }
    x[0] += 1.0;
    -signed
}

/// Applies a Householder vector.
fn reflect(vector: &[f64], to: &mut [f64]) {
    let dot = vector.iter().zip(&*to).fold(0.0, |sum, (a, b)| sum + a * b);
    let factor = -dot / vector[0];
    for (value, x) in to.iter_mut().zip(vector) {
        *value += factor * x;
    }
}

/// Length of a vector, scaled by its largest element so far.
fn norm(x: &[f64]) -> f64 {
    let (mut scale, mut sum) = (0.0, 1.0);
    for size in x.iter().map(|value| value.abs()).filter(|&size| size > 0.0) {
        if scale < size {
            let ratio: f64 = scale / size;
            sum = sum * (ratio * ratio) + 1.0;
            scale = size;
        } else {
            let ratio = size / scale;
            sum += ratio * ratio;
        }
    }
    scale * sum.sqrt()
}

/// The Givens rotation that turns (a, b) to (r, 0): r, cosine and sine.
fn rotation(a: f64, b: f64) -> (f64, f64, f64) {
    let scale = a.abs() + b.abs();
    if scale == 0.0 {
        return (0.0, 1.0, 0.0);
    }
    let (x, y) = (a / scale, b / scale);
    let larger = if a.abs() > b.abs() { a } else { b };
    let r = (scale * (x * x + y * y).sqrt()).copysign(larger);
    (r, a / r, b / r)
}

fn rotate(columns: &mut Matrix, k: usize, cos: f64, sin: f64) {
    let (first, second) = (columns[k], columns[k + 1]);
    columns[k] = std::array::from_fn(|row| cos * first[row] + sin * second[row]);
    columns[k + 1] = std::array::from_fn(|row| cos * second[row] - sin * first[row]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagonals_are_inverted_exactly() {
        let [a, b, c] = [0.78125, 0.664_062, 6.5];
        let expected = [
            [0.0, -1.0 / b, 0.0],
            [1.0 / a, 0.0, 0.0],
            [0.0, 0.0, 1.0 / c],
        ];
        let found = inverse([[0.0, a, 0.0], [-b, 0.0, 0.0], [0.0, 0.0, c]]);
        assert_eq!(found, expected);
    }

    #[test]
    fn oblique_grids_are_inverted_to_rounding() {
        let m = [
            [0.705_998, -0.515_245, -0.114_373],
            [0.341_036, 0.918_162, -0.941_369],
            [0.158_935, 0.318_592, 2.527_992],
        ];
        let inverse = inverse(m);
        for (i, row) in m.iter().enumerate() {
            for j in 0..3 {
                let one: f64 = row.iter().zip(&inverse).map(|(a, b)| a * b[j]).sum();
                assert!((one - f64::from(u8::from(i == j))).abs() < 1e-15);
            }
        }
    }
}
