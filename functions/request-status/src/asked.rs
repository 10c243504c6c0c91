//! The page of a request that a person made: where it stands, what is left for them to do, and the erasure behind it.

use jiff::Timestamp;
use maud::{Markup, html};
use privacy::law::denial::DenialReason;
use privacy::policy::model::Company;
use privacy::show_asked::AskedView;
use privacy_pages::dates::{day, end_of, moment};
use privacy_pages::frame::{self, Headline, Tone};
use privacy_pages::kinds;

use crate::{outcome, page, records, steps, to_do, ways};

/// The whole page as it is at `now`. `base` is where this service is.
pub(crate) fn status(view: &AskedView, company: &Company, base: &str, now: Timestamp) -> String {
    let headline = match (&view.erasure, view.state) {
        _ if view.withdrawn_at.is_some() => taken_back(view),
        _ if is_late(view, now) => late(view, company),
        (Some(erasure), "in-progress" | "verifying" | "held" | "failed") if !is_done_again(view) => {
            page::headline(erasure, company, now)
        }
        (_, _) => headline(view, company),
    };
    let rest = html! {
        (to_do::steps(view, company, base))
        @if view.bundles.iter().any(|made| now < made.erase_at) { (ways::bundle(view, base)) }
        (outcome::section(view, base))
        (ways::flags(view))
        (ways::parts(view))
        @if let Some(erasure) = &view.erasure {
            section aria-labelledby="steps" {
                h2 #steps { "Step by step" }
                (steps::list(erasure))
            }
            (records::removed(erasure))
            (records::kept(erasure))
        }
        @if let Some(denial) = &view.denial { (ways::denial(denial, &view.id, base)) }
        (ways::withdrawal(view, base))
        (facts(view, base))
        section.code aria-labelledby="code-of" {
            h2 #code-of { "Your reference" }
            code { (view.id.as_str()) }
        }
    };
    frame::page(company, &headline, &rest)
}

