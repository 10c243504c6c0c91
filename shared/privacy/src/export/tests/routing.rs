//! What tenants decide about is in no bundle before they say so, and in the next one when they do.

use super::*;
use crate::ids::InstructionId;
use crate::memory::own_contact_place;
use crate::subject_request::Actor;

/// Mia, who also wrote to dogwood and elm by their own chats.
async fn office() -> (Office, ObligationId) {
    let office = Office::with_mia(2);
    let email = Identity::Email(identity::EmailAddress::parse("mia@example.com").unwrap());
    let link = office.keys.links(&email).remove(0);
    for tenant in ["dogwood", "elm"] {
        office.world.link(&own_contact_place(tenant, "p1"), at("2026-01-10T00:00:00Z"), &link);
        let row = json!({"tenant_id": tenant, "contact_id": "p1", "name": format!("Mia of {tenant}")});
        office.world.stored().exports.put_row("conversations", tenant, "contact#p1#profile", &row);
    }
    let id = office.asked(Kind::Access).await;
    (office, id)
}

impl Office {
    fn give(&self, id: &ObligationId, tenant: &str) {
        let request = self.request(id);
        let (tenant, ticket) = (TenantId::parse(tenant).unwrap(), InstructionId::parse("ticket-7").unwrap());
        let changed = crate::route_request::instruct(&request, &tenant, &ticket, Actor::Service, self.now());
        let changed = changed.unwrap().unwrap().request;
        self.change(id, |request| *request = changed);
    }

    fn holds(&self, words: &str) -> bool {
        self.files().iter().any(|(name, content)| name.starts_with("data/") && content.contains(words))
    }
}

#[tokio::test]
async fn what_a_tenant_decides_is_left_out_and_said_so_until_it_gives_its_word() {
    let (office, id) = office().await;
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    assert!(office.holds("Hello person-1"), "what came by Instagram is hers to have");
    assert!(!office.holds("Mia of"), "not on her word alone");
    let (first, files) = (office.bytes(), office.files());
    assert!(files["index.html"].contains("A part is not in it"));
    let notice: Value = serde_json::from_str(&files["notice.json"]).unwrap();
    assert_eq!(notice["businesses"], json!({"included": [], "others": 2}));
    for (name, content) in &files {
        assert!(
            !content.contains("dogwood") && !content.contains("elm"),
            "{name} names who was promised not to be named"
        );
    }
    let request = office.request(&id);
    assert!(matches!(request.standing, Standing::Answered { in_part: true, .. }));
    let told: Vec<String> = office
        .world
        .stored()
        .requests
        .notices
        .iter()
        .filter(|job| job.notice == Notice::TenantTold)
        .filter_map(|job| job.tenant.as_ref().map(ToString::to_string))
        .collect();
    assert_eq!(told, ["alder", "birch"]);

    office.world.pass(SignedDuration::from_hours(30));
    office.give(&id, "dogwood");
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    assert!(office.holds("Mia of dogwood") && !office.holds("Mia of elm"));
    let notice: Value = serde_json::from_str(&office.files()["notice.json"]).unwrap();
    assert_eq!(notice["businesses"], json!({"included": ["dogwood"], "others": 1}));
    assert!(office.bytes() != first, "one bundle: the earlier one is erased");
    let request = office.request(&id);
    assert!(matches!(request.standing, Standing::Answered { in_part: true, .. }));
    let done: Vec<bool> = request.routed.iter().map(|part| part.done_at.is_some()).collect();
    assert_eq!(done, [true, false]);
    let deeds: Vec<Deed> = office.world.stored().requests.acts[&id].iter().map(|act| act.deed.clone()).collect();
    assert!(deeds.contains(&Deed::BundleErased), "{deeds:?}");

    office.world.pass(SignedDuration::from_hours(1));
    office.give(&id, "elm");
    office.make(&job(&id)).await;
    assert!(office.holds("Mia of elm"));
    assert!(matches!(office.request(&id).standing, Standing::Answered { in_part: false, .. }));
    assert!(!office.files()["index.html"].contains("A part is not in it"));
    assert_eq!(office.make(&job(&id)).await, Made::Already, "delivered twice");
}

#[tokio::test]
async fn a_word_that_comes_while_a_bundle_is_made_is_in_the_bundle_that_answers() {
    let (office, id) = office().await;
    // Too little time for all of it: what was kept is of before the word.
    let mut visits = 0;
    while office.try_make(&job(&id), "w1", 0).await.unwrap() == Made::Again && visits < 3 {
        visits += 1;
    }
    office.world.pass(SignedDuration::from_mins(1));
    office.give(&id, "dogwood");
    for _ in 0..3 {
        if office.make(&job(&id)).await != Made::Again {
            break;
        }
    }
    assert!(office.holds("Mia of dogwood") && !office.holds("Mia of elm"));
    assert!(office.request(&id).routed[0].done_at.is_some());
}

#[tokio::test]
async fn a_crash_at_any_call_of_the_second_bundle_ends_with_one_bundle_that_has_all() {
    for strike in (1..=60).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let (office, id) = office().await;
        office.make(&job(&id)).await;
        office.world.pass(SignedDuration::from_hours(1));
        office.give(&id, "dogwood");
        office.world.strike(Some(strike));
        let _first = office.try_make(&job(&id), "w1", 2).await;
        office.world.strike(None);
        office.world.pass(SignedDuration::from_mins(5));
        for _ in 0..3 {
            if office.make(&job(&id)).await != Made::Again {
                break;
            }
        }
        assert!(office.holds("Mia of dogwood") && !office.holds("Mia of elm"), "{strike:?}");
        let request = office.request(&id);
        assert!(matches!(request.standing, Standing::Answered { in_part: true, .. }), "{strike:?}");
        assert!(request.routed[0].done_at.is_some(), "{strike:?}");
    }
}
