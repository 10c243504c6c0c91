use super::*;
use crate::accept::Became;
use crate::erasure::{Engine, Worked};
use crate::identity::{EmailAddress, Handle, Identity, Namespace};
use crate::keys::SubjectKeys;
use crate::memory::{Strike, World, own_contact_place, place, prompt_map, proof, user_place};
use crate::obligation::{Outcome, State};
use crate::policy::retained::Exception;
use crate::ports::{Clock, Freshness};
use crate::show_request::{PublicState, RequestView, show_request};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const RECEIVED: &str = "2026-03-01T09:00:00.000Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn keys() -> SubjectKeys {
    let two =
        r#"{"current":"v2","v1":"0123456789abcdef0123456789abcdef","v2":"another-root-of-at-least-32-characters"}"#;
    SubjectKeys::parse(two).unwrap()
}

fn email() -> Identity {
    Identity::Email(EmailAddress::parse("maren@example.org").unwrap())
}

fn handle(platform: &str) -> Identity {
    Identity::Handle { platform: Namespace::parse(platform).unwrap(), handle: Handle::parse("@maren").unwrap() }
}

/// Maren works with alder's account and wrote to birch by Instagram; on Facebook her handle is somebody else.
fn world() -> World {
    let world = World::new(at("2026-03-10T12:00:00Z"), 3);
    let long_ago = at("2026-01-01T00:00:00Z");
    for user in ["u1", "u2"] {
        world.put_item("accounts", "account#alder", &format!("user#{user}#profile"));
    }
    world.put_item("accounts", "account#alder", "profile");
    world.put_item("billing", "billing#2026-02-01#0", "alder#2026-02-01T00:00:00.000Z#i1");
    for (tenant, contact) in [("birch", "p1"), ("birch", "p2"), ("cedar", "p1")] {
        world.connect(tenant, "c1", long_ago, &[]);
        world.put(tenant, "c1", &format!("contact#{contact}#profile"));
        world.put(tenant, "c1", &format!("contact#{contact}#signal#2026-02-01T00:00:00.000Z#s1"));
    }
    // An older key version wrote the first link.
    world.link(&user_place("alder", "u1"), long_ago, &keys().links(&email())[1]);
    world.link(&place("birch", "c1", Some("p1")), long_ago, &keys().links(&handle("instagram"))[0]);
    world.link(&place("cedar", "c1", Some("p1")), long_ago, &keys().links(&handle("facebook"))[0]);
    world.strike(None);
    world
}

fn request(identities: &[Identity]) -> SubjectErasure {
    SubjectErasure {
        id: ObligationId::of_request(&[3; 20]),
        limit: Limit::Everywhere,
        links: identities.iter().flat_map(|identity| keys().links(identity)).collect(),
        suppressions: identities.iter().flat_map(|identity| keys().suppressions(identity)).collect(),
        received_at: at(RECEIVED),
        covers_until: at("2026-03-10T11:00:00Z"),
        due_by: DueBy { date: "2026-04-01".parse().unwrap(), time_zone: "Europe/Berlin".to_owned() },
    }
}

async fn accepted(world: &World, request: SubjectErasure) -> Result<Accepted, Fault> {
    accept_subject_erasure(world, world, &prompt_map(), HOUR, request, world.now()).await
}

async fn work(world: &World, id: &ObligationId) -> Worked {
    let map = prompt_map();
    let looks = map.model().second_looks.after.clone();
    let engine = Engine {
        ledger: world,
        vault: world,
        aftermath: &proof(world, &map),
        clock: world,
        map: &map,
        second_looks: &looks,
    };
    engine.work(id, "w", world.now() + HOUR).await.unwrap()
}

