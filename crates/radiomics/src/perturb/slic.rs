//! Supervoxels.

use geometry::{Grid3, components3};

/// How many times voxels are assigned and centres moved, at most.
const ITERATIONS: usize = 10;

/// Pieces smaller than this fraction of a supervoxel join a neighbour.
const LEAST: f64 = 0.5;

/// Standard deviations after which the Gaussian is cut.
const TRUNCATE: f64 = 4.0;

/// How supervoxels are cut.
pub struct Supervoxels {
    /// Voxel spacing (x, y, z) in mm.
    pub spacing_mm: [f64; 3],
    /// Volume of a supervoxel in mm³.
    pub volume_mm3: f64,
    /// Standard deviation of the Gaussian before, in mm.
    pub sigma_mm: f64,
    /// Difference in intensity that weighs as much as a supervoxel's width.
    pub compactness: f64,
}

impl Supervoxels {
    /// Cuts an image into connected pieces of similar intensity, numbered from
    /// 1 (Achanta et al., SLIC superpixels, IEEE Trans Pattern Anal Mach Intell
    /// 34:2274, 2012; in 3-D and mm).
    ///
    /// A voxel goes to the centre for which
    /// `(difference / compactness)² + (distance / width)²` is least, among
    /// those no farther than one width along each axis.
    pub fn cut(&self, image: &Grid3<f32>) -> Grid3<u32> {
        let mut image = image.clone();
        self.smooth(&mut image);
        let (mut centres, mut labels) = self.seeds(&image);
        let mut distances = vec![f32::INFINITY; labels.data.len()];
        for _ in 0..ITERATIONS {
            let before = labels.clone();
            distances.fill(f32::INFINITY);
            for (number, centre) in (0..).zip(&centres) {
                self.claim(&image, centre, number, &mut distances, &mut labels);
            }
            if labels == before {
                break;
            }
            recentre(&image, &labels, &mut centres);
        }
        let voxel_mm3: f64 = self.spacing_mm.iter().product();
        join_small(&labels, LEAST * self.volume_mm3 / voxel_mm3)
    }

    fn width_mm(&self) -> f64 {
        self.volume_mm3.cbrt()
    }

    fn smooth(&self, image: &mut Grid3<f32>) {
        let mut step = 1;
        for axis in 0..3 {
            let sigma = self.sigma_mm / self.spacing_mm[axis];
            blur(&mut image.data, step, image.size[axis], sigma);
            step *= image.size[axis];
        }
    }

    /// Centres on a regular grid, and the voxels of each of its cells.
    fn seeds(&self, image: &Grid3<f32>) -> (Vec<Centre>, Grid3<u32>) {
        let cells: [usize; 3] = std::array::from_fn(|axis| {
            let length = image.size[axis] as f64 * self.spacing_mm[axis];
            ((length / self.width_mm()).round() as usize).clamp(1, image.size[axis])
        });
        let labels = Grid3::from_fn(image.size, |x, y, z| {
            let cell = |axis: usize, i: usize| i * cells[axis] / image.size[axis];
            ((cell(2, z) * cells[1] + cell(1, y)) * cells[0] + cell(0, x)) as u32
        });
        let empty = Centre {
            place: [0.0; 3],
            value: 0.0,
        };
        let mut centres = vec![empty; cells.iter().product()];
        recentre(image, &labels, &mut centres);
        (centres, labels)
    }

