//! What makes a policy file build, and what must not: the shipped one, one of another company, and each mistake.

use privacy::data_map::{DataMap, KeyRange, UNCLASSIFIED};
use privacy::policy::model::Model;
use privacy::policy::validate::validate;
use privacy::scope::Place;
use privacy_tests::mistakes::{SHIPPED, problem, with};

fn place(contact: Option<&str>) -> Place {
    privacy::memory::place("alder", "c1", contact)
}

#[test]
fn the_shipped_policy_is_valid() {
    assert_eq!(problem(SHIPPED), None);
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let cases = [
        (with("class.signals", "erase = \"delete\"\n", ""), "missing field `erase`"),
        (with("promise.disconnect", "sentence = ", "title2 = "), "unknown field `title2`"),
        (with("promise.disconnect", "policy = \"13.4\"", "policy = \"\""), "[promise.disconnect]: a policy section"),
        (
            with(
                "termination.phase.account",
                "Account data is retained for the duration of the subscription plus 30 days after termination to allow export.",
                "",
            ),
            "[termination.phase.account]: the sentence of the policy",
        ),
        (with("class.signals", "export = \"include\"\n", ""), "missing field `export`"),
        (
            with("class.signals", "names = [\"author_name\"", "names = [\"writer\""),
            "[class.signals]: `names` has `writer`, which is none of its attributes",
        ),
        (
            with("class.signals", "agents = [\"agent_id\"", "agents = [\"author_name\""),
            "[class.signals]: `agents` has `author_name`, which is none of its attributes, or one of `names`",
        ),
        (with("own.exports", "ceiling = \"P14D\"", "floor = \"P14D\""), "[own.exports]:"),
        (
            with(
                "class.signals",
                "clock = { anchor = \"disconnected_at\", ceiling = \"P30D\" }",
                "clock = { anchor = \"disconnected_at\" }",
            ),
            "[class.signals]: its clock has neither",
        ),
        (
            with("class.signals", "ceiling = \"P30D\" }", "floor = \"P7D\", ceiling = \"P1D\" }"),
            "[class.signals]: its clock must be kept longer",
        ),
        (
            with(
                "class.security-logs",
                "sentence = \"Security logs are retained for up to 12 months.\"",
                "sentence = \" \"",
            ),
            "[class.security-logs]: `sentence` says nothing",
        ),
        (
            with("class.signals", "erase = \"delete\"", "erase = \"delete\"\nsentence = \"It goes.\""),
            "[class.signals]: `sentence` is for what goes by its date",
        ),
        (
            with("class.signals", "store = \"inbox\"", "store = \"nowhere\""),
            "[class.signals]: its store is not described",
        ),
        (
            with("class.signals", "erase = \"delete\"", "erase = \"delete-all-versions\""),
            "[class.signals]: `erase` does not fit",
        ),
        (with("class.signals", "{contact}#signal", "{contact}{more}#signal"), "two placeholders touch"),
        (with("class.signals", "scope = [\"tenant\", ", "scope = ["), "[class.signals]: its scope must begin"),
        (
            with("class.signals", "ceiling_per_request = 1_000_000", "ceiling_per_request = 0"),
            "[class.signals]: `ceiling_per_request`",
        ),
        (
            with("class.signals", "basis = \"contract with the tenant (policy section 4)\"", "basis = \"\""),
            "[class.signals]: title, policy section and legal basis",
        ),
        (
            with("store.inbox", "partition = \"{tenant}#{connection}\" }", "partition = \"{connection}\" }"),
            "[store.inbox]: a range must name",
        ),
        (
            with("store.inbox", "partition = \"{tenant}#{connection}\" }", "prefix = \"{tenant}/{connection}/\" }"),
            "[store.inbox]: a table's range",
        ),
        (
            with("store.media", "prefix = \"{tenant}/{connection}/\" }", "prefix = \"{tenant}/{connection}\" }"),
            "[store.media]: a table's range",
        ),
        (with("store.connections", "identities = true\n", ""), "[store]: exactly one store"),
        (
            with("promise.meta-data-deletion", "work_within = \"P3D\"", "work_within = \"P40D\""),
            "[promise.meta-data-deletion]: `work_within`",
        ),
        (
            with("promise.meta-data-deletion", "time_zone = \"UTC\"", "time_zone = \"Europe/Berlin\""),
            "[promise.meta-data-deletion]: platform promises",
        ),
        (
            with("second_looks", "[\"PT15M\", \"P7D\", \"P30D\"]", "[\"P7D\", \"PT15M\"]"),
            "[second_looks]: `after` must ascend",
        ),
        (with("second_looks", "[\"PT15M\", \"P7D\", \"P30D\"]", "[]"), "[second_looks]: `after` must ascend"),
        (
            format!(
                "{SHIPPED}\n[store.attic]\nkind = \"table\"\nconnection = {{ partition = \"{{tenant}}#{{connection}}\" }}\n"
            ),
            "[store.attic]: no record class lives in it",
        ),
        (
            SHIPPED.replace("[store.people]", "[store.limits]").replace("store = \"people\"", "store = \"limits\""),
            "[store.limits]: a table or bucket of ours has that name",
        ),
        (with("termination", "window = \"account\"", "window = \"attic\""), "[termination]: `window` names no phase"),
        (
            with("termination.phase.linkedin", "\"media\", ", ""),
            "[termination.phase.linkedin]: it must empty every store of a connection",
        ),
        (
            with("termination.phase.linkedin", "\"inbox\"", "\"attic\""),
            "[termination.phase.linkedin]: one of its stores is not described",
        ),
        (
            with("termination.phase.linkedin", "\"inbox\"", "\"accounts\""),
            "[termination.phase.linkedin]: its stores must all belong",
        ),
        (
            with("termination.phase.linkedin", "platforms = [\"linkedin\"]\n", ""),
            "exactly one phase of [termination] without `platforms`",
        ),
        (
            with("termination.phase.account", "stores = [\"accounts\"]", "stores = [\"conversations\"]"),
            "[store.accounts]: exactly one phase",
        ),
        (
            with("termination.phase.conversations", "within = \"P90D\"", "within = \"P30D\""),
            "[termination.phase.conversations]: it must begin",
        ),
        (
            with("class.account-users", "scope = [\"tenant\", \"user\"]", "scope = [\"user\"]"),
            "[class.account-users]: its scope must begin with tenant",
        ),
        (
            with("class.page-reports", "ceiling_per_request = 1_000_000\n", "")
                .replace("\"social\"\nkey = \"report", "\"billing\"\nkey = \"report"),
            "[store.billing]: a partition of a period holds one class",
        ),
        (format!("{SHIPPED}\n[surprise]\nx = 1\n"), "unknown field `surprise`"),
    ];
    let of_periods = PERIOD_MISTAKES.map(|(section, from, to, expected)| (with(section, from, to), expected));
    for (text, expected) in cases.into_iter().chain(of_periods) {
        let problem = problem(&text).unwrap_or_else(|| panic!("accepted; expected: {expected}"));
        assert!(problem.contains(expected), "expected `{expected}`, got: {problem}");
    }
}

