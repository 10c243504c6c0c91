use super::*;
use crate::deadline::DueBy;
use crate::memory::World;
use crate::obligation::NewObligation;
use crate::policy::Route;
use crate::ports::{Clock, Intake};
use crate::target::{Limit, Target};

fn id(number: u32) -> ObligationId {
    ObligationId::parse(&format!("{number:032}")).unwrap()
}

async fn world() -> World {
    let world = World::new("2026-03-10T12:00:00Z".parse().unwrap(), 10);
    for number in 1..=40 {
        let now = world.now();
        let new = NewObligation {
            id: id(number),
            route: Route::MetaDataDeletion,
            target: Target::Person { links: vec![], suppressions: vec![], limit: Limit::Everywhere },
            received_at: now,
            starts_at: None,
            covers_until: now,
            is_dated: true,
            due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
            next_action_at: now,
        };
        world.open(&new).await.unwrap();
    }
    world
}

#[tokio::test]
async fn a_ref_of_a_log_line_finds_its_obligation_in_one_shard() {
    let world = world().await;
    for number in 1..=40 {
        world.strike(None);
        let named = Named::parse(&id(number).log_ref()).unwrap();
        assert_eq!(find_obligation(&world, named, 10_000).await.unwrap(), Some(id(number)));
        assert_eq!(world.calls(), 1);
    }
    let nobody = Named::parse(&id(41).log_ref()).unwrap();
    assert_eq!(find_obligation(&world, nobody.clone(), 10_000).await.unwrap(), None);
    assert_eq!(find_obligation(&world, nobody, 0).await.unwrap(), None);
}

#[test]
fn an_obligation_is_named_by_its_id_or_its_ref_and_by_nothing_else() {
    assert_eq!(Named::parse(&"a".repeat(32)), Some(Named::Id(ObligationId::parse(&"a".repeat(32)).unwrap())));
    assert_eq!(Named::parse("0123456789ab"), Some(Named::Ref("0123456789ab".to_owned())));
    for bad in ["", "0123456789aB", "0123456789ag", "0123456789abc", "a#b"] {
        assert_eq!(Named::parse(bad), None, "{bad}");
    }
}
