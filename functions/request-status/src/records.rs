//! What was removed, and what stays.

use std::cmp::Reverse;

use maud::{Markup, html};
use privacy::obligation::Outcome;
use privacy::show_request::{ClassOutcome, RequestView};

use crate::page::found_nothing;
use privacy_pages::dates::{day, grouped, moment, span};

/// One line per class of which there was something, and one sentence for the rest.
pub(crate) fn removed(view: &RequestView) -> Markup {
    // What a law wants kept stands below, with its reason.
    let looked_for = view.outcomes.iter().filter(|class| !matches!(class.outcome, Outcome::Retained { .. }));
    let (mut found, none): (Vec<&ClassOutcome>, Vec<&ClassOutcome>) =
        looked_for.partition(|class| is_found(&class.outcome));
    found.sort_by_key(|class| Reverse(weight(&class.outcome)));
    let is_erased = view.erased_at.is_some();
    html! {
        @if !found.is_empty() {
            section aria-labelledby="removed" {
                h2 #removed { @if is_erased { "What we removed" } @else { "What we have removed so far" } }
                (table(&found))
                @if !none.is_empty() { p { "We also looked for these and found none: " (titles(&none)) "." } }
            }
        } @else if found_nothing(view) {
            section aria-labelledby="removed" {
                h2 #removed { "Where we looked" }
                p { "We looked for each of these and found none: " (titles(&none)) "." }
            }
        }
    }
}

/// What is still there comes first, then what there was most of.
const fn weight(outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Removed { count } => *count,
        Outcome::NothingFound => 0,
        Outcome::Held { .. } | Outcome::Failed { .. } | Outcome::Retained { .. } => u64::MAX,
    }
}

fn is_found(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Removed { count } => *count > 0,
        Outcome::NothingFound => false,
        Outcome::Held { .. } | Outcome::Failed { .. } | Outcome::Retained { .. } => true,
    }
}

fn table(found: &[&ClassOutcome]) -> Markup {
    html! {
        table {
            caption { "Each kind of data, and how many records of it" }
            thead { tr { th scope="col" { "Kind of data" } th scope="col" { "Removed" } } }
            tbody {
                @for class in found {
                    tr {
                        th scope="row" { (class.title) }
                        @match &class.outcome {
                            Outcome::Removed { count } => { td { (grouped(*count)) } }
                            Outcome::NothingFound => { td { "0" } }
                            Outcome::Held { removed, held } => {
                                td.open { (grouped(*removed)) p { strong { "Kept for now: " (grouped(*held)) } } }
                            }
                            Outcome::Retained { .. } => { td { "Kept" } }
                            Outcome::Failed { retry_at } => { td.open { strong { "Not removed yet" } p { "Next try: " (moment(*retry_at)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// Titles hold commas, so semicolons part them.
fn titles(classes: &[&ClassOutcome]) -> String {
    let titles: Vec<&str> = classes.iter().map(|class| class.title.as_str()).collect();
    titles.join("; ")
}

/// What a law wants kept, here or at a processor, and our own records that an erasure leaves.
pub(crate) fn kept(view: &RequestView) -> Markup {
    let is_erased = view.erased_at.is_some();
    html! {
        @if !view.kept.is_empty() {
            section aria-labelledby="kept" {
                h2 #kept { @if is_erased { "What we keep, and why" } @else { "What we will keep, and why" } }
                @for record in &view.kept {
                    h3 { (record.title) }
                    p { (record.reason) }
                    p {
                        @match (record.until, &record.retained) {
                            (_, Some(retained)) => {
                                "Each record goes " (span(&retained.keep_for.0)) " after its own date."
                            }
                            (None, None) if record.is_elsewhere => { "It is kept there, not by us, and goes there by its own date." }
                            (Some(until), None) => { "We keep it until " (day(until)) " at least." }
                            (None, None) => { "The last day is set when your data is removed. You will then find it here." }
                        }
                    }
                }
            }
        }
    }
}
