//! What voxel maps need to know.

use serde::{Deserialize, Serialize};

/// Settings of voxel maps (PyRadiomics' `voxelSetting`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VoxelSettings {
    /// Radius of the kernel in voxels; default 1.
    pub kernel_radius: usize,
    /// Whether only voxels of the region count; default true.
    pub masked_kernel: bool,
    /// Value outside of the region; default 0.
    pub init_value: f64,
    /// Voxels at a time; without effect on values and, here, on memory.
    pub voxel_batch: Option<usize>,
}

impl Default for VoxelSettings {
    fn default() -> Self {
        Self {
            kernel_radius: 1,
            masked_kernel: true,
            init_value: 0.0,
            voxel_batch: None,
        }
    }
}
