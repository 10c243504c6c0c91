use super::*;

#[tokio::test]
async fn a_download_needs_a_code_that_was_sent_for_it() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    let early = office.code(&id, 1).await;
    office.world.pass(SignedDuration::from_mins(1));
    let give = |code: String| {
        let (world, keys, id, now) = (&office.world, &office.keys, id.clone(), office.now());
        async move { download_bundle(world, world, keys, &id, &code, now).await.unwrap() }
    };
    assert!(give(early.clone()).await.is_none(), "there is no bundle");
    office.make(&job(&id)).await;
    assert!(give(early).await.is_none(), "it was for something else");
    let code = office.code(&id, 2).await;
    assert!(give("000000".to_owned()).await.is_none());
    let link = give(code.clone()).await.unwrap();
    assert!(link.expose().contains("bundles/") && !format!("{link:?}").contains("bundles/"));
    assert!(give(code).await.is_none(), "it is used");
    let code = office.code(&id, 3).await;
    for _ in 0..3 {
        assert!(give("111111".to_owned()).await.is_none());
    }
    assert!(give(code).await.is_none(), "its tries are used up");
    office.world.pass(SignedDuration::from_hours(24 * 14));
    let code = office.code(&id, 4).await;
    assert!(give(code).await.is_none(), "its days are over");
}