/// A mistake in what goes by its date: section, what stands there, what is written instead, and the problem named.
const PERIOD_MISTAKES: [(&str, &str, &str, &str); 22] = [
    ("store.billing", "billing#{day}#{shard}", "billing#{shard}", "[store.billing]: `period.partition` needs {hour}"),
    ("store.billing", "billing#{day}#{shard}", "billing#{day}", "[store.billing]: `period.partition` needs {hour}"),
    ("store.billing", "billing#{day}#{shard}", "{tenant}#{day}#{shard}", "`period.partition` needs {hour}"),
    ("store.billing", "partition = ", "registry = ", "[store.billing]: `period` needs a `partition`"),
    ("store.billing", "shards = 2", "shards = 0", "[store.billing]: `shards`"),
    ("store.billing", "period = {", "# period = {", "[store.billing]: no key range: it could only be found by a scan"),
    ("store.social", "period = {", "# period = {", "`purge` needs a store with `period`"),
    ("store.social", "due#{class}#{period}", "due#{period}", "`period.registry` needs {class}, {period} and {shard}"),
    ("class.member-activity", "activity#{hour}", "member#{hour}", "two of its classes begin with the same text"),
    ("class.member-profiles", "member#{hour}#", "member#", "its key must begin with a name and then {hour}"),
    ("class.security-logs", "{tenant}#{instant}", "{event}#{instant}", "its key must begin with {tenant}"),
    ("class.security-logs", "\"P12M\"", "\"P1D\"", "[class.security-logs]: `purge.lead` is longer"),
    ("class.security-logs", "\"P12M\"", "\"PT36H\"", "cannot end after hours"),
    ("class.security-logs.purge", "alarm_after = \"PT12H\"", "alarm_after = \"P2D\"", "it would ring after the limit"),
    ("class.security-logs", "recorded_at", "disconnected_at", "its anchor is `recorded_at`"),
    ("class.security-logs.purge", "since = \"2024-01-01\"\n", "", "missing field `since`"),
    ("class.security-logs.purge", "ceiling_per_run = 200_000", "ceiling_per_run = 0", "would halt every run"),
    ("class.member-profiles", "ceiling = \"PT24H\"", "ceiling = \"PT25H\"", "the shortest wins"),
    ("class.member-profiles.purge", "lead = \"PT3H\"", "lead = \"PT24H\"", "`purge.lead` is longer"),
    ("class.billing-records", "ceiling = \"P7Y\"", "ceiling = \"P6Y\"", "must be kept longer than it may be kept"),
    ("class.billing-records", "recorded_at\"", "fiscal_year_end\", fiscal_year_ends = \"12-32\"", "as MM-DD"),
    ("class.billing-records", "redact = []", "redact = []\nceiling_per_request = 1", "no request reaches it"),
];

