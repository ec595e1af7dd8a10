//! SVG to PNG.

use crate::{Error, font};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg;

/// Most pixels of an image: 100 million.
const MOST_PIXELS: f64 = 1e8;

/// Renders an SVG on white, at `scale` pixels a unit (2 is crisp on most
/// screens; a figure of 700 units at 4 is print quality). All text is set in
/// the embedded font, and nothing that the SVG links to is opened.
///
/// # Errors
/// Text that is no SVG; a scale that gives no image or one of more than 100
/// million pixels.
pub fn render(svg: &str, scale: f64) -> Result<Vec<u8>, Error> {
    draw(svg, scale, Color::WHITE)?
        .encode_png()
        .map_err(|error| Error::Drawing(error.to_string()))
}

/// Pixels of a drawing, to be laid over a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue and opacity of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// As [`render`], on nothing, as pixels.
///
/// # Errors
/// As [`render`].
pub fn layer(svg: &str, scale: f64) -> Result<Layer, Error> {
    let pixels = draw(svg, scale, Color::TRANSPARENT)?;
    let plain = pixels.pixels().iter().flat_map(|pixel| {
        let colour = pixel.demultiply();
        [colour.red(), colour.green(), colour.blue(), colour.alpha()]
    });
    Ok(Layer {
        width: pixels.width() as usize,
        height: pixels.height() as usize,
        rgba: plain.collect(),
    })
}

fn draw(svg: &str, scale: f64, ground: Color) -> Result<Pixmap, Error> {
    let tree = usvg::Tree::from_str(svg, &font::options())
        .map_err(|error| Error::Svg(error.to_string()))?;
    let width = (f64::from(tree.size().width()) * scale).ceil();
    let height = (f64::from(tree.size().height()) * scale).ceil();
    let size = Error::Size { width, height };
    // A comparison with NaN is false.
    if !(width >= 1.0 && height >= 1.0 && width * height <= MOST_PIXELS) {
        return Err(size);
    }
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or(size)?;
    pixels.fill(ground);
    let scale = Transform::from_scale(scale as f32, scale as f32);
    resvg::render(&tree, scale, &mut pixels.as_mut());
    Ok(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'>\
        <rect width='10' height='10' fill='#ff0000'/></svg>";

    #[test]
    fn pixels_are_where_the_svg_says() {
        let png = render(SQUARE, 1.5).unwrap();
        let image = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (30, 15));
        assert_eq!(image.get_pixel(5, 5).0, [255, 0, 0]);
        assert_eq!(image.get_pixel(25, 5).0, [255, 255, 255]);
    }

    #[test]
    fn a_layer_is_clear_where_nothing_is_drawn() {
        let layer = layer(SQUARE, 1.0).unwrap();
        assert_eq!((layer.width, layer.height), (20, 10));
        assert_eq!(layer.rgba[..4], [255, 0, 0, 255]);
        assert_eq!(layer.rgba[4 * 15..4 * 16], [0; 4]);
    }

    #[test]
    fn hostile_input_is_refused() {
        assert!(matches!(render("no svg", 1.0), Err(Error::Svg(_))));
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e6] {
            assert!(
                matches!(render(SQUARE, scale), Err(Error::Size { .. })),
                "{scale}"
            );
        }
    }
}
