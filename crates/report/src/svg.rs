//! An SVG drawing made fit to stand inside a page: no prolog, its width left to
//! the page, its ids apart from those of other drawings, and nothing in it that
//! runs, styles the page or reaches outside.

use std::fmt::Write as _;

/// The parts of a drawing that a page needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawing {
    /// Four numbers.
    pub view_box: String,
    /// Width at which text has its natural size, pixels.
    pub width: f64,
    /// All that is inside of the outer element.
    pub body: String,
}

/// Elements that only draw.
const DRAWING: [&str; 22] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "linearGradient",
    "stop",
];

/// Takes a drawing in. `prefix` keeps its ids apart from those of others.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn drawing(svg: &str, prefix: &str) -> Result<Drawing, String> {
    let start = svg.find("<svg").ok_or("no <svg> element in it")?;
    let end = svg.rfind("</svg>").ok_or("it has no end (</svg>)")?;
    let mut pieces = Pieces(svg.get(start..end).ok_or("it ends before it begins")?);
    let Some(Piece::Tag(root)) = pieces.next() else {
        return Err("no whole <svg> element in it".into());
    };
    let root = Element::parse(root)?;
    let view_box = root
        .attribute("viewBox")
        .ok_or("it has no viewBox, so that its width can't follow the page")?;
    let numbers: Vec<f64> = view_box
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .map_while(|part| part.parse().ok())
        .collect();
    let numbers: [f64; 4] = numbers
        .try_into()
        .map_err(|_| format!("its viewBox is not four numbers: {view_box}"))?;
    let [_, _, width, height] = numbers;
    if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
        return Err(format!("its viewBox has no size: {view_box}"));
    }
    let mut body = String::with_capacity(svg.len());
    // What the outer element says of fonts and colours goes on a group.
    let inherited = |name: &str| name.starts_with("font-") || name.starts_with("fill");
    body.push_str("<g");
    for (name, value) in root.attributes.iter().filter(|(name, _)| inherited(name)) {
        push_attribute(&mut body, name, value, prefix)?;
    }
    body.push('>');
    for piece in pieces {
        match piece {
            Piece::Text(text) => body.push_str(text),
            Piece::Tag(tag) => push_tag(&mut body, tag, prefix)?,
        }
    }
    body.push_str("</g>");
    Ok(Drawing {
        view_box: numbers.map(|x| x.to_string()).join(" "),
        width,
        body,
    })
}

fn push_tag(body: &mut String, tag: &str, prefix: &str) -> Result<(), String> {
    if let Some(name) = tag.strip_prefix("</") {
        let name = name.trim_end_matches('>').trim();
        allowed(name)?;
        let _ = write!(body, "</{name}>");
        return Ok(());
    }
    let element = Element::parse(tag)?;
    allowed(element.name)?;
    body.push('<');
    body.push_str(element.name);
    for (name, value) in &element.attributes {
        push_attribute(body, name, value, prefix)?;
    }
    body.push_str(if element.closed { "/>" } else { ">" });
    Ok(())
}

fn allowed(name: &str) -> Result<(), String> {
    match DRAWING.contains(&name) {
        true => Ok(()),
        false => Err(format!("it holds <{name}>, which can't stand in a page")),
    }
}

/// References within the drawing get the prefix that its ids get.
fn push_attribute(body: &mut String, name: &str, value: &str, prefix: &str) -> Result<(), String> {
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("xmlns") {
        return Ok(());
    }
    let reference = lower == "href" || lower.ends_with(":href");
    let outside = || format!("its attribute {name}=\"{value}\" reaches out of the drawing");
    if lower.starts_with("on") || (reference && !value.starts_with('#')) {
        return Err(outside());
    }
    let mut rewritten = String::new();
    if lower == "id" {
        let _ = write!(rewritten, "{prefix}{value}");
    } else if reference {
        let _ = write!(rewritten, "#{prefix}{}", &value[1..]);
    } else {
        let mut parts = value.split("url(");
        rewritten.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let inner = part.strip_prefix('#').ok_or_else(outside)?;
            let _ = write!(rewritten, "url(#{prefix}{inner}");
        }
    }
    let rewritten = rewritten.replace('"', "&quot;");
    let _ = write!(body, " {name}=\"{rewritten}\"");
    Ok(())
}

