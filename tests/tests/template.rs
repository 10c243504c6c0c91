//! The template follows from the policy file: what is drawn for another company holds together without a change by hand.

use std::collections::{BTreeMap, BTreeSet};

use privacy::data_map::DataMap;
use privacy::policy::model::{Model, StoreKind};
use privacy_tests::mistakes::{SHIPPED, northwind};
use privacy_tests::repository::read;
use privacy_tests::template::{ASKING, asks, drawn, logical, recovery_days, variable};

fn shipped() -> DataMap {
    DataMap::new(toml::from_str(SHIPPED).unwrap()).unwrap()
}

/// Every parameter, resource and output with its text. A name twice would hide one of the two.
fn blocks(template: &str) -> BTreeMap<(String, String), String> {
    let (mut blocks, mut section, mut name) = (BTreeMap::new(), String::new(), None::<String>);
    for line in template.lines() {
        if let Some(heading) = line.strip_suffix(':').filter(|heading| !heading.starts_with([' ', '#'])) {
            (section, name) = (heading.to_owned(), None);
        } else if let Some((one, _)) =
            line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', '#'])).and_then(|rest| rest.split_once(':'))
        {
            let is_new = blocks.insert((section.clone(), one.to_owned()), String::new()).is_none();
            assert!(is_new, "{section} has two {one}");
            name = Some(one.to_owned());
        }
        if let Some(name) = &name {
            let block = blocks.get_mut(&(section.clone(), name.clone())).unwrap();
            *block += line;
            block.push('\n');
        }
    }
    blocks
}

/// What a text refers to, by `!Ref`, `!GetAtt` or inside a `!Sub`.
fn referred(text: &str) -> BTreeSet<String> {
    let word = |rest: &str| {
        rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == ':').collect::<String>()
    };
    let after = |mark: &str| text.split(mark).skip(1).map(word).collect::<Vec<_>>();
    let names = [after("!Ref "), after("!GetAtt "), after("${")].concat();
    names.into_iter().filter(|name| !name.is_empty() && !name.starts_with("AWS::")).collect()
}

/// `retention-sweeper` is the resource `RetentionSweeper`.
fn resource_of(function: &str) -> String {
    logical(&function.replace('-', "_"))
}

fn resource<'a>(blocks: &'a BTreeMap<(String, String), String>, name: &str) -> &'a str {
    &blocks[&("Resources".to_owned(), name.to_owned())]
}

/// Nothing refers to what is not there, and each function is told of the stores that it asks for and has rights on no other.
fn hold_together(template: &str, model: &Model) {
    let blocks = blocks(template);
    let there: BTreeSet<String> =
        blocks.keys().filter(|(section, _)| section != "Outputs").map(|(_, name)| name.clone()).collect();
    let missing: Vec<_> = referred(template).difference(&there).cloned().collect();
    assert_eq!(missing, Vec::<String>::new());
    for function in ASKING {
        let told = resource(&blocks, &resource_of(function));
        let role = referred(resource(&blocks, &format!("{}Role", resource_of(function))));
        for (name, store) in &model.store {
            let is_asked = asks(function, name, model);
            let line = format!(" {}: !Ref {}\n", variable(name, store.kind), logical(name));
            assert_eq!(
                (told.contains(&line), role.contains(&logical(name))),
                (is_asked, is_asked),
                "{function}, {name}"
            );
        }
    }
    for (name, store) in &model.store {
        let kind = if store.kind == StoreKind::Table { "DynamoDB::Table" } else { "S3::Bucket" };
        assert!(resource(&blocks, &logical(name)).contains(&format!("Type: AWS::{kind}\n")), "{name}");
        let is_told = template.contains(&format!("Name: {{Value: !Ref {}}}\n", logical(name)));
        assert!(is_told, "no output names {name}");
    }
}

#[test]
fn the_template_holds_together() {
    hold_together(&read("template.yaml"), shipped().model());
}

#[test]
fn another_company_has_its_template_from_its_policy_file() {
    let map = northwind();
    let text = drawn(&read("template.yaml"), &map);
    hold_together(&text, map.model());
    assert_eq!(drawn(&text, &map), text, "drawn again it is the same");
    let blocks = blocks(&text);
    for name in shipped().model().store.keys().filter(|name| !map.model().store.contains_key(*name)) {
        assert!(!blocks.contains_key(&("Resources".to_owned(), logical(name))), "{name} is Kazozo's");
    }
    assert!(!text.to_lowercase().contains("kazozo"), "nobody else's name or address is in it");
    // A day to erase, a week promised.
    assert!(resource(&blocks, "OldestOpenObligationSecondsAlarm").contains("more than the 1 day that"));
    assert!(resource(&blocks, "OldestOpenObligationSecondsAlarm").contains("Threshold: 86400\n"));
    assert_eq!(recovery_days(map.model()), 4);
    for table in ["Ledger", "Suppression", "Tickets", "Desk", "Visits", "Connections"] {
        assert!(resource(&blocks, table).contains("RecoveryPeriodInDays: 4}"), "{table}");
    }
    assert!(resource(&blocks, "Bundles").contains("ExpirationInDays: 10\n"), "what is left of a bundle goes with it");
    // It writes to no business, has no shared rows, and what goes by months is the sweeper's alone.
    let role = |name: &str| resource(&blocks, &format!("{name}Role"));
    assert!(!role("NotifyWorker").contains("FindContactsOfBusinesses"));
    assert!(!role("ErasureWorker").contains("TakeSourcesOut") && !role("ErasureWorker").contains("Visits"));
    assert!(role("RetentionSweeper").contains("Sid: PurgeWhatGoesByItsDate, Effect: Allow, Action: [dynamodb:BatchWriteItem, dynamodb:Query], Resource: !GetAtt Visits.Arn}"));
}

/// No store of Kazozo's is a word that somebody wrote into the template by hand.
#[test]
fn no_store_is_named_outside_the_parts_that_are_drawn() {
    let template = read("template.yaml");
    let mut is_drawn = false;
    let by_hand: String = template
        .lines()
        .filter(|line| {
            let mark = line.trim().strip_prefix("# policy.toml: ");
            is_drawn = mark.map_or(is_drawn, |part| part != "end");
            !is_drawn
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let named = referred(&by_hand);
    for store in shipped().model().store.keys() {
        assert!(!named.contains(&logical(store)), "{store}");
    }
}
