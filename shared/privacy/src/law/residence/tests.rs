use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::law::tests::{law, problem};

/// The members of the Union, then those of the EEA, as of 2026.
const MEMBERS: [(&str, &str); 30] = [
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("BG", "Bulgaria"),
    ("HR", "Croatia"),
    ("CY", "Cyprus"),
    ("CZ", "Czechia"),
    ("DK", "Denmark"),
    ("EE", "Estonia"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("DE", "Germany"),
    ("GR", "Greece"),
    ("HU", "Hungary"),
    ("IE", "Ireland"),
    ("IT", "Italy"),
    ("LV", "Latvia"),
    ("LT", "Lithuania"),
    ("LU", "Luxembourg"),
    ("MT", "Malta"),
    ("NL", "Netherlands"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("SK", "Slovakia"),
    ("SI", "Slovenia"),
    ("ES", "Spain"),
    ("SE", "Sweden"),
    ("IS", "Iceland"),
    ("LI", "Liechtenstein"),
    ("NO", "Norway"),
];

/// When every law of the file is in force.
fn later() -> Timestamp {
    "2027-06-01T00:00:00Z".parse().unwrap()
}

/// `EU_GDPR DE`, or `UNKNOWN -` for what names no place.
fn found(law: &Law, text: &str) -> String {
    let residence = law.residence(Some(text), later());
    let code = match residence.declared {
        Declared::Known(place) => place.code,
        Declared::Unknown => "-",
    };
    format!("{} {code}", residence.regime_name)
}

#[test]
fn for_whose_place_is_not_kept_another_of_the_same_law_and_zone_says_the_same() {
    let law = law();
    for place in law.residences() {
        let theirs = law.residence(Some(place.code), later());
        let found = law.place_under(theirs.regime_name, theirs.zone.unwrap(), later()).unwrap();
        let other = law.residence(Some(found.code), later());
        assert_eq!((other.regime_name, other.zone), (theirs.regime_name, theirs.zone), "{}", place.code);
    }
    let under = |regime, zone| law.place_under(regime, zone, later()).map(|place| place.code);
    assert_eq!(under("CA_CCPA", "UTC"), Some("US-CA"), "the law alone");
    assert_eq!((under("UNKNOWN", "UTC"), under("NO_LAW", "UTC")), (None, None));
}

#[test]
fn every_member_of_the_union_and_the_eea_is_under_the_gdpr() {
    let law = law();
    for (code, name) in MEMBERS {
        let expected = format!("EU_GDPR {code}");
        for text in [code.to_owned(), code.to_lowercase(), name.to_owned(), format!(" {} ", name.to_uppercase())] {
            assert_eq!(found(&law, &text), expected, "{text}");
        }
    }
    let places = &law.model().residence["EU_GDPR"];
    assert_eq!(places.len(), MEMBERS.len() + 1, "and the Union itself");
}

#[test]
fn codes_and_names_lead_to_the_regime_in_any_case() {
    let law = law();
    let cases = [
        ("EU", "EU_GDPR EU"),
        ("eea", "EU_GDPR EU"),
        ("The Netherlands", "EU_GDPR NL"),
        ("Czech Republic", "EU_GDPR CZ"),
        ("DE-BE", "EU_GDPR DE"),
        ("fr-971", "EU_GDPR FR"),
        ("UK", "UK_GDPR GB"),
        ("U.K.", "UK_GDPR GB"),
        ("gb", "UK_GDPR GB"),
        ("England", "UK_GDPR GB-ENG"),
        ("scotland", "UK_GDPR GB-SCT"),
        ("Wales", "UK_GDPR GB-WLS"),
        ("Northern\u{a0}Ireland", "UK_GDPR GB-NIR"),
        ("gb-sct", "UK_GDPR GB-SCT"),
        ("uk-sct", "UK_GDPR GB"),
        ("Ireland", "EU_GDPR IE"),
        ("CH", "CH_FADP CH"),
        ("ch-zh", "CH_FADP CH"),
        ("US-CA", "CA_CCPA US-CA"),
        ("us-ca", "CA_CCPA US-CA"),
        ("\t California\n", "CA_CCPA US-CA"),
        ("CA", "CA_PIPEDA CA"),
        ("Canada", "CA_PIPEDA CA"),
        ("CA-ON", "CA_PIPEDA CA-ON"),
        ("british  columbia", "CA_PIPEDA CA-BC"),
        ("CA-QC", "CA_QC_LAW25 CA-QC"),
        ("Québec", "CA_QC_LAW25 CA-QC"),
        ("QUÉBEC", "CA_QC_LAW25 CA-QC"),
        ("Que\u{301}bec", "CA_QC_LAW25 CA-QC"),
        ("quebec", "CA_QC_LAW25 CA-QC"),
        ("Virginia", "US_VA US-VA"),
        ("West Virginia", "UNKNOWN US-WV"),
        // Of a country, though a state goes by the same letters.
        ("DE", "EU_GDPR DE"),
        ("IN", "IN_DPDP IN"),
        ("US-DE", "US_DE US-DE"),
        ("US-IN", "US_IN US-IN"),
        ("US", "UNKNOWN US"),
        ("U.S.A.", "UNKNOWN US"),
        ("US-WY", "UNKNOWN US-WY"),
        ("US-PR", "UNKNOWN US"),
        ("Washington, D.C.", "UNKNOWN US-DC"),
        ("BR", "BR_LGPD BR"),
        ("Australia", "AU_APP12 AU"),
        ("KR", "KR_PIPA KR"),
        ("South Korea", "KR_PIPA KR"),
        ("JP", "UNKNOWN -"),
        ("JP-13", "UNKNOWN -"),
    ];
    for (text, expected) in cases {
        assert_eq!(found(&law, text), expected, "{text}");
    }
}

#[test]
fn whatever_names_no_place_is_unknown_and_never_an_error() {
    let law = law();
    let long = "Germany ".repeat(10_000);
    let wide = format!("United{}Kingdom", " ".repeat(100));
    let texts = [
        "",
        " ",
        ".",
        "-",
        "US-",
        "-CA",
        "US-CALI",
        "U-CA",
        "US-C A",
        "US_CA",
        "D E",
        "\0DE",
        "DE\0",
        "DE\u{7f}",
        "DE\u{200b}",
        "\u{202e}DE",
        "ＤＥ",
        "ДЕ",
        "DE;DROP TABLE residence",
        "<b>DE</b>",
        "{{7*7}}",
        "%44%45",
        "EU_GDPR",
        "UNKNOWN",
        "META_CALLBACK",
        "null",
        "🇩🇪",
        &long,
        &wide,
    ];
    for text in texts {
        assert_eq!(found(&law, text), "UNKNOWN -", "{}", text.chars().take(40).collect::<String>());
    }
    let nobody = law.residence(None, later());
    assert_eq!((nobody.regime_name, nobody.declared), ("UNKNOWN", Declared::Unknown));
    assert_eq!(nobody.regime.title, "Residence unknown");
}

static LAW: LazyLock<Law> = LazyLock::new(law);

proptest! {
    /// Folding finds a name and makes none: what is found stands in the file.
    #[test]
    fn any_text_is_a_place_of_the_file_or_unknown(text in "\\PC{0,12}|[A-Za-z]{2}(-[A-Za-z0-9]{0,4})?") {
        let residence = LAW.residence(Some(&text), later());
        match residence.declared {
            Declared::Known(place) => prop_assert!(LAW.model().residence[residence.regime_name].contains_key(place.code)),
            Declared::Unknown => prop_assert_eq!(residence.regime_name, "UNKNOWN"),
        }
    }
}

#[test]
fn a_form_lists_every_place_below_its_country_and_reads_each_back() {
    let law = law();
    let mut table = String::new();
    for place in law.residences() {
        let indent = if place.within.is_some() { "    " } else { "" };
        table.push_str(&format!(
            "{indent}{}: {} {}\n",
            place.name,
            law.residence(Some(place.code), later()).regime_name,
            place.code
        ));
        for text in [place.code, place.name] {
            assert_eq!(law.residence(Some(text), later()).declared, Declared::Known(place), "{text}");
        }
    }
    expect_test::expect_file!["places.txt"].assert_eq(&table);
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let cases = [
        (problem("[residence.KR_PIPA]", "KR_PIPA", "KP"), "[residence.KP]: there is no regime KP"),
        (problem("[residence.KR_PIPA]", "KR_PIPA", "META_CALLBACK"), "nobody comes under it by where they live"),
        (
            problem(
                "[residence.KR_PIPA]",
                "KR = [\"South Korea\", \"Republic of Korea\", \"Korea\", \"대한민국\", \"한국\"]",
                "",
            ),
            "[regime.KR_PIPA]: nobody",
        ),
        (problem("[residence.KR_PIPA]", "KR =", "AU ="), "[residence.KR_PIPA]: `AU` of AU is also a name of AU"),
        (
            problem("[residence.KR_PIPA]", "\"Korea\"", "\"brazil.\""),
            "[residence.KR_PIPA]: `brazil.` of KR is also a name of BR",
        ),
        (problem("[residence.KR_PIPA]", "\"Korea\"", "\"at\""), "`at` of KR is also a name of AT"),
        (problem("[residence.KR_PIPA]", "\"Korea\"", "\" \""), "` ` of KR is no name"),
        (problem("[residence.KR_PIPA]", "KR =", "kr ="), "`kr` is no code of a country"),
        (problem("[residence.KR_PIPA]", "KR =", "KOR ="), "`KOR` is no code of a country"),
        (problem("[residence.KR_PIPA]", "KR =", "KR-11 ="), "KR-11 needs its country KR"),
        (problem("[residence.IN_DPDP]", "[\"India\", \"भारत\"]", "[]"), "[residence.IN_DPDP]: IN needs a name"),
        (problem("[residence.IN_DPDP]", "[\"India\", \"भारत\"]", "\"India\""), "invalid type: string"),
        (problem("[residence.IN_DPDP]", "IN =", "BR ="), "[residence.IN_DPDP]: `BR` of BR is also a name of BR"),
        (problem("[regime.DISCONNECT]", "by_residence = false", ""), "[regime.DISCONNECT]: nobody lives under it"),
        (problem("[state_letters]", "AU =", "NZ ="), "[state_letters.NZ]: there is no such country"),
        (problem("[state_letters]", "AU =", "CA ="), "[state_letters.CA]: CA-AB is a place of its own"),
        (problem("[state_letters]", "\"NT\"", "\"nt\""), "[state_letters.AU]: `nt` is not two capital letters"),
        (
            problem("[state_letters]", "\"NT\"", "\"SA\""),
            "[state_letters.AU]: `SA` is not two capital letters, or stands",
        ),
        (problem("[zones]", "PT = ", "PX = "), "[zones]: PX is no place of the file"),
        (
            problem("[zones]", "Atlantic/Azores", "Atlantic/Nowhere"),
            "[zones]: PT: unknown time zone `Atlantic/Nowhere`",
        ),
        (problem("[rights]", "fallback = \"UNKNOWN\"", "fallback = \"NOBODY\""), "[rights]: there is no regime NOBODY"),
        (
            problem("[rights]", "fallback = \"UNKNOWN\"", "fallback = \"EU_GDPR\""),
            "[rights]: EU_GDPR has no deadline for opt-out",
        ),
        (problem("[rights]", "source = \"choice", "sauce = \"choice"), "unknown field `sauce`"),
    ];
    for (problem, expected) in cases {
        assert!(problem.contains(expected), "{expected}: {problem}");
    }
}

#[test]
fn a_file_without_its_fallback_is_not_used() {
    let mut model = law().model().clone();
    model.rights.fallback = "NOBODY".to_owned();
    assert_eq!(Law::new(model).unwrap_err().to_string(), "law.toml, [rights]: there is no regime NOBODY");
}

#[test]
fn an_address_names_its_place_and_what_is_doubtful_is_unknown() {
    let law = law();
    for (text, expected) in [
        ("California, USA", "CA_CCPA US-CA"),
        ("United States, California", "CA_CCPA US-CA"),
        ("San Francisco, California, United States", "CA_CCPA US-CA"),
        ("California (USA)", "CA_CCPA US-CA"),
        ("california usa", "CA_CCPA US-CA"),
        ("Texas, USA", "US_TX US-TX"),
        ("Paris, Texas", "US_TX US-TX"),
        ("Quebec, Canada", "CA_QC_LAW25 CA-QC"),
        ("Canada, Québec", "CA_QC_LAW25 CA-QC"),
        ("Montréal, QC, Canada", "CA_QC_LAW25 CA-QC"),
        ("Montréal, QC", "CA_QC_LAW25 CA-QC"),
        ("Montréal, QC H2X 1Y4", "CA_QC_LAW25 CA-QC"),
        ("Toronto, ON, CA", "CA_PIPEDA CA-ON"),
        ("San Francisco, CA, USA", "CA_CCPA US-CA"),
        ("San Francisco, Ca., U.S.A.", "CA_CCPA US-CA"),
        ("San Francisco, CA 94105", "CA_CCPA US-CA"),
        ("Wilmington, DE 19801-1234", "US_DE US-DE"),
        ("Austin, TX", "US_TX US-TX"),
        ("Austin, tx, us", "US_TX US-TX"),
        ("New York, NY", "UNKNOWN US-NY"),
        ("Berlin, DE, Germany", "EU_GDPR DE"),
        ("Paris, FR", "EU_GDPR FR"),
        ("Paris (FR)", "EU_GDPR FR"),
        ("London, UK", "UK_GDPR GB"),
        ("São Paulo, SP, Brazil", "BR_LGPD BR"),
        ("Curitiba (PR), Brasil", "BR_LGPD BR"),
        ("Mumbai, MH, India", "IN_DPDP IN"),
        // Two letters that are two places, and nothing that tells which.
        ("San Francisco, CA", "UNKNOWN -"),
        ("Wilmington, DE", "UNKNOWN -"),
        ("Billings, MT", "UNKNOWN -"),
        ("Chennai, TN", "UNKNOWN -"),
        ("Perth, WA", "UNKNOWN -"),
        ("Darwin, NT", "UNKNOWN -"),
        // Two states: somewhere in the one country.
        ("Delaware, OH", "UNKNOWN US"),
        ("Texas / California", "UNKNOWN US"),
        ("England, Scotland", "UK_GDPR GB"),
        ("Berlin, Germany", "EU_GDPR DE"),
        ("Deutschland", "EU_GDPR DE"),
        ("Wien, Österreich", "EU_GDPR AT"),
        ("Montana, Bulgaria", "EU_GDPR BG"),
        ("Edinburgh, Scotland, UK", "UK_GDPR GB-SCT"),
        ("Germany / India", "UNKNOWN -"),
        // Names within names are other places.
        ("New South Wales", "UNKNOWN -"),
        ("West Virginia", "UNKNOWN US-WV"),
        ("North Korea", "UNKNOWN -"),
        ("New South Wales, Australia", "AU_APP12 AU"),
        ("Georgia, USA", "UNKNOWN US-GA"),
        ("not in Germany", "UNKNOWN -"),
        (",,;", "UNKNOWN -"),
    ] {
        assert_eq!(found(&law, text), expected, "{text}");
    }
}

#[test]
fn letters_yield_to_a_country_in_full_and_those_of_a_state_without_a_law_say_nothing_alone() {
    let law = law();
    for (text, expected) in [
        // A country in full beside the letters settles it, though they are another country.
        ("Parma, PR, Italy", "EU_GDPR IT"),
        ("Chieti (CH), Italia", "EU_GDPR IT"),
        ("Bern, BE, Switzerland", "CH_FADP CH"),
        ("Switzerland, Luzern, LU", "CH_FADP CH"),
        ("Montana, BG", "EU_GDPR BG"),
        // Two letters that are a state somewhere, and a province or a country elsewhere.
        ("São Paulo, SP", "UNKNOWN -"),
        ("Torino, TO", "UNKNOWN -"),
        ("Parma (PR)", "UNKNOWN -"),
        ("San Juan, PR", "UNKNOWN -"),
        ("Belgrade, RS", "UNKNOWN -"),
        ("Germany, India, PR", "UNKNOWN -"),
    ] {
        assert_eq!(found(&law, text), expected, "{text}");
    }
}

/// The DPDP Rules apply from 13 May 2027 on, by the calendar of India.
#[test]
fn a_law_that_is_not_in_force_yet_is_none() {
    let law = law();
    for (at, expected) in [
        ("2026-01-31T12:00:00Z", "UNKNOWN"),
        ("2027-05-12T18:29:59Z", "UNKNOWN"),
        ("2027-05-12T18:30:00Z", "IN_DPDP"),
        ("2027-06-01T00:00:00Z", "IN_DPDP"),
    ] {
        let residence = law.residence(Some("Mumbai, India"), at.parse().unwrap());
        assert_eq!(residence.regime_name, expected, "{at}");
        assert!(matches!(residence.declared, Declared::Known(place) if place.code == "IN"), "{at}");
        assert_eq!(residence.regime.title, law.model().regime[expected].title);
        assert_eq!(law.residence(Some("Germany"), at.parse().unwrap()).regime_name, "EU_GDPR", "{at}");
    }
}
