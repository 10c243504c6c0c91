//! A connection that is made when the phase of its platform is over: it goes once the window has closed, if the account has not come
//! back by then, and what comes after the window rings.

use super::returns::visit;
use super::*;
use crate::erasure::Worked;

const MADE: &str = "2026-02-08T09:00:00Z";
const CLOSES: &str = "2026-03-03T00:00:00Z";

fn connect(world: &World, platform: &str, connection: &str) {
    let link = KeyedRef::from_stored(format!("v1-alder-{connection}"));
    world.connect_by(platform, "alder", connection, world.now(), &[link]);
    world.put("alder", connection, "contact#p8#profile");
    world.put("alder", connection, "contact#p8#signal#2026-02-08T10:00:00.000Z#s8");
    world.put_object(&format!("alder/{connection}/p8/avatar/a.jpg"), "1");
}

fn of(world: &World, connection: &str) -> Vec<String> {
    world.of_tenant("alder").into_iter().filter(|line| line.contains(connection)).collect()
}

/// The account ends, LinkedIn's day comes, and LinkedIn is authorised anew the next day.
async fn connected_anew() -> World {
    let world = world();
    terminate(&world, None).await.unwrap();
    go_to(&world, "2026-02-07T00:00:00Z");
    assert!(matches!(visit(&world, "linkedin").await.unwrap(), Worked::Erased { .. }));
    go_to(&world, "2026-02-07T00:15:00Z");
    assert_eq!(visit(&world, "linkedin").await.unwrap(), Worked::LookedClean { is_last: false });
    go_to(&world, MADE);
    connect(&world, "linkedin", "c8");
    go_to(&world, "2026-02-14T00:00:00Z");
    assert_eq!(visit(&world, "linkedin").await.unwrap(), Worked::LookedClean { is_last: false });
    world
}

fn linkedin(world: &World) -> crate::obligation::Head {
    world.stored().heads[&ObligationId::of_termination(&tenant("alder"), "linkedin")].clone()
}

#[tokio::test]
async fn it_stays_while_the_account_may_come_back_and_goes_on_the_day_the_window_closes() {
    let world = connected_anew().await;
    let others = world.of_tenant("birch");
    assert_eq!(linkedin(&world).next_action_at, Some(at(CLOSES)), "before the look of thirty days");
    go_to(&world, "2026-03-02T23:59:59Z");
    assert_eq!(visit(&world, "linkedin").await.unwrap(), Worked::Idle);
    assert_eq!(of(&world, "c8").len(), 7, "{:?}", of(&world, "c8"));
    go_to(&world, CLOSES);
    assert_eq!(visit(&world, "linkedin").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert!(matches!(visit(&world, "linkedin").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(of(&world, "c8"), Vec::<String>::new());
    let mark = crate::ingest_gate::Mark::place(&place("alder", "c8", None));
    assert!(world.stored().marks[&mark].covers_until > at(MADE), "nothing of it gets in any more");
    assert_eq!(world.of_tenant("birch"), others);
    for day in ["2026-03-03T00:15:00Z", "2026-03-10T01:00:00Z", "2026-04-02T01:00:00Z", "2026-04-04T00:00:00Z"] {
        go_to(&world, day);
        assert!(matches!(visit(&world, "linkedin").await.unwrap(), Worked::LookedClean { .. }), "{day}");
    }
    assert!(matches!(linkedin(&world).state, State::Completed { .. }));
}

#[tokio::test]
async fn it_stays_for_good_where_the_account_came_back_in_time() {
    let world = connected_anew().await;
    go_to(&world, "2026-02-20T00:00:00Z");
    assert!(matches!(cancel(&world).await, Reactivated::InTime { .. }));
    connect(&world, "linkedin", "c7");
    let before = world.of_tenant("alder");
    for day in [CLOSES, "2026-03-09T01:00:00Z", "2026-05-02T00:00:00Z"] {
        go_to(&world, day);
        work(&world).await;
        work(&world).await;
    }
    assert_eq!(world.of_tenant("alder"), before);
    assert!(matches!(linkedin(&world).state, State::Completed { .. }));
}

#[tokio::test]
async fn it_goes_though_the_account_came_back_after_the_window_and_what_was_connected_since_stays() {
    let world = connected_anew().await;
    go_to(&world, "2026-03-04T00:00:00Z");
    assert_eq!(cancel(&world).await, Reactivated::TooLate);
    connect(&world, "linkedin", "c7");
    assert_eq!(visit(&world, "linkedin").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert!(matches!(visit(&world, "linkedin").await.unwrap(), Worked::Erased { .. }));
    assert_eq!((of(&world, "c8").len(), of(&world, "c7").len()), (0, 7));
    go_to(&world, "2026-03-12T00:00:00Z");
    assert_eq!(
        visit(&world, "linkedin").await.unwrap(),
        Worked::LookedClean { is_last: false },
        "it is known to be back"
    );
}

#[tokio::test]
async fn one_made_after_the_window_rings_and_is_not_touched_unless_somebody_says_whose_it_is() {
    let world = world();
    terminate(&world, None).await.unwrap();
    for day in ["2026-02-07T00:00:00Z", "2026-02-27T00:00:00Z", CLOSES, "2026-03-03T00:15:00Z"] {
        go_to(&world, day);
        work(&world).await;
    }
    go_to(&world, "2026-03-05T00:00:00Z");
    connect(&world, "facebook", "c7");
    go_to(&world, "2026-03-07T00:00:00Z");
    assert_eq!(visit(&world, "platforms").await.unwrap(), Worked::WrittenSince { is_last: false });
    assert_eq!(visit(&world, "linkedin").await.unwrap(), Worked::Idle, "of another platform");
    assert_eq!(of(&world, "c7").len(), 7, "nobody guesses");
}
