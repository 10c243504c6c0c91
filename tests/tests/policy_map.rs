//! What the data map must say of attributes, of clocks that meet, and of our own records: each mistake is refused with its
//! place.

use privacy::data_map::DataMap;
use privacy::law::Law;
use privacy::policy::model::Model;
use privacy::policy::{Ends, Route};
use privacy_tests::mistakes::{SHIPPED, problem, with};

const ENDS: &str = "clock = { anchor = \"disconnected_at\", ceiling = \"P30D\" }";
const ROLLS: &str = "clock = { anchor = \"occurred_at\", ceiling = \"P30D\" }";

/// Section, what stands there, what is written instead, and the problem named.
const MISTAKES: [(&str, &str, &str, &str); 84] = [
    ("class.signals", "attributes = [", "no = [", "unknown field `no`"),
    ("class.scores", "redact = [\"other-people\"]\n", "", "missing field `redact`"),
    (
        "class.account-keys",
        "attributes = [\"tenant_id\", \"secret\", \"written_at\"]\n",
        "",
        "[class.account-keys]: `attributes` must",
    ),
    (
        "class.account-keys",
        "\"secret\", \"written_at\"]",
        "\"sk\", \"written_at\"]",
        "[class.account-keys]: attribute `sk` is named like a key",
    ),
    (
        "class.account-keys",
        "\"secret\", \"written_at\"]",
        "\"pk\", \"written_at\"]",
        "attribute `pk` is named like a key",
    ),
    (
        "class.account-keys",
        "\"secret\", \"written_at\"]",
        "\"tenant_id\", \"written_at\"]",
        "attribute `tenant_id` is named twice",
    ),
    ("class.account-keys", "\"secret\", \"written_at\"]", "\"\", \"written_at\"]", "attribute `` is no name"),
    ("class.account-keys", "\"secret\", \"written_at\"]", "\"a key\", \"written_at\"]", "attribute `a key` is no name"),
    ("class.avatars", "redact = []\n", "redact = []\nattributes = [\"x\"]\n", "[class.avatars]: objects have no"),
    (
        "class.signals",
        "key = \"contact#{contact}#",
        "key = \"signal#{contact}#",
        "[class.signals]: its key does not begin",
    ),
    ("class.avatars", "/{contact}/avatar", "/avatar/{contact}", "[class.avatars]: its key does not begin"),
    ("class.conversation-files", "key = \"{tenant}/", "key = \"all/{tenant}/", "it needs a scan"),
    (
        "class.account-users",
        "scope = [\"tenant\", \"user\"]",
        "scope = [\"tenant\", \"user\", \"contact\"]",
        "names a contact, and its store has no key range for one: it needs a scan",
    ),
    (
        "class.conversation-profiles",
        "scope = [\"tenant\", \"contact\"]",
        "scope = [\"tenant\", \"contact\", \"user\"]",
        "names a user, and its store has no key range for one: it needs a scan",
    ),
    (
        "class.account-users",
        "scope = [\"tenant\", \"user\"]",
        "scope = [\"tenant\"]",
        "[class.account-users]: its key lies in the range of a user, which its scope does not name",
    ),
    (
        "class.account-users",
        "key = \"user#{user}#profile\"",
        "key = \"people#{user}\"",
        "its key does not begin with `user#{user}#`",
    ),
    (
        "store.accounts",
        "\"user#{user}#\"",
        "\"user#{user}\"",
        "[store.accounts]: `begins_with` must not end with a placeholder",
    ),
    ("store.inbox", "\"contact#{contact}#\"", "\"contact#{contact}\"", "[store.inbox]: `begins_with` must not end"),
    (
        "store.files",
        "\"{tenant}/{contact}/\"",
        "\"{tenant}/{contact}\"",
        "[store.files]: a table's range needs `partition`",
    ),
    ("store.accounts", "\"user#{user}#\"", "\"user#\"", "[store.accounts]: a range must name [\"tenant\", \"user\"]"),
    (
        "store.conversations",
        "tenant = { partition = \"{tenant}\" }\n",
        "",
        "[store.conversations]: the range of one person needs the range around it",
    ),
    (
        "class.scores",
        ENDS,
        "clock = { anchor = \"disconnected_at\", ceiling = \"P20D\" }",
        "[promise.disconnect] does: two clocks",
    ),
    (
        "class.account-users",
        "floor = \"P30D\", ceiling = \"P31D\"",
        "floor = \"P30D\", ceiling = \"P30D\"",
        "begins before its floor or ends after",
    ),
    (
        "class.account-users",
        "floor = \"P30D\", ceiling = \"P31D\"",
        "floor = \"P32D\", ceiling = \"P40D\"",
        "begins before its floor or ends after",
    ),
    ("class.scores", ENDS, ROLLS, "[class.scores]: nothing runs its clock"),
    (
        "class.scores",
        ENDS,
        "clock = { anchor = \"occurred_at\", floor = \"P1D\" }",
        "[class.scores]: nothing runs its clock",
    ),
    (
        "class.account-keys",
        "anchor = \"terminated_at\", floor = \"P30D\", ceiling = \"P31D\"",
        "anchor = \"disconnected_at\", ceiling = \"P31D\"",
        "[class.account-keys]: nothing runs its clock",
    ),
    (
        "class.scores",
        ENDS,
        "clock = { anchor = \"disconnected_at\", floor = \"P4D\", ceiling = \"P30D\" }",
        "[class.scores]: a disconnect erases it at once, before its floor",
    ),
    (
        "class.scores",
        ENDS,
        "clock = { anchor = \"occurred_at\", ceiling = \"P30D\" }\npurge_lead = \"P3D\"",
        "unknown field `purge_lead`",
    ),
    ("class.scores", "redact = []\n", "redact = []\nalarm_before = \"P1D\"\n", "unknown field `alarm_before`"),
    (
        "class.scores",
        ENDS,
        "clock = { anchor = \"disconnected_at\", ceiling = \"P30D\" }\nplatform_limit = { within = \"P10D\", source = \"terms\" }",
        "unknown field `platform_limit`",
    ),
    (
        "class.member-profiles.purge",
        "platform = \"linkedin\"",
        "platform = \"linkdin\"",
        "[class.member-profiles]: [platform] does not describe `linkdin`",
    ),
    (
        "termination.phase.linkedin",
        "platforms = [\"linkedin\"]",
        "platforms = [\"linkdin\"]",
        "[termination.phase.linkedin]: [platform] does not describe `linkdin`",
    ),
    (
        "termination.phase.linkedin",
        "within = \"P10D\"",
        "within = \"P11D\"",
        "[platform.linkedin]: the phase `LinkedIn data` ends later than its terms allow",
    ),
    ("platform.linkedin", "\"P10D\"", "\"P31D\"", "[platform.linkedin]: its limit says nothing"),
    ("platform.meta", "terms = \"", "terms = \"\" # ", "[platform.meta]: a title, what its terms say and their source"),
    (
        "class.sources",
        "erase = \"source\"",
        "erase = \"delete\"",
        "[class.sources]: `erase = \"source\"` and `shared` go",
    ),
    (
        "class.scores",
        "erase = \"delete\"",
        "erase = \"source\"",
        "[class.scores]: `erase = \"source\"` and `shared` go",
    ),
    ("class.avatars", "erase = \"delete-all-versions\"", "erase = \"source\"", "[class.avatars]: `erase` does not fit"),
    ("class.sources.shared", "store = \"people\"", "store = \"inbox\"", "[class.people]: nothing runs its clock"),
    ("class.sources.shared", "partition = \"people#", "partition = \"persons#", "must lie in the tenant's range"),
    ("class.sources.shared", "sort = \"person#", "sort = \"someone#", "no record class has the key"),
    ("class.sources.shared", "total = \"total\"", "total = \"sum\"", "has no attribute `sum`"),
    ("class.people", "\"sources\", ", "", "has no attribute `sources`"),
    (
        "class.sources.shared",
        "source = \"{connection}#{contact}\"",
        "source = \"{connection}\"",
        "tells its pointers apart",
    ),
    (
        "class.sources.shared",
        "source = \"{connection}#{contact}\"",
        "source = \"{contact}\"",
        "tells its pointers apart",
    ),
    (
        "promise.disconnect",
        "within = \"P30D\"\n",
        "",
        "`within`, `work_within` and `time_zone` of a promise go together",
    ),
    (
        "promise.disconnect",
        "within = \"P30D\"\nwork_within = \"P3D\"\nalarm_before = \"P5D\"\ntime_zone = \"UTC\"\n",
        "alarm_before = \"P5D\"\n",
        "[promise.disconnect]: its last day is counted",
    ),
    (
        "promise.subject-request",
        "alarm_before",
        "within = \"P30D\"\nwork_within = \"P3D\"\ntime_zone = \"UTC\"\nalarm_before",
        "[promise.subject-request]: each request brings the last day",
    ),
    ("promise.subject-request", "\"P7D\"", "\"P0D\"", "[promise.subject-request]: `alarm_before` is not a span"),
    ("promise.subject-request", "[promise.subject-request]", "[promise.subject-requests]", "unknown variant"),
    ("class.billing-records.retained", "LEGAL_OBLIGATION", "BECAUSE", "unknown variant `BECAUSE`"),
    (
        "class.billing-records.retained",
        "reason = \"",
        "reason = \"\" # ",
        "[class.billing-records]: `retained` needs a reason",
    ),
    (
        "class.billing-records.retained",
        "source = \"",
        "source = \"\" # ",
        "[class.billing-records]: `retained` needs a reason",
    ),
    (
        "class.billing-records.retained",
        "[\"subject-request\"]",
        "[]",
        "[class.billing-records]: `retained` needs a reason",
    ),
    ("class.billing-records.retained", "of = \"user\"", "of = \"robot\"", "unknown variant `robot`"),
    (
        "class.account-profile",
        "redact = []\n",
        "redact = []\nretained = { code = \"SECURITY\", reason = \"r\", source = \"s\", routes = [\"subject-request\"] }\n",
        "[class.account-profile]: requests erase what is in its store",
    ),
    ("own.requests", "floor = \"P24M\"", "floor = \"P12M\"", "[own.requests]: its floor is not what [kept.requests]"),
    ("own.requests", "ceiling = \"P25M\"", "ceiling = \"P23M\"", "[own.requests]: its clock must be kept longer"),
    (
        "own.contact-data",
        "ceiling = \"P97D\"",
        "ceiling = \"P25M\"",
        "[own.contact-data]: it must be gone before its request",
    ),
    ("own.contact-data", "erase = \"scrub\"", "erase = \"delete\"", "[own.contact-data]: `erase` does not fit"),
    ("own.holds", "erase = \"delete\"", "erase = \"scrub\"", "[own.holds]: `erase` does not fit"),
    ("own.suppression", "kept = \"suppression\"\n", "", "[kept.suppression]: no record of [own]"),
    (
        "own.finders",
        "\"with-erasure\"",
        "\"sweep\"",
        "[own.finders]: the sweeper knows `requests`, `contact-data` and `holds` only",
    ),
    ("own.requests", "alarm_before = \"P7D\"\n", "", "[own.requests]: `purge_lead` and `alarm_before` are both needed"),
    ("own.reports", ", ceiling = \"P25M\"", "", "[own.reports]: a lifecycle rule ends objects"),
    ("own.finders", "\"with-erasure\"", "\"stays\"", "[own.finders]: what stays has no ceiling"),
    ("own.finders", "store = \"connections\"\n", "", "[own.finders]: a store needs rows"),
    ("own.finders", "store = \"connections\"", "store = \"media\"", "[own.finders]: its rows are not of the kind"),
    ("own.finders", "attributes = [\"tenant_id\", ", "attributes = [\"sk\", ", "attribute `sk` is named like a key"),
    (
        "own.receipts",
        "key = \"receipts/{chain}",
        "key = \"{chain}",
        "does not begin with a fixed prefix: it needs a scan",
    ),
    ("own.requests", "scope = [\"person\", ", "scope = [", "[own.requests]: its scope"),
    ("own.holds", ", \"user\"]", "]", "[own.holds]: its rows name a user, which its scope does not"),
    ("own.receipts", "scope = [\"nobody\"]", "scope = []", "[own.receipts]: its scope"),
    ("own.receipts", "scope = [\"nobody\"]", "scope = [\"nobody\", \"tenant\"]", "[own.receipts]: its scope"),
    ("own.reports", "erase = \"delete-all-versions\"", "erase = \"delete\"", "[own.reports]: `erase` does not fit"),
    ("own.holds", "erase = \"delete\"", "erase = \"never\"", "[own.holds]: `erase` does not fit"),
    (
        "class.scores",
        "redact = [\"other-people\"]",
        "redact = []",
        "[class.scores]: a bundle shows its rows, and nothing takes",
    ),
    (
        "class.account-users",
        "shown_whole = \"",
        "shown_whole = \" \" # ",
        "[class.account-users]: a bundle shows its rows",
    ),
    (
        "class.payloads",
        "redact = []",
        "redact = []\nshown_whole = \"so\"",
        "[class.payloads]: `shown_whole` is for rows",
    ),
    ("own.suppression", "redact = [\"references\"]\n", "", "missing field `redact`"),
    ("own.suppression", "export = \"type-only\"\n", "", "missing field `export`"),
    (
        "own.verification",
        "purge = \"closing\"",
        "purge = \"lifecycle\"",
        "[own.verification]: a lifecycle rule ends objects",
    ),
    (
        "own.verification",
        "source = \"CCPA",
        "source = \"\" # ",
        "[own.verification]: title, legal basis and the source",
    ),
];

