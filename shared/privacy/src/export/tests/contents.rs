use super::*;

#[tokio::test]
async fn an_access_bundle_holds_everything_of_the_person_and_of_nobody_else() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    let files = office.files();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    expect_test::expect![[r#"
        [
            "data/contacts-001.csv",
            "data/contacts-001.json",
            "data/scores-001.csv",
            "data/scores-001.json",
            "data/signals-001.csv",
            "data/signals-001.json",
            "files/attachments/00001-tea.jpg",
            "index.html",
            "manifest.json",
            "notice.html",
            "notice.json",
        ]
    "#]]
    .assert_debug_eq(&names);
    expect_test::expect![[r#"
        [
        {"tenant_id":"alder","contact_id":"p1","signal_id":"s1","author_name":"Mia","text":"Hello person-1, my card is [payment card number]"},
        {"tenant_id":"alder","contact_id":"p1","signal_id":"s2","author_name":"person-2","text":"Hello person-1, my card is [payment card number]"},
        {"tenant_id":"birch","contact_id":"p1","signal_id":"s1","author_name":"Mia","text":"=cmd|' /C calc'!A0"},
        {"tenant_id":"birch","contact_id":"p1","signal_id":"s2","author_name":"person-2","text":"=cmd|' /C calc'!A0"}
        ]
    "#]]
    .assert_eq(&files["data/signals-001.json"]);
    assert!(files["data/signals-001.csv"].contains("\"'=cmd|' /C calc'!A0\""));
    for content in files.values() {
        for hidden in ["ben", "Ben", "Cleo", "4111", "0.1 0.2", "as-received", "extra\""] {
            assert!(!content.contains(hidden), "{hidden} in {content}");
        }
    }
    assert_eq!(files["files/attachments/00001-tea.jpg"], "mia");
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["redactions"], json!({"other-people": 4, "never-disclosed": 2, "unmapped": 2}));
    assert_eq!(
        manifest["records"],
        json!({"attachments": 1, "contacts": 2, "embeddings": 2, "scores": 2, "signals": 4})
    );
    assert_eq!(manifest["received_at"], "2026-03-05T12:00:00.000Z");
}

#[tokio::test]
async fn the_manifest_names_every_file_as_it_is() {
    use sha2::{Digest, Sha256};
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let files = office.files();
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, files.len());
    for file in listed {
        let content = files[file["path"].as_str().unwrap()].as_bytes();
        let digest: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            (file["bytes"].as_u64(), file["sha256"].as_str()),
            (Some(content.len() as u64), Some(digest.as_str()))
        );
    }
}

#[tokio::test]
async fn portability_leaves_out_what_was_concluded_and_know_tells_kinds_only() {
    let office = Office::with_mia(100);
    let id = office.asked(Kind::Portability).await;
    office.make(&job(&id)).await;
    let files = office.files();
    assert!(files.keys().any(|name| name.contains("signals")) && !files.keys().any(|name| name.contains("scores")));
    assert!(!files["index.html"].contains("asks often") && !files["notice.json"].contains("Ideal-customer"));

    let office = Office::with_mia(100);
    let id = office.asked(Kind::Know).await;
    office.make(&job(&id)).await;
    let files = office.files();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["index.html", "manifest.json", "notice.html", "notice.json"]);
    let notice: Value = serde_json::from_str(&files["notice.json"]).unwrap();
    assert!(files["notice.json"].contains("Mentions, comments and direct messages"));
    for part in
        ["purposes", "sources", "third_parties", "categories", "rights", "recipients", "authorities", "transfers"]
    {
        assert!(!notice[part].as_array().unwrap().is_empty(), "{part}");
    }
    assert!(files.values().all(|content| !content.contains("Hello")));
}

#[tokio::test]
async fn the_notice_names_recipients_and_where_to_complain() {
    let office = Office::with_mia(100);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let notice: Value = serde_json::from_str(&office.files()["notice.json"]).unwrap();
    let recipients = notice["recipients"].as_array().unwrap();
    let anthropic = recipients.iter().find(|who| who["name"] == "Language models (Anthropic)").unwrap();
    assert_eq!(anthropic["categories"].as_array().unwrap().len(), 3);
    assert_eq!(notice["authorities"][0]["url"], "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en");
    assert!(notice["categories"].as_array().unwrap().iter().any(|category| category["is_inferred"] == true));
}

#[tokio::test]
async fn a_bundle_of_an_account_holder_tells_nothing_of_who_wrote_to_them() {
    let office = Office::with_mia(2);
    let email = Identity::Email(identity::EmailAddress::parse("mia@example.com").unwrap());
    let link = office.keys.links(&email).remove(0);
    let since = at("2026-01-10T00:00:00Z");
    office.world.stored().links.entry(link.clone()).or_default().insert(place("alder", "c1", None), since);
    office.world.link(&user_place("alder", "u1"), since, &link);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let files = office.files();
    for content in files.values() {
        assert!(!content.contains("ben_s") && !content.contains("<b>Ben"), "{content}");
    }
    assert!(files["data/contacts-001.json"].contains("person-1"));
    assert!(!files.values().any(|content| content == "ben"), "what another person sent stays theirs");
    assert!(office.world.stored().exports.awaited.is_empty(), "nothing waits any more");
    let _: Place = user_place("alder", "u1");
}
