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
async fn a_large_file_is_begun_early_in_a_visit_or_left_to_the_next() {
    let office = || {
        let office = Office::with_mia(50);
        for name in ["a.bin", "b.bin"] {
            let key = ("media".to_owned(), format!("alder/c1/p1/attachment/{name}"));
            office.world.stored().exports.contents.insert(key, vec![7; (32 << 20) + 1]);
        }
        office
    };
    let at_once = office();
    let id = at_once.asked(Kind::Access).await;
    assert!(matches!(at_once.make(&job(&id)).await, Made::Whole { .. }), "no call takes any time");
    let slow = office();
    let id = slow.asked(Kind::Access).await;
    slow.world.tick(SignedDuration::from_secs(1));
    // One takes about forty seconds, and two minutes would just do for both: the second waits for a visit of its own.
    assert_eq!(slow.try_make(&job(&id), "w1", 2).await.unwrap(), Made::Again);
    assert_eq!(slow.seen(), Vec::<Vec<u8>>::new(), "nothing is to be seen");
    let mut visits = 1;
    while slow.try_make(&job(&id), "w2", 2).await.unwrap() == Made::Again {
        visits += 1;
        assert!(visits < 5, "it comes no further");
    }
    assert!(slow.bytes() == at_once.bytes(), "nothing is there twice, or not");
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
            let notices: Vec<Notice> = office.world.stored().requests.notices.iter().map(|job| job.notice).collect();
            let is_known = |notice: &Notice| matches!(notice, Notice::Answer | Notice::TenantTold);
            assert!(notices.iter().all(is_known), "{strike:?}");
            for notice in [Notice::Answer, Notice::TenantTold] {
                assert!(notices.contains(&notice), "{strike:?}: {notice:?}");
            }
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

/// Mia, who has sent more files than one leaf of the directory lists.
fn with_files() -> Office {
    let office = Office::with_mia(1);
    for number in 0..5 {
        let key = format!("alder/c1/p1/attachment/{number}.txt");
        office.world.stored().exports.contents.insert(("media".to_owned(), key), vec![number; 9]);
    }
    office
}

/// A bundle that takes several workers, one of which dies at one call of any of them.
async fn handed_on(strike: Option<Strike>) -> (Office, ObligationId, u64) {
    let office = with_files();
    let id = office.asked(Kind::Access).await;
    office.world.tick(SignedDuration::from_secs(12));
    office.world.strike(strike);
    for visit in 0..400 {
        // Whoever died keeps the claim until it ends.
        let made = office.try_make(&job(&id), &format!("w{visit}"), 4).await;
        if let Ok(Made::Whole { .. } | Made::Already) = made {
            let calls = office.world.calls();
            return (office, id, calls);
        }
        assert!(office.seen().len() <= 1);
        if matches!(made, Err(_) | Ok(Made::Busy)) {
            office.world.pass(SignedDuration::from_mins(3));
        }
    }
    panic!("{strike:?}: it comes no further");
}

#[tokio::test]
async fn whoever_dies_at_any_call_of_any_visit_the_bundle_is_the_same_and_one() {
    let once = with_files();
    let id = once.asked(Kind::Access).await;
    once.make(&job(&id)).await;
    let whole = once.bytes();
    let (office, _, calls) = handed_on(None).await;
    assert_eq!(office.bytes(), whole);
    let leaves = office.world.stored().exports.visible.keys().filter(|key| key.contains('-')).count();
    assert!(leaves > 1, "its directory was handed on, too");
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let (office, id, _) = handed_on(Some(strike)).await;
            assert_eq!(office.bytes(), whole, "{strike:?}");
            assert!(matches!(office.request(&id).standing, Standing::Answered { .. }), "{strike:?}");
            // Nothing of any of them is left when its days are over.
            office.world.strike(None);
            office.world.tick(SignedDuration::ZERO);
            office.world.pass(SignedDuration::from_hours(24 * 15));
            let stop_at = office.now() + SignedDuration::from_mins(1);
            assert_eq!(
                erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await.erased,
                1
            );
            let stored = office.world.stored();
            assert!(stored.exports.visible.is_empty(), "{strike:?}: {:?}", stored.exports.visible.keys());
            assert!(stored.exports.uploads.is_empty(), "{strike:?}: {:?}", stored.exports.uploads.keys());
        }
    }
}

/// Staff deny it, or it is closed, between any two calls of the worker that makes its bundle.
#[tokio::test]
async fn nothing_is_completed_of_a_request_that_was_closed_while_it_was_made() {
    let begun = async || {
        let office = Office::with_mia(1);
        let id = office.asked(Kind::Access).await;
        office.world.strike(None);
        (office, id)
    };
    let mut completed = 1;
    loop {
        let (office, id) = begun().await;
        office.world.strike(Some(Strike::After(completed)));
        drop(office.try_make(&job(&id), "w1", 2).await);
        if !office.seen().is_empty() {
            break;
        }
        completed += 1;
        assert!(completed < 200, "it is never completed");
    }
    for standing in
        [|at| Standing::Denied { at, reason: "excessive".to_owned() }, |at| Standing::Answered { at, in_part: true }]
    {
        for call in 1..completed {
            let (office, id) = begun().await;
            let (closed, of) = (standing(office.now()), id.clone());
            office.world.interrupt(call, move |stored| {
                let request = stored.requests.heads.get_mut(&of).unwrap();
                (request.standing, request.version) = (closed, request.version + 1);
            });
            drop(office.try_make(&job(&id), "w1", 2).await);
            assert!(office.seen().is_empty(), "before call {call} of {completed}");
        }
    }
}
