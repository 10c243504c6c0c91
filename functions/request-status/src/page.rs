//! The page that tells a person where their request stands, in words for somebody who may be worried.

use jiff::Timestamp;
use maud::{Markup, html};
use privacy::legal_hold::REVIEW_WITHIN_DAYS;
use privacy::obligation::Outcome;
use privacy::policy::Route;
use privacy::policy::model::Company;
use privacy::show_request::{PublicState, RequestView};

use crate::{records, steps};
use privacy_pages::dates::{day, end_of, moment};
use privacy_pages::frame::{self, Headline, Tone};

/// The whole page as it is at `now`.
pub(crate) fn status(view: &RequestView, company: &Company, now: Timestamp) -> String {
    let headline = headline(view, company, now);
    let rest = html! {
        section aria-labelledby="steps" {
            h2 #steps { "Step by step" }
            (steps::list(view))
        }
        (records::removed(view))
        (records::kept(view))
        section aria-labelledby="request" {
            h2 #request { "Your request" }
            (facts(view, company))
        }
        (earlier(view))
        (code(view))
    };
    frame::page(company, &headline, &rest)
}

/// The first thing to read of an erasure.
pub(crate) fn headline(view: &RequestView, company: &Company, now: Timestamp) -> Headline {
    if is_late(view, now) { late(view, company, now) } else { on_time(view, now) }
}

/// Whether the promise is broken: the page then says so instead of promising a date that has passed.
fn is_late(view: &RequestView, now: Timestamp) -> bool {
    // A legal hold delays lawfully; the page says so instead.
    view.erased_at.is_none() && view.state != PublicState::Held && view.due_by.is_past(now)
}

/// Whether we have looked everywhere and there was nothing at all.
pub(crate) fn found_nothing(view: &RequestView) -> bool {
    let is_nothing = |outcome: &Outcome| match outcome {
        Outcome::NothingFound => true,
        Outcome::Removed { count } => *count == 0,
        Outcome::Held { .. } | Outcome::Failed { .. } | Outcome::Retained { .. } => false,
    };
    view.erased_at.is_some()
        && !view.outcomes.is_empty()
        && view.outcomes.iter().all(|class| is_nothing(&class.outcome))
}

const RELOAD: &str = "You do not need to do anything. Reload this page to see progress.";

fn on_time(view: &RequestView, now: Timestamp) -> Headline {
    match view.state {
        PublicState::Received => Headline {
            tone: Tone::Calm,
            badge: "Received",
            title: "We have received your request",
            lead: vec![
                html! { "We will remove your data by " (end_of(&view.due_by)) " at the latest." },
                html! { (RELOAD) },
            ],
        },
        PublicState::InProgress => Headline {
            tone: Tone::Calm,
            badge: "In progress",
            title: "We are removing your data",
            lead: vec![html! { "We will be done by " (end_of(&view.due_by)) " at the latest." }, html! { (RELOAD) }],
        },
        PublicState::Held => Headline {
            tone: Tone::Warning,
            badge: "Kept for now",
            title: "The law makes us keep a part of your data for now",
            lead: vec![
                html! { "Everything else has been removed. What stays is locked away: we do not use it." },
                html! { "It goes as soon as the duty to keep it ends. Until then we ask ourselves at least every " (REVIEW_WITHIN_DAYS) " days whether it still has to stay. You do not need to do anything." },
            ],
        },
        PublicState::Failed => Headline {
            tone: Tone::Warning,
            badge: "Not finished yet",
            title: "A part of your data could not be removed yet",
            lead: vec![
                html! { (next_try(view, now)) " We promised to be done by " (end_of(&view.due_by)) "." },
                html! { "We are sorry that this takes longer. " (RELOAD) },
            ],
        },
        PublicState::Verifying | PublicState::Completed if found_nothing(view) => nothing(view),
        PublicState::Verifying => Headline {
            tone: Tone::Good,
            badge: "Removed",
            title: "Your data has been removed",
            lead: vec![
                html! { "We keep checking that it stays gone." (last_check(view)) },
                html! { "You do not need to do anything." },
            ],
        },
        PublicState::Completed => Headline {
            tone: Tone::Good,
            badge: "Finished",
            title: "Your data has been removed, and your request is finished",
            lead: vec![html! { "We checked again afterwards and found nothing left." }],
        },
        PublicState::PartlyRetained => Headline {
            tone: Tone::Good,
            badge: "Finished, a part is kept",
            title: "Your data has been removed, except what the law lets us keep",
            lead: vec![
                html! { "We checked again afterwards and found nothing else left." },
                html! { "What stays, why, and for how long stands below." },
            ],
        },
    }
}

