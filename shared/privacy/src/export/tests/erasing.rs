use super::*;

#[tokio::test]
async fn a_bundle_is_erased_after_fourteen_days_and_the_trail_says_so() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let sweep = || async {
        let stop_at = office.now() + SignedDuration::from_mins(1);
        erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await
    };
    office.world.pass(SignedDuration::from_hours(24 * 14 - 1));
    assert_eq!(sweep().await.erased, 0);
    office.world.pass(SignedDuration::from_hours(1));
    office.world.break_store(Some("bundles"));
    let broken = sweep().await;
    assert_eq!((broken.erased, broken.faults.len()), (0, 1), "what a listing still finds is not erased");
    office.world.break_store(None);
    assert_eq!(sweep().await.erased, 1);
    assert!(office.world.stored().exports.visible.is_empty());
    let deeds: Vec<Deed> = office.world.stored().requests.acts[&id].iter().map(|act| act.deed.clone()).collect();
    assert_eq!(deeds.last(), Some(&Deed::BundleErased));
    assert_eq!(sweep().await.erased, 0);
    assert_eq!(office.make(&job(&id)).await, Made::Already, "it is not made again");
}

#[tokio::test]
async fn what_is_left_of_a_bundle_that_was_never_finished_goes_too() {
    let office = Office::with_mia(1);
    let id = office.asked(Kind::Access).await;
    office.world.tick(SignedDuration::from_secs(20));
    assert_eq!(office.try_make(&job(&id), "w1", 1).await.unwrap(), Made::Again);
    office.world.tick(SignedDuration::ZERO);
    assert!(!office.world.stored().exports.visible.is_empty());
    office.world.pass(SignedDuration::from_hours(24 * 15));
    let stop_at = office.now() + SignedDuration::from_mins(1);
    assert_eq!(erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await.erased, 1);
    assert!(office.world.stored().exports.visible.is_empty() && office.world.stored().exports.uploads.is_empty());
}

#[tokio::test]
async fn a_bundle_whose_day_came_before_it_was_made_is_made_anew_and_goes_in_its_turn() {
    let office = Office::with_mia(1);
    let id = office.asked(Kind::Access).await;
    let sweep = || async {
        let stop_at = office.now() + SignedDuration::from_mins(1);
        erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await.erased
    };
    office.world.tick(SignedDuration::from_secs(20));
    assert_eq!(office.try_make(&job(&id), "w1", 1).await.unwrap(), Made::Again);
    office.world.tick(SignedDuration::ZERO);
    office.world.pass(SignedDuration::from_hours(24 * 15));
    assert_eq!(sweep().await, 1);
    // The message comes back from the dead letters.
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    assert!(matches!(office.request(&id).standing, Standing::Answered { .. }));
    office.world.pass(SignedDuration::from_mins(1));
    let code = office.code(&id, 2).await;
    let (world, keys, now) = (&office.world, &office.keys, office.now());
    assert!(
        download_bundle(world, world, keys, &id, (&code, None), now).await.unwrap().is_some(),
        "what is answered is there"
    );
    office.world.pass(SignedDuration::from_hours(24 * 14));
    assert_eq!(sweep().await, 1);
    assert!(office.seen().is_empty(), "and it goes");
}
