use super::*;
use crate::legal_hold::Note;
use crate::memory::{World, asked};
use crate::subject_request::findings::{EvidenceId, FieldName};
use crate::subject_request::{Actor, ChildReview, Proof, Proven, Turn};

fn now() -> Timestamp {
    "2026-03-20T09:00:00Z".parse().unwrap()
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

fn in_work() -> SubjectRequest {
    let received_at = "2026-03-05T12:00:00Z".parse().unwrap();
    let request = asked(1, Kind::Correction, Some("mia@example.com"), None, received_at);
    // The sweep has looked at it: no tenant has a part.
    let next_action_at = "2026-03-25T00:00:00Z".parse().ok();
    SubjectRequest { standing: Standing::InProgress { since: now() }, next_action_at, ..request }
}

fn evidence() -> EvidenceId {
    EvidenceId::parse("ticket-7").unwrap()
}

fn one(field: &str, decision: Decision) -> Correction {
    Correction { field: FieldName::parse(field).unwrap(), decision }
}

fn told() -> Decision {
    Decision::Instructed { evidence: EvidenceId::parse("order-3").unwrap(), value: None }
}

fn applied() -> Decision {
    Decision::Applied { evidence: evidence(), value: None }
}

fn refused() -> Decision {
    Decision::Refused { evidence: evidence() }
}

#[tokio::test]
async fn a_request_closes_when_each_named_field_is_decided() {
    let world = World::new(now(), 100);
    let request = in_work();
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    let decide = async |fields: &[Correction]| {
        correct_request(&world, &world, &request.id, fields, &by("Looked."), now()).await.unwrap()
    };
    let named = decide(&[one("phone", Decision::Open), one("name", Decision::Open)]).await.request;
    assert_eq!(named.standing, request.standing);
    let half = decide(&[one("name", told())]).await.request;
    assert_eq!(half.standing, request.standing);
    let half = decide(&[one("name", applied())]).await.request;
    assert_eq!(half.standing, request.standing);
    assert!(world.stored().requests.notices.is_empty());
    let done = decide(&[one("phone", refused())]).await;
    assert_eq!(done.request.standing, Standing::Answered { at: now(), in_part: true });
    let again = decide(&[one("phone", refused()), one("name", applied())]).await;
    assert_eq!((again.is_new, &again.request), (false, &done.request));
    assert_eq!(world.stored().requests.acts[&request.id].len(), 4);
    assert!(world.stored().requests.notices.iter().all(|job| job.notice == Notice::Answer));
}

#[test]
fn all_applied_at_once_is_answered_in_full() {
    let told = correct(&in_work(), &[one("name", told()), one("phone", told())], &by("Looked."), now());
    let told = told.unwrap().unwrap().request;
    assert_eq!(told.standing, in_work().standing, "nobody has confirmed anything");
    let changed = correct(&told, &[one("name", applied()), one("phone", applied())], &by("Looked."), now());
    let after = changed.unwrap().unwrap().request;
    assert_eq!(after.standing, Standing::Answered { at: now(), in_part: false });
    let fields: Vec<&str> = after.findings.corrections.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["name", "phone"]);
}

#[test]
fn a_decision_is_not_taken_back_and_nothing_is_mended_that_was_not_asked_or_verified() {
    let request = in_work();
    let half = correct(&request, &[one("name", told()), one("phone", Decision::Open)], &by("So."), now());
    let half = half.unwrap().unwrap().request;
    let half = correct(&half, &[one("name", applied())], &by("So."), now()).unwrap().unwrap().request;
    assert_eq!(correct(&half, &[one("name", refused())], &by("So."), now()), Err(NotCorrected::Decided));
    assert_eq!(correct(&half, &[one("name", Decision::Open)], &by("So."), now()), Ok(None));
    let other = SubjectRequest { kind: Kind::Access, ..request.clone() };
    assert_eq!(correct(&other, &[one("name", applied())], &by("So."), now()), Err(NotCorrected::OtherKind));
    let waiting = SubjectRequest { standing: Standing::AwaitingVerification, ..request.clone() };
    assert_eq!(correct(&waiting, &[one("name", applied())], &by("So."), now()), Err(NotCorrected::NotInWork));
    let many: Vec<Correction> = (0..=FIELDS_MAX).map(|n| one(&format!("field-{n}"), Decision::Open)).collect();
    assert_eq!(correct(&request, &many, &by("So."), now()), Err(NotCorrected::TooMany));
}

