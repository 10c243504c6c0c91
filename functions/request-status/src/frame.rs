//! The frame of every page: one document that loads nothing and runs nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use privacy::policy::model::Company;

/// The whole style of every page. Its hash stands in the content security policy.
pub(crate) const STYLE: &str = include_str!("style.css");

/// How a page feels: its colour and its mark. Words say the same, so that nothing hangs on the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
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
pub(crate) struct Headline {
    pub(crate) tone: Tone,
    /// One or two words on where it stands.
    pub(crate) badge: &'static str,
    /// The heading of the page, and its title.
    pub(crate) title: &'static str,
    /// The paragraphs below it.
    pub(crate) lead: Vec<Markup>,
}

/// A whole page.
pub(crate) fn page(company: &Company, headline: &Headline, rest: &Markup) -> String {
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
                header { p { strong { (company.name) } span.topic { "Data deletion requests" } } }
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

#[cfg(test)]
mod tests {
    use crate::samples;

    #[test]
    fn a_page_loads_nothing_and_runs_nothing() {
        let forbidden = [
            "<script",
            "<link",
            "<img",
            "<iframe",
            "<object",
            "<embed",
            "<form",
            "<base",
            " src=",
            "srcset=",
            " style=",
            " onload=",
            " onclick=",
            "@import",
            "@font-face",
            "url(",
            "http-equiv",
        ];
        for (name, page) in samples::pages() {
            for word in forbidden {
                assert!(!page.contains(word), "{name}: {word}");
            }
        }
    }

    #[test]
    fn a_page_has_one_heading_landmarks_and_a_language() {
        for (name, page) in samples::pages() {
            let count = |word: &str| page.matches(word).count();
            let once =
                ["<h1", "<main", "<header", "<footer", "<title>", "<html lang=\"en\"", "href=\"#main\"", "id=\"main\""];
            for word in once {
                assert_eq!(count(word), 1, "{name}: {word}");
            }
            let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
            assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        }
    }

    #[test]
    fn the_title_is_the_heading() {
        for (name, page) in samples::pages() {
            let between =
                |open: &str, close: &str| page.split_once(open).unwrap().1.split_once(close).unwrap().0.to_owned();
            assert!(between("<title>", "</title>").starts_with(&between("<h1>", "</h1>")), "{name}");
        }
    }
}