/// A mistake in a processor: section, what stands there, what is written instead, and the problem named.
const PROCESSOR_MISTAKES: [(&str, &str, &str, &str); 57] = [
    ("processor.hosting", "title = \"Hosting", "title = \"\" #", "[processor.hosting]: title and policy section"),
    ("processor.hosting", "\"contacts\", ", "\"kontacts\", ", "[processor.hosting]: record class `kontacts`"),
    ("processor.hosting", "\"meta-deauthorize\"", "\"carrier-pigeon\"", "carrier-pigeon"),
    ("processor.hosting.settle", "kind = \"own-infrastructure\"", "kind = \"trust\"", "unknown variant `trust`"),
    ("processor.hosting.settle", "reason = ", "because = ", "unknown field `because`"),
    ("processor.anthropic.settle", "after = \"P30D\"\n", "", "missing field `after`"),
    ("processor.anthropic.settle", "\"P30D\"", "\"P0D\"", "[processor.anthropic]: `after` is not a span"),
    ("processor.anthropic.settle", "\"P30D\"", "\"-P30D\"", "[processor.anthropic]: `after` is not a span"),
    ("processor.anthropic.settle", "\"P30D\"", "\"PT36H\"", "[processor.anthropic]: `after` is counted in days"),
    ("processor.anthropic.settle", "source = \"its", "source = \"\" # ", "`source` is empty"),
    (
        "processor.crm",
        "\"meta-deauthorize\", ",
        "\"disconnect\", ",
        "[processor.crm]: on `disconnect` nobody would be asked: it needs a section for connection",
    ),
    (
        "processor.crm",
        "\"meta-deauthorize\", ",
        "\"termination\", ",
        "[processor.crm]: on `termination` nobody would be asked: it needs a section for subject or connection",
    ),
    ("processor.crm.not_asked", "\"termination\"", "\"subject-request\"", "names a route on which it is asked"),
    ("processor.crm.not_asked", "[\"disconnect\", \"termination\"]", "[]", "`not_asked` names no route"),
    ("processor.crm.not_asked", "ends = \"Each", "ends = \"\" # ", "`not_asked` needs `reason` and `ends`"),
    ("processor.posthog.settle", "parameter = \"posthog\"", "parameter = \"\"", "`parameter` is made of"),
    ("processor.posthog.settle", "[\"posthog.kazozo.com\"]", "[]", "no host is allowed"),
    ("processor.posthog.settle", "posthog.kazozo.com", "localhost", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "169.254.169.254", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "posthog.internal", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "Posthog.kazozo.com", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "posthog.kazozo.com.", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "xn--psthog-6za.kazozo.com", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "pösthog.kazozo.com", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "user@posthog.kazozo.com", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "posthog.kazozo.com:8443", "not a public host name"),
    ("processor.posthog.settle", "posthog.kazozo.com", "*.kazozo.com", "not a public host name"),
    (
        "processor.posthog.settle",
        "accept = \"application/json\"",
        "host = \"elsewhere\"",
        "header `host` cannot be sent",
    ),
    (
        "processor.posthog.settle",
        "accept = \"application/json\"",
        "accept = \"a\\r\\nb: c\"",
        "header `accept` cannot be sent",
    ),
    (
        "processor.posthog.settle",
        "accept = \"application/json\"",
        "accept = \"{subject}\"",
        "`headers` are sent as they are",
    ),
    ("processor.posthog.settle", "{ authorization = \"Bearer {secret}\" }", "{}", "no `secret_headers`"),
    ("processor.posthog.settle", "Bearer {secret}", "Bearer phx_abc", "must hold `{secret}` once"),
    ("processor.posthog.settle", "Bearer {secret}", "{secret} {subject}", "must hold `{secret}` once"),
    ("processor.posthog.settle", "confirm_after = \"PT1H\"", "confirm_after = \"P11D\"", "shorter than `alarm_after`"),
    ("processor.posthog.settle", "alarm_after = \"P10D\"", "alarm_after = \"P1M\"", "counted in days or less"),
    ("processor.posthog.settle", "within = \"P17D\"", "within = \"P10D\"", "leaves no day until `within`"),
    ("processor.posthog.settle", "within = \"P17D\"", "within = \"PT300H\"", "counted in whole days"),
    ("processor.posthog.settle", "within = \"P17D\"", "within = \"P1M\"", "counted in days or less"),
    ("processor.posthog.settle", "within = \"P17D\"", "", "missing field `within`"),
    ("processor.posthog.settle.subject.ask", "method = \"POST\"", "method = \"GET\"", "subject: ask: GET has no body"),
    (
        "processor.posthog.settle.subject.ask",
        "[\"{subject}\"]",
        "[\"{email}\"]",
        "`{email}` is not an opaque id of a subject",
    ),
    (
        "processor.posthog.settle.subject.ask",
        "[\"{subject}\"]",
        "[\"{tenant}\"]",
        "`{tenant}` is not an opaque id of a subject",
    ),
    ("processor.posthog.settle.subject.ask", "[\"{subject}\"]", "[\"all\"]", "so that it reaches nobody else"),
    ("processor.posthog.settle.subject.ask", "distinct_ids = ", "\"{subject}\" = ", "a placeholder cannot be a key"),
    ("processor.posthog.settle.subject.ask", "path = \"/", "path = \"//", "`path` must begin with one `/`"),
    ("processor.posthog.settle.subject.ask", "path = \"/", "path = \"@evil.example/", "`path` must begin with one `/`"),
    ("processor.posthog.settle.subject.ask", "/persons/", "/../", "`path` must begin with one `/`"),
    ("processor.posthog.settle.subject.ask", "[200, 202, 204]", "[200, 302]", "`expected` must be statuses"),
    ("processor.posthog.settle.subject.ask", "[404]", "[401]", "`nothing_there` can be"),
    (
        "processor.posthog.settle.subject.confirm",
        "[{ status = 200, pointer = \"/results\", is_empty = true }]",
        "[]",
        "`gone` is empty",
    ),
    (
        "processor.posthog.settle.subject.confirm",
        ", pointer = \"/results\", is_empty = true",
        "",
        "a bare status says gone only as",
    ),
    ("processor.posthog.settle.subject.confirm", ", is_empty = true", "", "either `equals` or `is_empty"),
    (
        "processor.payments.settle.subject.confirm",
        "{ status = 404, pointer = \"/error/code\", equals = \"resource_missing\" }",
        "{ status = 404 }",
        "a bare status says gone only as 204",
    ),
    (
        "processor.mailing.settle.subject.confirm",
        "{ status = 404, pointer = \"/code\", equals = \"document_not_found\" }",
        "{ status = 410 }",
        "a bare status says gone only as 204",
    ),
    ("processor.payments.settle.subject.ask", "method = \"DELETE\"", "method = \"GET\"", "GET erases nothing"),
    ("processor.payments.settle", "source = \"GDPR", "source = \"\" # \"", "`retains` needs reason and source"),
    ("processor.crm.settle.contact.ask", "{tenant}.{connection}.{contact}", "{contact}", "contact: ask: it must name"),
];

