use std::collections::BTreeMap;

use super::*;
use crate::law::tests::{law, problem};

fn shown(assurance: &Assurance<'_>) -> String {
    let methods: Vec<&str> = assurance.methods.iter().map(|method| method.as_str()).collect();
    let points = match assurance.data_points_min {
        0 => String::new(),
        n => format!(" {n} points"),
    };
    let declaration = if assurance.declaration { " declaration" } else { "" };
    format!("{} [{}]{points}{declaration}", assurance.level.as_str(), methods.join(" "))
}

#[test]
fn every_right_says_what_each_asker_shows() {
    let law = law();
    // Regimes that ask for the same stand together.
    let mut tables: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for regime in law.model().regime.keys() {
        let mut table = String::new();
        for asker in Asker::ALL {
            let mut kinds: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for kind in Kind::ALL {
                let assurance = law.assurance(regime, kind, asker).unwrap();
                assert!(!assurance.source.is_empty());
                kinds.entry(shown(&assurance)).or_default().push(kind.as_str());
            }
            for (what, kinds) in kinds {
                table.push_str(&format!("    {}: {}: {what}\n", asker.as_str(), kinds.join(" ")));
            }
        }
        tables.entry(table).or_default().push(regime);
    }
    let text: String = tables.iter().map(|(table, regimes)| format!("{}\n{table}", regimes.join(" "))).collect();
    expect_test::expect_file!["table.txt"].assert_eq(&text);
}

#[test]
fn nobody_is_disclosed_corrected_or_erased_on_their_word_alone() {
    let law = law();
    let harmful = [Kind::Access, Kind::Know, Kind::Correction, Kind::Erasure, Kind::Portability, Kind::Restriction];
    for regime in law.model().regime.iter().filter(|(_, regime)| regime.by_residence).map(|(name, _)| name) {
        for (kind, asker) in harmful.into_iter().flat_map(|kind| Asker::ALL.map(|asker| (kind, asker))) {
            let assurance = law.assurance(regime, kind, asker).unwrap();
            assert_ne!(assurance.level, Level::None, "{regime} {kind:?} {asker:?}");
            assert!(!assurance.methods.is_empty(), "{regime} {kind:?} {asker:?}");
        }
        for kind in [Kind::OptOut, Kind::Limit] {
            let assurance = law.assurance(regime, kind, Asker::Contact).unwrap();
            assert_eq!((assurance.level, assurance.methods), (Level::None, &[][..]), "{regime} {kind:?}");
        }
    }
}

#[test]
fn only_california_asks_for_a_declaration() {
    let law = law();
    let asks = |regime: &str| {
        let kinds = Kind::ALL.into_iter().flat_map(|kind| Asker::ALL.map(|asker| (kind, asker)));
        kinds.filter(|(kind, asker)| law.assurance(regime, *kind, *asker).unwrap().declaration).count()
    };
    let regimes: Vec<&String> = law.model().regime.keys().filter(|name| asks(name) > 0).collect();
    assert_eq!(regimes, ["CA_CCPA"]);
    assert_eq!(asks("CA_CCPA"), 2, "access and portability of a contact");
}

#[test]
fn a_regime_goes_by_its_other_names_too_and_no_other() {
    let law = law();
    assert_eq!(law.assurance("CA_QC", Kind::Access, Asker::Contact).unwrap().level, Level::Contact);
    let error = law.assurance("ATLANTIS", Kind::Access, Asker::Contact).unwrap_err();
    assert_eq!(error, NoRule::Regime("ATLANTIS".to_owned()));
    let mut model = law.model().clone();
    model.assurance.retain(|row| !row.regimes.is_empty());
    let error = Law::new(model).unwrap().assurance("EU_GDPR", Kind::Access, Asker::Contact).unwrap_err();
    assert_eq!(error.to_string(), "no rule for access");
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let opt_out = "kinds = [\"opt-out\", \"limit\", \"appeal\", \"complaint\"]\naskers";
    let know = "kinds = [\"know\", \"correction\", \"erasure\"]";
    let pieces = "kinds = [\"access\", \"portability\"]";
    let account = "askers = [\"account-holder\"]";
    let cases = [
        (problem(opt_out, "\"opt-out\", ", ""), "[assurance]: no row for opt-out of account-holder in every regime"),
        (problem(account, "\"account-holder\"", "\"handle-only\""), "handle-only"),
        (problem(opt_out, "askers = [\"account-holder\", ", "askers = ["), "no row for opt-out of account-holder"),
        (problem(opt_out, "methods = []", "methods = [\"email-code\"]"), "[assurance none]: no method goes with none"),
        (problem(account, "[\"account-assertion\"]", "[]"), "[assurance account]: no method goes with none"),
        (problem(account, "askers = [\"account-holder\"]", "askers = []"), "it needs kinds, askers and a source"),
        (
            problem(account, "level = \"account\"", "level = \"account\"\ndata_points_min = 1"),
            "[assurance account]: it asks for 0 data points",
        ),
        (
            problem(account, "\"account-assertion\"", "\"email-code\""),
            "email-code is nothing that a account-holder can do",
        ),
        (problem(account, "level = \"account\"", "level = \"contact\""), "account-assertion goes with account"),
        (problem(account, "level = \"account\"", "level = \"login\""), "unknown variant `login`"),
        (
            problem(know, "data_points_min = 2", "data_points_min = 1"),
            "[assurance reasonable]: it asks for 2 data points",
        ),
        (problem(know, "data_points_min = 2", ""), "[assurance reasonable]: it asks for 2 data points"),
        (problem(know, ", \"data-points\"", ""), "[assurance reasonable]: it asks for 2 data points"),
        (problem(know, "\"email-code\", ", ""), "data points alone show no control"),
        (problem(know, "data_points_min = 2", "declaration = true"), "a declaration goes with reasonably-high"),
        (problem(pieces, "declaration = true", ""), "[assurance reasonably-high]: a declaration goes with"),
        (problem(pieces, "data_points_min = 3", "data_points_min = 2"), "it asks for 3 data points"),
        (problem(pieces, "\"portability\"", "\"know\""), "a second row for know of contact in CA_CCPA"),
        (problem(know, "\"know\"", "\"knowing\""), "unknown variant `knowing`"),
        (problem("regimes = [\"META_CALLBACK\", \"DISCONNECT\"]", "META_CALLBACK", "META"), "there is no regime META"),
        (
            problem(know, "source = \"CCPA regulations section 7062(b) and (d)\"", "source = \"\""),
            "it needs kinds, askers and a source",
        ),
    ];
    for (problem, expected) in cases {
        assert!(problem.contains(expected), "{expected}: {problem}");
    }
}
