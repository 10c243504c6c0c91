//! Businesses that are asked for their part.

use super::*;
use crate::ids::TenantId;
use crate::route_request::route;
use crate::subject_request::Actor;

#[tokio::test]
async fn a_business_that_names_nobody_is_tried_every_day() {
    let office = Office::new();
    let residence = Some("Germany".to_owned());
    let id = office.asked_for(1, Ask { residence, ..ask(Kind::Correction) }).await;
    office.tell().await;
    let (challenge, code) = Challenge::make(&office.keys, &id, Proof::EmailCode, &[3; 24], office.now()).unwrap();
    office.world.issue(&id, &challenge).await.unwrap();
    verify_request(&office.world, &office.keys, &id, code.expose(), office.now()).await.unwrap();
    office.sweep().await;
    let (law, cedar) = (Law::built_in().unwrap(), TenantId::parse("cedar").unwrap());
    let routed = route(&office.request(&id), &cedar, &law, Actor::Service, office.now()).unwrap().unwrap();
    let due = SubjectRequest { next_action_at: Some(office.now()), ..routed.request };
    assert!(office.world.record(&due, &routed.act, None).await.unwrap());
    let letters =
        || -> Vec<String> { office.world.stored().requests.letters.iter().map(|letter| letter.to.clone()).collect() };
    let before = letters();
    for day in ["2026-03-06", "2026-03-07", "2026-03-08"] {
        office.move_to(&format!("{day}T12:00:00Z"));
        office.sweep().await;
        office.tell().await;
        assert_eq!(letters()[before.len()..], ["email#mia@example.com"], "{day}");
    }
    let contact = EmailAddress::parse("privacy@cedar.example").unwrap();
    office.world.stored().requests.tenant_contacts.insert(cedar, contact);
    for day in ["2026-03-09", "2026-03-10"] {
        office.move_to(&format!("{day}T12:00:00Z"));
        office.sweep().await;
        office.tell().await;
        let after = &letters()[before.len() + 1..];
        assert_eq!(after, ["email#privacy@cedar.example", "email#mia@example.com"], "{day}");
    }
}

#[tokio::test]
async fn whoever_was_not_told_that_a_business_decides_rings_from_the_last_day_for_that_on() {
    let office = Office::new();
    let id = office.asked_for(1, Ask { residence: Some("Germany".to_owned()), ..ask(Kind::Correction) }).await;
    office.tell().await;
    let (challenge, code) = Challenge::make(&office.keys, &id, Proof::EmailCode, &[3; 24], office.now()).unwrap();
    office.world.issue(&id, &challenge).await.unwrap();
    verify_request(&office.world, &office.keys, &id, code.expose(), office.now()).await.unwrap();
    office.sweep().await;
    let (law, cedar) = (Law::built_in().unwrap(), TenantId::parse("cedar").unwrap());
    let routed = route(&office.request(&id), &cedar, &law, Actor::Service, office.now()).unwrap().unwrap();
    let due = SubjectRequest { next_action_at: Some(office.now()), ..routed.request };
    assert!(office.world.record(&due, &routed.act, None).await.unwrap());
    // Received on a Thursday; every letter is lost.
    let mut rung = Vec::new();
    for hour in 0..24 * 5 {
        if office.sweep().await.unacknowledged > 0 {
            rung.push(hour);
        }
        office.world.stored().requests.notices.clear();
        office.world.pass(SignedDuration::from_hours(1));
    }
    assert_eq!(rung, (84..24 * 5).collect::<Vec<_>>(), "each hour from Monday on");
    office.sweep().await;
    office.tell().await;
    office.world.pass(SignedDuration::from_hours(24));
    assert_eq!(office.sweep().await.unacknowledged, 0);
}