#[test]
fn each_mistake_in_a_processor_is_named_with_its_place() {
    for (section, from, to, expected) in PROCESSOR_MISTAKES {
        let problem = problem(&with(section, from, to)).unwrap_or_else(|| panic!("accepted; expected: {expected}"));
        assert!(problem.contains(expected), "expected `{expected}`, got: {problem}");
    }
    let shouting = SHIPPED.replace("[processor.messages", "[processor.Messages");
    assert!(problem(&shouting).unwrap().contains("[processor.Messages]: its name is made of"));
    let (head, tail) = SHIPPED.split_once("[[processor.crm.settle.contact.confirm]]").unwrap();
    assert!(!tail.contains("[["), "the CRM's query stands last");
    assert!(problem(head).unwrap().contains("missing field `confirm`"), "an ask without a query");
    let (head, _) = SHIPPED.split_once("[processor.crm.settle.contact.ask]").unwrap();
    assert!(problem(head).unwrap().contains("[processor.crm]: it can be asked about nothing"));
    let (head, _) = SHIPPED.split_once("[processor.hosting]").unwrap();
    assert!(problem(head).unwrap().contains("missing field `processor`"));
}

/// What is in a text for people, what is written there instead, and what is said of it.
const SPOKEN_MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("instructions", "{promise.disconnect}", "30 days", "[instructions.instagram]: `30 days` is typed"),
    ("instructions", "{promise.disconnect}", "thirty days", "[instructions.instagram]: `thirty days` is typed"),
    ("instructions", "{promise.disconnect}", "{promise.disconect}", "`{promise.disconect}` stands for no span"),
    ("instructions", "{promise.disconnect}", "{promise.disconnect", "a placeholder is not closed"),
    ("instructions", "{class.member-activity}", "two days", "[instructions.linkedin]: `two days` is typed"),
    ("instructions", "{platform.linkedin}", "{platform.google}", "`{platform.google}` stands for no span"),
    ("platform.meta", "after {phase.platforms}", "after day 30", "[platform.meta]: `day 30` is typed"),
    (
        "processor.payments.settle.retains",
        "{class.billing-records}",
        "7 years",
        "[processor.payments]: `7 years` is typed",
    ),
    (
        "class.billing-records.retained",
        "what was invoiced",
        "7 years of invoices",
        "[class.billing-records]: `7 years`",
    ),
    ("kept.requests", "reason = \"", "reason = \"24 months. ", "[kept.requests]: `24 months` is typed"),
];

