//! Policy files that look right and would keep less than they say: each is refused, with the key and what to write instead.

use privacy::data_map::DataMap;
use privacy::ids::Platform;
use privacy::policy::model::Model;
use privacy::policy::validate::validate;
use privacy_tests::mistakes::{problem, with};

/// Section, what stands there, what is written instead, the place and the problem named, and what to write.
type Mistake = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn check(mistakes: &[Mistake]) {
    for (section, from, to, expected, instead) in mistakes {
        let problem = problem(&with(section, from, to)).unwrap_or_else(|| panic!("accepted: {section}: {to}"));
        assert!(
            problem.contains(expected) && problem.contains(instead),
            "expected `{expected}` … `{instead}`: {problem}"
        );
    }
}

/// A month can have 31 days and a year 366, or 28 and 365: the worse counts.
#[test]
fn months_and_days_are_compared_by_their_worst_case() {
    check(&[
        (
            "promise.disconnect",
            "within = \"P30D\"",
            "within = \"P1M\"",
            "[promise.disconnect] does: two clocks",
            "in days",
        ),
        (
            "termination.phase.conversations",
            "within = \"P90D\"",
            "within = \"P3M\"",
            "ends after its ceiling: two clocks contradict",
            "28 to 31 days",
        ),
        (
            "termination.phase.account",
            "starts_after = \"P31D\"",
            "starts_after = \"P1M\"",
            "begins before its floor",
            "28 to 31",
        ),
        ("class.billing-records", "ceiling = \"P7Y\"", "ceiling = \"P2520D\"", "[class.billing-records]", "same unit"),
        ("class.page-reports.purge", "at_most = \"P1Y\"", "at_most = \"P360D\"", "[class.page-reports]", "fewer days"),
        (
            "class.security-logs.purge",
            "lead = \"P1D\"",
            "lead = \"P12M\"",
            "`purge.lead` is longer",
            "before it is whole",
        ),
        (
            "platform.linkedin",
            "erase_within = \"P10D\"",
            "erase_within = \"P9D\"",
            "[platform.linkedin]",
            "later than its terms",
        ),
        (
            "promise.meta-deauthorize",
            "work_within = \"P3D\"",
            "work_within = \"P1M\"",
            "`work_within`",
            "must fit into",
        ),
        ("own.requests", "purge_lead = \"P1M\"", "purge_lead = \"P6D\"", "[own.requests]", "it purges, then it alarms"),
        (
            "own.contact-data",
            "ceiling = \"P97D\"",
            "ceiling = \"P731D\"",
            "[own.contact-data]",
            "before its request goes",
        ),
    ]);
    for (section, from, to) in [
        ("class.billing-records", "ceiling = \"P7Y\"", "ceiling = \"P84M\""),
        ("class.billing-records", "ceiling = \"P7Y\"", "ceiling = \"P2557D\""),
        ("promise.disconnect", "within = \"P30D\"", "within = \"P4W\""),
        ("class.page-reports.purge", "at_most = \"P1Y\"", "at_most = \"P12M\""),
    ] {
        assert_eq!(problem(&with(section, from, to)), None, "{section}: {to}");
    }
}

/// A floor takes no check away: what it decides must still be gone in time, with an alarm before.
#[test]
fn a_floor_and_a_ceiling_of_one_class_leave_room_for_each_other() {
    let (place, logs) = ("[class.billing-records]", "class.security-logs");
    let by_month = |ceiling: &str, ends: &str| {
        let policy = with("store.billing", "billing#{day}#{shard}", "billing#{month}#{shard}");
        let policy = policy.replace("lead = \"P0D\"", "lead = \"P3D\"");
        let policy =
            policy.replace("floor = \"P7Y\", ceiling = \"P7Y\"", &format!("floor = \"P7Y\", ceiling = \"{ceiling}\""));
        match ends {
            "" => policy,
            _ => policy.replace(
                "anchor = \"recorded_at\", floor = \"P7Y\"",
                &format!("anchor = \"fiscal_year_end\", fiscal_year_ends = \"{ends}\", floor = \"P7Y\""),
            ),
        }
    };
    for (ceiling, ends, is_refused) in [
        ("P7Y", "", true),
        ("P7Y1M", "", true),
        ("P7Y2M", "", false),
        ("P7Y", "12-31", false),
        ("P7Y", "02-28", false),
        ("P7Y2M", "12-15", true),
        ("P8Y", "12-15", false),
    ] {
        let problem = problem(&by_month(ceiling, ends));
        let is_named = problem.as_ref().is_some_and(|it| it.contains(place) && it.contains("`floor` ends after"));
        assert_eq!((is_named, problem.is_some()), (is_refused, is_refused), "{ceiling} {ends}: {problem:?}");
    }
    check(&[
        (
            "class.member-profiles",
            "ceiling = \"PT24H\"",
            "floor = \"P1D\", ceiling = \"PT24H\"",
            "no `floor`",
            "whole days",
        ),
        ("class.billing-records.purge", "alarm_after = \"P2D\"", "alarm_after = \"P4D\"", place, "three days"),
    ]);
    let long = with("class.security-logs.purge", "alarm_after = \"PT12H\"", "alarm_after = \"P60D\"");
    let long = long.replace("ceiling = \"P12M\" }", "floor = \"P6M\", ceiling = \"P12M\" }");
    assert!(problem(&long).is_some_and(|problem| problem.contains("from `purge.lead`")), "60 days after its limit");
    let (day, days) = ("lead = \"P1D\"\nalarm_after = \"PT12H\"", "lead = \"P3D\"\nalarm_after = \"P2D\"");
    let short = with("class.security-logs.purge", day, days);
    let short = short.replace("ceiling = \"P12M\" }", "floor = \"P12M\", ceiling = \"P12M1D\" }");
    assert!(problem(&short).is_some_and(|problem| problem.contains("from its floor")), "two days after its floor");
    let soon = with(logs, "ceiling = \"P12M\"", "floor = \"P6M\", ceiling = \"P12M\"");
    assert_eq!(problem(&soon), None);
}

