use serde_json::json;

use super::*;
use crate::export::table::Table;
use crate::memory::built_in_map;

/// A record of contacts that holds a value under the name of an attribute, as it stands in both files, and what was counted.
fn shown(attribute: &str, value: Value) -> (String, String, BTreeMap<Reason, u64>) {
    let map = built_in_map();
    let known = map.class("contacts").unwrap();
    let class = Class {
        attributes: vec![attribute.to_owned()],
        names: vec!["name".to_owned()],
        redact: vec![Redaction::OtherPeople],
        agents: Vec::new(),
        ..known.clone()
    };
    let (mut people, mut own, mut counts) = (People::default(), Own::default(), Counts::default());
    own.know("Mia Marker");
    let mut redactor = Redactor { people: &mut people, own: &own, hides_people: true, counts: &mut counts };
    let row = redactor.row(&class, Whose::Own, [(attribute.to_owned(), value)].into());
    let mut table = Table::new(1);
    table.push(&class.attributes, &row);
    let (json, csv) = table.contents();
    let text =
        |pieces: &super::super::pieces::Pieces| String::from_utf8(pieces.iter().collect::<Vec<_>>().concat()).unwrap();
    (text(json), text(csv), counts.iter().collect())
}

#[test]
fn what_the_name_of_a_member_says_is_not_shown_is_not_shown_at_any_depth() {
    let inner = json!({"passport": "X123marker", "nationalId": 4_711_000_111_i64, "routing-number": "021marker", "PIN": ["99marker"],
        "otp": "88marker", "shipping": "by sea", "footprint": "small"});
    let value = json!({"webhook_secret": "marker-abc", "list": [{"password": {"pbkdf2": "marker"}}, inner]});
    let (json, csv, counts) = shown("settings", value);
    for file in [&json, &csv] {
        assert!(!file.contains("marker") && !file.contains("4711000111"), "{file}");
        for kept in
            ["by sea", "small", "[webhook secret removed]", "[national id held, not shown]", "[pin held, not shown]"]
        {
            assert!(file.contains(kept), "{kept}: {file}");
        }
    }
    assert_eq!(counts, [(Reason::Secret, 2), (Reason::NeverDisclosed, 5)].into());
}

#[test]
fn a_name_hides_what_is_never_disclosed_however_it_is_written() {
    for name in [
        "drivers_license",
        "driver_license",
        "driversLicence",
        "driving_licence",
        "DrivingLicense",
        "security_question",
        "securityAnswer",
        "DRIVERSLICENSE",
        "bank_account",
        "bankAccountId",
        "account_no",
        "accountNo",
        "cvc",
        "CVC2",
        "license_number",
        "licenceNumber",
        "licence_no",
        "passport_no",
        "faceprint",
        "face_prints",
        "voicePrint",
    ] {
        let (json, csv, counts) = shown("settings", json!({name: "marker"}));
        assert!(![json, csv].iter().any(|file| file.contains("marker")), "{name}");
        assert_eq!(counts, [(Reason::NeverDisclosed, 1)].into(), "{name}");
    }
}

#[test]
fn a_name_says_a_secret_however_it_is_written_and_names_like_it_do_not() {
    for name in [
        "apikey",
        "APIKey",
        "api-key",
        "access_key",
        "AccessKeyId",
        "passwd",
        "signing_key",
        "hash",
        "passwordHash",
        "hashtag_hash",
        "accesstoken",
        "token_counter_token",
        "refresh_tokens",
        "token_value",
    ] {
        let (json, csv, counts) = shown("settings", json!({name: "marker"}));
        assert!(![json, csv].iter().any(|file| file.contains("marker")), "{name}");
        assert_eq!(counts, [(Reason::Secret, 1)].into(), "{name}");
    }
    for name in [
        "licence_plan",
        "driving_distance",
        "key",
        "access",
        "question",
        "passed",
        "keyboard",
        "class_name",
        "hashtags",
        "postHashtag",
        "token_count",
        "totalTokens",
        "account_notes",
        "license_notes",
    ] {
        let (json, csv, counts) = shown("settings", json!({name: "marker"}));
        assert!([json, csv].iter().all(|file| file.contains("marker")) && counts.is_empty(), "{name}");
    }
}

#[test]
fn a_number_under_a_name_of_cards_is_looked_at_as_one_and_another_is_not() {
    let card = 4_111_111_111_111_111_u64;
    for (value, expected) in [
        (json!({"card": card}), 1),
        (json!({"paymentCard": [card, 12, {"digits": card, "year": 2027}]}), 2),
        (json!({"PAN": card}), 1),
        (json!({"card": 1_111_111_111_111_u64}), 0),
        (json!({"order": card, "discard": card, "panel": card}), 0),
    ] {
        let (json, csv, counts) = shown("settings", value.clone());
        for file in [&json, &csv] {
            assert_eq!(file.contains("4111111111111111"), expected == 0 && value.get("order").is_some(), "{file}");
            assert_eq!(file.matches("[payment card number]").count(), expected, "{file}");
        }
        assert_eq!(counts.values().sum::<u64>(), u64::try_from(expected).unwrap(), "{value}");
        assert_eq!(json.contains("2027"), expected == 2, "what is none stays: {json}");
    }
    assert!(!shown("card", json!(card)).0.contains("4111"), "also where the data map names it");
}

#[test]
fn each_text_inside_what_names_somebody_becomes_a_token_and_ones_own_stays() {
    let (json, csv, counts) = shown("name", json!(["Ben Smith", "Cleo", "Mia Marker", {"first": "Ben Smith"}, 77_001]));
    for file in [&json, &csv] {
        assert!(!file.contains("Ben") && !file.contains("Cleo") && !file.contains("77001"), "{file}");
        assert!(file.contains("Mia Marker") && file.matches("person-1").count() == 2, "{file}");
        assert!(file.contains("person-2") && file.contains("person-3"), "{file}");
    }
    assert_eq!(counts, [(Reason::OtherPeople, 4)].into());
    let (json, csv, _) = shown("settings", json!({"by": {"name": "Ben Smith"}, "of": {"ben@example.org": "read"}}));
    assert!([json, csv].iter().all(|file| !file.contains("Ben") && !file.contains("ben@")));
}

#[test]
fn members_whose_names_become_the_same_all_stay() {
    let value = json!({"Ben@example.org": "first", "ben@example.org": "second", "BEN@EXAMPLE.ORG": "third",
        "person-1": "fourth", "person-1-2": "fifth", "note": "sixth"});
    let (json, csv, _) = shown("settings", value.clone());
    for word in ["first", "second", "third", "fourth", "fifth", "sixth"] {
        assert!(json.contains(word) && csv.contains(word), "{word}: {json}");
    }
    for name in ["\"note\"", "\"person-1\"", "\"person-1-2\"", "\"person-1-3\"", "\"person-1-4\"", "\"person-1-2-2\""] {
        assert_eq!(json.matches(name).count(), 1, "{name}: {json}");
    }
    assert_eq!(shown("settings", value).0, json, "the same each time");
}
