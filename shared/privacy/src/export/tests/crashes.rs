use super::*;

#[tokio::test]
async fn the_same_data_is_the_same_bundle_interrupted_or_not() {
    let office = Office::with_mia(1);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let whole = office.bytes();
    let office = Office::with_mia(1);
    let id = office.asked(Kind::Access).await;
    office.world.tick(SignedDuration::from_secs(20));
    let mut visits = 1;
    while office.try_make(&job(&id), &format!("w{visits}"), 3).await.unwrap() == Made::Again {
        assert_eq!(office.seen(), Vec::<Vec<u8>>::new(), "nothing is to be seen");
        visits += 1;
        assert!(visits < 200, "it comes no further");
    }
    assert!(visits > 3, "{visits}");
    assert_eq!(office.bytes(), whole);
}

#[tokio::test]
async fn a_crash_at_any_call_shows_no_half_bundle_and_it_is_made_in_the_end() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.world.strike(None);
    office.make(&job(&id)).await;
    let (calls, whole) = (office.world.calls(), office.bytes());
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let office = Office::with_mia(2);
            let id = office.asked(Kind::Access).await;
            office.world.strike(Some(strike));
            drop(office.try_make(&job(&id), "w1", 2).await);
            assert!(office.seen().iter().all(|bytes| *bytes == whole), "{strike:?}");
            office.world.strike(None);
            office.world.pass(SignedDuration::from_mins(5));
            let again = office.try_make(&job(&id), "w2", 2).await.unwrap();
            assert!(matches!(again, Made::Whole { .. } | Made::Already), "{strike:?}: {again:?}");
            assert_eq!(office.bytes(), whole, "{strike:?}");
            assert!(matches!(office.request(&id).standing, Standing::Answered { .. }), "{strike:?}");
            assert!(office.world.stored().requests.notices.iter().all(|job| job.notice == Notice::Answer));
            assert!(!office.world.stored().requests.notices.is_empty(), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn two_workers_make_one_bundle() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    let taken = office.now() + SignedDuration::from_mins(1);
    let erase_at = office.now() + SignedDuration::from_hours(24 * 14);
    office.world.claim(&job(&id), "other", taken, erase_at, office.now()).await.unwrap();
    assert_eq!(office.make(&job(&id)).await, Made::Busy);
    office.world.pass(SignedDuration::from_mins(2));
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    assert_eq!(office.make(&job(&id)).await, Made::Already);
    let acts = office.world.stored().requests.acts[&id].clone();
    assert_eq!(acts.iter().filter(|act| act.deed == Deed::Answered).count(), 1);
}
