use super::*;
use crate::legal_hold::Note;
use crate::memory::{World, asked};
use crate::subject_request::Actor;
use crate::subject_request::findings::{EvidenceId, FieldName};

fn now() -> Timestamp {
    "2026-03-20T09:00:00Z".parse().unwrap()
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

fn in_work() -> SubjectRequest {
    let received_at = "2026-03-05T12:00:00Z".parse().unwrap();
    let request = asked(1, Kind::Correction, Some("mia@example.com"), None, received_at);
    SubjectRequest { standing: Standing::InProgress { since: now() }, ..request }
}

fn evidence() -> EvidenceId {
    EvidenceId::parse("ticket-7").unwrap()
}

fn one(field: &str, decision: Decision) -> Correction {
    Correction { field: FieldName::parse(field).unwrap(), decision }
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
    let half = decide(&[one("name", applied())]).await.request;
    assert_eq!(half.standing, request.standing);
    assert!(world.stored().requests.notices.is_empty());
    let done = decide(&[one("phone", refused())]).await;
    assert_eq!(done.request.standing, Standing::Answered { at: now(), in_part: true });
    let again = decide(&[one("phone", refused()), one("name", applied())]).await;
    assert_eq!((again.is_new, &again.request), (false, &done.request));
    assert_eq!(world.stored().requests.acts[&request.id].len(), 3);
    assert!(world.stored().requests.notices.iter().all(|job| job.notice == Notice::Answer));
}

#[test]
fn all_applied_at_once_is_answered_in_full() {
    let changed = correct(&in_work(), &[one("name", applied()), one("phone", applied())], &by("Looked."), now());
    let after = changed.unwrap().unwrap().request;
    assert_eq!(after.standing, Standing::Answered { at: now(), in_part: false });
    let fields: Vec<&str> = after.findings.corrections.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["name", "phone"]);
}

#[test]
fn a_decision_is_not_taken_back_and_nothing_is_mended_that_was_not_asked_or_verified() {
    let request = in_work();
    let half = correct(&request, &[one("name", applied()), one("phone", Decision::Open)], &by("So."), now());
    let half = half.unwrap().unwrap().request;
    assert_eq!(correct(&half, &[one("name", refused())], &by("So."), now()), Err(NotCorrected::Decided));
    assert_eq!(correct(&half, &[one("name", Decision::Open)], &by("So."), now()), Ok(None));
    let other = SubjectRequest { kind: Kind::Access, ..request.clone() };
    assert_eq!(correct(&other, &[one("name", applied())], &by("So."), now()), Err(NotCorrected::OtherKind));
    let waiting = SubjectRequest { standing: Standing::AwaitingVerification, ..request.clone() };
    assert_eq!(correct(&waiting, &[one("name", applied())], &by("So."), now()), Err(NotCorrected::NotInWork));
    let many: Vec<Correction> = (0..=FIELDS_MAX).map(|n| one(&format!("field-{n}"), Decision::Open)).collect();
    assert_eq!(correct(&request, &many, &by("So."), now()), Err(NotCorrected::TooMany));
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