fn late(view: &RequestView, company: &Company, now: Timestamp) -> Headline {
    Headline {
        tone: Tone::Warning,
        badge: "Late",
        title: "We are late with removing your data",
        lead: vec![
            html! { "We promised to be done by " (end_of(&view.due_by)) ", and we are not. We are sorry." },
            html! {
                @if view.state == PublicState::Failed { (next_try(view, now)) " " }
                "You do not need to ask again. If you want to know why it takes so long, write to "
                a href={ "mailto:" (company.contact) } { (company.contact) } "."
            },
            html! { "Reload this page to see progress." },
        ],
    }
}

fn next_try(view: &RequestView, now: Timestamp) -> Markup {
    html! {
        "We will try again "
        @match view.retry_at.filter(|at| *at > now) {
            Some(at) => { "on " (moment(at)) }
            None => { "shortly" }
        }
        ", and keep trying until it is gone."
    }
}

fn nothing(view: &RequestView) -> Headline {
    let looked = match view.route {
        Route::SubjectRequest => {
            html! { "We looked everywhere that we keep data of people, and held nothing tied to what you gave us." }
        }
        Route::MetaDataDeletion | Route::MetaDeauthorize | Route::Disconnect | Route::Termination => html! {
            "We looked everywhere that we keep data from connected accounts, and held nothing tied to this account."
        },
    };
    let is_finished = view.completed_at.is_some();
    Headline {
        tone: Tone::Good,
        badge: if is_finished { "Finished" } else { "Nothing found" },
        title: "We held no data tied to your account",
        lead: if is_finished {
            vec![
                looked,
                html! { "We checked again afterwards. There was still nothing, and your request is finished." },
            ]
        } else {
            vec![looked, html! { "We look again, to be sure that nothing arrives late." (last_check(view)) }]
        },
    }
}

fn last_check(view: &RequestView) -> Markup {
    html! { @if let Some(look) = view.looks.last() { " The last check is due on " (moment(look.due_at)) "." } }
}

fn facts(view: &RequestView, company: &Company) -> Markup {
    html! {
        p {
            @match view.route {
                Route::MetaDataDeletion => { "Meta told us that you want " (company.name) " to delete the data tied to your account." }
                Route::SubjectRequest => { "You, or somebody who may speak for you, asked " (company.name) " to delete your data." }
                Route::Disconnect => { "A connection to " (company.name) " was disconnected." }
                Route::Termination => { "An account with " (company.name) " has ended." }
                Route::MetaDeauthorize => {
                    "Meta told us that you removed " (company.name) " from your account. We treat that as a request to delete the \
                    data tied to it."
                }
            }
        }
        dl.facts {
            div { dt { "Received" } dd { (moment(view.received_at)) } }
            div { dt { "Promised by" } dd { (day(view.due_by.date)) " (" (view.due_by.time_zone) ")" } }
        }
        p.aside {
            @match view.route {
                Route::SubjectRequest => {
                    "This request covers what we held of you before " (moment(view.covers_until))
                    ". What you write to us or to our customers after that is not part of it."
                }
                Route::MetaDataDeletion | Route::MetaDeauthorize | Route::Disconnect | Route::Termination => {
                    "This request covers what was connected before " (moment(view.covers_until))
                    ". If you connect your account again after that, the new connection is not part of it."
                }
            }
        }
    }
}

fn earlier(view: &RequestView) -> Markup {
    html! {
        @if !view.earlier.is_empty() {
            section aria-labelledby="earlier" {
                h2 #earlier { "Earlier requests" }
                p { "You have asked us before. Those requests are finished." }
                ul {
                    @for request in &view.earlier {
                        li {
                            "Received on " (moment(request.received_at))
                            @if let Some(at) = request.erased_at { ", removed on " (moment(at)) }
                        }
                    }
                }
            }
        }
    }
}