async fn shown(world: &World, id: &ObligationId) -> RequestView {
    let map = prompt_map();
    show_request(world, &map, &map.model().second_looks.after, id, Freshness::Now).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_dates_of_the_request_stay_and_it_is_stored_then_sent() {
    let world = world();
    let accepted = accepted(&world, request(&[email()])).await.unwrap();
    assert_eq!((accepted.became, world.calls()), (Became::New, 2), "one write, one message");
    let head = world.stored().heads[&accepted.id].clone();
    assert_eq!((head.route, head.received_at, head.state), (Route::SubjectRequest, at(RECEIVED), State::Received));
    assert_eq!(
        (head.due_by.date.to_string().as_str(), head.due_by.time_zone.as_str()),
        ("2026-04-01", "Europe/Berlin")
    );
    assert_eq!(head.covers_until, at("2026-03-10T11:00:00Z"));
    assert_eq!(head.next_action_at, Some(world.now() + HOUR));
    assert!(accepted.id.is_code());
}

#[tokio::test]
async fn everything_of_every_verified_identity_goes_and_nothing_else() {
    let world = world();
    let before = [world.of_tenant("cedar"), world.of_tenant("alder"), world.of_tenant("birch")];
    let id = accepted(&world, request(&[email(), handle("instagram")])).await.unwrap().id;
    assert!(matches!(work(&world, &id).await, Worked::Erased { .. }));
    let [cedar, alder, birch] = &before;
    assert_eq!(&world.of_tenant("cedar"), cedar, "the same handle elsewhere is somebody else");
    let gone = |before: &[String], after: &[String]| -> Vec<String> {
        assert!(after.iter().all(|line| before.contains(line)));
        before.iter().filter(|line| !after.contains(line)).cloned().collect()
    };
    let of_alder = gone(alder, &world.of_tenant("alder"));
    assert!(of_alder.len() == 3 && of_alder.iter().all(|line| line.contains("u1")), "{of_alder:?}");
    let of_birch = gone(birch, &world.of_tenant("birch"));
    assert!(of_birch.len() == 4 && of_birch.iter().all(|line| line.contains("p1")), "{of_birch:?}");
    assert!(world.stored().items.contains_key(&("billing".to_owned(), "billing#2026-02-01#0".to_owned())));
}

#[tokio::test]
async fn the_request_of_a_user_names_what_is_kept_and_why() {
    let world = world();
    let id = accepted(&world, request(&[email()])).await.unwrap().id;
    work(&world, &id).await;
    let view = shown(&world, &id).await;
    assert_eq!(view.state, PublicState::Verifying);
    let outcome = |class: &str| view.outcomes.iter().find(|one| one.class == class).map(|one| one.outcome.clone());
    assert_eq!(outcome("billing-records"), Some(Outcome::Retained { code: Exception::LegalObligation }));
    assert_eq!(outcome("security-logs"), Some(Outcome::Retained { code: Exception::Security }));
    assert_eq!(outcome("account-users"), Some(Outcome::Removed { count: 1 }));
    let retained = world.stored().heads[&id].retained.clone();
    assert_eq!(retained.len(), 2, "the row says it too: others are told by its change");
    assert!(retained.contains(&Exception::LegalObligation) && retained.contains(&Exception::Security));
    let kept: Vec<(&str, String)> = view
        .kept
        .iter()
        .filter_map(|kept| Some((kept.class.as_str(), kept.retained.as_ref()?.keep_for.0.to_string())))
        .collect();
    assert_eq!(kept, [("billing-records", "P7Y".to_owned()), ("security-logs", "P12M".to_owned())]);
    for wait in [SignedDuration::from_mins(15), HOUR * 24 * 7, HOUR * 24 * 30] {
        world.pass(wait);
        work(&world, &id).await;
    }
    world.pass(HOUR * 24 * 60);
    work(&world, &id).await;
    assert_eq!(shown(&world, &id).await.state, PublicState::PartlyRetained);
}

#[tokio::test]
async fn of_somebody_who_only_wrote_nothing_is_retained() {
    let world = world();
    let id = accepted(&world, request(&[handle("instagram")])).await.unwrap().id;
    for wait in [SignedDuration::ZERO, SignedDuration::from_mins(15), HOUR * 24 * 7, HOUR * 24 * 30, HOUR * 24 * 60] {
        world.pass(wait);
        work(&world, &id).await;
    }
    let view = shown(&world, &id).await;
    assert_eq!(view.state, PublicState::Completed);
    assert!(view.kept.iter().all(|kept| kept.retained.is_none()));
}

#[tokio::test]
async fn it_may_arrive_often_and_a_lost_answer_or_message_loses_nothing() {
    for strike in [Strike::Before(1), Strike::After(1), Strike::Before(2), Strike::After(2)] {
        let world = world();
        world.strike(Some(strike));
        let first = accepted(&world, request(&[email()])).await;
        assert_eq!(first.is_err(), matches!(strike, Strike::Before(1) | Strike::After(1)), "{strike:?}");
        world.strike(None);
        world.pass(HOUR);
        let again = accepted(&world, request(&[email()])).await.unwrap();
        assert!(again.unsent.is_none() && !world.stored().sent.is_empty(), "{strike:?}");
        let stored = world.stored();
        assert_eq!((stored.heads.len(), stored.heads[&again.id].received_at), (1, at(RECEIVED)), "{strike:?}");
    }
    let world = world();
    let id = accepted(&world, request(&[email()])).await.unwrap().id;
    work(&world, &id).await;
    let again = accepted(&world, request(&[email()])).await.unwrap();
    assert_eq!(again.became, Became::Duplicate, "a redelivery after the erasure opens nothing");
}

#[tokio::test]
async fn nothing_is_covered_that_is_still_to_come() {
    let world = world();
    let later = at("2030-01-01T00:00:00Z");
    let request = SubjectErasure { covers_until: later, received_at: later, ..request(&[email()]) };
    let id = accepted(&world, request).await.unwrap().id;
    let head = world.stored().heads[&id].clone();
    assert_eq!((head.covers_until, head.received_at), (world.now(), world.now()));
}

#[tokio::test]
async fn what_is_no_subject_request_is_parked_and_stores_nothing() {
    let world = world();
    let code = keys().obligation_id(&email()).unwrap();
    for bad in [
        SubjectErasure { id: code, ..request(&[email()]) },
        SubjectErasure { links: vec![], ..request(&[email()]) },
        SubjectErasure { suppressions: vec![], ..request(&[email()]) },
    ] {
        let fault = accepted(&world, bad).await.unwrap_err();
        assert_eq!(fault.turn, crate::fault::Turn::Park);
    }
    assert!(world.stored().heads.is_empty());
}

/// Maren also wrote to dogwood's own chat, and to elm by LinkedIn.
fn wide_world() -> World {
    let world = world();
    let long_ago = at("2026-01-01T00:00:00Z");
    world.put_item("conversations", "dogwood", "contact#p7#profile");
    world.put_item("conversations", "dogwood", "contact#p8#profile");
    world.link(&own_contact_place("dogwood", "p7"), long_ago, &keys().links(&email())[0]);
    world.connect_by("linkedin", "elm", "c1", long_ago, &[]);
    world.put("elm", "c1", "contact#p1#profile");
    world.link(&place("elm", "c1", Some("p1")), long_ago, &keys().links(&email())[0]);
    world.strike(None);
    world
}

#[tokio::test]
async fn a_limit_is_asked_wherever_a_link_is_followed_and_what_it_excludes_is_not_even_marked() {
    let world = wide_world();
    let tenants = ["alder", "birch", "cedar", "dogwood", "elm"];
    let before = tenants.map(|tenant| world.of_tenant(tenant));
    let word = SubjectErasure {
        limit: prompt_map().on_their_word(Some(user_place("alder", "u1"))),
        ..request(&[email(), handle("instagram")])
    };
    let id = accepted(&world, word.clone()).await.unwrap().id;
    assert!(matches!(work(&world, &id).await, Worked::Erased { .. }));
    let left = |tenant: usize| world.of_tenant(tenants[tenant]).len();
    assert_eq!((before[0].len() - left(0), before[1].len() - left(1)), (3, 4), "the account and Meta's");
    for tenant in 2..5 {
        assert_eq!(world.of_tenant(tenants[tenant]), before[tenant], "{}", tenants[tenant]);
    }
    let marks: Vec<String> = world.stored().marks.keys().map(ToString::to_string).collect();
    assert_eq!(marks, ["contact#birch#c1#p1"], "no mark of the person: it would stop what tenants decide");

    let part = SubjectErasure {
        id: id.of_part("tenant#dogwood"),
        limit: Limit::Tenant(crate::ids::TenantId::parse("dogwood").unwrap()),
        ..word
    };
    let id = accepted(&world, part).await.unwrap().id;
    assert!(matches!(work(&world, &id).await, Worked::Erased { .. }));
    assert_eq!(world.of_tenant("dogwood"), ["conversations dogwood contact#p8#profile"]);
    assert_eq!(world.of_tenant("elm"), before[4]);
    world.pass(HOUR);
    assert!(matches!(work(&world, &id).await, Worked::LookedClean { .. }));
    assert_eq!(world.of_tenant("elm"), before[4], "a second look keeps to it too");
}

#[tokio::test]
async fn what_was_limited_is_stored_and_stays_limited_after_a_crash_at_any_call() {
    for strike in (1..=60).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let world = wide_world();
        let before = ["cedar", "dogwood", "elm"].map(|tenant| world.of_tenant(tenant));
        let word = SubjectErasure {
            limit: prompt_map().on_their_word(Some(user_place("alder", "u1"))),
            ..request(&[email(), handle("instagram")])
        };
        let id = accepted(&world, word).await.unwrap().id;
        world.strike(Some(strike));
        let map = prompt_map();
        let looks = map.model().second_looks.after.clone();
        let proof = proof(&world, &map);
        let engine =
            Engine { ledger: &world, vault: &world, aftermath: &proof, clock: &world, map: &map, second_looks: &looks };
        drop(engine.work(&id, "struck", world.now() + HOUR).await);
        world.strike(None);
        world.pass(SignedDuration::from_mins(3));
        work(&world, &id).await;
        assert!(world.stored().heads[&id].state.erased_at().is_some(), "{strike:?}");
        assert_eq!(["cedar", "dogwood", "elm"].map(|tenant| world.of_tenant(tenant)), before, "{strike:?}");
    }
}

