//! Sums over a box of voxels by way of Fourier's transform, with kernels that
//! are even along each axis.
//!
//! A box is transformed along x, y and z in turn, each time into real sums of
//! cosines and of sines. As the kernel is even, its own transform is real and
//! the same for all signs of a frequency: it multiplies all these sums alike.

mod convolution;
mod kernel;
mod pairs;
mod transform;

pub(crate) use convolution::Convolution;
pub(crate) use pairs::pair_sums;
pub(crate) use transform::good_length;
