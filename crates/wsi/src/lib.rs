//! From a slide file to cells, counts and scores, at any size of slide.
//!
//! Input: a whole slide ([`slide::open`]) and the profile of its marker
//! ([`markers::Markers`]).
//! Steps: white point and tissue at low resolution ([`tissue`]); then, block by
//! block ([`tiles`]) at a fixed pixel size ([`sampling`]), unmixing of the stains
//! ([`stain`]), nuclei ([`nuclei`]), cells and their measurements ([`cell`]), and
//! intensity classes ([`positivity`]).
//! Output ([`mod@quantify`]): cells to a [`quantify::CellSink`], such as a file for
//! QuPath ([`export::geojson`]); scores ([`score`]) of slide, tissue fragments and
//! reporting tiles; pictures to check by eye ([`overlay`]), and a page of all slides
//! ([`contact`]). The same slide gives the same bytes for any number of threads.
//!
//! ```
//! use wsi::{markers::Markers, quantify, slide};
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("field.png");
//! # image::RgbImage::from_pixel(256, 256, image::Rgb([200, 170, 190])).save(&path)?;
//! let slide = slide::open(&path, slide::Reader::Auto)?;
//! let markers = Markers::built_in();
//! let options = quantify::Options { mpp: Some(0.5), ..Default::default() };
//! let mut cells = Vec::new();
//! let result = quantify::quantify(&*slide, markers.get("CD8")?, &options, &mut cells)?;
//! assert_eq!(result.summary.n_cells, 0); // a field without nuclei
//! assert_eq!(result.summary.positive_percent, None); // so there is no share of them
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cell;
pub mod contact;
pub mod error;
pub mod export;
pub mod markers;
pub mod nuclear;
pub mod nuclei;
pub mod overlay;
pub mod patient;
pub mod positivity;
pub mod quantify;
pub mod sampling;
pub mod score;
pub mod slide;
pub mod stain;
pub mod tiles;
pub mod tissue;
pub mod tissue_outline;

pub use error::Error;
