//! The pages of a bundle: `index.html`, which a person opens, and the notice. They need no scripts, load nothing and open
//! without a network; whatever a name or a message holds is text.

use super::notice::Notice;
use super::progress::{Held, Progress};
use crate::data_map::DataMap;

/// Nothing is loaded from anywhere, nothing is sent anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}\
h1,h2,h3{line-height:1.25}a{color:#0b4f9e}.wide{overflow-x:auto}.wide:focus{outline:3px solid #0b4f9e}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;padding:.4rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{background:#f0f0f0}h1,h2,h3,p,li,a,caption{overflow-wrap:anywhere}caption{text-align:left;font-weight:600;padding:.4rem 0}";

/// Text that is nothing but text in HTML, in an attribute as well.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // What turns the direction of the text around it.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            _ if character.is_control() && character != '\n' && character != '\t' => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe
}

/// A document in the making.
struct Page(String);

impl Page {
    fn begin(title: &str) -> Self {
        let title = escaped(title);
        Self(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main>\n<h1>{title}</h1>\n"
        ))
    }

    fn tag(&mut self, tag: &str, text: &str) -> &mut Self {
        self.0.push_str(&format!("<{tag}>{}</{tag}>\n", escaped(text)));
        self
    }

    fn raw(&mut self, html: &str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// A link to a file of the bundle, whose path is made here and holds nothing of anybody.
    fn link(&mut self, path: &str) -> &mut Self {
        let path = escaped(path);
        self.0.push_str(&format!("<li><a href=\"{path}\">{path}</a></li>\n"));
        self
    }

    fn list(&mut self, title: &str, items: impl IntoIterator<Item = String>) -> &mut Self {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return self;
        }
        self.tag("h2", title).raw("<ul>\n");
        for item in items {
            self.tag("li", &item);
        }
        self.raw("</ul>\n")
    }

    fn table(&mut self, caption: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> &mut Self {
        let label = escaped(caption);
        self.raw(&format!("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\">\n<table>\n"));
        self.tag("caption", caption).raw("<thead><tr>");
        for column in columns {
            self.0.push_str(&format!("<th scope=\"col\">{}</th>", escaped(column)));
        }
        self.raw("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.raw("<tr>");
            for cell in row {
                self.0.push_str(&format!("<td>{}</td>", escaped(&cell)));
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table>\n</div>\n")
    }

    fn end(mut self) -> Vec<u8> {
        self.raw("</main>\n</body>\n</html>\n");
        self.0.into_bytes()
    }
}

/// The page that a person opens.
pub(super) fn index(map: &DataMap, title: &str, lead: &[String], progress: &Progress) -> Vec<u8> {
    let mut page = Page::begin(title);
    for line in lead {
        page.tag("p", line);
    }
    page.raw("<p><a href=\"notice.html\">How this data is used, who gets it, how long it is kept and what you can do</a></p>\n");
    let held = || progress.held.iter().filter(|(_, held)| held.records > 0);
    if held().next().is_none() {
        page.tag("p", "We hold no records of the kinds that this answer covers.");
    }
    let count = |(name, held): (&String, &Held)| {
        let place = if held.is_not_copied() { "held, and no copy is given" } else { "copied below" };
        vec![map.title(name).to_owned(), held.records.to_string(), place.to_owned()]
    };
    page.tag("h2", "What we hold").table("Records by kind", &["Kind", "Records", "In this answer"], held().map(count));
    for (name, held) in held().filter(|(_, held)| !held.files.is_empty()) {
        class(&mut page, map, name, held);
    }
    if !progress.redactions.is_empty() {
        let counted =
            progress.redactions.iter().map(|(reason, count)| vec![reason.words().to_owned(), count.to_string()]);
        page.tag("h2", "What is not shown").table("Replaced or left out", &["What", "How often"], counted);
    }
    page.tag("h2", "About these files").raw("<p>JSON files are for programs and other services, CSV files open in a spreadsheet. \
         <a href=\"manifest.json\">manifest.json</a> lists every file with its SHA-256. Nothing here loads anything from anywhere.</p>\n");
    page.end()
}

fn class(page: &mut Page, map: &DataMap, name: &str, held: &Held) {
    page.tag("h2", map.title(name)).raw("<ul>\n");
    for file in &held.files {
        page.link(file);
    }
    page.raw("</ul>\n");
    let columns: Vec<&str> =
        map.class(name).into_iter().flat_map(|class| &class.attributes).map(String::as_str).collect();
    if !held.preview.is_empty() {
        let shown = held.preview.len();
        let caption = format!("The first {shown} of {}", held.records);
        page.table(&caption, &columns, held.preview.iter().cloned());
    }
}

/// The notice as a page.
pub(super) fn notice(notice: &Notice) -> Vec<u8> {
    let mut page = Page::begin("How your data is used");
    page.tag(
        "p",
        &format!(
            "{} is responsible. Write to {}. The whole policy: {}",
            notice.controller, notice.contact, notice.policy
        ),
    );
    page.list("What it is used for", notice.purposes.clone());
    page.list("On what grounds", notice.grounds.clone());
    let category = |category: &super::notice::Category| {
        let origin = if category.is_inferred { "concluded by us" } else { "given or observed" };
        let count = category.records.map_or_else(String::new, |records| records.to_string());
        vec![category.title.clone(), count, origin.to_owned(), category.basis.clone(), category.kept.clone()]
    };
    let columns = ["Kind", "Records", "Origin", "Basis", "How long"];
    page.tag("h2", "What kinds of data").table("Kinds of data", &columns, notice.categories.iter().map(category));
    let missing = notice.missing.iter().map(|title| format!("{title}: could not be read"));
    page.list("What is missing", missing);
    page.list("Where it comes from", notice.sources.clone());
    page.list("Which kinds of others get it", notice.third_parties.clone());
    let recipient = |recipient: &super::notice::Recipient| {
        vec![recipient.name.clone(), recipient.categories.join("; "), recipient.keeps.clone().unwrap_or_default()]
    };
    page.tag("h2", "Who gets it, by name").table(
        "Recipients",
        &["Who", "What of yours", "What stays with them, whatever you ask"],
        notice.recipients.iter().map(recipient),
    );
    let included = notice.businesses.included.iter().map(|name| format!("{name}: its data of you is in here"));
    let others = (notice.businesses.others > 0).then(|| {
        "Others that you were in touch with have not said yet that we may give theirs. Which they are is between you and them."
            .to_owned()
    });
    page.list("Businesses that decide about data we only keep for them", included.chain(others));
    page.list("Where in the world", notice.transfers.clone());
    page.list("Decisions by machines", notice.automated.clone());
    page.list("What you can do", notice.rights.clone());
    let kept = |kept: &super::notice::Kept| format!("{}: {} ({})", kept.title, kept.reason, kept.source);
    page.list("What stays even if you ask us to erase everything", notice.kept.iter().map(kept));
    let authority = |authority: &super::notice::Authority| format!("{}: {}", authority.title, authority.url);
    page.list("Where you can complain", notice.authorities.iter().map(authority));
    page.raw("<p><a href=\"index.html\">Back to your data</a></p>\n");
    page.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_is_text() {
        let hostile = "<script>alert(1)</script>\" onload='x' &amp; \u{202e}gpj.exe\u{0}";
        let mut page = Page::begin(hostile);
        page.tag("p", hostile).table(hostile, &[hostile], [vec![hostile.to_owned()]]);
        let html = String::from_utf8(page.end()).unwrap();
        assert!(!html.contains("<script") && !html.contains("onload='") && !html.contains('\u{202e}'), "{html}");
        assert!(html.contains("&lt;script&gt;"));
    }

    /// The name of a copied file is one word of up to 80 characters; the page has to fit 320 pixels.
    #[test]
    fn a_long_word_breaks_wherever_one_can_stand() {
        let breaks = |tag: &str| {
            let rules = STYLE.split('}').filter_map(|rule| rule.split_once('{'));
            rules
                .filter(|(of, _)| of.split(',').any(|one| one == tag))
                .any(|(_, what)| what.contains("overflow-wrap:anywhere"))
        };
        for tag in ["h1", "h2", "p", "li", "a", "caption", "th", "td"] {
            assert!(breaks(tag), "{tag}");
        }
    }

    #[test]
    fn a_page_calls_nobody() {
        let html = String::from_utf8(Page::begin("x").end()).unwrap();
        assert!(!html.contains("http") || html.matches("http").count() == html.matches("http-equiv").count());
        assert!(html.contains("default-src 'none'"));
    }
}