/// Text and tags in turn.
struct Pieces<'a>(&'a str);

enum Piece<'a> {
    Text(&'a str),
    /// From `<` to `>`.
    Tag(&'a str),
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = self.0;
        if rest.is_empty() {
            return None;
        }
        let length = match rest.starts_with('<') {
            true => tag_length(rest),
            false => rest.find('<').unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(length);
        self.0 = after;
        Some(match piece.starts_with('<') {
            true => Piece::Tag(piece),
            false => Piece::Text(piece),
        })
    }
}

/// Up to the first `>` that is not between quotes.
fn tag_length(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

struct Element<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    /// Ends in `/>`.
    closed: bool,
}

impl<'a> Element<'a> {
    fn parse(tag: &'a str) -> Result<Self, String> {
        let broken = || {
            let shown: String = tag.chars().take(40).collect();
            format!("it is damaged at {shown}")
        };
        let inner = tag
            .strip_prefix('<')
            .and_then(|t| t.strip_suffix('>'))
            .ok_or_else(broken)?;
        let (inner, closed) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let (name, mut rest) =
            inner.split_at(inner.find(char::is_whitespace).unwrap_or(inner.len()));
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                break;
            }
            let (name, after) = rest.split_once('=').ok_or_else(broken)?;
            let (name, after) = (name.trim_end(), after.trim_start());
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_:".contains(c);
            if name.is_empty() || !name.chars().all(plain) {
                return Err(broken());
            }
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let quote = quote.ok_or_else(broken)?;
            let (value, after) = after[1..].split_once(quote).ok_or_else(broken)?;
            attributes.push((name, value));
            rest = after;
        }
        Ok(Self {
            name,
            attributes,
            closed,
        })
    }

    fn attribute(&self, name: &str) -> Option<&'a str> {
        let found = self.attributes.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(body: &str) -> Result<Drawing, String> {
        let svg = format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg width=\"400\" height=\"300\" viewBox=\"0 0 400 300\" xmlns=\"http://www.w3.org/2000/svg\" font-size='11'>{body}</svg>\n"
        );
        drawing(&svg, "f1-")
    }

    #[test]
    fn the_outer_element_is_left_to_the_page() {
        let drawing = inside("<rect width=\"4\"/>").unwrap();
        assert_eq!(drawing.view_box, "0 0 400 300");
        assert_eq!(drawing.width, 400.0);
        assert_eq!(drawing.body, "<g font-size=\"11\"><rect width=\"4\"/></g>");
    }

    #[test]
    fn ids_and_what_refers_to_them_get_a_prefix_and_text_does_not() {
        let drawing = inside(
            "<clipPath id=\"a\"/><g clip-path=\"url(#a)\"><use href='#a'/><text>id=\"a\" url(#a) a > b</text></g>",
        )
        .unwrap();
        assert!(drawing.body.contains(
            "<clipPath id=\"f1-a\"/><g clip-path=\"url(#f1-a)\"><use href=\"#f1-a\"/><text>id=\"a\" url(#a) a > b</text></g>"
        ), "{}", drawing.body);
    }

    #[test]
    fn what_runs_or_reaches_outside_is_refused() {
        for body in [
            "<script>alert(1)</script>",
            "<style>p { color: red }</style>",
            "<foreignObject/>",
            "<image href=\"data:image/png;base64,\"/>",
            "<use href=\"http://example.org/x.svg#a\"/>",
            "<rect fill=\"url(http://example.org/x)\"/>",
            "<rect onload=\"alert(1)\"/>",
            "<!-- remark -->",
            "<rect width=4/>",
            "<rect width=\"4\"",
        ] {
            assert!(inside(body).is_err(), "{body}");
        }
    }

    #[test]
    fn a_drawing_without_a_size_is_refused() {
        for svg in [
            "",
            "</svg><svg>",
            "<svg width=\"4\"></svg>",
            "<svg viewBox=\"0 0 0 4\"></svg>",
        ] {
            assert!(drawing(svg, "").is_err(), "{svg}");
        }
    }
}
