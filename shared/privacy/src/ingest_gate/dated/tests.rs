use super::*;
use crate::memory::{built_in_map, place};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn classes() -> Vec<PeriodClass> {
    PeriodClass::all(&built_in_map()).unwrap()
}

#[test]
fn what_is_past_its_date_is_for_keeping_and_for_legal_claims_whatever_has_kept_it() {
    let all = classes();
    for (class, recorded_at, last, over) in [
        ("member-profiles", "2026-03-09T12:40:00Z", "2026-03-10T11:59:59Z", "2026-03-10T12:00:00Z"),
        ("member-activity", "2026-03-09T12:40:00Z", "2026-03-11T11:59:59Z", "2026-03-11T12:00:00Z"),
        ("organisation-activity", "2026-03-09T12:40:00Z", "2026-04-19T23:59:59Z", "2026-04-20T00:00:00Z"),
        ("security-logs", "2026-03-09T12:40:00Z", "2027-03-09T23:59:59Z", "2027-03-10T00:00:00Z"),
    ] {
        let class = all.iter().find(|one| one.name == class).unwrap();
        let record = Dated { class, recorded_at: at(recorded_at) };
        for purpose in Purpose::ALL {
            let is_for_claims = [Purpose::Keeping, Purpose::LegalClaims].contains(&purpose);
            assert_eq!(record.may_use(purpose, at(last)), Ok(()), "{} {purpose:?}", class.name);
            assert_eq!(record.may_use(purpose, at(over)).is_ok(), is_for_claims, "{} {purpose:?}", class.name);
        }
    }
}

#[test]
fn nothing_comes_into_a_period_that_is_being_purged() {
    let all = classes();
    let class = all.iter().find(|one| one.name == "member-profiles").unwrap();
    let record = Dated { class, recorded_at: at("2026-03-09T12:40:00Z") };
    assert_eq!(record.admit(at("2026-03-10T08:59:59Z")), Ok(()), "three hours before its limit a run takes it");
    assert_eq!(record.admit(at("2026-03-10T09:00:00Z")), Err(Suppressed));
}

#[test]
fn a_record_of_a_registry_has_the_line_that_a_purge_looks_for_and_no_other_has_one() {
    let place = place("alder", "c1", Some("p1"));
    let mut lines = Vec::new();
    for class in &classes() {
        let recorded_at = at("2026-03-09T12:40:00Z");
        let record = Dated { class, recorded_at };
        let Some(line) = record.line(&place) else { continue };
        let partitions = class.partitions(&class.period(recorded_at));
        let looks = |range: &crate::data_map::KeyRange| matches!(range, crate::data_map::KeyRange::Table { partition, .. } if *partition == line.partition);
        assert!(partitions.iter().any(looks), "{line:?}");
        assert_eq!(line.key, "alder#c1");
        lines.push(line.partition.rsplit_once('#').unwrap().0.to_owned());
    }
    lines.sort();
    let expected = [
        "due#member-activity#2026-03-09T12",
        "due#member-profiles#2026-03-09T12",
        "due#organisation-activity#2026-03-09",
        "due#page-reports#2026-03-09",
    ];
    assert_eq!(lines, expected);
    let shards: std::collections::BTreeSet<String> = (0..40)
        .filter_map(|number| {
            let place = crate::memory::place("alder", &format!("c{number}"), None);
            let all = classes();
            let class = all.iter().find(|one| one.name == "member-profiles").unwrap();
            Some(Dated { class, recorded_at: at("2026-03-09T12:40:00Z") }.line(&place)?.partition)
        })
        .collect();
    assert_eq!(shards.len(), 2, "connections are spread over the shards");
}

#[test]
fn a_store_that_lasts_longer_than_a_platform_allows_is_closed_to_it() {
    let (map, platform) = (built_in_map(), |name: &str| crate::ids::Platform::parse(name).unwrap());
    for (store, name, may) in [
        ("inbox", "linkedin", false),
        ("media", "linkedin", false),
        ("social", "linkedin", true),
        ("inbox", "instagram", true),
        ("attic", "instagram", false),
    ] {
        assert_eq!(map.may_hold(store, &platform(name)), may, "{store} {name}");
    }
}
