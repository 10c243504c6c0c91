//! Letters that an act of staff brings about: one each, however often the act is sent, and the sweep sends what was lost.

use super::*;
use crate::close_request::{Closure, close_request};
use crate::correct_request::correct_request;
use crate::correct_residence::{Home, correct_residence};
use crate::deny_request::deny_request;
use crate::extend_request::extend_request;
use crate::law::denial::DenialReason;
use crate::legal_hold::Note;
use crate::subject_request::findings::{Correction, Decision, EvidenceId, FieldName};
use crate::subject_request::review::Outcome;
use crate::subject_request::{Actor, By};
use crate::withdraw_request::withdraw_request;

/// Carries one act out; whether it was new.
async fn act(office: &Office, id: &ObligationId, notice: Notice) -> bool {
    let (law, world, now) = (Law::built_in().unwrap(), &office.world, office.now());
    let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("It is a lot.").unwrap() };
    let evidence = EvidenceId::parse("ticket-7").unwrap();
    match (notice, office.request(id).kind) {
        (Notice::Answer, Kind::Correction) => {
            let decision = Decision::Refused { evidence };
            let field = Correction { field: FieldName::parse("name").unwrap(), decision };
            correct_request(world, world, id, &[field], &by, now).await.unwrap().is_new
        }
        (Notice::Answer, _) => {
            let closure = Closure { outcome: Outcome::Answered, evidence };
            close_request(world, world, &law, id, &closure, &by, now).await.unwrap().is_new
        }
        (Notice::Denial, _) => {
            let reason = DenialReason::parse("excessive").unwrap();
            deny_request(world, world, &law, id, reason, &by, now).await.unwrap().is_new
        }
        (Notice::Extension, _) => extend_request(world, world, &law, id, &by, now).await.unwrap().is_new,
        (Notice::Withdrawal, _) => {
            withdraw_request(world, world, (world, &office.keys), id, &evidence, &by, now).await.unwrap().is_new
        }
        _ => correct_residence(world, world, &law, id, Home::At("California"), &by, now).await.unwrap().is_new,
    }
}

#[tokio::test]
async fn an_act_that_is_sent_again_brings_one_letter_and_one_that_is_lost_is_sent_by_the_sweep() {
    for (notice, kind) in [
        (Notice::Answer, Kind::Complaint),
        (Notice::Answer, Kind::Correction),
        (Notice::Denial, Kind::Access),
        (Notice::Extension, Kind::Access),
        (Notice::Withdrawal, Kind::Access),
        (Notice::Relocated, Kind::Complaint),
    ] {
        let office = Office::new();
        let residence = Some("Germany".to_owned());
        let id = office.asked_for(1, Ask { residence, ..ask(kind) }).await;
        office.tell().await;
        if let Some(request) = office.world.stored().requests.heads.get_mut(&id) {
            let (at, begun_at) = (request.received_at, Some(request.received_at));
            request.proven = request.needs.iter().map(|proof| Proven { proof: *proof, at }).collect();
            request.standing = Standing::InProgress { since: at };
            (request.course.begun_at, request.course.parts_sought_at) = (begun_at, begun_at);
        }
        office.world.pass(SignedDuration::from_mins(1));
        let queued = || {
            let stored = office.world.stored();
            stored.requests.notices.iter().map(|job| job.notice).collect::<Vec<_>>()
        };
        assert!(act(&office, &id, notice).await, "{notice:?}");
        assert!(!act(&office, &id, notice).await, "{notice:?}: its letter is under way");
        assert_eq!(queued(), [notice], "{notice:?} {kind:?}");
        office.world.stored().requests.notices.clear();
        office.sweep().await;
        assert_eq!(queued(), [notice], "{notice:?} {kind:?}: lost, it is sent by the sweep");
        office.tell().await;
        office.world.pass(SignedDuration::from_hours(2));
        office.sweep().await;
        assert_eq!(queued(), [], "{notice:?} {kind:?}: and told once");
    }
}
