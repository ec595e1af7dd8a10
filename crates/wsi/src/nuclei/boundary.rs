//! Boundaries of nuclei: refined by finer edges, freed of threads.

use geometry::Grid2;

/// Takes from each nucleus the boundary pixels that lie outside the finer
/// edges: at most one pixel all around.
pub(super) fn refine(nuclei: &mut Grid2<u32>, fine_edges: &Grid2<f32>) {
    let inner = inner(nuclei);
    for ((label, inner), &edge) in nuclei.data.iter_mut().zip(inner.data).zip(&fine_edges.data) {
        if !inner && edge <= 0.0 {
            *label = 0;
        }
    }
}

/// Opens each nucleus with a square of 3 x 3 pixels: takes off threads and
/// corners narrower than that.
pub(super) fn open_each(nuclei: &mut Grid2<u32>) {
    let inner = inner(nuclei);
    let (width, height) = (nuclei.width, nuclei.height);
    let before = nuclei.clone();
    for y in 0..height {
        let rows = y.saturating_sub(1)..(y + 2).min(height);
        for x in 0..width {
            let label = before.data[y * width + x];
            if label == 0 || inner.data[y * width + x] {
                continue;
            }
            let columns = x.saturating_sub(1)..(x + 2).min(width);
            let covered = rows.clone().any(|v| {
                let labels = before.row(v)[columns.clone()].iter();
                labels
                    .zip(&inner.row(v)[columns.clone()])
                    .any(|(&l, &inner)| inner && l == label)
            });
            if !covered {
                nuclei.data[y * width + x] = 0;
            }
        }
    }
}

/// Pixels of nuclei all of whose neighbours belong to the same nucleus; what
/// lies beyond the block counts as belonging.
fn inner(nuclei: &Grid2<u32>) -> Grid2<bool> {
    let (width, height) = (nuclei.width, nuclei.height);
    Grid2::from_fn(width, height, |x, y| {
        let label = nuclei.data[y * width + x];
        let columns = x.saturating_sub(1)..(x + 2).min(width);
        let mut rows = y.saturating_sub(1)..(y + 2).min(height);
        label != 0 && rows.all(|v| nuclei.row(v)[columns.clone()].iter().all(|&l| l == label))
    })
}
