//! A page that is not about a request: one fixed text, which depends on nothing that was sent.

use maud::html;
use privacy::policy::model::Company;

use privacy_pages::frame::{self, Headline, Tone};

/// The request cannot be looked up at the moment.
pub(crate) fn unavailable(company: &Company) -> String {
    let headline = Headline {
        tone: Tone::Warning,
        badge: "Try again soon",
        title: "We cannot show your request at the moment",
        lead: vec![
            html! { "This is a fault on our side. Your request is safe, and our work on it does not depend on this page." },
            html! { "Please reload this page in a minute." },
        ],
    };
    frame::page(company, &headline, &html! {})
}
