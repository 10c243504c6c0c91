//! The page of a request that a person made: where it stands, what is left for them to do, and the erasure behind it.

use jiff::Timestamp;
use maud::{Markup, html};
use privacy::policy::model::Company;
use privacy::show_asked::AskedView;
use privacy_pages::dates::{day, end_of, moment};
use privacy_pages::frame::{self, Headline, Tone};
use privacy_pages::kinds;

use crate::{page, records, steps};

/// The whole page as it is at `now`. `base` is where this service is.
pub(crate) fn status(view: &AskedView, company: &Company, base: &str, now: Timestamp) -> String {
    let headline = match (&view.erasure, view.state) {
        (Some(erasure), "in-progress" | "verifying" | "held" | "failed") => page::headline(erasure, company, now),
        (_, _) => headline(view, company, now),
    };
    let rest = html! {
        @if view.waits_for_code { (code_form(view, base)) }
        @if let Some(erasure) = &view.erasure {
            section aria-labelledby="steps" {
                h2 #steps { "Step by step" }
                (steps::list(erasure))
            }
            (records::removed(erasure))
            (records::kept(erasure))
        }
        (facts(view))
        section.code aria-labelledby="code-of" {
            h2 #code-of { "Your reference" }
            code { (view.id.as_str()) }
        }
    };
    frame::page(company, &headline, &rest)
}

fn headline(view: &AskedView, company: &Company, now: Timestamp) -> Headline {
    let answer_by = || html! { "We answer by " (end_of(&view.due_by)) " at the latest." };
    let closed_at = view.closed.as_ref().map(|(at, _)| *at);
    if closed_at.is_none() && view.due_by.is_past(now) {
        return late(view, company);
    }
    match view.state {
        "received" | "awaiting-verification" if view.waits_for_code => Headline {
            tone: Tone::Calm,
            badge: "Waiting for you",
            title: "Show us that this request is yours",
            lead: vec![
                html! { "We have sent a code to the address or account that you gave us. Enter it below." },
                answer_by(),
            ],
        },
        "denied" => Headline {
            tone: Tone::Warning,
            badge: "Not carried out",
            title: "We could not do what you asked",
            lead: vec![html! { "Why, and where you can turn, stands in the letter that we sent you." }],
        },
        "completed" | "partly-retained" => Headline {
            tone: Tone::Good,
            badge: "Answered",
            title: "We have answered your request",
            lead: vec![html! { @if let Some(at) = closed_at { "On " (moment(at)) "." } }],
        },
        _ => Headline {
            tone: Tone::Calm,
            badge: "In progress",
            title: "We are working on your request",
            lead: vec![answer_by(), html! { "You do not need to do anything. We write to you when it is done." }],
        },
    }
}

fn late(view: &AskedView, company: &Company) -> Headline {
    Headline {
        tone: Tone::Warning,
        badge: "Late",
        title: "We are late with our answer",
        lead: vec![
            html! { "We had to answer by " (end_of(&view.due_by)) ", and we have not. We are sorry." },
            html! {
                "You do not need to ask again. If you want to know why it takes so long, write to "
                a href={ "mailto:" (company.contact) } { (company.contact) } "."
            },
        ],
    }
}

fn code_form(view: &AskedView, base: &str) -> Markup {
    let action = |act: &str| format!("{base}/api/dsr/{}/{act}", view.id.as_str());
    html! {
        section aria-labelledby="enter" {
            h2 #enter { "Enter the code" }
            p { "It has six digits and works for ten minutes. If it does not come, look among unwanted mail, or have another sent: the one before then stops working." }
            form method="post" action=(action("verification")) {
                div.field {
                    label for="code" { "Code" }
                    input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required;
                }
                button type="submit" { "This request is mine" }
            }
            form method="post" action=(action("code")) {
                button.quiet type="submit" { "Send me another code" }
            }
        }
    }
}

