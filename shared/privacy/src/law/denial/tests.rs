use std::collections::BTreeMap;

use super::*;
use crate::law::tests::{law, problem};

fn shown(routes: &Routes<'_>) -> String {
    let mut words: Vec<String> =
        routes.authorities.iter().map(|Authority { title, url }| format!("{title} {url}")).collect();
    words.extend(routes.appeal.map(|row| format!("appeal {}", row.deadline.respond.rule)));
    words.extend(routes.complaint_to_us.map(|row| format!("complaint to us {}", row.deadline.respond.rule)));
    words.extend(routes.court.map(|source| format!("court: {source}")));
    words.join("; ")
}

#[test]
fn every_regime_has_its_ways_on() {
    let law = law();
    let line = |name: &String| format!("{name}: {}\n", shown(&law.routes(name).unwrap()));
    let table: String = law.model().regime.keys().map(line).collect();
    expect_test::expect_file!["routes.txt"].assert_eq(&table);
    assert_eq!(law.routes("ATLANTIS").unwrap_err().to_string(), "no regime ATLANTIS");
}

#[test]
fn every_reason_says_what_it_denies_and_how_much() {
    let law = law();
    let mut table = String::new();
    for reason in DenialReason::ALL {
        let Denial { title, text, rest, categories, passed_on, kinds, .. } = &law.model().denial[&reason];
        let Denial { confirmed_person, .. } = &law.model().denial[&reason];
        let Denial { refuses, ways, source, confirmed, only_without_right, .. } = &law.model().denial[&reason];
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        let kinds = if kinds.len() == Kind::ALL.len() { "everything".to_owned() } else { kinds.join(" ") };
        let read = if *confirmed { "" } else { "?" };
        let only = if *only_without_right { ", only without a right" } else { "" };
        table.push_str(&format!("{} ({title}): {refuses:?} of {kinds}{only}; {ways:?}\n", reason.as_str()));
        table.push_str(&format!("    {text}\n"));
        if let Some(rest) = rest {
            table.push_str(&format!("    an objection: {rest}\n"));
        }
        if let Some(categories) = categories {
            table.push_str(&format!("    the data itself: {categories}\n"));
        }
        if let Some(ConfirmedWords { text, rest }) = confirmed_person {
            table.push_str(&format!("    confirmed by the person: {text}\n    an objection: {rest}\n"));
        }
        if let Some(PassedOnWords { all, some, none }) = passed_on {
            table.push_str(&format!("    {all}\n    {some}\n    {none}\n"));
        }
        table.push_str(&format!("    {source}{read}\n"));
    }
    expect_test::expect_file!["reasons.txt"].assert_eq(&table);
}

