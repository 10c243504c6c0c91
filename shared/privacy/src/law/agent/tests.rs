use std::collections::BTreeMap;

use super::*;
use crate::law::tests::{law, problem};

#[test]
fn every_right_says_what_an_agent_shows() {
    let law = law();
    let mut tables: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for regime in law.model().regime.keys() {
        let mut kinds: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for kind in Kind::ALL {
            let row = law.agent(regime, kind).unwrap();
            let attorney = if row.power_of_attorney { "or a power of attorney" } else { "always" };
            let what = format!("{} permission, person {}, {attorney}", row.permission.as_str(), row.person.as_str());
            kinds.entry(what).or_default().push(kind.as_str());
        }
        let table: String = kinds.iter().map(|(what, kinds)| format!("    {}: {what}\n", kinds.join(" "))).collect();
        tables.entry(table).or_default().push(regime);
    }
    let text: String = tables.iter().map(|(table, regimes)| format!("{}\n{table}", regimes.join(" "))).collect();
    expect_test::expect_file!["table.txt"].assert_eq(&text);
}

#[test]
fn a_law_names_its_own_source_for_agents() {
    let law = law();
    assert!(law.agent("UK_GDPR", Kind::Access).unwrap().source.starts_with("ICO: written authority"));
    assert!(law.agent("CA_CCPA", Kind::OptOut).unwrap().source.contains("7026(j)"));
    assert_eq!(law.agent("ATLANTIS", Kind::Access).unwrap_err(), NoRule::Regime("ATLANTIS".to_owned()));
    let mut model = law.model().clone();
    model.agent.clear();
    assert_eq!(Law::new(model).unwrap().agent("EU_GDPR", Kind::Know).unwrap_err(), NoRule::Row(Kind::Know));
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let opt_out = "kinds = [\"opt-out\", \"limit\"]\npermission";
    let cases = [
        (problem(opt_out, "\"limit\"", "\"access\""), "[agent opt-out]: a second row for access in CA_CCPA"),
        (
            problem("# --- Agents", ", \"consent-withdrawal\"]", "]"),
            "[agent]: no row for consent-withdrawal in every regime",
        ),
        (
            problem("# --- Agents", "regimes = [\"EU_GDPR\", \"UK_GDPR\"]", "regimes = [\"EU\"]"),
            "[agent access]: there is no regime EU",
        ),
        (
            problem("# --- Agents", "regimes = [\"EU_GDPR\", \"UK_GDPR\"]\n", ""),
            "a second row for access in every regime",
        ),
        (problem(opt_out, "permission = \"signed\"", "permission = \"oral\""), "unknown variant `oral`"),
        (problem(opt_out, "kinds = [\"opt-out\", \"limit\"]", "kinds = []"), "[agent ?]: it needs kinds and a source"),
        (problem(opt_out, "power_of_attorney = true\n", ""), "missing field `power_of_attorney`"),
    ];
    for (problem, expected) in cases {
        assert!(problem.contains(expected), "{expected}: {problem}");
    }
}