/// Maren wrote to birch by LinkedIn too, and that reaches her request.
fn on_linkedin() -> World {
    let world = world();
    world.connect_by("linkedin", "birch", "c5", at("2026-01-01T00:00:00Z"), &[]);
    world.put("birch", "c5", "contact#p1#profile");
    world.link(&place("birch", "c5", Some("p1")), at("2026-01-01T00:00:00Z"), &keys().links(&handle("instagram"))[0]);
    world.strike(None);
    world
}

#[tokio::test]
async fn what_a_platform_gives_fewer_days_for_is_due_by_its_own_limit() {
    let due = |date: &str| DueBy { date: date.parse().unwrap(), time_zone: "UTC".to_owned() };
    // Received on 1 March: ten days later; and where these had gone by when it could begin, on that day.
    for (begun_at, expected) in
        [("2026-03-10T12:00:00Z", due("2026-03-11")), ("2026-03-20T12:00:00Z", due("2026-03-20"))]
    {
        let world = on_linkedin();
        world.pass(at(begun_at).duration_since(world.now()));
        let accepted = accepted(&world, request(&[handle("instagram")])).await.unwrap();
        assert!(matches!(work(&world, &accepted.id).await, Worked::Erased { .. }));
        assert_eq!(world.stored().heads[&accepted.id].due_by, expected, "{begun_at}");
        world.pass(HOUR);
        work(&world, &accepted.id).await;
        assert_eq!(world.stored().heads[&accepted.id].due_by, expected, "a look moves no date");
    }
    let (world, mut short) = (on_linkedin(), request(&[handle("instagram")]));
    short.due_by = due("2026-03-08");
    let accepted = accepted(&world, short).await.unwrap();
    work(&world, &accepted.id).await;
    assert_eq!(world.stored().heads[&accepted.id].due_by, due("2026-03-08"), "the earlier of both");
}

#[tokio::test]
async fn a_request_that_reaches_no_such_platform_keeps_the_laws_date() {
    let world = world();
    let accepted = accepted(&world, request(&[email(), handle("instagram")])).await.unwrap();
    work(&world, &accepted.id).await;
    assert_eq!(world.stored().heads[&accepted.id].due_by.date.to_string(), "2026-04-01");
}