#[test]
fn each_mistake_in_the_map_is_named_with_its_place() {
    assert_eq!(problem(SHIPPED), None);
    let missed = MISTAKES.into_iter().filter_map(|(section, from, to, expected)| {
        let problem = problem(&with(section, from, to)).unwrap_or_else(|| "nothing".to_owned());
        (!problem.contains(expected)).then(|| format!("expected `{expected}`, got: {problem}"))
    });
    assert_eq!(missed.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_class_ends_with_the_promise_or_the_phase_that_runs_its_clock() {
    let model: Model = toml::from_str(SHIPPED).unwrap();
    let ends = |class: &str| Ends::effective(&model.class[class], &model);
    let days = |span: Option<jiff::Span>| span.map(|span| span.get_days());
    let disconnected = ends("signals");
    assert_eq!((days(disconnected.last_day), days(disconnected.purge_lead)), (Some(30), Some(30)), "worked at once");
    let talks = ends("conversation-messages");
    let talks = (days(talks.floor), days(talks.last_day), days(talks.purge_lead), days(talks.alarm_before));
    assert_eq!(talks, (Some(30), Some(90), Some(59), Some(15)));
}

/// The law file has them too, for whoever counts dates by `due-dates`: each period stands in both files, and is the same.
#[test]
fn the_law_file_and_the_policy_file_name_the_same_periods() {
    let (law, model) = (Law::built_in().unwrap(), toml::from_str::<Model>(SHIPPED).unwrap());
    let of_law = |name: &str| {
        let rule = law.own_rule(name, false).unwrap().to_string();
        let (unit, count) = rule.split(' ').next().unwrap().split_once(':').unwrap();
        match unit {
            "hours" => format!("PT{count}H"),
            "days" => format!("P{count}D"),
            "months" => format!("P{count}M"),
            "years" => format!("P{count}Y"),
            _ => panic!("{rule}"),
        }
    };
    let clock = |class: &str| &model.class[class].clock;
    let phase = &model.termination.phase["conversations"];
    let alarm_on = phase.within.checked_sub((phase.alarm_before, jiff::SpanRelativeTo::days_are_24_hours())).unwrap();
    let promised = |route| model.promise[&route].counted.as_ref().map(|counted| counted.within);
    let periods = [
        ("POLICY_ACCOUNT", clock("account-profile").floor),
        ("POLICY_CONVERSATION", Some(phase.within)),
        ("POLICY_CONVERSATION", clock("conversation-messages").ceiling),
        ("POLICY_CONVERSATION_ALARM", Some(alarm_on)),
        ("POLICY_BILLING", clock("billing-records").floor),
        ("POLICY_SECLOG", clock("security-logs").ceiling),
        ("LINKEDIN_PROFILE", clock("member-profiles").ceiling),
        ("LINKEDIN_SOCIAL", clock("member-activity").ceiling),
        ("LINKEDIN_DELETE", model.platform["linkedin"].erase_within),
        ("CA_CCPA_RECORDS", model.own["requests"].clock.floor),
        ("META_CALLBACK", promised(Route::MetaDataDeletion)),
        ("DISCONNECT", promised(Route::Disconnect)),
    ];
    for (name, of_policy) in periods {
        let of_policy = of_policy.unwrap_or_else(|| panic!("{name}: the policy has none"));
        assert_eq!(of_law(name), of_policy.to_string(), "{name}");
    }
}

/// A cold start reads it: what only checks and documents need does not grow it.
#[test]
fn functions_carry_the_attributes_that_exports_show_and_no_rows_of_our_own() {
    let whole: Model = toml::from_str(SHIPPED).unwrap();
    let carried = DataMap::built_in().unwrap();
    let ending: Vec<_> = carried.model().own.iter().map(|(name, own)| (name.as_str(), own.rows.len())).collect();
    assert_eq!(
        ending,
        [
            ("account-exports", 0),
            ("contact-data", 0),
            ("exports", 0),
            ("flags", 0),
            ("holds", 0),
            ("limits", 0),
            ("replays", 0),
            ("requests", 0),
            ("suppression", 0)
        ],
        "what the sweeper purges and what expires, and none of their rows"
    );
    assert!(whole.own.len() > ending.len() && whole.own.values().any(|own| !own.rows.is_empty()));
    assert!(carried.model().class.values().any(|class| !class.attributes.is_empty()));
    assert_eq!(carried.model().class.len(), whole.class.len());
}
