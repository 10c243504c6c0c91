//! What a business is told of a request that it decides about a part of.

use super::*;

#[test]
fn a_business_reads_where_it_decides_by_when_and_what_follows_if_it_does_not() {
    let desk = Desk::new();
    for kind in Kind::ALL {
        for notice in [Notice::TenantForward, Notice::TenantReminder] {
            let request = desk.telling(notice, "EU_GDPR", kind);
            let (_, text, _) = desk.mail(&desk.letter(&request, notice));
            assert!(!text.contains("We have told them"), "{kind:?} {notice:?}: it may be on its way: {text}");
            for words in ["Decide in the dashboard", "Agree, decline", "more time", "stays yours to answer"] {
                assert!(text.contains(words), "{kind:?} {notice:?}: {words} in {text}");
            }
            // Staff answer an objection, and have the last day for it: it is no day of the business.
            let (day, then) = if kind == Kind::Objection {
                ("3 April 2026", "On the day after, somebody here answers the person.")
            } else {
                ("4 April 2026", "What we hear in the last two hours of that day may come too late.")
            };
            let text = text.replace('\u{a0}', " ");
            let day = format!("{day} ({})", request.clocks.zone);
            assert!(
                text.contains(&format!("Please decide by the end of {day}. {then}")),
                "{kind:?} {notice:?}: {text}"
            );
            assert!(text.contains(&format!("Your last day to answer: {day}")), "{kind:?} {notice:?}: {text}");
            let is_copy = matches!(kind, Kind::Access | Kind::Know | Kind::Portability);
            assert_eq!(text.contains("their copy without what is yours"), is_copy, "{kind:?} {notice:?}");
            assert_eq!(text.contains("stays as it is. We answer"), !is_copy, "{kind:?} {notice:?}");
        }
    }
}

#[test]
fn nobody_reads_that_it_was_passed_on_while_the_business_cannot_be_reached() {
    let desk = Desk::new();
    let request = desk.telling(Notice::Routed, "EU_GDPR", Kind::Access);
    for (round, was_passed_on) in [(NOT_REACHED, false), (PASSED_ON, true)] {
        let letter = Letter { round, ..desk.letter(&request, Notice::Routed) };
        let message = desk.writer().message(&letter);
        assert!(message.chars().count() <= 1_000, "{message}");
        for text in [desk.mail(&letter).1, message] {
            let text = text.replace('\n', " ");
            assert_eq!(text.contains("passed your request on to them"), was_passed_on, "{text}");
            assert_eq!(text.contains("We could not reach them"), !was_passed_on, "{text}");
            assert!(text.contains("business that you wrote with") || was_passed_on, "{text}");
            assert!(
                text.contains(&super::super::person::last_day(&request)) && !text.contains("tenant-alder"),
                "{text}"
            );
        }
    }
}

#[test]
fn the_day_in_a_reminder_is_the_later_one_once_more_time_was_taken() {
    let desk = Desk::new();
    let first = desk.request("EU_GDPR", Kind::Erasure);
    let later = desk.telling(Notice::Extension, "EU_GDPR", Kind::Erasure);
    let said = |request: &SubjectRequest| desk.mail(&desk.letter(request, Notice::TenantReminder)).1;
    let by =
        |request: &SubjectRequest| format!("Please decide by the end of {}.", super::super::person::last_day(request));
    let plain = by(&first).replace('\u{a0}', " ");
    assert!(plain.contains("4 April 2026") && by(&first) != by(&later), "{}", by(&later));
    assert!(said(&first).contains(&by(&first)) && said(&later).contains(&by(&later)), "{}", said(&later));
    assert!(!said(&later).contains(&by(&first)));
}

#[test]
fn a_denial_says_that_it_was_passed_on_only_where_it_was() {
    let desk = Desk::new();
    let standing = Standing::Denied { at: at("2026-03-20T08:00:00Z"), reason: "not-the-controller".to_owned() };
    let request = SubjectRequest { standing, ..desk.request("EU_GDPR", Kind::Access) };
    let said = |request: &SubjectRequest| {
        let letter = desk.letter(request, Notice::Denial);
        [desk.mail(&letter).1, desk.writer().message(&letter)].map(|text| text.replace('\n', " "))
    };
    assert!(said(&request).iter().all(|text| !text.contains("passed")));
    let mut request = desk.handed_over(request);
    assert!(said(&request).iter().all(|text| text.contains("We could not pass your request on")));
    request.told_tenants = [(desk.tenant.clone(), [(Notice::TenantForward, 1)].into())].into();
    assert!(said(&request).iter().all(|text| text.contains("We have passed your request on.")));
}