/// Where another company keeps its connections is its own; where ours looks for them by key is not.
#[test]
fn the_table_of_connections_stands_where_it_is_looked_for() {
    check(&[(
        "store.connections",
        "connection#{tenant}#{connection}",
        "conn#{tenant}#{connection}",
        "[store.connections]",
        "connection#{tenant}#{connection}",
    )]);
}

#[test]
fn what_goes_hour_by_hour_is_counted_in_hours() {
    check(&[
        (
            "class.member-profiles",
            "ceiling = \"PT24H\"",
            "ceiling = \"P1D\"",
            "[class.member-profiles]: `ceiling`",
            "write PT24H",
        ),
        (
            "class.member-activity",
            "ceiling = \"PT48H\"",
            "ceiling = \"P1DT12H\"",
            "[class.member-activity]: `ceiling`",
            "PT36H",
        ),
        (
            "class.member-activity",
            "ceiling = \"PT48H\"",
            "ceiling = \"P2D\"",
            "[class.member-activity]: `ceiling`",
            "hours",
        ),
        (
            "class.page-reports.purge",
            "lead = \"P3D\"",
            "lead = \"P2D\"",
            "would ring after the platform's limit",
            "a day longer than `purge.alarm_after`",
        ),
    ]);
}

#[test]
fn what_is_mistyped_is_no_rule_that_nobody_follows() {
    check(&[
        (
            "store.connections",
            "\"access_token\"",
            "\"acess_token\"",
            "[store.connections]: `secrets` has `acess_token`",
            "refresh_token",
        ),
        (
            "class.signals",
            "redact = [\"other-people\"]",
            "redact = [\"other-peple\"]",
            "unknown variant `other-peple`",
            "`other-people`",
        ),
        (
            "class.signals",
            "redact = [\"other-people\"]",
            "redact = [\"staff\"]",
            "unknown variant `staff`",
            "`prompts`",
        ),
        ("own.holds", "\"staff\", ", "\"stuff\", ", "unknown variant `stuff`", "`references`"),
        ("suppression", "keep_for = \"P24M\"", "keep_for = \"P1D\"", "[suppression]: `keep_for`", "same span"),
        ("suppression", "keep_for = \"P24M\"", "keep_for = \"-P24M\"", "[suppression]: `keep_for`", "such as P24M"),
        ("class.scores", "contact#{contact}#score", "contact#{contact}#profile", "[class.contacts]", "[class.scores]"),
        (
            "class.scores",
            "contact#{contact}#score",
            "contact#{contact}#{kind}",
            "as well: give the `key`",
            "a word of its own",
        ),
        (
            "routing",
            "\"facebook\"",
            "\"facebok\"",
            "[routing]: `on_their_word` has `facebok`",
            "a name that connections have",
        ),
        (
            "company",
            "contact = \"privacy@kazozo.com\"",
            "contact = \"\"",
            "[company]: `contact`",
            "privacy@example.com",
        ),
        (
            "company",
            "contact = \"privacy@kazozo.com\"",
            "contact = \"privacy\"",
            "[company]: `contact`",
            "privacy@example.com",
        ),
        ("company", "name = \"Kazozo\"", "name = \" \"", "[company]: `name`", "write"),
        (
            "company",
            "policy_url = \"https://kazozo.com/privacy.html\"",
            "policy_url = \"\"",
            "[company]: `policy_url`",
            "https://",
        ),
        ("company", "api_host = \"api.", "api_host = \"https://api.", "[company]: `api_host`", "privacy.example.com"),
        (
            "company",
            "instructions_url = \"https:",
            "instructions_url = \"http:",
            "[company]: `instructions_url`",
            "https://",
        ),
    ]);
}