#[test]
fn a_span_that_people_read_is_named_and_never_typed() {
    for (section, from, to, expected) in SPOKEN_MISTAKES {
        let problem = problem(&with(section, from, to)).unwrap_or_else(|| panic!("accepted; expected: {expected}"));
        assert!(problem.contains(expected), "expected `{expected}`, got: {problem}");
    }
}

/// Everything that people read of a file, filled in.
fn spoken(text: &str) -> String {
    let map = DataMap::new(toml::from_str(text).unwrap()).unwrap();
    format!("{:?} {:?} {:?}", map.model().instructions, map.model().platform, map.model().processor)
}

#[test]
fn what_people_read_follows_from_the_section_that_it_names() {
    let shipped = spoken(SHIPPED);
    assert!(!shipped.contains("{promise") && !shipped.contains("{class") && !shipped.contains("{platform"));
    for (section, from, to, said, then) in [
        (
            "promise.disconnect",
            "within = \"P30D\"",
            "within = \"P29D\"",
            "is deleted within 30 days",
            "is deleted within 29 days",
        ),
        (
            "promise.meta-data-deletion",
            "within = \"P30D\"",
            "within = \"P28D\"",
            "your account within 30 days",
            "your account within 28 days",
        ),
        (
            "promise.meta-data-deletion",
            "work_within = \"P3D\"",
            "work_within = \"P4D\"",
            "work is done in 3 days",
            "work is done in 4 days",
        ),
        (
            "termination.phase.platforms",
            "within = \"P30D\"",
            "within = \"P29D\"",
            "nothing after 30 days",
            "nothing after 29 days",
        ),
        (
            "platform.linkedin",
            "erase_within = \"P10D\"",
            "erase_within = \"P9D\"",
            "is deleted within 10 days",
            "is deleted within 9 days",
        ),
        (
            "class.member-activity",
            "ceiling = \"PT48H\"",
            "ceiling = \"PT30H\"",
            "members for two days",
            "members for 30 hours",
        ),
        (
            "class.billing-records",
            "ceiling = \"P7Y\"",
            "ceiling = \"P8Y\"",
            "payments stay for 7 years",
            "payments stay for 8 years",
        ),
    ] {
        assert!(shipped.contains(said), "{said}");
        let changed = spoken(&with(section, from, to));
        assert!(changed.contains(then), "{section}: `{then}` is not there");
    }
}

