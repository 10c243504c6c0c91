use super::*;
use crate::clock::model::Kind;
use crate::legal_hold::Note;
use crate::memory::asked;
use crate::subject_request::{Actor, Clocks, Standing};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn by() -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Asked which of two accounts.").unwrap() }
}

/// Received on 5 March, under a law.
fn of(law: &Law, regime: &str, kind: Kind) -> SubjectRequest {
    let received_at = at("2026-03-05T12:00:00Z");
    let request = asked(1, kind, Some("mia@example.com"), None, received_at);
    let row = law.governing_row(regime, kind).unwrap().row;
    let clocks = Clocks::start(&row, received_at).unwrap();
    let standing = Standing::InProgress { since: received_at };
    SubjectRequest { regime: regime.to_owned(), clocks, standing, ..request }
}

fn rolled(request: &SubjectRequest) -> String {
    request.clocks.rolled.as_ref().map(|rolled| format!("{} {}", rolled.date, rolled.rule)).unwrap()
}

#[test]
fn the_days_of_waiting_move_the_date_that_is_shown_and_no_other() {
    let law = Law::built_in().unwrap();
    let before = of(&law, "UK_GDPR", Kind::Access);
    let (asked_at, answered_at) = (at("2026-03-10T09:00:00Z"), at("2026-03-16T20:00:00Z"));
    let paused = pause(&before, &law, Some(asked_at), &by(), at("2026-03-11T08:00:00Z")).unwrap().unwrap();
    assert_eq!((paused.act.deed, rolled(&paused.request)), (Deed::Paused { asked_at }, rolled(&before)));
    let resumed = resume(&paused.request, &law, Some(answered_at), &by(), at("2026-03-17T08:00:00Z")).unwrap().unwrap();
    assert_eq!(resumed.act.deed, Deed::Resumed { answered_at });
    let after = resumed.request;
    expect_test::expect![[r#"
        2026-04-07 months:1 tz:Europe/London roll:EW
        2026-04-13 months:1 tz:Europe/London roll:EW pause_days:6"#]]
    .assert_eq(&format!("{}\n{}", rolled(&before), rolled(&after)));
    let unmoved = |request: &SubjectRequest| {
        let Clocks { ack, target, legal, alarms, received_on, .. } = request.clocks.clone();
        (ack, target, legal, alarms, received_on)
    };
    assert_eq!(unmoved(&before), unmoved(&after));
    assert_eq!((after.version, after.next_action_at), (before.version + 2, before.next_action_at));
}

#[test]
fn after_an_upheld_appeal_days_of_waiting_move_the_date_that_counts_from_it() {
    let law = Law::built_in().unwrap();
    let (received, reopened_at) = (of(&law, "UK_GDPR", Kind::Access), at("2026-06-03T09:00:00Z"));
    let row = law.governing_row("UK_GDPR", Kind::Access).unwrap().row;
    let mut again = SubjectRequest { clocks: Clocks::start(&row, reopened_at).unwrap(), ..received };
    let appeal = crate::obligation::ObligationId::of_request(&[9; 20]);
    again.course.reopened = Some(crate::subject_request::Reopened { appeal, at: reopened_at, was_answered: false });
    let (asked_at, now) = (at("2026-06-10T09:00:00Z"), at("2026-06-20T09:00:00Z"));
    let before = pause(&again, &law, Some(at("2026-06-02T09:00:00Z")), &by(), now);
    assert_eq!(before, Err(NotPaused::Instant), "that was asked for the first answer");
    let paused = pause(&again, &law, Some(asked_at), &by(), now).unwrap().unwrap().request;
    assert_eq!(rolled(&paused), rolled(&again));
    let resumed = resume(&paused, &law, Some(at("2026-06-14T09:00:00Z")), &by(), now).unwrap().unwrap().request;
    expect_test::expect![[r#"
        2026-07-03 months:1 tz:Europe/London roll:EW
        2026-07-07 months:1 tz:Europe/London roll:EW pause_days:4"#]]
    .assert_eq(&format!("{}\n{}", rolled(&again), rolled(&resumed)));
}

#[test]
fn a_second_question_adds_its_days_and_an_extension_keeps_them() {
    let law = Law::built_in().unwrap();
    let mut request = of(&law, "EU_GDPR", Kind::Access);
    for (asked_at, answered_at) in
        [("2026-03-06T09:00:00Z", "2026-03-08T09:00:00Z"), ("2026-03-08T09:00:00Z", "2026-03-12T09:00:00Z")]
    {
        let now = at("2026-03-13T09:00:00Z");
        request = pause(&request, &law, Some(at(asked_at)), &by(), now).unwrap().unwrap().request;
        request = resume(&request, &law, Some(at(answered_at)), &by(), now).unwrap().unwrap().request;
    }
    assert!(rolled(&request).ends_with("pause_days:6"), "{}", rolled(&request));
    let now = at("2026-03-20T09:00:00Z");
    let extended = crate::extend_request::extend(&request, &law, &by(), now).unwrap().unwrap().request;
    assert!(rolled(&extended).contains("months:3") && rolled(&extended).ends_with("pause_days:6"));
    let again = pause(&extended, &law, Some(now), &by(), now).unwrap().unwrap().request;
    let again = resume(&again, &law, None, &by(), at("2026-03-21T12:00:00Z")).unwrap().unwrap().request;
    assert!(rolled(&again).contains("months:3") && rolled(&again).ends_with("pause_days:7"), "{}", rolled(&again));
}

#[test]
fn said_again_nothing_changes_and_what_cannot_have_been_is_refused() {
    let law = Law::built_in().unwrap();
    let open = of(&law, "EU_GDPR", Kind::Access);
    let now = at("2026-03-10T09:00:00Z");
    let paused = pause(&open, &law, None, &by(), now).unwrap().unwrap().request;
    assert_eq!(pause(&paused, &law, None, &by(), at("2026-03-11T09:00:00Z")), Ok(None));
    assert_eq!(pause(&paused, &law, Some(now), &by(), at("2026-03-11T09:00:00Z")), Ok(None));
    let other = at("2026-03-09T09:00:00Z");
    assert_eq!(pause(&paused, &law, Some(other), &by(), now), Err(NotPaused::Asked));
    assert_eq!(resume(&open, &law, None, &by(), now), Err(NotPaused::NotAsked));
    assert_eq!(resume(&paused, &law, Some(other), &by(), now), Err(NotPaused::Instant));
    let resumed = resume(&paused, &law, None, &by(), at("2026-03-11T09:00:00Z")).unwrap().unwrap().request;
    assert_eq!(resume(&resumed, &law, None, &by(), at("2026-03-12T09:00:00Z")), Ok(None));
    assert_eq!(resume(&resumed, &law, Some(now), &by(), at("2026-03-12T09:00:00Z")), Err(NotPaused::NotAsked));
    for early in ["2026-03-05T11:00:00Z", "2026-03-13T09:00:00Z"] {
        assert_eq!(pause(&open, &law, Some(at(early)), &by(), now), Err(NotPaused::Instant), "{early}");
    }
    assert_eq!(pause(&resumed, &law, Some(now), &by(), at("2026-03-12T09:00:00Z")), Err(NotPaused::Instant));
    assert_eq!(pause(&open, &law, None, &by(), at("2026-04-05T09:00:00Z")), Err(NotPaused::TooLate));
    let closed = SubjectRequest { standing: Standing::Answered { at: now, in_part: false }, ..open };
    assert_eq!(pause(&closed, &law, None, &by(), now), Err(NotPaused::Closed));
}

#[test]
fn a_clock_stands_still_only_where_its_law_says_so() {
    let law = Law::built_in().unwrap();
    let now = at("2026-03-10T09:00:00Z");
    let is_paused = |regime: &str, kind| match pause(&of(&law, regime, kind), &law, None, &by(), now) {
        Ok(Some(_)) => true,
        Err(NotPaused::NotInThisLaw) => false,
        other => panic!("{regime}: {other:?}"),
    };
    for regime in law.model().regime.iter().filter(|(_, regime)| regime.by_residence).map(|(name, _)| name) {
        assert_eq!(is_paused(regime, Kind::Access), matches!(regime.as_str(), "EU_GDPR" | "UK_GDPR"), "{regime}");
        assert_eq!(is_paused(regime, Kind::Erasure), regime == "EU_GDPR", "{regime}");
    }
    assert!(is_paused("UK_GDPR", Kind::Know) && !is_paused("UK_GDPR", Kind::Correction), "art. 15 and no other");
    assert!(!is_paused("CA_CCPA", Kind::Know), "verification does not stop it: CCPA regulations section 7021(b)");
}