#[test]
fn a_code_is_read_back_as_its_reason() {
    for reason in DenialReason::ALL {
        assert_eq!(DenialReason::parse(reason.as_str()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
    for text in ["", "Unverifiable", "unverifiable ", "because"] {
        assert_eq!(DenialReason::parse(text), None, "{text}");
    }
}

#[test]
fn a_denial_names_the_ways_that_the_law_of_the_person_has() {
    let law = law();
    let named = |reason, regime: &str, kind| {
        law.denial(reason, regime, kind).map_or_else(|error| error.to_string(), |denied| shown(&denied.routes))
    };
    let virginia = "Attorney General of Virginia https://www.oag.state.va.us/";
    let cases = [
        (DenialReason::LegalClaims, "US_VA", Kind::Erasure, format!("{virginia}; appeal days:60")),
        // An appeal that is denied: the attorney general, and no appeal of the appeal.
        (DenialReason::Excessive, "US_VA", Kind::Appeal, virginia.to_owned()),
        (
            DenialReason::Unverifiable,
            "UK_GDPR",
            Kind::Access,
            "Information Commissioner's Office https://ico.org.uk/make-a-complaint/; complaint to us days:30; court: UK GDPR art. 79".to_owned(),
        ),
        (
            DenialReason::ManifestlyUnfounded,
            "UK_GDPR",
            Kind::Complaint,
            "Information Commissioner's Office https://ico.org.uk/make-a-complaint/; court: UK GDPR art. 79".to_owned(),
        ),
        (DenialReason::Unverifiable, "ATLANTIS", Kind::Access, "no regime ATLANTIS".to_owned()),
    ];
    for (reason, regime, kind, expected) in cases {
        assert_eq!(named(reason, regime, kind), expected, "{reason:?} {regime} {kind:?}");
    }
}

/// The only right that is ever refused by residence is an appeal, and only where the law is known to have none.
#[test]
fn nobody_is_refused_a_right_because_of_where_they_live() {
    let law = law();
    let mut refused: BTreeMap<&str, Vec<Kind>> = BTreeMap::new();
    for name in law.model().regime.keys() {
        for kind in Kind::ALL {
            if law.denial(DenialReason::NotARightHere, name, kind).is_ok() {
                refused.entry(name).or_default().push(kind);
            }
        }
    }
    assert_eq!(refused, BTreeMap::from([("CA_CCPA", vec![Kind::Appeal]), ("US_UT", vec![Kind::Appeal])]));
    let cases = [
        ("EU_GDPR", Kind::Appeal, "EU_GDPR does not say that there is no right of appeal"),
        ("US_VA", Kind::Appeal, "US_VA does not say that there is no right of appeal"),
        ("US_IA", Kind::Correction, "not-a-right-here is no reason to deny correction"),
    ];
    for (regime, kind, expected) in cases {
        let error = law.denial(DenialReason::NotARightHere, regime, kind).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_reason_denies_only_what_it_can_be_a_reason_for() {
    let law = law();
    for kind in [Kind::OptOut, Kind::Limit, Kind::Complaint] {
        assert!(law.denial(DenialReason::Unverifiable, "CA_CCPA", kind).is_err(), "nobody is verified for {kind:?}");
    }
    assert!(law.denial(DenialReason::Unverifiable, "EU_GDPR", Kind::ConsentWithdrawal).is_ok());
    assert!(law.denial(DenialReason::OthersRights, "EU_GDPR", Kind::Erasure).is_err());
    let denied = law.denial(DenialReason::OthersRights, "EU_GDPR", Kind::Access).unwrap();
    assert_eq!((denied.reason, denied.denial.refuses), (DenialReason::OthersRights, Refuses::Part));
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let cases = [
        (problem("[denial.security]", "[denial.security]", "[denial.safety]"), "unknown variant `safety`"),
        (
            problem("[denial.not-a-right-here]", "kinds = [\"appeal\"]", "kinds = [\"access\"]"),
            "[denial.not-a-right-here]: every regime has a right of access",
        ),
        (
            problem("[denial.security]", "kinds = [\"erasure\", \"objection\"]", "kinds = []"),
            "[denial.security]: it names no kind or no way on",
        ),
        (
            problem("[denial.security]", "ways = [\"appeal\", \"complaint\", \"court\"]", "ways = []"),
            "[denial.security]: it names no kind",
        ),
        (problem("[denial.security]", "ways = [\"appeal\"", "ways = [\"lawyer\""), "unknown variant `lawyer`"),
        (
            problem("[denial.security]", "title = \"Needed to find attacks\"", "title = \"\""),
            "[denial.security]: it needs a title",
        ),
        (
            problem("[regime.US_VA]", "https://www.oag", "http://www.oag"),
            "[regime.US_VA]: `http://www.oag.state.va.us/` is no page",
        ),
        (
            problem("[regime.US_VA]", "https://www.oag.state.va.us/", "https://nowhere"),
            "[regime.US_VA]: `https://nowhere` is no page",
        ),
        (
            problem("[regime.US_VA]", "https://www.oag.state.va.us/", "https://nowhere/"),
            "[regime.US_VA]: `https://nowhere/` is no page",
        ),
        (problem("[regime.US_VA]", "https://www.oag", "https://www oag"), "is no page of an authority"),
        (
            problem(
                "[regime.KR_PIPA]",
                "authorities = [{ title = \"Personal Information Protection Commission\", url = \"https://www.pipc.go.kr/\" }]",
                "",
            ),
            "[regime.KR_PIPA]: it must name an authority",
        ),
        (
            problem("[regime.EU_GDPR]", "court = \"GDPR art. 79\"", "court = \"\""),
            "[regime.EU_GDPR]: a court needs the law",
        ),
    ];
    for (problem, expected) in cases {
        assert!(problem.contains(expected), "{expected}: {problem}");
    }
    let (head, tail) = include_str!("../../../law.toml").split_once("[denial.security]").unwrap();
    let (_, rest) = tail.split_once("[denial.").unwrap();
    let error = toml::from_str(&format!("{head}[denial.{rest}")).map(|model| crate::clock::validate::validate(&model));
    assert_eq!(error.unwrap().unwrap_err().to_string(), "law.toml, [denial.security]: there is no such reason");
}

#[test]
fn what_refuses_objections_whole_says_what_is_not_done_beside_an_end_to_marketing_and_nothing_else_does() {
    for (problem, expected) in [
        (
            problem("[denial.excessive]", "\"restriction\", \"objection\",", "\"restriction\","),
            "[denial.excessive]: it says what is not done beside an end to marketing",
        ),
        (
            problem("[denial.security]", "kinds = ", "rest = \"Nothing else.\"\nkinds = "),
            "[denial.security]: it says what is not done beside an end to marketing",
        ),
        (
            problem(
                "[denial.permission-missing]",
                "confirmed_person.text = \"This",
                "confirmed_person.text = \"\" # \"This",
            ),
            "[denial.permission-missing]: it says what is missing once the person has confirmed",
        ),
        (
            problem("[denial.security]", "kinds = ", "confirmed_person = { text = \"So.\", rest = \"So.\" }\nkinds = "),
            "[denial.security]: it says what is missing once the person has confirmed",
        ),
        (
            problem("[regime.US_VA]", "title = \"Attorney General of Virginia\"", "title = \"\""),
            "is no page of an authority with a title",
        ),
    ] {
        assert!(problem.contains(expected), "{expected}: {problem}");
    }
}