/// A mistake in how businesses and accounts are written to.
const LETTER_MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("letters", "store = \"accounts\"", "store = \"media\"", "[letters]: `store` is not a table"),
    ("letters", "account#{tenant}", "account#all", "[letters]: `partition` names `{tenant}` and nothing else"),
    ("letters", "key = \"profile\"", "key = \"user#{user}\"", "[letters]: `key` is one sort key"),
    ("letters", "\"privacy_email\"", "\"mail\"", "[letters]: no record class of its store has such an attribute"),
    ("letters", "tenant_answer = \"Decide", "tenant_answer = \"\" # ", "[letters]: `tenant_answer` is empty"),
    ("messenger.product", "api.kazozo.com", "localhost", "[messenger.product]: `localhost` is not a public host name"),
    ("messenger.product", "Bearer {secret}", "Bearer abc", "must hold `{secret}` once"),
    ("messenger.product", "privacy-messages\"", "{handle}\"", "addresses of people stand in no URL"),
    ("messenger.product", "text = \"{text}\"", "text = \"hello\"", "`body` does not name `{text}`"),
    ("messenger.product", "[200, 202]", "[302]", "`accepted` are statuses from 200 to 299"),
    ("messenger.product", "[404, 410, 422]", "[404, 401]", "`unreachable` are statuses of 4xx"),
];

#[test]
fn each_mistake_in_letters_and_messengers_is_named_with_its_place() {
    for (section, from, to, expected) in LETTER_MISTAKES {
        let problem = problem(&with(section, from, to)).unwrap_or_else(|| panic!("accepted; expected: {expected}"));
        assert!(problem.contains(expected), "expected `{expected}`, got: {problem}");
    }
    let start = SHIPPED.find("[messenger.product]").unwrap();
    let section = SHIPPED[start..].split("\n\n").next().unwrap();
    let twice =
        SHIPPED.replace(section, &format!("{section}\n\n{}", section.replace("messenger.product", "messenger.other")));
    assert!(problem(&twice).unwrap().contains("[messenger]: two of them reach the same platform"));
    let other = section
        .replace("messenger.product", "messenger.other")
        .replace("parameter", "platforms = [\"tiktok\"]\nparameter");
    let model: Model = toml::from_str(&SHIPPED.replace(section, &format!("{section}\n\n{other}"))).unwrap();
    validate(&model).unwrap();
    let named = |platform| model.messenger_for(platform).map(|(name, _)| name);
    assert_eq!((named("tiktok"), named("instagram")), (Some("other"), Some("product")));
}

