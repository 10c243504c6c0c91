//! The parts of a letter, and how they look with and without markup. Both say the same.

use std::fmt::Write;

use maud::{DOCTYPE, Markup, html};
use privacy::policy::model::Company;

/// A part of a letter. One may be a code, so none prints.
pub(crate) enum Block {
    /// A paragraph.
    Say(String),
    /// The code, alone in its line.
    Code(String),
    /// Names and what they stand for.
    Facts(Vec<(&'static str, String)>),
    /// Ways on: what to do, and the page for it.
    Ways(Vec<(String, Option<String>)>),
    /// A page to go to.
    Link(&'static str, String),
}

/// A letter.
pub(crate) struct Wording {
    /// One line of our own words.
    pub(crate) subject: String,
    pub(crate) blocks: Vec<Block>,
}

/// Plain text.
pub(crate) fn text(wording: &Wording, company: &Company) -> String {
    let mut text = String::new();
    for block in &wording.blocks {
        // Writing to a text cannot fail.
        let _written = match block {
            Block::Say(words) => writeln!(text, "{words}\n"),
            Block::Code(code) => writeln!(text, "    {code}\n"),
            Block::Facts(facts) => {
                let lines: Vec<String> = facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                writeln!(text, "{}\n", lines.join("\n"))
            }
            Block::Ways(ways) => {
                let line = |(words, url): &(String, Option<String>)| match url {
                    Some(url) => format!("- {words}\n  {url}"),
                    None => format!("- {words}"),
                };
                writeln!(text, "{}\n", ways.iter().map(line).collect::<Vec<_>>().join("\n"))
            }
            Block::Link(label, url) => writeln!(text, "{label}:\n{url}\n"),
        };
    }
    let _written = write!(text, "-- \n{}\nQuestions: {}\n{}\n", company.name, company.contact, company.policy_url);
    text
}

/// A whole document that loads nothing.
pub(crate) fn html(wording: &Wording, company: &Company) -> String {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                title { (wording.subject) }
            }
            body style="margin:0 auto;padding:24px 16px;max-width:36em;font:16px/1.5 system-ui,sans-serif" {
                p { strong { (company.name) } }
                h1 style="font-size:1.4em;line-height:1.25" { (wording.subject) }
                @for block in &wording.blocks { (markup(block)) }
                hr;
                p {
                    (company.name) " · Questions: " a href={ "mailto:" (company.contact) } { (company.contact) } " · "
                    a href=(company.policy_url) { "Privacy policy" }
                }
            }
        }
    };
    document.into_string()
}

fn markup(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Say(words) => { p { (words) } }
            Block::Code(code) => {
                p style="font:700 1.75em/1.2 ui-monospace,monospace;letter-spacing:.15em" { (code) }
            }
            Block::Facts(facts) => {
                ul { @for (name, value) in facts { li { (name) ": " strong { (value) } } } }
            }
            Block::Ways(ways) => {
                ul { @for (words, url) in ways { li { (words) @if let Some(url) = url { " " a href=(url) { (url) } } } } }
            }
            Block::Link(label, url) => { p { a href=(url) { (label) } } p { (url) } }
        }
    }
}
