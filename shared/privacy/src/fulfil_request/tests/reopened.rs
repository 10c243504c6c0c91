//! Erasures that an upheld appeal puts back to work once nobody is known any more.

use super::*;
use crate::inspect_request::inspect_request;
use crate::legal_hold::{HoldScope, LegalHold, Note};
use crate::ports::Freshness;
use crate::show_asked::show_asked;
use crate::subject_request::By;

/// A hold keeps the erasure of Maren open; where she can be reached is erased, and Tim appeals.
#[tokio::test]
async fn who_appeals_has_their_own_data_erased_though_a_hold_keeps_the_first_erasure_open() {
    let house = House::new();
    let tim =
        Identity::Handle { platform: Namespace::parse("instagram").unwrap(), handle: Handle::parse("tim").unwrap() };
    let link = house.keys.links(&tim).remove(0);
    house.world.link(&place("birch", "c1", Some("p2")), at("2026-01-01T00:00:00Z"), &link);
    house.world.stored().holds.push(LegalHold {
        id: crate::legal_hold::HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope { classes: ["signals".to_owned()].into(), ..HoldScope::of_tenant(tenant("birch")) },
        reason: Note::parse("a claim").unwrap(),
        approver: Note::parse("counsel").unwrap(),
        proof: None,
        placed_at: at("2026-02-01T00:00:00Z"),
        review_by: "2026-08-20".parse().unwrap(),
    });
    let both = [Proof::EmailCode, Proof::HandleCode];
    let id = house.ask_as(1, Kind::Erasure, None, Some(("instagram", "maren")), &both).await.id;
    house.rounds(3).await;
    house.move_to("2026-04-05T10:00:00Z");
    house.rounds(2).await;
    assert_eq!(house.standing(&id), "partly-retained");
    house.move_to("2026-07-10T10:00:00Z");
    let scrubbed = house.request(&id).without_contact();
    house.world.stored().requests.heads.insert(id.clone(), scrubbed);
    let (world, by) = (&house.world, By { actor: Actor::Service, why: Note::parse("So.").unwrap() });
    let appeal = asked(9, Kind::Appeal, None, Some(("instagram", "tim")), world.now());
    house
        .change(&id, |request| {
            crate::reopen_request::reopen(request, &appeal, &house.law, &by, world.now()).unwrap().unwrap()
        })
        .await;
    let seen = async || {
        let view = show_asked(world, &house.map, &[], &id, Freshness::Now, world.now()).await.unwrap().unwrap();
        let inspected = inspect_request(world, &house.map, &[], &id, world.now()).await.unwrap().unwrap();
        assert_eq!(view.erasure, inspected.erasure);
        view.erasure.map(|erasure| erasure.state.name())
    };
    assert_eq!((house.standing(&id), seen().await), ("awaiting-verification", None), "what was hers is not shown");
    let shown = house.request(&id).prove(Proof::HandleCode, world.now()).unwrap();
    world.stored().requests.heads.insert(id.clone(), shown);
    let of = |contact: &str| {
        let all = world.of_tenant("birch").into_iter();
        all.filter(|line| line.starts_with("inbox") && line.contains(contact) && !line.contains("link"))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("#p2#").len(), 2);
    house.rounds(3).await;
    let kept = |contact: &str| vec![format!("inbox birch#c1 contact#{contact}#signal#2026-02-01T00:00:00.000Z#s1")];
    assert_eq!((of("#p1#"), of("#p2#")), (kept("p1"), kept("p2")), "all but what the hold keeps");
    assert_eq!(seen().await, Some("held"));
}
