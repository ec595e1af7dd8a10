//! Texture matrices: which grey levels lie beside each other.

pub mod glcm;
mod grid;

pub use grid::LevelGrid;
