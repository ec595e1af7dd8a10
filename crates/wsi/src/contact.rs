//! All slides of a batch on one HTML page, doubtful ones first.
//!
//! The page holds no script and nothing from the network; pictures are links into
//! folders beside it. Labels and macro images are never in it. The same rows give
//! the same bytes.

mod words;

use std::fmt::Write;

use crate::quantify::Summary;
pub use words::flag;

const UNCALIBRATED: &str = "uncalibrated_thresholds";
const STYLE: &str = include_str!("contact/style.css");

/// A slide on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Patient.
    pub patient_id: String,
    /// Slide.
    pub slide_id: String,
    /// Stem of its files, as on the disk (the encoded slide id).
    pub file_name: String,
    /// Whether there is a page of patches, `patches/<file_name>.png`.
    pub has_patches: bool,
    /// Whether there is a panel of cells at the threshold,
    /// `threshold/<file_name>.png`.
    pub has_panel: bool,
    /// What was found, or why the slide failed (without paths of files: the page may be
    /// handed on).
    pub outcome: Result<Summary, String>,
}

impl Card {
    /// Failures first, then by number of doubts.
    fn rank(&self) -> usize {
        match &self.outcome {
            Err(_) => 0,
            Ok(summary) => usize::MAX - remarks(summary).count(),
        }
    }
}

/// The page contact.html. Slides with the same number of doubts stay in their order.
pub fn page(cards: &[Card]) -> String {
    let mut order: Vec<&Card> = cards.iter().collect();
    order.sort_by_key(|card| card.rank());
    let failed = cards.iter().filter(|c| c.outcome.is_err()).count();
    let doubtful = cards
        .iter()
        .filter(|c| c.outcome.as_ref().is_ok_and(|s| remarks(s).count() > 0))
        .count();
    let uncalibrated = cards.iter().any(|c| {
        c.outcome
            .as_ref()
            .is_ok_and(|s| s.qc_flags.iter().any(|flag| flag == UNCALIBRATED))
    });
    let warning = if uncalibrated {
        " Thresholds marked uncalibrated are defaults: set your own from control tissue."
    } else {
        ""
    };
    let count = match cards.len() {
        1 => "1 slide".to_owned(),
        n => format!("{n} slides"),
    };
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Slides: contact sheet</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>Contact sheet</h1>\n<p>{count}, {doubtful} with remarks, {failed} failed. \
         Slides with most remarks come first. \
         Left or above: the slide; right or below: its {cells} per mm², each on its own scale.{warning} \
         Research use only.</p></header>\n<main>\n",
        cells = "(positive) cells"
    );
    for card in order {
        write_card(&mut html, card);
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

// Writing to a String cannot fail: its results are ignored below.
fn write_card(html: &mut String, card: &Card) {
    let id = escape(&card.slide_id);
    let class = match &card.outcome {
        Err(_) => "failed",
        Ok(summary) if remarks(summary).count() == 0 => "clear",
        Ok(_) => "doubtful",
    };
    let _ = writeln!(html, "<article class=\"{class}\">\n<h2>{id}</h2>");
    match &card.outcome {
        Err(reason) => {
            let _ = writeln!(
                html,
                "<p class=\"who\">patient {}</p>\n<p class=\"flags\">Failed: {}</p>",
                escape(&card.patient_id),
                escape(reason)
            );
        }
        Ok(summary) => write_summary(html, card, summary),
    }
    html.push_str("</article>\n");
}

fn write_summary(html: &mut String, card: &Card, summary: &Summary) {
    let file = encoded(&card.file_name);
    let _ = writeln!(
        html,
        "<p class=\"who\">patient {}, {}</p>\n<a href=\"overlays/{file}.png\"><img src=\"overlays/{file}.jpg\" \
         loading=\"lazy\" alt=\"Slide {} and its density of cells\"></a>",
        escape(&card.patient_id),
        escape(&summary.stain),
        escape(&card.slide_id)
    );
    if remarks(summary).count() > 0 {
        html.push_str("<ul class=\"flags\">\n");
        for name in remarks(summary) {
            let _ = writeln!(html, "<li>{}</li>", escape(&flag(name)));
        }
        html.push_str("</ul>\n");
    }
    html.push_str("<dl>\n");
    for (name, value) in words::numbers(summary) {
        let _ = writeln!(
            html,
            "<div><dt>{name}</dt><dd>{}</dd></div>",
            escape(&value)
        );
    }
    html.push_str("</dl>\n");
    let mut links = vec![format!("<a href=\"{file}.png\">overlay</a>")];
    if card.has_patches {
        links.push(format!("<a href=\"patches/{file}.png\">patches</a>"));
    }
    if card.has_panel {
        links.push(format!(
            "<a href=\"threshold/{file}.png\">cells at the threshold</a>"
        ));
    }
    let _ = writeln!(html, "<p class=\"links\">{}</p>", links.join(" · "));
}

/// Flags of a slide, but the one that all slides of a laboratory have: it stands
/// beside the threshold.
fn remarks(summary: &Summary) -> impl Iterator<Item = &str> {
    summary
        .qc_flags
        .iter()
        .map(AsRef::as_ref)
        .filter(|flag: &&str| *flag != UNCALIBRATED)
}

/// Text and attribute values of HTML. Control characters become spaces.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A file name as a segment of a link: all but letters, digits, `-`, `.`, `_` and `~`
/// as `%XX` (RFC 3986), so that a `%` of the name itself stays one.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for &byte in name.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(id: &str, flags: &[&'static str]) -> Card {
        Card {
            patient_id: "p".into(),
            slide_id: id.into(),
            file_name: id.replace('/', "%2F"),
            has_patches: true,
            has_panel: false,
            outcome: Ok(Summary {
                stain: "CD8".into(),
                qc_flags: flags.iter().map(|&flag| flag.into()).collect(),
                ..Default::default()
            }),
        }
    }

    #[test]
    fn doubts_come_first() {
        let failed = Card {
            outcome: Err("file <is> damaged".into()),
            ..card("f", &[])
        };
        let cards = [
            card("a", &[]),
            card("b", &["no_glass"]),
            card("c", &["no_glass", "few_cells"]),
            card("d", &["few_cells", UNCALIBRATED]),
            failed,
        ];
        let html = page(&cards);
        let place = |id: &str| html.find(&format!("<h2>{id}</h2>")).expect("is there");
        let order = ["f", "c", "b", "d", "a"].map(place);
        assert!(order.is_sorted(), "{order:?}");
        assert!(html.contains("5 slides, 3 with remarks, 1 failed"));
        assert!(html.contains("Failed: file &lt;is&gt; damaged"));
        assert_eq!(html, page(&cards));
    }

    #[test]
    fn names_are_escaped_and_links_encoded() {
        let html = page(&[card("<script>\"s/1'&", &["new_flag"])]);
        assert!(!html.contains("<script") && !html.contains("http") && !html.contains("src=\"//"));
        assert!(html.contains("<h2>&lt;script&gt;&quot;s/1&#39;&amp;</h2>"));
        assert!(
            html.contains("href=\"overlays/%3Cscript%3E%22s%252F1%27%26.png\""),
            "{html}"
        );
        assert!(html.contains("<li>new flag</li>"));
        assert!(html.contains("\"patches/") && !html.contains("\"threshold/"));
    }

    #[test]
    fn no_slides_are_a_page() {
        assert!(page(&[]).contains("0 slides"));
    }
}