#[test]
fn ranges_reach_one_connection_or_one_contact_and_nobody_else() {
    let map = DataMap::built_in().unwrap();
    let range =
        |store: &str, place: &Place| map.stores().iter().find(|known| known.name == store).unwrap().range(place);
    let table = |partition: &str, begins_with: &str| {
        Some(KeyRange::Table { partition: partition.to_owned(), begins_with: begins_with.to_owned() })
    };
    assert_eq!(range("inbox", &place(None)), table("alder#c1", ""));
    assert_eq!(range("inbox", &place(Some("p1"))), table("alder#c1", "contact#p1#"));
    assert_eq!(range("connections", &place(Some("p1"))), None, "a contact has no part of the connection");
    let user = privacy::memory::user_place("alder", "ab");
    assert_eq!(range("accounts", &user), table("account#alder", "user#ab#"), "and not the user abc");
    assert!(map.stores().iter().all(|store| store.name == "accounts" || store.range(&user).is_none()));
    let own = privacy::memory::own_contact_place("alder", "p1");
    assert_eq!(range("conversations", &own), table("alder", "contact#p1#"));
    assert_eq!(range("files", &own), Some(KeyRange::Bucket { prefix: "alder/p1/".to_owned() }));
    assert_eq!(range("media", &place(None)), Some(KeyRange::Bucket { prefix: "alder/c1/".to_owned() }));
    assert!(map.stores().last().unwrap().identities, "what finds people goes last");
}

#[test]
fn every_key_has_one_class_and_a_surprise_has_none() {
    let map = DataMap::built_in().unwrap();
    let class = |store: &str, key: &str| {
        map.stores().iter().find(|known| known.name == store).unwrap().classify(key).to_owned()
    };
    let cases = [
        ("inbox", "contact#v1-abc#profile", "contacts"),
        ("inbox", "contact#v1-abc#signal#2026-01-31T12:00:00.000Z#s1", "signals"),
        ("inbox", "contact#v1-abc#score", "scores"),
        ("inbox", "contact#v1-abc#payload#2026-01-31T12:00:00.000Z#w1", "payloads"),
        ("inbox", "contact#v1-abc#notes", UNCLASSIFIED),
        ("media", "alder/c1/p1/avatar/a.jpg", "avatars"),
        ("media", "alder/c1/p1/attachment/b", "attachments"),
        ("media", "alder/c1/p1/else/b", UNCLASSIFIED),
        ("connections", "connection", "connections"),
        ("connections", "link#v1-abc", "identity-links"),
        ("accounts", "user#ab#profile", "account-users"),
        ("accounts", "user#ab", UNCLASSIFIED),
    ];
    for (store, key, expected) in cases {
        assert_eq!(class(store, key), expected, "{key}");
    }
}

/// The shipped file without the promise for one of Meta's callbacks.
fn without_promise(route: &str) -> String {
    let (head, tail) = SHIPPED.split_once(&format!("[promise.{route}]\n")).unwrap();
    let (_, tail) = tail.split_once("\n[").unwrap();
    format!("{head}[{tail}")
}

