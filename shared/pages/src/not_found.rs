//! The page for every address that has nothing. It is one fixed text, whichever function answers.

use maud::{Markup, html};
use privacy::policy::model::Company;

use crate::frame::{self, Headline, Tone};

/// There is nothing at this address. The same page whatever the address was.
#[must_use]
pub fn page(company: &Company) -> String {
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
