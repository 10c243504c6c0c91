//! How to have data deleted, platform by platform, and the form: what the policy calls the Data Deletion Instructions.

use maud::{Markup, html};
use privacy::policy::model::{Company, Instructions};
use privacy_pages::frame::{self, Headline, Tone};

use crate::asking::{self, Again, Form};

/// The whole page.
pub(crate) fn page(company: &Company, base: &str, platforms: &[Instructions], form: &Form) -> String {
    let headline = form.again().map_or_else(|| welcome(company, platforms), shown_again);
    let asked = html! {
        section #ask aria-labelledby="ask-heading" {
            h2 #ask-heading { "Ask us" }
            @if form.again().is_none() {
                p { "We answer everybody, wherever you live. You do not need an account, and it costs nothing." }
            }
            (asking::form(form, &format!("{base}/api/dsr"), platforms))
        }
    };
    let rest = html! {
        @if form.again().is_some() { (asked) }
        @else {
            section aria-labelledby="platforms" {
                h2 #platforms { "Deleting data that came from a platform" }
                @for platform in platforms { (steps(company, platform)) }
            }
            (asked)
            (next(company))
        }
    };
    frame::page(company, &headline, &rest)
}

/// `Instagram, Facebook or LinkedIn`, as the policy names them.
fn named(platforms: &[Instructions]) -> String {
    let titles: Vec<&str> = platforms.iter().map(|platform| platform.title.as_str()).collect();
    match titles.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_owned(),
        None => "other companies".to_owned(),
    }
}

fn welcome(company: &Company, platforms: &[Instructions]) -> Headline {
    Headline {
        tone: Tone::Plain,
        badge: "Your data, your say",
        title: "Delete your data, or ask about it",
        lead: vec![
            html! { "Here you can have data deleted that " (company.name) " received from " (named(platforms)) ", and use every other right over your data." },
            html! { a href="#ask" { "Go straight to the form" } "." },
        ],
    }
}

fn shown_again(again: Again) -> Headline {
    let (title, words) = match again {
        Again::Mend => (
            "Something has to be mended first",
            "Nothing of what you typed is lost. Please look at every field that is marked, then send it again.",
        ),
        Again::Wait => (
            "Please wait a minute and send it again",
            "There were too many requests from where you are. Nothing of what you typed is lost: it stands below.",
        ),
        Again::Fault => (
            "This did not work. Please send it again in a minute",
            "This is a fault on our side. Nothing of what you typed is lost: it stands below. Sent again, it is one request, even if it has reached us already.",
        ),
    };
    Headline { tone: Tone::Warning, badge: "Not sent yet", title, lead: vec![html! { (words) }] }
}

fn steps(company: &Company, platform: &Instructions) -> Markup {
    html! {
        h3 { (platform.title) }
        p { "If you use " (company.name) " yourself:" }
        ol { @for step in &platform.customer { li { (step) } } }
        p { "If you only wrote to, or commented on, an account of a company that uses " (company.name) ":" }
        ol { @for step in &platform.person { li { (step) } } }
    }
}

fn next(company: &Company) -> Markup {
    html! {
        section aria-labelledby="next" {
            h2 #next { "What happens then" }
            ol {
                li { "You get a reference and a page that always shows where your request stands." }
                li { "We send a code to the address or account you gave us. Enter it on that page: it shows us that the request is yours." }
                li { "We do what you asked and tell you: within 30 days in most of the world, within 45 days under some laws of the United States. If we need longer, or cannot do it, you hear why before that day, and where to complain." }
            }
            p { "You can also write to " a href={ "mailto:" (company.contact) } { (company.contact) } ". We treat you the same, whatever you ask." }
        }
    }
}
