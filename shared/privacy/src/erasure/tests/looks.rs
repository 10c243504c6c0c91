//! Second looks, and people who come back.

use super::*;

#[tokio::test]
async fn three_second_looks_end_it() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Idle, "not before it is due");
    for (span, is_last) in [(SignedDuration::from_mins(15), false), (HOUR * 24 * 7, false), (HOUR * 24 * 30, true)] {
        world.pass(span);
        assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last });
    }
    let head = head(&world);
    assert!(matches!(&head.state, State::Completed { looks, .. } if looks.len() == 3));
    assert_eq!(head.next_action_at, None);
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Idle);
}

#[tokio::test]
async fn a_second_look_that_finds_something_opens_the_case_again() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    // A restored backup brings back the row, the link and a signal.
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[link()]);
    world.put("alder", "c1", "contact#p1#signal#2026-02-01T00:00:00.000Z#s0");
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert_eq!((head(&world).reopened, head(&world).state.erased_at()), (1, None));
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_request_that_is_opened_anew_still_looks_where_the_earlier_one_erased() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    let finished = head(&world);
    assert!(world.reopen(&finished, &request(now() + HOUR)).await.unwrap());
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Erased { removed: Counts::new() });
    // A signal comes back without its link.
    world.put("alder", "c1", "contact#p1#signal#2026-02-01T00:00:00.000Z#s0");
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    run.visit(&world, "w").await.unwrap();
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_person_who_came_back_is_not_found_by_a_second_look() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.pass(SignedDuration::from_mins(15));
    world.connect("alder", "c1-again", world.now(), &[link()]);
    fill(&world, "alder", "c1-again");
    let before = world.of_tenant("alder");
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last: false });
    assert_eq!(world.of_tenant("alder"), before);
    let (place, owners) = (place("alder", "c1-again", Some("p1")), [owner()]);
    let arrival = Arrival {
        place: &place,
        connected_at: now() + SignedDuration::from_mins(15),
        owners: &owners,
        occurred_at: world.now(),
    };
    assert!(world.ingest(&arrival, "contact#p1#signal#2026-03-10T12:15:00.000Z#new").is_ok());
}

#[tokio::test]
async fn a_connection_made_again_under_its_old_id_is_left_alone() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.pass(SignedDuration::from_mins(15));
    world.connect("alder", "c1", world.now(), &[link()]);
    fill(&world, "alder", "c1");
    let before = world.of_tenant("alder");
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last: false });
    assert_eq!(world.of_tenant("alder"), before);
}

/// A contact of alder's connection c1 who asked, was erased, and wrote again.
async fn contact_who_came_back(run: &Run) -> World {
    let (world, before) = (World::new(now(), 3), at("2026-01-01T00:00:00Z"));
    world.connect("alder", "c1", before, &[]);
    fill(&world, "alder", "c1");
    world.stored().links.entry(link()).or_default().insert(place("alder", "c1", Some("p1")), before);
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    world.pass(SignedDuration::from_mins(15));
    for key in ["signal#2026-03-10T12:05:00.000Z#new", "profile", "score"] {
        world.put("alder", "c1", &format!("contact#p1#{key}"));
    }
    world
}

#[tokio::test]
async fn a_contact_who_wrote_again_is_not_found_by_a_second_look() {
    let run = Run::new();
    let world = contact_who_came_back(&run).await;
    let before = world.of_tenant("alder");
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last: false });
    assert_eq!(world.of_tenant("alder"), before);
}

#[tokio::test]
async fn of_a_contact_who_wrote_again_only_the_old_is_erased_again() {
    let run = Run::new();
    let world = contact_who_came_back(&run).await;
    world.put("alder", "c1", "contact#p1#signal#2026-03-10T11:59:59.999Z#restored");
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 }));
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    let left = world.of_tenant("alder");
    assert!(left.iter().any(|line| line.ends_with("12:05:00.000Z#new")), "{left:?}");
    assert!(left.iter().all(|line| !line.contains("#restored")), "{left:?}");
}

#[tokio::test]
async fn undated_records_of_a_contact_who_stayed_away_are_residue() {
    let run = Run::new();
    let world = contact_who_came_back(&run).await;
    let partition = ("inbox".to_owned(), "alder#c1".to_owned());
    world.stored().items.get_mut(&partition).unwrap().retain(|key| !key.ends_with("#new"));
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 }));
}
