//! Settings of filters, which are checked and have no effect as yet.

use super::node::Node;
use crate::Error;

/// Checks a setting of a filter; false when there is none of this name.
pub(super) fn read(key: &str, node: &Node) -> Result<bool, Error> {
    const MANY: usize = usize::MAX;
    match key {
        "sigma" => {
            for item in node.items()? {
                item.positive()?;
            }
        }
        "start_level" | "lbp3DIcosphereSubdivision" => drop(node.whole(0, MANY)?),
        "level" | "lbp2DSamples" | "lbp3DLevels" => drop(node.whole(1, MANY)?),
        "wavelet" => drop(node.text()?),
        "gradientUseSpacing" => drop(node.truth()?),
        "lbp2DRadius" | "lbp3DIcosphereRadius" => drop(node.positive()?),
        "lbp2DMethod" => {
            let methods = ["default", "ror", "uniform", "var"];
            node.word(&methods.map(|method| (method, ())))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