#[test]
fn a_route_without_a_promise_is_named_by_nobody() {
    let text = without_promise("meta-deauthorize");
    let found = problem(&text).unwrap();
    assert!(found.contains("names the route `meta-deauthorize`, for which there is no [promise.meta-"), "{found}");
    let text = text.replace("\"meta-deauthorize\", ", "").replace(", \"meta-deauthorize\"", "");
    assert_eq!(problem(&text), None, "Meta's promises are for who has an app of Meta's");
    let found = problem(&text.replace("routes = [\"subject-request\"]", "routes = [\"meta-deauthorize\"]")).unwrap();
    assert!(found.starts_with("policy.toml, [class.") && found.contains("no [promise.meta-deauthorize]"), "{found}");
    for route in ["disconnect", "subject-request"] {
        assert_eq!(problem(&without_promise(route)).unwrap(), format!("policy.toml, [promise]: no {route}"));
    }
    let named = SHIPPED.replace("[promise.disconnect]", "[promise.termination]");
    assert!(problem(&named).is_some());
}

#[test]
fn another_company_changes_the_file_and_nothing_else() {
    let other = SHIPPED
        .replace("name = \"Kazozo\"", "name = \"Northwind\"")
        .replace("[store.inbox]", "[store.messages]")
        .replace("store = \"inbox\"", "store = \"messages\"")
        .replace("contact#{contact}#", "who#{contact}#")
        .replace("stores = [\"inbox\"", "stores = [\"messages\"")
        .replace("within = \"P30D\"\nwork_within", "within = \"P14D\"\nwork_within");
    let model: Model = toml::from_str(&other).unwrap();
    validate(&model).unwrap();
    let map = DataMap::new(model).unwrap();
    let messages = map.stores().iter().find(|store| store.name == "messages").unwrap();
    assert_eq!(messages.classify("who#p1#score"), "scores");
    assert_eq!(messages.classify("contact#p1#score"), UNCLASSIFIED);
}

/// Runs of white space become one space.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const PUBLISHED: &str = include_str!("../../docs/privacy-policy.txt");

/// The number that a line begins with, when it is the heading of a section: `9. Data retention`, `13.4 Retention`.
fn number_of(line: &str) -> Option<&str> {
    let (number, _) = line.split_once(' ')?;
    let number = number.strip_suffix('.').unwrap_or(number);
    let is_number = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    number.split('.').all(is_number).then_some(number)
}

/// What one section says, up to the next heading.
fn section_of(text: &str, section: &str) -> String {
    let from = text.lines().skip_while(|line| number_of(line) != Some(section));
    let lines: Vec<&str> =
        from.enumerate().take_while(|(at, line)| *at == 0 || number_of(line).is_none()).map(|(_, line)| line).collect();
    assert!(!lines.is_empty(), "no section {section}");
    lines.join("\n")
}

#[test]
fn every_sentence_that_is_kept_stands_in_the_published_policy() {
    let model: Model = toml::from_str(SHIPPED).unwrap();
    let promises = model.promise.values().map(|promise| (&promise.sentence, &promise.policy));
    let phases = model.termination.phase.values().map(|phase| (&phase.sentence, &phase.policy));
    let classes = model.class.values().filter_map(|class| Some((class.sentence.as_ref()?, class)));
    let classes = classes.flat_map(|(sentence, class)| class.policy.iter().map(move |section| (sentence, section)));
    let unwatched = model.unwatched.values().map(|sentence| (&sentence.sentence, &sentence.policy));
    for (sentence, section) in promises.chain(phases).chain(classes).chain(unwatched) {
        let said = section_of(PUBLISHED, section);
        assert!(folded(&said).contains(&folded(sentence)), "section {section} does not say: {sentence}");
    }
}

#[test]
fn what_goes_by_its_date_quotes_section_9_or_names_the_limit_of_a_platform() {
    let model: Model = toml::from_str(SHIPPED).unwrap();
    let dated = model.class.iter().filter_map(|(name, class)| Some((name, class, class.purge.as_ref()?)));
    let quoting: Vec<&str> = dated
        .filter(|(name, class, purge)| {
            assert!(class.sentence.is_some() != purge.platform_limit.is_some(), "{name}");
            class.sentence.is_some()
        })
        .map(|(name, _, _)| name.as_str())
        .collect();
    assert_eq!(quoting, ["billing-records", "security-logs"]);
    assert!(section_of(PUBLISHED, "9").contains("Security logs") && !section_of(PUBLISHED, "9").contains("TLS"));
}