#[test]
fn a_negative_span_and_a_late_phase_are_refused() {
    check(&[
        (
            "termination.phase.people",
            "within = \"P30D\"",
            "within = \"P31D\"",
            "[class.people]: the phase `People whom several connections know` ends after its ceiling",
            "no more days",
        ),
        (
            "termination.phase.platforms",
            "starts_after = \"P27D\"",
            "starts_after = \"-P7D\"",
            "`starts_after` is negative",
            "P27D",
        ),
        (
            "termination.phase.platforms",
            "alarm_before = \"P1D\"",
            "alarm_before = \"-P1D\"",
            "`alarm_before` is negative",
            "such as",
        ),
        (
            "promise.disconnect",
            "work_within = \"P3D\"",
            "work_within = \"-P1D\"",
            "`work_within` is negative",
            "such as P3D",
        ),
        ("class.signals", "ceiling = \"P30D\"", "ceiling = \"-P30D\"", "[class.signals]", "such as P30D"),
        (
            "termination.phase.platforms",
            "within = \"P30D\"",
            "within = \"P90D\"",
            "ends after its ceiling",
            "no more days",
        ),
    ]);
}

#[test]
fn a_processor_says_of_every_route_whether_it_is_asked_and_of_a_whole_connection_why_not() {
    check(&[
        ("processor.anthropic", "\"disconnect\", ", "", "on `disconnect`", "`not_asked`"),
        (
            "processor.crm.not_asked",
            "[[processor.crm.not_asked]]\nroutes = [\"meta-data-deletion\"",
            "[[processor.crm.not_asked]]\nroutes = [\"meta-deauthorize\"",
            "on `meta-data-deletion` a whole connection can go",
            "`about = [\"connection\"]`",
        ),
        (
            "processor.crm.not_asked",
            "about = [\"connection\"]",
            "about = [\"contact\"]",
            "is about what it has a section for",
            "`not_asked`",
        ),
        (
            "processor.payments",
            "[\"termination\", \"subject-request\"]",
            "[\"termination\"]",
            "on `subject-request`",
            "`not_asked`",
        ),
        (
            "processor.crm.not_asked",
            "[\"disconnect\", \"termination\"]",
            "[\"termination\"]",
            "on `disconnect`",
            "`routes`",
        ),
    ]);
}

/// Copies are gone within the shortest promise and no sooner.
#[test]
fn a_platform_whose_limit_copies_outlive_says_why_nothing_comes_back() {
    check(&[
        (
            "platform.linkedin",
            "copies = \"Copies",
            "copies = \"\" # ",
            "[platform.linkedin]: copies of tables",
            "`copies`",
        ),
        // Its classes have limits of their own.
        (
            "platform.linkedin",
            "erase_within = \"P10D\"\ncopies = \"Copies",
            "# ",
            "[platform.linkedin]: copies of tables",
            "`copies`",
        ),
        (
            "platform.meta",
            "source = \"Meta",
            "copies = \"Gone by then.\"\nsource = \"Meta",
            "[platform.meta]: `copies` speaks of a limit",
            "leave it out",
        ),
    ]);
}

#[test]
fn terms_that_platforms_have_in_common_count_for_the_connections_of_each() {
    check(&[
        (
            "platform.meta",
            "\"threads\"",
            "\"linkedin\"",
            "two sections of [platform] speak of `linkedin`",
            "one of them",
        ),
        (
            "termination.phase.linkedin",
            "[\"linkedin\"]",
            "[\"meta\"]",
            "no connection calls itself `meta`",
            "[platform.meta]",
        ),
        (
            "platform.meta",
            "source = \"Meta",
            "erase_within = \"P10D\"\nsource = \"Meta",
            "[platform.meta]: the phase `Data of every other platform`",
            "later than its terms allow",
        ),
    ]);
    let strict = with("platform.meta", "source = \"Meta", "erase_within = \"P30D\"\nsource = \"Meta");
    let model: Model = toml::from_str(&strict).unwrap();
    validate(&model).unwrap();
    let map = DataMap::new(model).unwrap();
    for name in ["facebook", "instagram", "threads", "meta"] {
        let rule = map.platform(&Platform::parse(name).unwrap()).unwrap_or_else(|| panic!("{name}"));
        assert_eq!((rule.title.as_str(), rule.erase_within.is_some()), ("Meta", true), "{name}");
    }
    assert_eq!(map.platform(&Platform::parse("linkedin").unwrap()).unwrap().title, "LinkedIn");
    assert!(map.platform(&Platform::parse("tiktok").unwrap()).is_none());
}

