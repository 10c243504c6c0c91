//! Days that letters name: none of them is over, or the letter says that it is.

use privacy::order_bundle::{OrderReason, OrderedAgain};
use privacy::subject_request::Reopened;

use super::*;

/// What may be left to say of a day that is over.
const SORRY: &str = "We are sorry, and answer without further delay";

/// A paper letter of 5 March that somebody notes on 10 April.
const NOTED: &str = "2026-04-10T09:00:00Z";

fn both(desk: &Desk, letter: &Letter<'_>) -> [String; 2] {
    [desk.mail(letter).1, desk.writer().message(letter)].map(|text| text.replace(['\u{a0}', '\n'], " "))
}

#[test]
fn what_is_noted_after_its_last_day_promises_no_day_and_says_where_to_complain() {
    let desk = Desk::new();
    for regime in desk.law.model().regime.keys() {
        for kind in Kind::ALL {
            let request = desk.request(regime, kind);
            let now = request.clocks.legal.date.tomorrow().unwrap().at(18, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
            let shown = vec![Proven { proof: Proof::EmailCode, at: now }];
            let verified = SubjectRequest { proven: shown, ..request.clone() };
            for (request, notice, round) in [
                (&request, Notice::Acknowledgement, 1),
                (&verified, Notice::Acknowledgement, 1),
                (&verified, Notice::Routed, NOT_REACHED),
                (&verified, Notice::Routed, PASSED_ON),
            ] {
                let letter = Letter { now, round, ..desk.letter(request, notice) };
                let [mail, message] = both(&desk, &letter);
                let case = format!("{regime} {kind:?} {notice:?}: {mail} {message}");
                for text in [&mail, &message] {
                    assert!(text.contains("We had to answer by the end of") && text.contains(SORRY), "{case}");
                    assert!(!text.contains("We answer by") && !text.contains("you get an answer by"), "{case}");
                    assert!(!text.contains("You get an answer by"), "{case}");
                }
                let ways = desk.writer().ways_before_answer(request);
                assert!(ways.iter().all(|(words, _)| mail.contains(words)), "{case}");
                assert_eq!(mail.contains("If you do not want to wait"), !ways.is_empty(), "{case}");
                assert!(message.chars().count() <= 1_000, "{case}");
            }
        }
    }
}

#[test]
fn whoever_hears_of_another_s_request_reads_that_its_day_is_over_too() {
    let desk = Desk::new();
    let asked = SubjectRequest { agent: Some(agent()), ..desk.request("EU_GDPR", Kind::Erasure) };
    let to_agent = Recipient::Email(asked.agent.as_ref().unwrap().email.as_ref().unwrap());
    let unreached = Agent { email: None, ..agent() };
    let for_them = SubjectRequest { agent: Some(unreached), ..asked.clone() };
    let acknowledged = |request| Letter { code: None, ..desk.letter(request, Notice::Acknowledgement) };
    for letter in [
        Letter { recipient: to_agent, ..acknowledged(&asked) },
        acknowledged(&for_them),
        desk.letter(&asked, Notice::AgentConfirmation),
    ] {
        for (now, is_over) in [(asked.received_at, false), (at(NOTED), true)] {
            let text = desk.mail(&Letter { now, ..letter }).1;
            assert_eq!(text.contains(SORRY), is_over, "{text}");
            assert_eq!(text.contains("We answer by the end of"), !is_over, "{text}");
        }
    }
}

#[test]
fn on_the_last_day_itself_it_is_named_and_once_it_is_answered_nothing_of_a_day_that_is_over() {
    let desk = Desk::new();
    let open = desk.request("EU_GDPR", Kind::OptOut);
    let answered = SubjectRequest { standing: Standing::Answered { at: at(NOTED), in_part: false }, ..open.clone() };
    for (request, now, says) in
        [(&open, "2026-04-04T21:00:00Z", "We answer by the end of"), (&answered, NOTED, "We have received")]
    {
        for text in both(&desk, &Letter { now: at(now), ..desk.letter(request, Notice::Acknowledgement) }) {
            assert!(text.contains(says) && !text.contains(SORRY), "{text}");
            assert_eq!(text.contains("by the end of"), request == &open, "{text}");
        }
    }
}

#[test]
fn a_copy_without_a_business_s_part_says_until_when_that_may_be_given_and_nothing_of_a_day_that_is_over() {
    let desk = Desk::new();
    let standing = Standing::Answered { at: at(NOTED), in_part: true };
    let request = SubjectRequest { standing, next_action_at: Some(at(NOTED)), ..desk.request("EU_GDPR", Kind::Access) };
    let request = desk.handed_over(request);
    let said = |now| desk.mail(&Letter { now, ..desk.letter(&request, Notice::Answer) }).1.replace('\u{a0}', " ");
    let in_time = said(at("2026-03-10T09:00:00Z"));
    assert!(in_time.contains("They can do so on 4 April 2026 (Europe/Brussels) at the latest"), "{in_time}");
    // They are heard until two hours before that day ends in Brussels, and the sweep may come later.
    for now in ["2026-04-04T20:00:00Z", NOTED] {
        let late = said(at(now));
        assert!(!late.contains("at the latest") && late.contains("have not said yet that we may give it"), "{late}");
        assert!(late.contains("ask us anew"), "{late}");
    }
}

/// Received in March, put back to work in June, by an appeal or by an order to make the copy again.
#[test]
fn a_business_that_is_asked_once_more_reads_the_days_that_count_from_then() {
    let desk = Desk::new();
    let again = at("2026-06-20T09:00:00Z");
    for is_appealed in [true, false] {
        let mut request = desk.handed_over(desk.request("EU_GDPR", Kind::Access));
        let row = desk.law.row("EU_GDPR", Kind::Access).unwrap();
        request.clocks = Clocks::start(&row, again).unwrap();
        request.routed[0].dates = desk.law.processor_dates(again).unwrap().into();
        if is_appealed {
            let appeal = ObligationId::of_request(&[2; 20]);
            request.course.reopened = Some(Reopened { appeal, at: again, was_answered: true });
        } else {
            let id = privacy::ids::InstructionId::parse("ticket-7").unwrap();
            request.course.ordered_again = Some(OrderedAgain { id, reason: OrderReason::Lost, at: again });
        }
        let text = desk.mail(&Letter { now: again, ..desk.letter(&request, Notice::TenantForward) }).1;
        let text = text.replace('\u{a0}', " ");
        assert!(!text.contains("March 2026 (UTC)") && !text.contains("began when the request reached us"), "{text}");
        assert!(text.contains("its clock began anew on 20 June 2026, 09:00 UTC"), "{text}");
        assert!(text.contains("on: 27 June 2026 (UTC), 4 July 2026 (UTC), 11 July 2026 (UTC)."), "{text}");
    }
}

#[test]
fn a_business_reads_only_reminders_to_come_and_that_its_last_day_is_over_once_it_is() {
    let desk = Desk::new();
    let request = desk.telling(Notice::TenantForward, "EU_GDPR", Kind::Erasure);
    for (now, days) in [
        ("2026-03-11T23:00:00Z", 3),
        ("2026-03-12T00:00:00Z", 2),
        ("2026-03-20T00:00:00Z", 1),
        ("2026-03-26T00:00:00Z", 0),
        (NOTED, 0),
    ] {
        let text = desk.mail(&Letter { now: at(now), ..desk.letter(&request, Notice::TenantForward) }).1;
        assert_eq!(text.matches("March 2026 (UTC)").count(), days, "{now}: {text}");
        assert_eq!(text.contains("we remind you on"), days > 0, "{now}: {text}");
        assert_eq!(text.contains("Please decide by the end of"), now != NOTED, "{now}: {text}");
        assert_eq!(text.contains("is over: please decide at once."), now == NOTED, "{now}: {text}");
    }
}
