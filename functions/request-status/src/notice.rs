//! Pages that are not about a request. Each is one fixed text: it depends on nothing that was sent.

use maud::{Markup, html};
use privacy::policy::model::Company;

use privacy_pages::frame::{self, Headline, Tone};

/// There is nothing at this address. The same page whatever the address was.
pub(crate) fn not_found(company: &Company) -> String {
    let headline = Headline {
        tone: Tone::Plain,
        badge: "Not found",
        title: "There is nothing at this address",
        lead: vec![html! { "If you want to see where your deletion request stands, the address may not be complete." }],
    };
    frame::page(company, &headline, &advice())
}

fn advice() -> Markup {
    html! {
        section aria-labelledby="try" {
            h2 #try { "What you can try" }
            ul {
                li { "Open the link again from the place where you were given it." }
                li { "If you copied the address, check that it is whole. It ends with your confirmation code." }
                li { "The code has only small letters and digits, without spaces." }
            }
            p { "If it still does not work, write to us and tell us the code you were given." }
        }
    }
}

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