    /// Takes the voxels that are nearer to this centre than to all before.
    fn claim(
        &self,
        image: &Grid3<f32>,
        centre: &Centre,
        number: u32,
        distances: &mut [f32],
        labels: &mut Grid3<u32>,
    ) {
        let [xs, ys, zs] = [0, 1, 2].map(|axis| {
            let reach = (self.width_mm() / self.spacing_mm[axis]).max(1.0);
            let first = (centre.place[axis] - reach).ceil().max(0.0) as usize;
            let last = (centre.place[axis] + reach).floor() as usize;
            first..(last + 1).min(image.size[axis])
        });
        let scale = self.spacing_mm.map(|spacing| spacing / self.width_mm());
        let square =
            |axis: usize, i: usize| ((i as f64 - centre.place[axis]) * scale[axis]).powi(2);
        let across: Vec<f32> = xs.clone().map(|x| square(0, x) as f32).collect();
        let (value, steep) = (centre.value as f32, (1.0 / self.compactness) as f32);
        for z in zs {
            for y in ys.clone() {
                let row = image.at([0, y, z]);
                let row = row + xs.start..row + xs.end;
                let apart = (square(1, y) + square(2, z)) as f32;
                let cells = distances[row.clone()]
                    .iter_mut()
                    .zip(&mut labels.data[row.clone()]);
                let here = image.data[row].iter().zip(&across);
                for ((distance, label), (&voxel, &across)) in cells.zip(here) {
                    let difference = (voxel - value) * steep;
                    let found = difference * difference + across + apart;
                    // A mask instead of a branch: so the compiler takes several
                    // voxels at a time.
                    let nearer = u32::from(found < *distance).wrapping_neg();
                    *label = number & nearer | *label & !nearer;
                    *distance = if found < *distance { found } else { *distance };
                }
            }
        }
    }
}

/// Middle of a supervoxel.
#[derive(Clone)]
struct Centre {
    /// Mean index (x, y, z).
    place: [f64; 3],
    /// Mean intensity.
    value: f64,
}

/// Moves each centre to the mean of its voxels; one without any stays.
fn recentre(image: &Grid3<f32>, labels: &Grid3<u32>, centres: &mut [Centre]) {
    let [nx, ny, _] = image.size;
    let mut sums = vec![[0.0f64; 5]; centres.len()];
    let rows = labels
        .data
        .chunks_exact(nx)
        .zip(image.data.chunks_exact(nx));
    for (row, (labels, values)) in rows.enumerate() {
        let (y, z) = ((row % ny) as f64, (row / ny) as f64);
        for (x, (&label, &value)) in labels.iter().zip(values).enumerate() {
            let sum = &mut sums[label as usize];
            for (sum, term) in sum.iter_mut().zip([1.0, x as f64, y, z, f64::from(value)]) {
                *sum += term;
            }
        }
    }
    for (centre, [count, x, y, z, value]) in centres.iter_mut().zip(sums) {
        if count > 0.0 {
            centre.place = [x, y, z].map(|sum| sum / count);
            centre.value = value / count;
        }
    }
}

/// Numbers the connected pieces of each label from 1; those of fewer voxels
/// than `least` take the number of the piece before their first voxel.
fn join_small(labels: &Grid3<u32>, least: f64) -> Grid3<u32> {
    let [nx, ny, _] = labels.size;
    let mut pieces = components3::split(&labels.map(|label| label + 1));
    // Pieces are numbered by their first voxels: those before are final.
    let mut final_number: Vec<u32> = Vec::with_capacity(pieces.sizes.len());
    for position in 0..pieces.labels.data.len() {
        let piece = pieces.labels.data[position];
        if piece as usize <= final_number.len() {
            continue;
        }
        let behind = [
            (position % nx > 0, 1),
            (position / nx % ny > 0, nx),
            (position >= nx * ny, nx * ny),
        ];
        let before = behind.into_iter().find(|&(exists, _)| exists);
        let small = (pieces.sizes[piece as usize - 1] as f64) < least;
        final_number.push(match before {
            Some((_, back)) if small => {
                final_number[pieces.labels.data[position - back] as usize - 1]
            }
            _ => piece,
        });
    }
    for label in &mut pieces.labels.data {
        *label = final_number[*label as usize - 1];
    }
    pieces.labels
}