fn headline(view: &AskedView, company: &Company) -> Headline {
    let answer_by = || html! { "We answer by " (end_of(&view.due_by)) " at the latest." };
    let closed_at = view.closed.as_ref().map(|(at, _)| *at);
    match view.state {
        // Whatever is left to show: what staff believe is deleted without it.
        _ if view.waits_for_review => reading(view, company),
        "received" | "awaiting-verification" if view.waits_for_code => Headline {
            tone: Tone::Calm,
            badge: "Waiting for you",
            title: "Show us that this request is yours",
            lead: vec![
                html! { "A code goes to the address or account that you gave us. Enter it below. If none has come, have one sent." },
                answer_by(),
            ],
        },
        "received" | "awaiting-verification" if to_do::is_theirs(view) => Headline {
            tone: Tone::Calm,
            badge: "Waiting for you",
            title: "Show us that this request is yours",
            lead: vec![html! { "What is left for you to do stands below." }, answer_by()],
        },
        "denied" => Headline {
            tone: Tone::Warning,
            badge: "Not carried out",
            title: "We could not do what you asked",
            lead: vec![html! { "Why, and where you can turn, stands below." }],
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

fn taken_back(view: &AskedView) -> Headline {
    let in_part = view.state == "partly-retained";
    Headline {
        tone: Tone::Calm,
        badge: "Taken back",
        title: if view.by_agent { "This request is taken back" } else { "You have taken this request back" },
        lead: vec![
            html! { @if let Some(at) = view.withdrawn_at { "On " (moment(at)) ". Nothing more of it is done." } },
            html! { @if in_part { "A part had been done by then: below." } @else { "Nothing of it was done." } },
        ],
    }
}

fn reading(view: &AskedView, company: &Company) -> Headline {
    Headline {
        tone: Tone::Calm,
        badge: "Being read",
        title: "We are reading your report",
        lead: vec![
            html! { "Reports about children come before everything else. Nobody has to log in for it. If we believe it, the data of the child is deleted, and no copy is given, whatever was asked for." },
            html! {
                @if !view.missing.is_empty() { "What is left for you counts only if we do not: then it goes on as any request. " }
                "If the report is wrong, tell us at " a href={ "mailto:" (company.contact) } { (company.contact) }
                ": doing nothing does not stop it."
            },
            html! { "We answer by " (end_of(&view.due_by)) " at the latest." },
        ],
    }
}

/// Whether we owe an answer since the last day. What a legal hold keeps from being erased is late by law, and the page says so instead.
fn is_late(view: &AskedView, now: Timestamp) -> bool {
    view.closed.is_none() && view.state != "held" && view.due_by.is_past(now)
}

/// Whether the machine is through with what an appeal put back to work, and somebody still looks at it.
fn is_done_again(view: &AskedView) -> bool {
    let is_done = |erasure: &privacy::show_request::RequestView| erasure.erased_at.is_some();
    view.reopened_at.is_some() && view.closed.is_none() && view.erasure.as_ref().is_some_and(is_done)
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

fn facts(view: &AskedView, base: &str) -> Markup {
    html! {
        section aria-labelledby="request" {
            h2 #request { "Your request" }
            dl.facts {
                div { dt { "Asked for" } dd { (kinds::asked(view.kind)) } }
                div { dt { "Received" } dd { (moment(view.received_at)) } }
                div { dt { "Answer due" } dd { (day(view.due_by.date)) " (" (view.due_by.time_zone) ")" } }
                @if let Some((at, _)) = &view.closed { div { dt { @if view.withdrawn_at.is_some() { "Taken back" } @else { "Answered" } } dd { (moment(*at)) } } }
            }
            @if view.is_without_account && view.denial.is_none() {
                p { "It is about what your address or the name of your account on a platform opens. What somebody has as a user of our product is shown, corrected and deleted only after a login there: the answer holds nothing of it, and does not say whether there is any. If you log in to our product, send a request and say that you can." }
            }
            @if view.is_account_only && view.denial.is_none() { p { (kinds::ACCOUNT_ONLY) } }
            @if view.is_account_only && view.denial.as_ref().is_some_and(|denial| denial.code == DenialReason::Unverifiable.as_str()) { p { (kinds::WITHOUT_LOGIN) } }
            @if let Some(appealed) = &view.appeal_of {
                p {
                    "It asks us to look again at "
                    a href={ (base) "/privacy/requests/" (appealed.as_str()) } { "our answer to an earlier request" } "."
                }
            }
            @if let Some(at) = view.reopened_at {
                p { "You asked us to look again at our answer, and you were right. We work on this request again since " (moment(at)) "; the day by which we answer counts from there." }
            }
            @if let Some(since) = view.remade_since {
                p { "We make the file with your data once more, since " (moment(since)) ", and write to you when it can be fetched; the day by which we answer counts from there. Until then the file from before cannot be fetched." }
            }
            @if view.goes_with_earlier {
                p { "You asked us to delete the same before. Both requests are carried out and answered together, by the date of the first." }
            }
            @if let Some(since) = view.paused_since {
                p { "We have asked you something without which we cannot go on, and wait for your answer since " (moment(since)) ". The clock of your law stands still until then. We work towards the day above all the same." }
            }
            @if let Some(extended) = &view.extended {
                p { "We have taken more time than until " (day(extended.first_legal)) ", because: " (extended.reason) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use privacy::export::ports::Round;
    use privacy::ingest_gate::Flag;
    use privacy::obligation::ObligationId;
    use privacy::show_asked::{DenialView, PartState, PartView, Role, WayOn};
    use privacy::subject_request::{Extended, Proof};
    use privacy_pages::checks::check_page;

    use super::*;
    use crate::samples::asked;
    use crate::{asked_json, samples};

    fn denial() -> DenialView {
        let ways = vec![
            WayOn::Appeal,
            WayOn::ComplaintToUs,
            WayOn::Authority { title: "<i>An</i> authority".to_owned(), url: "https://authority.example/a".to_owned() },
            WayOn::Court { law: "GDPR art. 79".to_owned() },
        ];
        DenialView { code: "unverifiable".to_owned(), text: "We could not make sure.".to_owned(), ways }
    }

    fn views() -> Vec<AskedView> {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let extended = Some(Extended {
            reason: "<b>many records</b>".to_owned(),
            at: "2026-12-20T09:00:00Z".parse().unwrap(),
            first_legal: "2026-12-23".parse().unwrap(),
        });
        vec![
            AskedView { waits_for_code: true, missing: vec![Proof::EmailCode], ..asked("received") },
            asked("awaiting-verification"),
            AskedView { extended, paused_since: Some(at), ..asked("in-progress") },
            AskedView { closed: Some((at, None)), ..asked("completed") },
            AskedView {
                closed: Some((at, None)),
                parts: parts(at),
                role: Some(Role::Both),
                ..asked("partly-retained")
            },
            AskedView {
                closed: Some((at, Some("unverifiable".to_owned()))),
                denial: Some(denial()),
                ..asked("denied")
            },
        ]
    }

    fn parts(at: Timestamp) -> Vec<PartView> {
        let reason = |state| (state == PartState::Declined).then(|| "legal-claims".to_owned());
        [PartState::Asked, PartState::Instructed, PartState::Done, PartState::Declined, PartState::Unanswered]
            .map(|state| PartView { asked_at: at, state, is_reached: true, reason: reason(state) })
            .to_vec()
    }

    fn bundles(at: Timestamp, rounds: &[u32]) -> Vec<Round> {
        let hours = |hours: u32| jiff::SignedDuration::from_hours(hours.into());
        let made =
            |round: &u32| Round { round: *round, made_at: at + hours(*round), erase_at: at + hours(24 * 14 + *round) };
        rounds.iter().map(made).collect()
    }

    fn with_bundles(at: Timestamp, rounds: &[u32], opened_by: Proof) -> AskedView {
        let (bundles, closed) = (bundles(at, rounds), Some((at, None)));
        AskedView { has_bundle: true, bundles, opened_by: Some(opened_by), closed, ..asked("completed") }
    }

    #[test]
    fn of_a_business_that_could_not_be_reached_nothing_says_that_it_was_asked() {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let of = |state, is_reached| PartView { asked_at: at, state, is_reached, reason: None };
        let shown = |parts: Vec<PartView>| {
            let view = AskedView { role: Some(Role::Both), parts, ..asked("in-progress") };
            page(&view, "2026-11-26T08:00:00Z")
        };
        for state in [PartState::Asked, PartState::Unanswered] {
            let nobody = shown(vec![of(state, false)]);
            assert!(!nobody.contains("has been asked") && !nobody.contains("passed your request on"), "{nobody}");
            assert!(nobody.contains("has not reached them so far"), "{nobody}");
            let some = shown(vec![of(state, true), of(state, false)]);
            assert!(some.contains("passed your request on where we could"), "{some}");
            assert!(some.contains("A business has been asked on"), "{some}");
        }
    }

    #[test]
    fn an_answer_that_we_owe_is_late_whatever_the_machine_has_done_and_says_where_to_turn() {
        let authority =
            WayOn::Authority { title: "An authority".to_owned(), url: "https://authority.example/a".to_owned() };
        for (erasure, state) in [
            (None, "in-progress"),
            (Some(samples::in_progress()), "in-progress"),
            (Some(samples::verifying()), "verifying"),
            (Some(samples::held()), "held"),
        ] {
            let view = AskedView { erasure, ways: vec![authority.clone()], ..asked(state) };
            for (now, is_late) in [("2026-12-23T20:00:00Z", false), ("2026-12-25T08:00:00Z", true)] {
                let page = page(&view, now);
                check_page(state, &page);
                let is_said = page.contains("We are late with our answer");
                assert_eq!(is_said, is_late && state != "held", "{state} {now}");
            }
            let late = page(&view, "2026-12-25T08:00:00Z");
            assert!(late.contains("Where you can turn") && late.contains("https://authority.example/a"));
            assert!(!late.contains("If you do not agree"), "there is no answer yet");
        }
    }

    #[test]
    fn what_was_done_for_an_agent_who_showed_nothing_is_said_where_it_stands() {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let flags = vec![Flag::OptedOut];
        let view = AskedView { flags, closed: Some((at, None)), ..asked("completed") };
        for is_unshown in [false, true] {
            let page = page(&AskedView { is_unshown, ..view.clone() }, "2026-11-26T08:00:00Z");
            assert!(page.contains("No sale, no sharing"), "{page}");
            assert_eq!(page.contains("has not shown us that they may"), is_unshown, "{page}");
            check_page("completed", &page);
        }
    }

    #[test]
    fn the_way_back_is_there_as_long_as_there_is_one_and_says_whose_it_is() {
        let view = |withdrawn_by, by_agent| AskedView { withdrawn_by, by_agent, ..asked("awaiting-verification") };
        let none = page(&view(None, false), "2026-11-26T08:00:00Z");
        assert!(!none.contains("/withdrawal\"") && !none.contains("Take the request back"), "{none}");
        for (by_agent, words) in [(false, "Take it back"), (true, "Nobody may ask this for me")] {
            let shown = page(&view(Some(Proof::EmailCode), by_agent), "2026-11-26T08:00:00Z");
            check_page("withdrawable", &shown);
            assert!(shown.contains("/withdrawal\"") && shown.contains("value=\"withdrawal\""), "{shown}");
            assert!(shown.contains(words), "{words}: {shown}");
        }
        let by_login = page(&view(Some(Proof::AccountLogin), false), "2026-11-26T08:00:00Z");
        check_page("withdrawable by a login", &by_login);
        assert!(by_login.contains("Take the request back") && !by_login.contains("/withdrawal\""), "{by_login}");
    }

    #[test]
    fn what_was_taken_back_is_said_to_be_that_and_not_refused() {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        for (state, is_in_part) in [("denied", false), ("partly-retained", true)] {
            let view = AskedView { withdrawn_at: Some(at), closed: Some((at, None)), ..asked(state) };
            let shown = page(&view, "2026-12-26T08:00:00Z");
            check_page(state, &shown);
            assert!(shown.contains("You have taken this request back") && !shown.contains("could not do"), "{shown}");
            assert_eq!(shown.contains("A part had been done"), is_in_part, "{state}");
            let json: serde_json::Value = serde_json::from_str(&asked_json::document(&view).unwrap()).unwrap();
            assert_eq!((&json["state"], &json["outcome"]), (&state.into(), &"withdrawn".into()));
            assert!(json.get("denial").is_none());
        }
    }

    #[test]
    fn of_several_bundles_each_is_listed_with_its_day_and_the_newest_is_chosen() {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let view = |rounds: &[u32]| with_bundles(at, rounds, Proof::EmailCode);
        let several = page(&view(&[1, 0]), "2026-11-26T08:00:00Z");
        for words in ["2026-11-25T09:00:00.000Z", "2026-12-09T09:00:00.000Z", "2026-12-09T08:00:00.000Z"] {
            assert!(several.contains(words), "{words}: {several}");
        }
        let chosen: Vec<&str> = several.split("<input ").filter(|input| input.contains("name=\"bundle\"")).collect();
        assert_eq!(chosen.len(), 2);
        assert!(chosen[0].contains("value=\"1\"") && chosen[0].split('>').next().unwrap().contains("checked"));
        assert!(chosen[1].contains("value=\"0\"") && !chosen[1].split('>').next().unwrap().contains("checked"));
        let one = page(&view(&[0]), "2026-11-26T08:00:00Z");
        assert!(one.contains("Get your data") && !one.contains("name=\"bundle\""), "nothing is to be chosen");
        let none = page(&view(&[]), "2026-12-26T08:00:00Z");
        assert!(!none.contains("Get your data"), "its day is over");
        let json: serde_json::Value = serde_json::from_str(&asked_json::document(&view(&[1, 0])).unwrap()).unwrap();
        assert_eq!(json["bundles"][1]["bundle"], "0");
        assert_eq!(json["bundles"][1]["until"], "2026-12-09T08:00:00.000Z");
        assert!(!asked_json::document(&view(&[])).unwrap().contains("\"bundles\""));
    }

    #[test]
    fn every_way_that_a_request_can_go_has_its_words() {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let (appealed, own) = (ObligationId::of_request(&[2; 20]), asked("completed").id);
        let views = [
            AskedView { waits_for_review: true, ..asked("in-progress") },
            AskedView { flags: Flag::ALL.to_vec(), closed: Some((at, None)), ..asked("completed") },
            AskedView { parts: parts(at), role: Some(Role::Processor), ..asked("in-progress") },
            AskedView { appeal_of: Some(appealed.clone()), ..asked("in-progress") },
            with_bundles(at, &[0], Proof::EmailCode),
            with_bundles(at, &[1, 0], Proof::AccountLogin),
            AskedView { is_without_account: true, closed: Some((at, None)), ..asked("completed") },
            AskedView { is_account_only: true, closed: Some((at, None)), ..asked("completed") },
            AskedView { is_account_only: true, denial: Some(denial()), closed: Some((at, None)), ..asked("denied") },
            AskedView { reopened_at: Some(at), erasure: Some(samples::completed()), ..asked("in-progress") },
            AskedView { paused_since: Some(at), ..asked("in-progress") },
        ];
        for (view, expected) in views.iter().zip([
            vec!["Reports about children come before everything else"],
            vec!["No marketing", "Your data is kept and not used"],
            vec![
                "A business decides",
                "has been asked",
                "wants it done",
                "Done",
                "decided against it",
                "so its part stays",
            ],
            vec![appealed.as_str(), "look again"],
            vec!["/download", "Get your data", "/code", "2026-12-09T08:00:00.000Z"],
            vec!["Get your data", "log in again", own.as_str(), "several files"],
            vec!["does not say whether there is"],
            vec!["is not part of it, even if you named one", "send another request"],
            vec!["is opened by a login and by nothing else", "send another request"],
            vec!["We are working on your request", "you were right", "counts from there"],
            vec!["wait for your answer since", "2026-11-25T08:00:00.000Z", "stands still"],
        ]) {
            let page = page(view, "2026-11-26T08:00:00Z");
            check_page(view.state, &page);
            for words in expected {
                assert!(page.contains(words), "{words} in {page}");
            }
        }
        let late = page(&views[4], "2026-12-10T08:00:00Z");
        assert!(!late.contains("/download"), "after two weeks it is gone");
        let by_login = page(&views[5], "2026-11-26T08:00:00Z");
        assert!(!by_login.contains("<form"), "no code opens what a login does");
        let denied = page(
            &AskedView { denial: Some(denial()), closed: Some((at, None)), ..asked("denied") },
            "2026-11-26T08:00:00Z",
        );
        check_page("denied", &denied);
        for words in ["We could not make sure.", "GDPR art. 79", "https://authority.example/a", "/privacy"] {
            assert!(denied.contains(words), "{words}");
        }
        assert!(!denied.contains("<i>An"));
    }

    #[test]
    fn a_file_that_is_made_again_is_said_to_be() {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let view = AskedView { remade_since: Some(at), ..asked("in-progress") };
        let page = page(&view, "2026-11-26T08:00:00Z");
        check_page("made again", &page);
        for words in
            ["once more, since", "2026-11-25T08:00:00.000Z", "Until then the file from before cannot be fetched"]
        {
            assert!(page.contains(words), "{words} in {page}");
        }
        let json: serde_json::Value = serde_json::from_str(&asked_json::document(&view).unwrap()).unwrap();
        assert_eq!(json["remade_since"], "2026-11-25T08:00:00.000Z");
    }

    #[test]
    fn whatever_is_left_for_them_is_said_with_the_form_that_does_it() {
        let waiting = |missing: &[Proof], by_agent| AskedView {
            waits_for_code: missing.contains(&Proof::EmailCode) || missing.contains(&Proof::HandleCode),
            missing: missing.to_vec(),
            by_agent,
            ..asked("awaiting-verification")
        };
        let code = r##"<a href="#enter">"##;
        let declaration = r##"<a href="#declare">"##;
        for (view, forms, expected) in [
            (waiting(&[Proof::EmailCode], false), 2, vec![code, "mail to you", "one-time-code"]),
            (waiting(&[Proof::HandleCode], false), 2, vec![code, "send to your account"]),
            (waiting(&[Proof::EmailCode, Proof::HandleCode], false), 2, vec![code, "Another follows to your account"]),
            (
                waiting(&[Proof::EmailCode], true),
                2,
                vec![code, "Somebody says that they act for you", "They may ask for me"],
            ),
            (waiting(&[Proof::AccountLogin], false), 0, vec!["Log in again", "#login", "Privacy"]),
            (
                waiting(&[Proof::Declaration], false),
                1,
                vec![declaration, "penalty of perjury", r#"name="declaration""#],
            ),
            (waiting(&[Proof::EmailCode, Proof::Declaration], false), 3, vec![code, declaration]),
            (waiting(&[Proof::AgentPermission], true), 0, vec!["permission that the person signed", "mailto:"]),
            (waiting(&[Proof::DataPoints], false), 0, vec!["compares", "You need not do anything for it"]),
            (
                AskedView { points_left: 2, ..waiting(&[Proof::DataPoints], false) },
                0,
                vec!["name 2 things", "mailto:", "we have to say no"],
            ),
            (AskedView { points_left: 1, ..waiting(&[Proof::DataPoints], false) }, 0, vec!["name 1 more thing"]),
        ] {
            let page = page(&view, "2026-11-24T08:00:00Z");
            check_page(view.state, &page);
            assert_eq!(page.matches("<form").count(), forms, "{:?}", view.missing);
            for words in expected {
                assert!(page.contains(words), "{words} in {page}");
            }
            let waits_for_them = view.missing != [Proof::DataPoints] || view.points_left > 0;
            assert_eq!(page.contains("Waiting for you"), waits_for_them, "{:?}", view.missing);
            assert_eq!(page.contains("You do not need to do anything."), !waits_for_them, "{:?}", view.missing);
        }
        for view in [asked("in-progress"), asked("completed")] {
            assert!(!page(&view, "2026-11-24T08:00:00Z").contains("What is left for you"), "{}", view.state);
        }
        let joined = AskedView { goes_with_earlier: true, ..asked("in-progress") };
        assert!(page(&joined, "2026-11-24T08:00:00Z").contains("answered together"));
    }

    #[test]
    fn an_unread_report_about_a_child_is_said_to_be_read_first_whatever_is_left_to_show() {
        for missing in [vec![], vec![Proof::EmailCode], vec![Proof::HandleCode, Proof::AgentPermission]] {
            for by_agent in [false, true] {
                for state in ["received", "awaiting-verification"] {
                    let waits_for_code = !missing.is_empty();
                    let view = AskedView { waits_for_review: true, waits_for_code, by_agent, ..asked(state) };
                    let page = page(&AskedView { missing: missing.clone(), ..view }, "2026-11-24T08:00:00Z");
                    check_page(state, &page);
                    assert!(page.contains("We are reading your report") && !page.contains("Waiting for you"), "{page}");
                    assert!(page.contains("doing nothing does not stop it") && !page.contains("do nothing"), "{page}");
                    assert_eq!(
                        page.contains("This request is mine"),
                        waits_for_code && !by_agent,
                        "the form stays: {page}"
                    );
                    assert_eq!(page.contains("They may ask for me"), waits_for_code && by_agent, "{page}");
                }
            }
        }
    }

    #[test]
    fn no_page_says_that_a_letter_went_out_which_may_have_been_held_back() {
        let at: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let waiting = |state, missing: &[Proof], by_agent| AskedView {
            waits_for_code: true,
            missing: missing.to_vec(),
            by_agent,
            ..asked(state)
        };
        let denied = AskedView { denial: Some(denial()), closed: Some((at, None)), ..asked("denied") };
        let mut views = vec![denied];
        for state in ["received", "awaiting-verification"] {
            for missing in [[Proof::EmailCode].as_slice(), &[Proof::HandleCode], &[Proof::EmailCode, Proof::HandleCode]]
            {
                views.extend([false, true].map(|by_agent| waiting(state, missing, by_agent)));
            }
        }
        for view in views {
            let page = page(&view, "2026-11-26T08:00:00Z");
            for words in ["have sent", "we sent", "mailed", "has been sent", "letter that"] {
                assert!(!page.contains(words), "{words} in {page}");
            }
            assert_eq!(page.contains("If none has come, have one sent."), view.waits_for_code, "{page}");
        }
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
            {"confirmation_code":"<id>","due_by":{"date":"2026-12-23","rule":"min(months:1,days:30) tz:Europe/Brussels","time_zone":"Europe/Brussels"},"extended":{"first_due":"2026-12-23","reason":"<b>many records</b>"},"kind":"access","paused":{"since":"2026-11-25T08:00:00.000Z","waits_for":"your-answer"},"received_at":"2026-11-23T18:25:00.000Z","reference":"<id>","state":"in-progress"}
            {"answered_at":"2026-11-25T08:00:00.000Z","confirmation_code":"<id>","due_by":{"date":"2026-12-23","rule":"min(months:1,days:30) tz:Europe/Brussels","time_zone":"Europe/Brussels"},"kind":"access","received_at":"2026-11-23T18:25:00.000Z","reference":"<id>","state":"completed"}
            {"answered_at":"2026-11-25T08:00:00.000Z","confirmation_code":"<id>","due_by":{"date":"2026-12-23","rule":"min(months:1,days:30) tz:Europe/Brussels","time_zone":"Europe/Brussels"},"kind":"access","received_at":"2026-11-23T18:25:00.000Z","reference":"<id>","role":"both","routed":[{"asked_at":"2026-11-25T08:00:00.000Z","is_reached":true,"state":"asked"},{"asked_at":"2026-11-25T08:00:00.000Z","is_reached":true,"state":"instructed"},{"asked_at":"2026-11-25T08:00:00.000Z","is_reached":true,"state":"done"},{"asked_at":"2026-11-25T08:00:00.000Z","is_reached":true,"reason":"legal-claims","state":"declined"},{"asked_at":"2026-11-25T08:00:00.000Z","is_reached":true,"reason":"not-the-controller","state":"unanswered"}],"state":"partly-retained"}
            {"answered_at":"2026-11-25T08:00:00.000Z","confirmation_code":"<id>","denial":"unverifiable","denial_reason":"We could not make sure.","due_by":{"date":"2026-12-23","rule":"min(months:1,days:30) tz:Europe/Brussels","time_zone":"Europe/Brussels"},"kind":"access","received_at":"2026-11-23T18:25:00.000Z","reference":"<id>","state":"denied","ways_on":[{"way":"appeal"},{"way":"complaint"},{"title":"<i>An</i> authority","url":"https://authority.example/a","way":"authority"},{"law":"GDPR art. 79","way":"court"}]}
        "#]].assert_eq(&documents[2..6].concat().replace(views()[0].id.as_str(), "<id>"));
    }
}
