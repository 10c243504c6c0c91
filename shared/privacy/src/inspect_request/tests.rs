use super::*;
use crate::clock::model::Kind;
use crate::legal_hold::Note;
use crate::memory::{World, asked, built_in_map, erased, erasure_of};
use crate::subject_request::{Actor, By, Deed};

fn now() -> Timestamp {
    "2026-03-20T09:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_request_comes_with_its_acts_its_erasure_and_what_it_appeals_against() {
    let world = World::new(now(), 100);
    let received_at = "2026-03-05T12:00:00Z".parse().unwrap();
    let erasing = asked(1, Kind::Erasure, Some("mia@example.com"), None, received_at);
    let erasing = SubjectRequest { standing: Standing::InProgress { since: now() }, ..erasing };
    let appeal = SubjectRequest {
        appeal_of: Some(erasing.id.clone()),
        ..asked(2, Kind::Appeal, Some("mia@example.com"), None, received_at)
    };
    let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Called.").unwrap() };
    let acts = vec![by.did(Deed::Received, now()), Act::of_service(Deed::Begun, now())];
    {
        let mut stored = world.stored();
        for request in [&erasing, &appeal] {
            stored.requests.heads.insert(request.id.clone(), request.clone());
        }
        stored.requests.acts.insert(erasing.id.clone(), acts.clone());
        stored.heads.insert(erasing.id.clone(), erasure_of(&erasing, erased(now())));
    }
    let map = built_in_map();
    let inspect = async |id: &ObligationId| inspect_request(&world, &map, &[], id, now()).await.unwrap();
    let inspected = inspect(&erasing.id).await.unwrap();
    assert_eq!((inspected.listed.state, &inspected.acts), ("verifying", &acts));
    assert!(inspected.erasure.is_some() && inspected.appealed.is_none());
    assert_eq!((inspected.left, inspected.listed.days_left), (vec![Step::Begin], 15));
    let inspected = inspect(&appeal.id).await.unwrap();
    assert_eq!((inspected.appealed, inspected.erasure), (Some(erasing), None));
    assert_eq!(inspect(&ObligationId::of_request(&[9; 20])).await, None);
}