/// Gaussian along the axis of `n` voxels whose neighbours lie `step` apart,
/// mirrored at the edges (the outermost voxel is repeated).
fn blur(values: &mut [f32], step: usize, n: usize, sigma: f64) {
    let reach = (TRUNCATE * sigma + 0.5) as usize;
    let bell = |k: usize| (-0.5 * (k as f64 / sigma).powi(2)).exp();
    let total: f64 = 1.0 + 2.0 * (1..=reach).map(bell).sum::<f64>();
    let weights: Vec<f32> = (0..=reach).map(|k| (bell(k) / total) as f32).collect();
    let mirrored = |i: usize| {
        let period = 2 * n;
        let at = (i + (reach / period + 1) * period - reach) % period;
        at.min(period - 1 - at)
    };
    let mut padded = vec![0.0; (n + 2 * reach) * step];
    for block in values.chunks_exact_mut(n * step) {
        for (i, rows) in padded.chunks_exact_mut(step).enumerate() {
            rows.copy_from_slice(&block[mirrored(i) * step..][..step]);
        }
        block.iter_mut().for_each(|out| *out *= weights[0]);
        for (k, &weight) in weights.iter().enumerate().skip(1) {
            let (left, right) = (&padded[(reach - k) * step..], &padded[(reach + k) * step..]);
            for ((out, left), right) in block.iter_mut().zip(left).zip(right) {
                *out += weight * (left + right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cutter(spacing_mm: [f64; 3]) -> Supervoxels {
        Supervoxels {
            spacing_mm,
            volume_mm3: 125.0,
            sigma_mm: 0.5,
            compactness: 0.05,
        }
    }

    #[test]
    fn a_flat_image_is_cut_into_even_blocks() {
        let labels = cutter([1.0, 1.0, 2.5]).cut(&Grid3::filled([20, 15, 4], 0.5));
        let mut sizes = [0; 25];
        labels
            .data
            .iter()
            .for_each(|&label| sizes[label as usize] += 1);
        assert_eq!(sizes[1..], [50; 24]);
    }

    #[test]
    fn an_edge_parts_supervoxels_and_all_are_connected() {
        let mut stream = stats::rng::stream(1, "test", 0);
        let bright = |x: usize, y: usize| x + y / 3 > 14;
        let image = Grid3::from_fn([30, 25, 12], |x, y, _| {
            let value = if bright(x, y) { 0.8 } else { 0.2 };
            (value + 0.05 * stream.normal()) as f32
        });
        let labels = cutter([1.0; 3]).cut(&image);
        let pieces = components3::split(&labels);
        let most = labels.data.iter().copied().max().unwrap() as usize;
        let mut seen = vec![false; most + 1];
        labels
            .data
            .iter()
            .for_each(|&label| seen[label as usize] = true);
        assert_eq!(
            pieces.sizes.len(),
            seen.iter().filter(|&&seen| seen).count()
        );
        let mut counts = vec![[0usize; 2]; most + 1];
        for (position, &label) in labels.data.iter().enumerate() {
            let (x, y) = (position % 30, position / 30 % 25);
            counts[label as usize][usize::from(bright(x, y))] += 1;
        }
        let wrong: usize = counts.iter().map(|count| count[0].min(count[1])).sum();
        assert!(wrong < labels.data.len() / 30, "{wrong}");
    }

    #[test]
    fn the_blur_keeps_the_sum_and_has_its_width() {
        let mut line = vec![0.0f32; 41];
        line[20] = 1.0;
        blur(&mut line, 1, 41, 1.5);
        let moment = |power: i32| -> f64 {
            (0..)
                .zip(&line)
                .map(|(i, &v)| f64::from(v) * f64::from(i - 20i32).powi(power))
                .sum()
        };
        assert!((moment(0) - 1.0).abs() < 1e-6);
        assert!((moment(2) - 2.25).abs() < 0.01);
        let mut flat = vec![2.0f32; 3];
        blur(&mut flat, 1, 3, 4.0);
        assert!(flat.iter().all(|v| (v - 2.0).abs() < 1e-5));
    }
}