/// Only a run sees that a period is late, and runs are an hour apart.
#[test]
fn an_alarm_rings_before_the_limit_with_the_hour_between_two_runs() {
    check(&[
        (
            "class.member-profiles.purge",
            "alarm_after = \"PT1H\"",
            "alarm_after = \"PT2H1M\"",
            "[class.member-profiles]",
            "hour between two runs",
        ),
        (
            "class.security-logs.purge",
            "alarm_after = \"PT12H\"",
            "alarm_after = \"PT23H1M\"",
            "[class.security-logs]",
            "hour between two runs",
        ),
        (
            "class.organisation-activity.purge",
            "alarm_after = \"PT12H\"",
            "alarm_after = \"P1D\"",
            "[class.organisation-activity]",
            "hour between two runs",
        ),
    ]);
    for (section, from, to) in [
        ("class.member-profiles.purge", "alarm_after = \"PT1H\"", "alarm_after = \"PT2H\""),
        ("class.security-logs.purge", "alarm_after = \"PT12H\"", "alarm_after = \"PT23H\""),
        ("class.organisation-activity.purge", "alarm_after = \"PT12H\"", "alarm_after = \"PT23H\""),
    ] {
        assert_eq!(problem(&with(section, from, to)), None, "{section}: {to}");
    }
    let template = privacy_tests::repository::read("template.yaml");
    let schedule = template.split_once("  PurgeSchedule:\n").unwrap().1.lines().take(3).collect::<String>();
    assert!(schedule.contains("Default: rate(1 hour)"), "{schedule}");
    assert_eq!(privacy::policy::period::between_runs().get_hours(), 1);
}

/// A limit of hours is kept by a clock of hours only: what may hold records of such a platform has one, or is closed to it.
#[test]
fn what_lasts_longer_than_a_limit_of_a_platform_is_closed_to_it() {
    let open = |store: &str| with(&format!("store.{store}"), "excluded_platforms = [\"linkedin\"]\n", "");
    for (store, class) in [("inbox", "contacts"), ("media", "attachments")] {
        let problem = problem(&open(store)).unwrap_or_else(|| panic!("{store} may hold them for ever"));
        for part in [&format!("[class.{class}]"), "[class.member-activity]", &format!("in [store.{store}]")] {
            assert!(problem.contains(part), "no `{part}`: {problem}");
        }
    }
    let own = "class.member-profiles.purge";
    let limit = "platform_limit = { platform = \"linkedin\", at_most = \"PT24H\", source = \"Marketing API data storage requirements: profile data of other members\" }";
    let short = "lead = \"PT3H\"\nalarm_after = \"PT1H\"\nsince = \"2025-01-01\"\nceiling_per_run = 200_000\n";
    assert_eq!(
        problem(&with(own, &format!("{short}{limit}"), short)),
        None,
        "a day is within every limit of the others"
    );
    let year = "class.page-reports.purge";
    let limit = "platform_limit = { platform = \"linkedin\", at_most = \"P1Y\", source = \"Marketing API data storage requirements: page administration and reporting\" }";
    assert!(
        problem(&with(year, limit, ""))
            .is_some_and(|problem| problem.contains("[class.page-reports]: records of `linkedin`"))
    );
}

/// What a store excludes is a platform that connects, and the file says it once.
#[test]
fn what_a_store_excludes_must_be_of_some_platform() {
    let excluded = "excluded_platforms = [\"linkedin\"]";
    check(&[
        (
            "store.inbox",
            excluded,
            "excluded_platforms = [\"linkedin\", \"linkdin\"]",
            "[store.inbox]",
            "`linkdin`: write a name",
        ),
        (
            "store.inbox",
            excluded,
            "excluded_platforms = [\"linkedin\", \"meta\"]",
            "[store.inbox]",
            "`meta`: write a name",
        ),
        (
            "store.inbox",
            excluded,
            "excluded_platforms = [\"linkedin\", \"linkedin\"]",
            "[store.inbox]",
            "`linkedin` twice",
        ),
        (
            "store.accounts",
            "kind = \"table\"",
            "kind = \"table\"\nexcluded_platforms = [\"linkedin\"]",
            "[store.accounts]",
            "what connections bring",
        ),
        (
            "store.connections",
            "kind = \"table\"",
            "kind = \"table\"\nexcluded_platforms = [\"linkedin\"]",
            "[store.connections]",
            "its own row",
        ),
        (
            "store.social",
            "kind = \"table\"",
            "kind = \"table\"\nexcluded_platforms = [\"linkedin\"]",
            "[class.member-activity]",
            "leave out `purge.platform_limit`",
        ),
    ]);
    let more = with("store.inbox", excluded, "excluded_platforms = [\"linkedin\", \"threads\"]");
    assert_eq!(problem(&more), None);
}