fn code(view: &RequestView) -> Markup {
    html! {
        section aria-labelledby="code" {
            h2 #code { "Your confirmation code" }
            p.code { code { (view.id.as_str()) } }
            p {
                "The code opens this page: it is the last part of the address. Keep it if you want to come back, and give it to us \
                if you write about this request. It says nothing about who you are, but whoever has it can read this page."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn render(view: &RequestView) -> String {
        status(view, &samples::company(), samples::now())
    }

    /// The words of a page as a person reads them.
    fn words(page: &str) -> String {
        let body = page.split_once("<body>").unwrap().1;
        let parts = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect::<Vec<_>>().concat().replace('\u{a0}', " ")
    }

    /// Every state, and what its page must say.
    fn said() -> [(&'static str, RequestView, &'static [&'static str]); 8] {
        [
            (
                "received",
                samples::received(),
                &[
                    "We have received your request",
                    "by the end of 23 December 2026 (UTC) at the latest",
                    "Reload this page to see progress",
                    "What we will keep, and why",
                ],
            ),
            ("in progress", samples::in_progress(), &["We are removing your data", "Reload this page to see progress"]),
            (
                "failed",
                samples::failed(),
                &[
                    "A part of your data could not be removed yet",
                    "We will try again on 23 November 2026, 19:25 UTC",
                    "Not removed yet",
                    "What we have removed so far",
                ],
            ),
            (
                "verifying",
                samples::verifying(),
                &[
                    "Your data has been removed",
                    "We keep checking that it stays gone",
                    "We removed your data Done23 November 2026, 18:25 UTC",
                    "12,480",
                    "We also looked for these and found none: ",
                    "until 23 November 2028",
                ],
            ),
            (
                "completed",
                samples::completed(),
                &[
                    "Your data has been removed, and your request is finished",
                    "found nothing left",
                    "23 December 2026, 18:27 UTC",
                ],
            ),
            (
                "nothing found",
                samples::nothing_found(),
                &["We held no data tied to your account", "We looked everywhere", "held nothing tied to this account"],
            ),
            (
                "nothing found, finished",
                samples::nothing_found_finished(),
                &["We held no data tied to your account", "your request is finished"],
            ),
            (
                "earlier",
                samples::again(),
                &["Earlier requests", "Received on 2 March 2026, 09:00 UTC, removed on 2 March 2026, 09:04 UTC"],
            ),
        ]
    }

    #[test]
    fn every_state_is_said_in_plain_words() {
        for (name, view, phrases) in said() {
            let words = words(&render(&view));
            for phrase in phrases {
                assert!(words.contains(phrase), "{name}: {phrase}\n{words}");
            }
            assert!(words.contains("privacy@kazozo.com"), "{name}");
            let is_open = view.erased_at.is_none();
            assert_eq!(words.contains("Reload this page"), is_open, "{name}");
            assert!(!words.contains("We are late"), "{name}");
            assert!(words.contains("What we will keep, and why") == is_open, "{name}");
        }
    }

    #[test]
    fn what_is_held_is_asked_about_as_often_as_holds_are_reviewed() {
        let held = RequestView { state: PublicState::Held, ..samples::in_progress() };
        let often = format!("at least every {REVIEW_WITHIN_DAYS} days whether it still has to stay");
        assert!(words(&render(&held)).contains(&often));
    }

    #[test]
    fn a_broken_promise_is_owned_up_to_and_no_past_date_promised() {
        for view in [samples::received(), samples::in_progress(), samples::failed()] {
            let at = |now: &str| words(&status(&view, &samples::company(), now.parse().unwrap()));
            assert!(!at("2026-12-23T23:59:59Z").contains("We are late"));
            let late = at("2026-12-24T00:00:00Z");
            assert!(late.contains("We are late with removing your data"), "{late}");
            for promise in ["at the latest", "We will be done", "We will remove", "again on 23 November"] {
                assert!(!late.contains(promise), "{promise}: {late}");
            }
        }
        let removed = status(&samples::verifying(), &samples::company(), "2026-12-24T00:00:00Z".parse().unwrap());
        assert!(!removed.contains("We are late"));
    }

    #[test]
    fn a_deauthorisation_is_explained() {
        let view = RequestView { route: Route::MetaDeauthorize, ..samples::received() };
        assert!(words(&render(&view)).contains("We treat that as a request to delete the data tied to it."));
    }

    #[test]
    fn what_is_retained_is_not_said_to_be_removed() {
        let words = words(&render(&samples::partly_retained()));
        let (_, removed) = words.split_once("What we removed").unwrap();
        let (removed, kept) = removed.split_once("What we keep, and why").unwrap();
        assert!(removed.contains("the people who work with it") && !removed.contains("Security logs"), "{removed}");
        assert!(kept.contains("Security logs"), "{kept}");
        for phrase in [
            "Your data has been removed, except what the law lets us keep",
            "found nothing else left",
            "Invoices, credit notes and payments",
            "Tax law asks us",
            "Each record goes 7 years after its own date",
            "Each record goes 12 months after its own date",
            "Invoices and payments stay for 7 years from their date, if there are any",
            "It is kept there, not by us",
            "asked Kazozo to delete your data",
            "This request covers what we held of you before",
        ] {
            assert!(words.contains(phrase), "{phrase}: {words}");
        }
    }

    #[test]
    fn nothing_in_a_title_or_reason_becomes_markup() {
        let page = render(&samples::hostile());
        assert!(!page.contains("<b>bold"), "{page}");
        assert!(page.contains("&lt;b&gt;bold"), "{page}");
        assert!(!page.contains("\"onmouseover"), "{page}");
    }

    #[test]
    fn an_erased_request_without_outcomes_claims_nothing() {
        let view = RequestView { outcomes: Vec::new(), ..samples::verifying() };
        let words = words(&render(&view));
        assert!(!words.contains("We held no data"));
        assert!(!words.contains("What we removed"));
    }
}
