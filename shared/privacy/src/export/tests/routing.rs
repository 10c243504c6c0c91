//! What tenants decide about is in no bundle before they say so, and in the next one when they do.

use super::*;
use crate::ids::InstructionId;
use crate::memory::own_contact_place;
use crate::ports::Freshness;
use crate::show_asked::show_asked;
use crate::subject_request::{Actor, Reopened};

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

    /// What is in the newest of its bundles.
    fn newest(&self, id: &ObligationId) -> Files {
        let round = self.world.stored().exports.bundle_of(id).unwrap().round;
        files_in(self.bytes_of(id, round).unwrap())
    }

    fn holds(&self, id: &ObligationId, words: &str) -> bool {
        is_in(&self.newest(id), words)
    }

    async fn erase_due(&self) -> u64 {
        let stop_at = self.now() + SignedDuration::from_mins(1);
        let swept = erase_bundles(&self.world, &self.world, &self.map, &self.world, stop_at).await;
        assert!(swept.faults.is_empty(), "{swept:?}");
        swept.erased
    }

    fn deeds(&self, id: &ObligationId, deed: &Deed) -> usize {
        self.world.stored().requests.acts[id].iter().filter(|act| act.deed == *deed).count()
    }

    /// Which can be fetched, as its page says.
    async fn listed(&self, id: &ObligationId) -> Vec<u32> {
        let view = show_asked(&self.world, &self.map, &[], id, Freshness::Now, self.now()).await.unwrap().unwrap();
        view.bundles.iter().map(|made| made.round).collect()
    }

    /// What a code that is sent now opens.
    async fn fetch(&self, id: &ObligationId, round: Option<u32>, seed: u8) -> Option<String> {
        let code = self.code(id, seed).await;
        let link = download_bundle(&self.world, &self.world, &self.keys, id, (&code, round), self.now()).await.unwrap();
        link.map(|link| link.expose().to_owned())
    }
}

fn is_in(files: &Files, words: &str) -> bool {
    files.iter().any(|(name, content)| name.starts_with("data/") && content.contains(words))
}

#[tokio::test]
async fn what_a_tenant_decides_is_left_out_and_said_so_until_it_gives_its_word() {
    let (office, id) = office().await;
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    assert!(office.holds(&id, "Hello person-1"), "what came by Instagram is hers to have");
    assert!(!office.holds(&id, "Mia of"), "not on her word alone");
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
    assert!(office.holds(&id, "Mia of dogwood") && !office.holds(&id, "Mia of elm"));
    let notice: Value = serde_json::from_str(&office.newest(&id)["notice.json"]).unwrap();
    assert_eq!(notice["businesses"], json!({"included": ["dogwood"], "others": 1}));
    assert_eq!(office.bytes_of(&id, 0), Some(first), "the earlier one is as it was");
    let request = office.request(&id);
    assert!(matches!(request.standing, Standing::Answered { in_part: true, .. }));
    let done: Vec<bool> = request.routed.iter().map(|part| part.done_at.is_some()).collect();
    assert_eq!(done, [true, false]);
    assert_eq!(office.deeds(&id, &Deed::BundleErased), 0, "it goes on its day");

    office.world.pass(SignedDuration::from_hours(1));
    office.give(&id, "elm");
    office.make(&job(&id)).await;
    assert!(office.holds(&id, "Mia of elm"));
    assert!(matches!(office.request(&id).standing, Standing::Answered { in_part: false, .. }));
    assert!(!office.newest(&id)["index.html"].contains("A part is not in it"));
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
    assert!(office.holds(&id, "Mia of dogwood") && !office.holds(&id, "Mia of elm"));
    assert!(office.request(&id).routed[0].done_at.is_some());
}

#[tokio::test]
async fn a_crash_at_any_call_of_the_second_bundle_ends_with_one_that_has_all_beside_the_first() {
    for strike in (1..=60).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let (office, id) = office().await;
        office.make(&job(&id)).await;
        let first = office.bytes();
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
        assert!(office.holds(&id, "Mia of dogwood") && !office.holds(&id, "Mia of elm"), "{strike:?}");
        let request = office.request(&id);
        assert!(matches!(request.standing, Standing::Answered { in_part: true, .. }), "{strike:?}");
        assert!(request.routed[0].done_at.is_some(), "{strike:?}");
        assert_eq!((office.bytes_of(&id, 0), office.seen().len()), (Some(first), 2), "{strike:?}");
    }
}