fn facts(view: &AskedView) -> Markup {
    html! {
        section aria-labelledby="request" {
            h2 #request { "Your request" }
            dl.facts {
                div { dt { "Asked for" } dd { (kinds::asked(view.kind)) } }
                div { dt { "Received" } dd { (moment(view.received_at)) } }
                div { dt { "Answer due" } dd { (day(view.due_by.date)) " (" (view.due_by.time_zone) ")" } }
                @if let Some((at, _)) = &view.closed { div { dt { "Answered" } dd { (moment(*at)) } } }
            }
            @if let Some((reason, before)) = &view.extended {
                p { "We have taken more time than until " (day(*before)) ", because: " (reason) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use privacy::clock::model::Kind;
    use privacy::deadline::DueBy;
    use privacy::obligation::ObligationId;
    use privacy_pages::checks::check_page;

    use super::*;
    use crate::{asked_json, samples};

    fn asked(state: &'static str) -> AskedView {
        AskedView {
            id: ObligationId::of_request(&[1; 20]),
            kind: Kind::Access,
            state,
            received_at: "2026-11-23T18:25:00Z".parse().unwrap(),
            due_by: DueBy { date: "2026-12-23".parse().unwrap(), time_zone: "Europe/Brussels".to_owned() },
            due_rule: "min(months:1,days:30) tz:Europe/Brussels".to_owned(),
            waits_for_code: state == "awaiting-verification",
            extended: None,
            closed: None,
            erasure: None,
        }
    }

    fn views() -> Vec<AskedView> {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let extended = Some(("<b>many records</b>".to_owned(), "2026-12-23".parse().unwrap()));
        vec![
            AskedView { waits_for_code: true, ..asked("received") },
            asked("awaiting-verification"),
            AskedView { extended, ..asked("in-progress") },
            AskedView { closed: Some((at, None)), ..asked("completed") },
            AskedView { closed: Some((at, None)), ..asked("partly-retained") },
            AskedView { closed: Some((at, Some("unverifiable".to_owned()))), ..asked("denied") },
        ]
    }

    fn page(view: &AskedView, now: &str) -> String {
        status(view, &samples::company(), "https://privacy.example", now.parse().unwrap())
    }

    #[test]
    fn every_state_has_a_page_that_anybody_can_use() {
        let mut titles = String::new();
        for view in views() {
            for now in ["2026-11-23T18:30:00Z", "2027-01-01T00:00:00Z"] {
                let page = page(&view, now);
                check_page(view.state, &page);
                assert_eq!(page.contains("<form"), view.waits_for_code, "{}", view.state);
                assert!(!page.contains("<b>many"), "what staff wrote becomes no markup");
                let title = page.split("<h1>").nth(1).unwrap().split('<').next().unwrap();
                titles += &format!("{} {}: {title}\n", view.state, &now[..10]);
            }
        }
        expect![[r#"
            received 2026-11-23: Show us that this request is yours
            received 2027-01-01: We are late with our answer
            awaiting-verification 2026-11-23: Show us that this request is yours
            awaiting-verification 2027-01-01: We are late with our answer
            in-progress 2026-11-23: We are working on your request
            in-progress 2027-01-01: We are late with our answer
            completed 2026-11-23: We have answered your request
            completed 2027-01-01: We have answered your request
            partly-retained 2026-11-23: We have answered your request
            partly-retained 2027-01-01: We have answered your request
            denied 2026-11-23: We could not do what you asked
            denied 2027-01-01: We could not do what you asked
        "#]]
        .assert_eq(&titles);
    }

    #[test]
    fn programs_read_the_same() {
        let documents: Vec<String> = views().iter().map(|view| asked_json::document(view).unwrap() + "\n").collect();
        expect![[r#"
            {"confirmation_code":"<id>","due_by":{"date":"2026-12-23","rule":"min(months:1,days:30) tz:Europe/Brussels","time_zone":"Europe/Brussels"},"extended":{"first_due":"2026-12-23","reason":"<b>many records</b>"},"kind":"access","received_at":"2026-11-23T18:25:00.000Z","reference":"<id>","state":"in-progress"}
            {"answered_at":"2026-11-25T08:00:00.000Z","confirmation_code":"<id>","due_by":{"date":"2026-12-23","rule":"min(months:1,days:30) tz:Europe/Brussels","time_zone":"Europe/Brussels"},"kind":"access","received_at":"2026-11-23T18:25:00.000Z","reference":"<id>","state":"completed"}
            {"answered_at":"2026-11-25T08:00:00.000Z","confirmation_code":"<id>","due_by":{"date":"2026-12-23","rule":"min(months:1,days:30) tz:Europe/Brussels","time_zone":"Europe/Brussels"},"kind":"access","received_at":"2026-11-23T18:25:00.000Z","reference":"<id>","state":"partly-retained"}
            {"answered_at":"2026-11-25T08:00:00.000Z","confirmation_code":"<id>","denial":"unverifiable","due_by":{"date":"2026-12-23","rule":"min(months:1,days:30) tz:Europe/Brussels","time_zone":"Europe/Brussels"},"kind":"access","received_at":"2026-11-23T18:25:00.000Z","reference":"<id>","state":"denied"}
        "#]].assert_eq(&documents[2..6].concat().replace(views()[0].id.as_str(), "<id>"));
    }
}
