//! What has to be shown, by law, right and asker.

use super::*;

fn instagram() -> ConnectedAccount {
    ConnectedAccount { platform: Platform::parse("instagram").unwrap(), handle: Handle::parse("mia").unwrap() }
}

/// Everybody who can ask, with what they say of themselves.
fn askers(kind: Kind, residence: &str) -> Vec<(&'static str, Ask)> {
    let ask = Ask { residence: Some(residence.to_owned()), ..ask(kind) };
    let both = Contact { account: Some(instagram()), ..ask.contact.clone() };
    let handle = Contact { email: None, account: Some(instagram()) };
    let nobody = Contact { email: None, account: None };
    vec![
        ("by address", ask.clone()),
        ("by handle", Ask { contact: handle, ..ask.clone() }),
        ("by both", Ask { contact: both.clone(), ..ask.clone() }),
        ("with an account", Ask { has_account: true, ..ask.clone() }),
        ("by letter", Ask { contact: nobody.clone(), channel: Channel::Letter, ..ask.clone() }),
        (
            "an agent, by letter",
            Ask { contact: nobody.clone(), channel: Channel::Letter, agent: Some(agent(false)), ..ask.clone() },
        ),
        ("for a child, by letter", Ask { contact: nobody, channel: Channel::Letter, about_child: true, ..ask.clone() }),
        ("for a child", Ask { about_child: true, has_account: true, contact: both, ..ask.clone() }),
        ("an agent", Ask { agent: Some(agent(false)), has_account: true, ..ask.clone() }),
        ("an attorney", Ask { agent: Some(agent(true)), ..ask }),
    ]
}

#[tokio::test]
async fn what_has_to_be_shown_depends_on_law_right_and_asker() {
    let desk = Desk::new();
    let mut table: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for residence in ["Germany", "California", "Quebec", "US-TX", "nowhere"] {
        for kind in Kind::ALL {
            let mut cell = String::new();
            for (number, (name, ask)) in askers(kind, residence).into_iter().enumerate() {
                let seed = [u8::try_from(number).unwrap(); 20];
                let stored = request(desk.terms(), Naming::Fresh(&seed), ask, now()).unwrap();
                let needs = stored.needs.iter().map(|need| format!("{need:?}")).collect::<Vec<_>>().join("+");
                cell += &format!("    {name}: {}\n", if needs.is_empty() { "nothing" } else { &needs });
            }
            let law = if residence == "California" { "California" } else { "elsewhere" };
            let kinds = table.entry(format!("{law}\n{cell}")).or_default();
            if !kinds.contains(&kind.as_str()) {
                kinds.push(kind.as_str());
            }
        }
    }
    let text: String =
        table.iter().map(|(cell, kinds)| cell.replacen('\n', &format!(": {}\n", kinds.join(" ")), 1)).collect();
    expect_test::expect_file!["../needs.txt"].assert_eq(&text);
}

#[tokio::test]
async fn what_need_not_be_shown_is_not_kept() {
    let desk = Desk::new();
    let points = BTreeMap::from([(PointKind::Phone, PointValue::parse("+1 (555) 010-0199").unwrap())]);
    let full = |residence: &str, kind| Ask {
        residence: Some(residence.to_owned()),
        data_points: points.clone(),
        declaration: Words::parse("Mia Example").ok(),
        ..ask(kind)
    };
    for (residence, kind, keeps_points, keeps_declaration) in [
        ("California", Kind::Access, true, true),
        ("California", Kind::Know, true, false),
        ("California", Kind::OptOut, false, false),
        ("Germany", Kind::Access, false, false),
    ] {
        let stored = request(desk.terms(), Naming::Fresh(&[1; 20]), full(residence, kind), now()).unwrap();
        assert_eq!(!stored.data_points.is_empty(), keeps_points, "{residence} {kind:?}");
        assert_eq!(stored.declaration.is_some(), keeps_declaration, "{residence} {kind:?}");
        let is_proven = stored.proven.iter().any(|proven| proven.proof == Proof::Declaration);
        assert_eq!(is_proven, keeps_declaration, "{residence} {kind:?}");
        let row = serde_json::to_string(&stored).unwrap();
        assert!(!row.contains("0199"), "{row}");
    }
    let stored = request(desk.terms(), Naming::Fresh(&[1; 20]), full("California", Kind::Access), now()).unwrap();
    let is_phone = |request: &SubjectRequest, text| {
        request.is_point(&desk.keys, PointKind::Phone, &PointValue::parse(text).unwrap())
    };
    assert!(is_phone(&stored, "1 555 0100199") && !is_phone(&stored, "1 555 0100198"));
    let elsewhere = SubjectRequest { id: ObligationId::of_request(&[2; 20]), ..stored.clone() };
    assert!(!is_phone(&elsewhere, "1 555 0100199"), "of no use for another request");
    let erased = stored.without_evidence();
    assert!(erased.data_points.is_empty() && erased.evidence_erased && erased.declaration.is_some());
}