#[tokio::test]
async fn what_was_purged_since_is_in_the_earlier_bundle_until_its_own_day() {
    let (office, id) = office().await;
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    // The account of alder ends meanwhile: nothing of it is left to be given.
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    office.world.pass(days(3));
    office.world.stored().exports.rows.retain(|(_, partition), _| !partition.starts_with("alder"));
    office.give(&id, "dogwood");
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    office.world.pass(SignedDuration::from_mins(1));
    let earlier = files_in(office.bytes_of(&id, 0).unwrap());
    assert!(is_in(&earlier, "Hello person-1") && !is_in(&earlier, "Mia of dogwood"));
    assert!(!office.holds(&id, "Hello person-1") && office.holds(&id, "Mia of dogwood"), "together they have all");
    assert_eq!(office.listed(&id).await, [1, 0]);
    let object = |round| format!("https://bundles.example/{}", BundleKey::of(&job(&id), round).object());
    let asked = [(None, Some(1)), (Some(0), Some(0)), (Some(1), Some(1)), (Some(2), None), (Some(u32::MAX), None)];
    for (seed, (round, given)) in asked.into_iter().enumerate() {
        let link = office.fetch(&id, round, u8::try_from(seed).unwrap()).await;
        assert_eq!(link, given.map(object), "{round:?}");
    }
    assert_eq!(office.fetch(&ObligationId::of_request(&[9; 20]), Some(0), 20).await, None);

    office.world.pass(days(11) - SignedDuration::from_mins(2));
    assert_eq!((office.erase_due().await, office.listed(&id).await), (0, vec![1, 0]));
    office.world.pass(SignedDuration::from_mins(1));
    assert_eq!((office.listed(&id).await, office.fetch(&id, Some(0), 21).await), (vec![1], None), "its day has come");
    assert_eq!((office.erase_due().await, office.deeds(&id, &Deed::BundleErased)), (1, 1));
    assert_eq!((office.bytes_of(&id, 0), office.erase_due().await), (None, 0));
    assert_eq!(office.fetch(&id, None, 22).await, Some(object(1)), "the other stays until its own");
    office.world.pass(days(3));
    assert_eq!((office.erase_due().await, office.deeds(&id, &Deed::BundleErased)), (1, 2));
    assert_eq!((office.seen().len(), office.listed(&id).await), (0, vec![]));
    assert_eq!(office.make(&job(&id)).await, Made::Already, "and none is made again");
}

#[tokio::test]
async fn while_the_next_is_made_the_earlier_goes_on_its_day_whatever_breaks() {
    for strike in (1..=12).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let (office, id) = office().await;
        office.make(&job(&id)).await;
        office.world.pass(SignedDuration::from_hours(24 * 5));
        office.give(&id, "dogwood");
        office.world.tick(SignedDuration::from_secs(20));
        assert_eq!(office.try_make(&job(&id), "w1", 1).await.unwrap(), Made::Again);
        office.world.tick(SignedDuration::ZERO);
        office.world.pass(SignedDuration::from_hours(24 * 9));
        office.world.strike(Some(strike));
        let stop_at = office.now() + SignedDuration::from_mins(1);
        let _swept = erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await;
        office.world.strike(None);
        office.erase_due().await;
        assert!(office.seen().is_empty(), "{strike:?}");
        assert!(office.deeds(&id, &Deed::BundleErased) > 0, "{strike:?}");
        assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }), "{strike:?}");
        assert_eq!((office.seen().len(), office.listed(&id).await), (1, vec![1]), "{strike:?}");
        office.world.pass(SignedDuration::from_hours(24 * 14));
        assert_eq!((office.erase_due().await, office.seen().len()), (1, 0), "{strike:?}");
    }
}

#[tokio::test]
async fn a_bundle_of_before_an_appeal_is_not_given_to_whoever_appealed() {
    let (office, id) = office().await;
    office.make(&job(&id)).await;
    office.world.pass(SignedDuration::from_hours(30));
    let now = office.now();
    office.change(&id, |request| {
        request.standing = Standing::InProgress { since: now };
        let appeal = ObligationId::of_request(&[8; 20]);
        request.course.reopened = Some(Reopened { appeal, at: now, was_answered: true });
    });
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    office.world.pass(SignedDuration::from_mins(1));
    assert_eq!(office.listed(&id).await, [1]);
    assert_eq!(office.fetch(&id, Some(0), 1).await, None);
    assert!(office.fetch(&id, Some(1), 2).await.is_some());
}
