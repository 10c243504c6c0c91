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
        json!({"attachments": 1, "contacts": 2, "embeddings": 2, "payloads": 2, "scores": 2, "signals": 4})
    );
    let index = &files["index.html"];
    assert!(!index.contains("everything"), "kinds are left out");
    for kind in ["Raw messages received from the platform", "Search index entries made from messages"] {
        let row = index.split("<tr>").find(|row| row.contains(kind)).unwrap();
        assert!(row.contains("<td>2</td><td>held, and no copy is given</td>"), "{kind}: {row}");
        assert!(files["notice.json"].contains(kind), "{kind}");
    }
    assert!(index.contains("Of some kinds this has no copy"));
    assert_eq!(manifest["received_at"], "2026-03-05T12:00:00.000Z");
}

#[tokio::test]
async fn why_somebody_was_scored_tells_of_nobody_else() {
    let office = Office::with_mia(2);
    let reason = "introduced by cleo@example.org, @cleo_s, +44 20 7946 0958";
    let row = json!({"tenant_id": "alder", "contact_id": "p1", "fit": 7, "reason": reason});
    office.world.stored().exports.put_row("inbox", "alder#c1", "contact#p1#score", &row);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let files = office.files();
    let scores = &files["data/scores-001.json"];
    assert!(scores.contains("introduced by person-1, person-2, person-3"), "{scores}");
    for (name, content) in &files {
        for hidden in ["cleo", "7946"] {
            assert!(!content.contains(hidden), "{hidden} in {name}");
        }
    }
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
    for kind in ["Mentions, comments and direct messages", "Raw messages received from the platform"] {
        assert!(files["notice.json"].contains(kind), "{kind}");
    }
    assert!(!files["index.html"].contains("has no copy"), "it has none of anything");
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
    assert_eq!(anthropic.get("keeps"), None);
    let payments = recipients.iter().find(|who| who["name"] == "Payments").unwrap();
    assert!(payments["keeps"].as_str().unwrap().contains("7 years"), "{payments}");
    let kept = notice["kept"].as_array().unwrap().iter().find(|kept| kept["title"] == "Payments").unwrap();
    assert!(kept["reason"] == payments["keeps"] && kept["source"].as_str().unwrap().contains("17(3)(b)"), "{kept}");
    let page = &office.files()["notice.html"];
    assert!(page.contains("What stays with them") && page.contains("stay for 7 years"), "{page}");
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

#[tokio::test]
async fn who_wrote_for_the_business_is_an_agent_and_the_same_throughout() {
    let office = Office::with_mia(2);
    let reply = |signal: &str, agent: &str, name: &Value, text: &str| {
        let row = json!({"tenant_id": "alder", "contact_id": "p1", "signal_id": signal, "agent_id": agent, "agent_name": name, "text": text});
        let key = format!("contact#p1#signal#2026-02-01T10:00:00.000Z#{signal}");
        office.world.stored().exports.put_row("inbox", "alder#c1", &key, &row);
    };
    reply("s3", "u1", &json!("Uma Stone"), "Hi Mia, this is @uma.stone and umastone@alder.example");
    reply("s4", "u2", &json!("Vic"), "as @u1 said");
    reply("s5", "u1", &Value::Null, "bye");
    reply("s6", "", &json!("mia.tea"), "she is one of them");
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let files = office.files();
    let rows: Value = serde_json::from_str(&files["data/signals-001.json"]).unwrap();
    let of = |signal: &str| rows.as_array().unwrap().iter().find(|row| row["signal_id"] == signal).unwrap().clone();
    for (signal, id, name, text) in [
        ("s3", json!("agent-1"), json!("agent-1"), "Hi Mia, this is person-3 and person-4"),
        ("s4", json!("agent-2"), json!("agent-2"), "as agent-1 said"),
        ("s5", json!("agent-1"), Value::Null, "bye"),
        ("s6", json!(""), json!("mia.tea"), "she is one of them"),
    ] {
        let row = of(signal);
        assert_eq!((&row["agent_id"], &row["agent_name"], row["text"].as_str()), (&id, &name, Some(text)), "{signal}");
    }
    for content in files.values() {
        for hidden in ["Uma", "Vic", "umastone"] {
            assert!(!content.contains(hidden), "{hidden} in {content}");
        }
    }
}

/// Files are named by whoever sent them; a bundle is opened by who did not.
#[tokio::test]
async fn what_hostile_files_are_called_is_a_plain_name_of_its_own() {
    let office = Office::with_mia(2);
    let names = [
        "..",
        ".",
        "...",
        "\u{202e}gpj.exe",
        "a\\..\\b",
        "a\0b\r\nc",
        "CON",
        "con.txt",
        "nul.",
        " lead",
        "same",
        "SAME",
        "-rf",
        "<img src=x onerror=alert(1)>.html",
        "C:evil",
        "~",
        "%2e%2e%2f",
    ];
    for name in names {
        let key = format!("alder/c1/p1/attachment/{name}");
        office.world.stored().exports.contents.insert(("media".to_owned(), key), b"content".to_vec());
    }
    // Such a key is nothing that the data map knows: it is counted and shown to nobody.
    let outside = "alder/c1/p1/attachment/../../../p2/attachment/ben.jpg".to_owned();
    office.world.stored().exports.contents.insert(("media".to_owned(), outside), b"outside".to_vec());
    let long = format!("alder/c1/p1/attachment/{}", "x".repeat(900));
    office.world.stored().exports.contents.insert(("media".to_owned(), long), b"long".to_vec());
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let files = office.files();
    let shown: Vec<&String> = files.keys().filter(|name| name.starts_with("files/")).collect();
    assert_eq!(shown.len(), names.len() + 2, "{shown:?}");
    assert!(!files.values().any(|content| content == "outside"));
    let lower: std::collections::BTreeSet<String> = shown.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower.len(), shown.len(), "also where case does not count");
    for path in shown {
        let parts: Vec<&str> = path.split('/').collect();
        let [_, class, name] = parts.as_slice() else { panic!("{path}") };
        assert_eq!(*class, "attachments", "{path}");
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
        assert!(name.chars().all(is_plain) && name.len() <= 86 && !name.ends_with('.'), "{path}");
        // A number before it: no reserved name of any system, and none that hides.
        assert!(name.as_bytes()[..5].iter().all(u8::is_ascii_digit) && name.as_bytes()[5] == b'-', "{path}");
    }
    assert!(!files["index.html"].contains("<img") && !files["index.html"].contains('\u{202e}'));
}
