use std::collections::BTreeMap;

use super::*;
use crate::clock::model::Period;
use crate::data_map::DataMap;
use crate::policy::Route;

const SHIPPED: &str = include_str!("../../law.toml");

pub(super) fn law() -> Law {
    Law::built_in().unwrap()
}

/// The shipped file with the first `from` after `start` replaced, as the build sees it.
pub(super) fn problem(start: &str, from: &str, to: &str) -> String {
    let at = SHIPPED.find(start).unwrap_or_else(|| panic!("no {start}"));
    let (head, tail) = SHIPPED.split_at(at);
    assert!(tail.contains(from), "no `{from}` after {start}");
    match toml::from_str::<Model>(&format!("{head}{}", tail.replacen(from, to, 1))) {
        Ok(model) => validate::validate(&model).err().map_or_else(String::new, |error| error.to_string()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_shipped_file_is_valid() {
    assert_eq!(problem("[work]", "[work]", "[work]"), "");
}

#[test]
fn what_is_just_allowed_is_no_mistake() {
    // The alarm on the day of the target, and a table of one year.
    assert_eq!(problem("[work]", "target_before_legal_days = 5", "target_before_legal_days = 3"), "");
    assert_eq!(problem("[calendar.DE]", "first_year = 2018", "first_year = 2036"), "");
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let cases = [
        (problem("[work]", "target_days_max = 28", "target_days_max = 0"), "[work]: the target must"),
        (problem("[work]", "letter_days = 7", "letter_days = 0"), "[work]: whoever asks has 1 to 30 days"),
        (problem("[work]", "target_before_legal_days = 5", "target_before_legal_days = 2"), "[work]: the target must"),
        (problem("[calendar.EW]", "[calendar.EW]", "[calendar.XX]"), "unknown variant `XX`"),
        (problem("[calendar.EW]", "last_year = 2027", "last_year = 2028"), "[calendar.EW]: 2028 has no holiday"),
        (
            problem("[calendar.EW]", "last_year = 2027", "last_year = 2026"),
            "[calendar.EW]: `New Year's Day` lies outside",
        ),
        (problem("[calendar.EW]", "last_year = 2027", "last_year = 2025"), "[calendar.EW]: its years end"),
        (problem("[calendar.DE]", "easter = -2", "month = 4"), "[calendar.DE]: `Karfreitag` needs"),
        (problem("[calendar.US_FED]", "nth = 3", "nth = 6"), "[calendar.US_FED]: `Birthday of Martin"),
        (problem("[calendar.US_FED]", "source = \"5 U.S.C.", "sauce = \"5 U.S.C."), "unknown field `sauce`"),
        (problem("[regime.EU_GDPR]", "Europe/Brussels", "Europe/Atlantis"), "[regime.EU_GDPR]: unknown time zone"),
        (problem("[regime.KR_PIPA]", "[regime.KR_PIPA]", "[regime.KP]"), "[regime.KP]: no deadline goes by its name"),
        (problem("regimes = [\"KR_PIPA\"]", "KR_PIPA", "KP"), "no deadline goes by its name"),
        (
            problem("regimes = [\"US_CT\", \"US_OR\"]", "US_OR", "US_XX"),
            "[deadline of US_CT_KNOW]: there is no regime US_XX",
        ),
        (problem("regimes = [\"EU_GDPR\"]", "months:1", "month:1"), "bad rule at `month:1`: not a way to count"),
        (problem("regimes = [\"EU_GDPR\"]", "months:1", "months:1 tz:UTC"), "may count and nothing else"),
        (problem("regimes = [\"EU_GDPR\"]", "months:1", "hours:72"), "does not lead to a date"),
        (problem("regimes = [\"CA_CCPA\"]", "days:90", "days:45"), "an extension must lead to a later date"),
        (problem("label = \"OPTOUT\"", "bdays:15 cal:WEEKDAYS", "bdays:17 cal:WEEKDAYS"), "is later than"),
        (problem("regimes = [\"EU_GDPR\"]", "GDPR art. 12(3); Regulation 1182/71 art. 3", ""), "needs a source"),
        (problem("regimes = [\"EU_GDPR\"]", "days:30", "days:0"), "a promise must lead to a later date"),
        (problem("label = \"KNOW\"", "\"know\"", "\"access\""), "US_CT has a second deadline for access"),
        (problem("regimes = [\"CA_CCPA\"]", "\"access\"", "\"appeal\""), "CA_CCPA gives no right of appeal"),
        (problem("regimes = [\"CA_CCPA\"]", "\"access\"", "\"acces\""), "unknown variant `acces`"),
        (
            problem("regimes = [\"UK_GDPR\"]", "pauses = [\"access\"", "pauses = [\"appeal\""),
            "stops for appeal, which it is not",
        ),
        (problem("label = \"CONSENT\"", "CONSENT", "APPEAL"), "US_RI_APPEAL is also the name of"),
        (problem("[clock.POLICY_SECLOG]", "tz:UTC", "tz:Mars"), "[clock.POLICY_SECLOG]: unknown time zone `Mars`"),
        (problem("[clock.POLICY_SECLOG]", "policy section 9", ""), "[clock.POLICY_SECLOG]: it needs a title"),
        (problem("[calendar.DE]", "Germany, holidays of every state", ""), "[calendar.DE]: it needs a title"),
        (
            problem("label = \"KNOW\"", "[\"US_CT\", \"US_OR\"]", "[]"),
            "[deadline of ?_KNOW]: it names no regime or no kind",
        ),
        (problem("label = \"KNOW\"", "[\"know\"]", "[]"), "[deadline of US_CT_KNOW]: it names no regime or no kind"),
    ];
    for (problem, expected) in cases {
        assert!(problem.contains(expected), "{expected}: {problem}");
    }
}

/// `days:30?` is not confirmed.
fn shown(period: &Period) -> String {
    format!("{}{}", period.rule, if period.confirmed { "" } else { "?" })
}

fn given(law: &Law, regime: &str, kind: Kind) -> Option<String> {
    let row = match law.row(regime, kind) {
        Ok(row) => row.deadline,
        Err(NoDeadline::NoRight { .. }) => return Some("no right".to_owned()),
        Err(NoDeadline::NoRow { .. }) => return None,
        Err(error @ NoDeadline::Regime(_)) => panic!("{error}"),
    };
    let mut words = vec![shown(&row.respond)];
    words.extend(row.promise.as_ref().map(|period| format!("or {}", shown(period))));
    words.extend(row.extended.as_ref().map(|period| format!("then {}", shown(period))));
    words.extend(row.ack.as_ref().map(|period| format!("ack {}", shown(period))));
    Some(words.join(" "))
}

#[test]
fn every_regime_says_for_every_kind_what_it_gives() {
    let law = law();
    let mut table = String::new();
    for name in law.model().regime.keys() {
        let mut kinds: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for kind in Kind::ALL {
            given(&law, name, kind).into_iter().for_each(|what| kinds.entry(what).or_default().push(kind.as_str()));
        }
        for (what, kinds) in kinds {
            table.push_str(&format!("{name}: {}: {what}\n", kinds.join(" ")));
        }
    }
    expect_test::expect_file!["tests/table.txt"].assert_eq(&table);
}

#[test]
fn a_right_that_is_not_given_is_told_from_one_that_is_not_described() {
    let law = law();
    for regime in ["US_UT", "CA_CCPA"] {
        let error = law.row(regime, Kind::Appeal).unwrap_err();
        assert_eq!(error, NoDeadline::NoRight { regime: regime.to_owned(), kind: Kind::Appeal });
    }
    let error = law.row("US_VA", Kind::Restriction).unwrap_err();
    assert_eq!(error.to_string(), "US_VA says nothing about restriction");
    assert_eq!(law.row("ATLANTIS", Kind::Access).unwrap_err().to_string(), "no regime ATLANTIS");
    for kind in Kind::ALL {
        assert!(law.row("UNKNOWN", kind).is_ok(), "{kind:?}");
    }
    assert_eq!(law.row("CA_QC", Kind::Access).unwrap().regime_name, "CA_QC_LAW25");
}

#[test]
fn a_name_leads_to_its_own_rule() {
    let cases = [
        ("EU_GDPR", false, "months:1 tz:Europe/Brussels"),
        ("EU_GDPR", true, "months:3 tz:Europe/Brussels"),
        ("EU_GDPR+POLICY", false, "min(months:1,days:30) tz:Europe/Brussels"),
        ("EU_GDPR+POLICY", true, "months:3 tz:Europe/Brussels"),
        ("EU_GDPR_BREACH", false, "hours:72"),
        ("UK_GDPR", true, "months:3 tz:Europe/London"),
        ("UK_DUAA_COMPLAINT", false, "days:30 tz:Europe/London"),
        ("UK_GDPR_COMPLAINT", false, "days:30 tz:Europe/London"),
        ("CA_CCPA", true, "days:90 tz:America/Los_Angeles"),
        ("CA_CCPA_ACK", false, "bdays:10 cal:US_FED tz:America/Los_Angeles"),
        ("CA_CCPA_OPTOUT", false, "bdays:15 cal:US_FED tz:America/Los_Angeles"),
        ("CA_CCPA_RECORDS", false, "months:24 tz:America/Los_Angeles"),
        ("US_VA", false, "days:45 tz:America/New_York"),
        ("US_VA", true, "days:90 tz:America/New_York"),
        ("US_CO_APPEAL", false, "days:45 tz:America/Denver"),
        ("US_CO_APPEAL", true, "days:105 tz:America/Denver"),
        ("US_RI_CONSENT", false, "days:15 tz:America/New_York"),
        ("CA_QC", false, "days:30 tz:America/Toronto"),
        ("META_CALLBACK", false, "days:30 tz:UTC"),
        ("POLICY_META_CALLBACK", false, "days:30 tz:UTC"),
        ("POLICY_DISCONNECT", false, "days:30 tz:UTC"),
        ("POLICY_SECLOG", false, "months:12 tz:UTC"),
        ("UNKNOWN", false, "min(months:1,days:30) tz:UTC"),
        ("CH_FADP", true, "the regime `CH_FADP` has no extension"),
        ("CA_CCPA_ACK", true, "the regime `CA_CCPA_ACK` has no extension"),
        ("POLICY_SECLOG", true, "the regime `POLICY_SECLOG` has no extension"),
        ("US_UT_APPEAL", false, "no rule of its own for the regime `US_UT_APPEAL`"),
        ("US_VA_ACK", false, "no rule of its own for the regime `US_VA_ACK`"),
        ("", false, "no rule of its own for the regime ``"),
    ];
    for (name, is_extended, expected) in cases {
        let rule = law().own_rule(name, is_extended).map_or_else(|error| error.to_string(), |rule| rule.to_string());
        assert_eq!(rule, expected, "{name} {is_extended}");
    }
}

/// Both files say how long the callback may take: once for the eraser, once beside the laws.
#[test]
fn the_law_file_and_the_policy_file_promise_the_same() {
    let map = DataMap::built_in().unwrap();
    let law = law();
    let row = law.row("META_CALLBACK", Kind::Erasure).unwrap();
    let callbacks = [Route::MetaDataDeletion, Route::MetaDeauthorize];
    for (route, received_at) in callbacks.into_iter().zip(["2028-01-31T12:00:00Z", "2026-12-15T12:00:00Z"]) {
        let received_at = received_at.parse().unwrap();
        let promised = crate::deadline::DueBy::of(map.counted(route).unwrap(), received_at).unwrap();
        let receipt = dates::Receipt { received_at, person_zone: None, paused_days: 0 };
        assert_eq!(row.dates(&receipt).unwrap().legal_due.due_by, promised);
    }
}
