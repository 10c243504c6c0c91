//! How to have data deleted, platform by platform, and the form: what the policy calls the Data Deletion Instructions.

use maud::{Markup, html};
use privacy::clock::model::Kind;
use privacy::law::Law;
use privacy::policy::model::{Company, Instructions};
use privacy_pages::frame::{self, Headline, Tone};

use crate::answers::Page;
use crate::asking::{self, Again, Form};
use crate::signal;

/// The whole page.
pub(crate) fn page(page: Page<'_>, platforms: &[Instructions], form: &Form, is_signalled: bool) -> String {
    let Page { company, base, law, now: _ } = page;
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
            @if is_signalled { (signal::heard()) }
            section aria-labelledby="platforms" {
                h2 #platforms { "Deleting data that came from a platform" }
                @for platform in platforms { (steps(company, platform)) }
            }
            (asked)
            (next(company, law))
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

/// How long an answer takes: where no law of a place says otherwise, and in California, whose days most laws of states have.
fn how_long(law: &Law) -> String {
    let days = |regime: &str| law.days(regime, Kind::Erasure);
    match (days(&law.model().rights.fallback), days("CA_CCPA")) {
        (Some(most), Some(some)) if some > most => {
            format!(
                "We do what you asked and tell you: within {most} days in most of the world, within {some} days under some laws of the United States."
            )
        }
        (Some(most), _) => format!("We do what you asked and tell you within {most} days."),
        (None, _) => "We do what you asked and tell you by the day that your law gives us.".to_owned(),
    }
}

fn next(company: &Company, law: &Law) -> Markup {
    html! {
        section aria-labelledby="next" {
            h2 #next { "What happens then" }
            ol {
                li { "You get a reference and a page that always shows where your request stands." }
                li { "We send a code to the address or account you gave us. Enter it on that page: it shows us that the request is yours." }
                li { (how_long(law)) " If we need longer, or cannot do it, you hear why before that day, and where to complain." }
            }
            p { "You can also write to " a href={ "mailto:" (company.contact) } { (company.contact) } ". We treat you the same, whatever you ask." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(change: impl Fn(&mut serde_json::Value)) -> Law {
        let mut model = serde_json::to_value(Law::built_in().unwrap().model()).unwrap();
        model["deadline"].as_array_mut().unwrap().iter_mut().for_each(change);
        Law::new(serde_json::from_value(model).unwrap()).unwrap()
    }

    /// Gives a regime another period for what most people ask.
    fn with(regime: &'static str, rule: &'static str) -> impl Fn(&mut serde_json::Value) {
        move |row| {
            let is_of = row["regimes"].as_array().unwrap().iter().any(|one| one == regime);
            if is_of && row["kinds"].as_array().unwrap().iter().any(|kind| kind == "erasure") {
                row["respond"]["rule"] = rule.into();
            }
        }
    }

    #[test]
    fn how_long_an_answer_takes_is_what_the_law_file_says() {
        let said = how_long(&Law::built_in().unwrap());
        assert!(said.contains("within 30 days in most of the world, within 45 days under some laws"), "{said}");
        let said = how_long(&law(with("CA_CCPA", "days:40")));
        assert!(said.contains("within 30 days in most of the world, within 40 days under"), "{said}");
        let said = how_long(&law(with("UNKNOWN", "min(months:1,days:28)")));
        assert!(said.contains("within 28 days in most"), "{said}");
        assert_eq!(how_long(&law(with("CA_CCPA", "days:30"))), "We do what you asked and tell you within 30 days.");
        assert!(how_long(&law(with("UNKNOWN", "months:1"))).ends_with("by the day that your law gives us."));
    }
}
