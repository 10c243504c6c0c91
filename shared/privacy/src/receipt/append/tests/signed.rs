//! What is signed: by which key, and what never is.

use super::*;

#[tokio::test]
async fn a_chain_goes_on_under_the_next_signing_key() {
    let world = world();
    append(&world, "a").await.unwrap();
    let key = signing("2");
    let chains = Chains { ledger: &world, store: &world, clock: &world, key: &key };
    chains.append(&occasion("b"), &chain(), &body("b")).await.unwrap();
    let both = public(&signing("1")).with(public(&key));
    assert_eq!(problems(&world, &both).1, Vec::<String>::new());
    let (_, found) = problems(&world, &public(&key));
    assert_eq!(found, [format!("1: is signed with the key {}, which was not given", signing("1").id().as_str())]);
    // Whoever has not read the next one yet goes on with the first.
    append(&world, "c").await.unwrap();
    let (summary, found) = problems(&world, &both);
    assert_eq!((summary.entries, found), (3, vec![]));
    let (_, found) = problems(&world, &public(&signing("1")));
    assert_eq!(found, [format!("2: is signed with the key {}, which was not given", key.id().as_str())]);
}

#[tokio::test]
async fn what_is_no_reference_date_or_name_is_never_signed() {
    let world = world();
    type Spoil = fn(&mut ErasureReceipt);
    let spoils: [Spoil; 2] = [
        |receipt| receipt.obligation = KeyedRef::from_stored("218471".to_owned()),
        |receipt| receipt.plan = PlanHash::from_stored("ana@example.org".to_owned()),
    ];
    for spoil in spoils {
        let mut receipt = receipt("a");
        spoil(&mut receipt);
        let key = signing("1");
        let chains = Chains { ledger: &world, store: &world, clock: &world, key: &key };
        let fault = chains.append(&occasion("a"), &chain(), &Body::ErasureReceipt(receipt)).await.unwrap_err();
        assert_eq!(fault.turn, Turn::Park);
        let chain = KeyedRef::from_stored("tenant-alder".to_owned());
        assert_eq!(chains.append(&occasion("a"), &chain, &body("a")).await.unwrap_err().turn, Turn::Park);
    }
    let stored = world.stored();
    assert!(stored.chains.objects().is_empty() && stored.chains.intents.is_empty());
}

#[tokio::test]
async fn no_plain_id_stands_in_any_file_or_name() {
    let world = world();
    append(&world, "a").await.unwrap();
    assert_eq!(tenants(&scopes()).len(), 2);
    let files: String = world
        .stored()
        .chains
        .objects()
        .into_iter()
        .map(|(key, file)| format!("{key} {}", String::from_utf8(file).unwrap()))
        .collect();
    for mark in ["tenant", "alder", "birch", "connection-", "contact-", "218471", code("a").as_str()] {
        assert!(!files.contains(mark), "{mark} in {files}");
    }
    assert!(
        files.contains(r#"\"count\":12"#) && !files.contains(r#""count\":712"#) && !files.contains(r#""count\":700"#),
        "only its own counts"
    );
}
