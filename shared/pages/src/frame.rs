//! The frame of every page: one document that loads nothing and runs nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use privacy::policy::model::Company;

/// The whole style of every page. Its hash stands in the content security policy.
pub const STYLE: &str = include_str!("style.css");

/// How a page feels: its colour and its mark. Words say the same, so that nothing hangs on the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It goes its way.
    Calm,
    /// It is done.
    Good,
    /// It does not go as it should.
    Warning,
    /// It is about no request.
    Plain,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Calm => "headline calm",
            Self::Good => "headline good",
            Self::Warning => "headline warning",
            Self::Plain => "headline",
        }
    }
}

/// The first thing a person reads.
#[derive(Debug)]
pub struct Headline {
    /// How it feels.
    pub tone: Tone,
    /// One or two words on where it stands.
    pub badge: &'static str,
    /// The heading of the page, and its title.
    pub title: &'static str,
    /// The paragraphs below it.
    pub lead: Vec<Markup>,
}

/// A whole page.
#[must_use]
pub fn page(company: &Company, headline: &Headline, rest: &Markup) -> String {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                title { (headline.title) " – " (company.name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header { p { strong { (company.name) } span.topic { "Privacy requests" } } }
                main #main tabindex="-1" {
                    div class=(headline.tone.class()) {
                        p.badge { span.mark aria-hidden="true" {} (headline.badge) }
                        h1 { (headline.title) }
                        @for paragraph in &headline.lead { p { (paragraph) } }
                    }
                    (rest)
                    (questions(company))
                }
                footer {
                    p { (company.name) " · " a href=(company.policy_url) rel="noreferrer" { "Privacy policy" } }
                    p { "This page uses no cookies, runs no scripts and loads nothing from anywhere else." }
                }
            }
        }
    };
    document.into_string()
}

fn questions(company: &Company) -> Markup {
    html! {
        section aria-labelledby="questions" {
            h2 #questions { "Questions?" }
            p {
                "Write to " a href={ "mailto:" (company.contact) } { (company.contact) } "."
            }
            p {
                "You can also read our " a href=(company.policy_url) rel="noreferrer" { "privacy policy" }
                " and " a href=(company.instructions_url) rel="noreferrer" { "how to ask us to delete your data" } "."
            }
        }
    }
}