#[tokio::test]
async fn no_field_closes_a_report_about_a_child_that_nobody_has_read_or_whose_data_goes() {
    let credible =
        ChildReview::Credible { at: now(), erase_by: now_day(), zone: "UTC".to_owned(), is_apart: false, child: None };
    for (review, expected) in [
        (None, "in-progress"),
        (Some(credible), "in-progress"),
        (Some(ChildReview::NotCredible { at: now() }), "partly-retained"),
    ] {
        let world = World::new(now(), 100);
        let mut request = SubjectRequest { about_child: true, ..in_work() };
        request.course.child = review.clone();
        world.stored().requests.heads.insert(request.id.clone(), request.clone());
        let decide = async |decision| {
            correct_request(&world, &world, &request.id, &[one("name", decision)], &by("Looked."), now()).await
        };
        for decision in [Decision::Open, applied(), refused()] {
            let refused = matches!(decide(decision).await, Err(NotDone::Refused(NotCorrected::NotInWork)));
            assert!(refused || matches!(review, Some(ChildReview::NotCredible { .. })), "{review:?}");
        }
        assert_eq!(world.stored().requests.heads[&request.id].standing.name(), expected, "{review:?}");
        assert_eq!(request.turns().contains(&Turn::Correct), expected != "in-progress" || review.is_none());
    }
}

fn now_day() -> jiff::civil::Date {
    "2026-03-15".parse().unwrap()
}

#[test]
fn a_field_is_mended_only_once_whoever_keeps_it_has_confirmed_it() {
    let keys = crate::keys::SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
    let request = in_work();
    let value = |text: &str| keys.evidence(&request.id, text);
    let order =
        |text: &str| Decision::Instructed { evidence: EvidenceId::parse("order-3").unwrap(), value: value(text) };
    let confirmed = |evidence: &str, text: &str| Decision::Applied {
        evidence: EvidenceId::parse(evidence).unwrap(),
        value: value(text),
    };
    let decide = |request: &SubjectRequest, decision| correct(request, &[one("name", decision)], &by("So."), now());
    assert_eq!(decide(&request, confirmed("file-7", "Mia")), Err(NotCorrected::NotInstructed), "nobody was told");
    let told = decide(&request, order("Mia")).unwrap().unwrap().request;
    assert!(!told.findings.is_corrected() && !told.findings.is_mended());
    assert_eq!(decide(&told, order("Mia")), Ok(None));
    for (evidence, text) in [("order-3", "Mia"), ("file-7", "Mina")] {
        let refused = decide(&told, confirmed(evidence, text));
        assert_eq!(refused, Err(NotCorrected::NotInstructed), "{evidence} {text}");
    }
    assert_eq!(decide(&told, order("Mina")), Err(NotCorrected::Decided));
    let done = decide(&told, confirmed("file-7", "Mia")).unwrap().unwrap().request;
    assert!(done.findings.is_mended() && done.standing.closed_at().is_some());
    let refused = decide(&told, refused()).unwrap().unwrap().request;
    assert!(refused.findings.is_partial(), "whoever keeps it may have shown that it is right");
}

#[test]
fn what_the_sweep_has_not_looked_at_yet_is_answered_by_it() {
    let (needs, proven) = (vec![Proof::EmailCode], vec![Proven { proof: Proof::EmailCode, at: now() }]);
    // Whether it is due now, or in an hour because the look has failed.
    for next_action_at in [now(), now() + jiff::SignedDuration::from_hours(1)] {
        let (needs, proven) = (needs.clone(), proven.clone());
        let fresh = SubjectRequest { next_action_at: Some(next_action_at), needs, proven, ..in_work() };
        let after = correct(&fresh, &[one("name", refused())], &by("So."), now()).unwrap().unwrap().request;
        assert_eq!(
            (&after.standing, after.next_action_at),
            (&fresh.standing, Some(now())),
            "perhaps a tenant has a part"
        );
        let mut sought = fresh;
        sought.course.parts_sought_at = Some(now());
        let after = correct(&sought, &[one("name", refused())], &by("So."), now()).unwrap().unwrap().request;
        assert_eq!(after.standing, Standing::Answered { at: now(), in_part: true });
    }
}

#[test]
fn a_field_and_its_evidence_are_names_and_never_values() {
    for text in ["", "Mia Smith", "mia@example.com", "+49 30 1234", &"a".repeat(41)] {
        assert!(FieldName::parse(text).is_err(), "{text}");
    }
    assert!(FieldName::parse("display_name").is_ok());
    for text in ["", "see the mail", "mia@example.com", "a\u{1b}[2J", &"a".repeat(101)] {
        assert!(EvidenceId::parse(text).is_err(), "{text}");
    }
    assert!(EvidenceId::parse("PRIV-1234/3").is_ok());
}
