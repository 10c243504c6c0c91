//! `docs/retention.md` as the policy file says it.

use privacy::data_map::DataMap;
use privacy::policy::Ends;
use privacy::policy::model::Model;
use privacy::policy::own::{Own, Purge};
use privacy::policy::processor::{Settle, TargetKind};
use privacy::policy::retained::{PersonKind, Retained};
use serde_json::{Value, json};

pub(crate) fn words(span: &jiff::Span) -> String {
    let parts = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_weeks()), "week"),
        (i64::from(span.get_days()), "day"),
        (i64::from(span.get_hours()), "hour"),
        (span.get_minutes(), "minute"),
        (span.get_seconds(), "second"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count != 0);
    let parts: Vec<String> =
        parts.map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" })).collect();
    if span.is_zero() {
        return "0 days".to_owned();
    }
    assert!(!parts.is_empty(), "a span of nothing: {span}");
    parts.join(" ")
}

/// `delete-all-versions` as JSON has it becomes `delete all versions`.
fn name(rule: &Value) -> String {
    rule.as_str().unwrap().replace('-', " ")
}

fn listed<T: AsRef<str>>(words: &[T]) -> String {
    if words.is_empty() { "–".to_owned() } else { words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ") }
}

fn span(span: Option<jiff::Span>) -> String {
    span.map_or("–".to_owned(), |span| words(&span))
}

/// When each class ends, by the stricter of policy and platform.
fn classes(policy: &Model) -> String {
    let mut part = "## Record classes\n\n\
             Spans count from the anchor. Search copies are the index entries, traces what a model was given and answered; connected accounts have no traces.\n\n\
             | record class | policy section | store | anchor | at least | gone by | purged from, before | alarm, before | how it is erased | export | taken out | ceiling per request |\n\
             |---|---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for class in policy.class.values().filter(|class| class.purge.is_none()) {
        let ends = Ends::effective(class, policy);
        let redact = listed(&class.redact.iter().map(|one| one.as_str()).collect::<Vec<_>>());
        part += &format!(
            "| {} | {} | {} | `{}` | {} | {} | {} | {} | {} | {} | {redact} | {} |\n",
            class.title,
            class.policy.join(", "),
            class.store,
            class.clock.anchor,
            span(ends.floor),
            span(ends.last_day),
            span(ends.purge_lead),
            span(ends.alarm_before),
            match &class.shared {
                Some(shared) => format!("taken out of {}, then delete", shared.store),
                None => name(&json!(class.erase)),
            },
            name(&json!(class.export)),
            class.ceiling_per_request
        );
    }
    part
}

/// What platforms' own terms ask.
fn platforms(policy: &Model) -> String {
    let mut part = "## What platforms ask\n\n\
                    Their terms win where they are stricter. Limits of single classes stand beside the classes.\n\n\
                    | platform | what its terms say | everything gone within | copies that outlive a limit | source |\n|---|---|---|---|---|\n"
        .to_owned();
    for rule in policy.platform.values() {
        let within = rule.erase_within.as_ref().map_or("no span of its own".to_owned(), words);
        let copies = if rule.copies.is_empty() { "none" } else { rule.copies.as_str() };
        part += &format!("| {} | {} | {within} | {copies} | {} |\n", rule.title, rule.terms, rule.source);
    }
    part += "\n";
    part
}

/// What the policy says with a date and nothing here watches.
fn unwatched(policy: &Model) -> String {
    let mut part = "## What is not watched by this service yet\n\n\
                    | sentence | policy section | why, and who sees to it |\n|---|---|---|\n"
        .to_owned();
    for one in policy.unwatched.values() {
        part += &format!("| {} | {} | {} |\n", one.title, one.policy, one.reason);
    }
    part += "\n";
    part
}

/// The record classes that requests leave, as laws want them.
fn left(map: &DataMap) -> String {
    let mut part = "## What requests leave\n\n\
                    The answer to a request names each of these, with its exception and its reason.\n\n\
                    | record class | exception | why | rule | told with | of whom | kept, from its own date |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    for class in map.model().class.values() {
        let Some(Retained { code, reason, source, routes, of }) = &class.retained else { continue };
        let routes: Vec<&str> =
            routes.iter().map(|route| map.promise(*route).map_or(ENDED, |promise| promise.title.as_str())).collect();
        let of = match of {
            Some(PersonKind::User) => "users of an account",
            Some(PersonKind::Contact) => "contacts",
            None => "anybody",
        };
        let (code, routes, span) = (code.as_str(), routes.join(", "), span(class.clock.ceiling));
        part += &format!("| {} | {code} | {reason} | {source} | {routes} | {of} | {span} |\n", class.title);
    }
    part += "\n";
    part
}

/// What is kept of our own, for how long and why.
fn own(policy: &Model) -> String {
    let mut part =
        "## What is kept\n\n| record | why | rule | kept for, from the erasure on |\n|---|---|---|---|\n".to_owned();
    for kept in policy.kept.values() {
        part += &format!("| {} | {} | {} | {} |\n", kept.title, kept.reason, kept.source, words(&kept.keep_for));
    }
    part += "\n## Our own records\n\n\
             | record | policy section | whose | where | anchor | at least | at most | alarm, before | legal basis | rule | ended by | how it is erased | export | taken out |\n\
             |---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for own in policy.own.values() {
        let Own { title, policy, scope, clock, basis, source, alarm_before, erase, export, redact, .. } = own;
        let ended = match own.purge {
            Purge::WithErasure => "the erasure of what it belongs to",
            Purge::Closing => "the closing of its request; the sweeper erases it then",
            Purge::Expiry => "the expiry of its table; expired counts as absent",
            Purge::Sweep => "the sweeper, every hour",
            Purge::Lifecycle => "the lifecycle rule of its bucket",
            Purge::Stays => "nothing: it stays",
            Purge::Due => "the sweeper, when it is due",
            Purge::NotBuilt => "nothing yet",
        };
        let place = own.store.as_deref().unwrap_or("not built yet");
        part += &format!(
            "| {title} | {} | {} | {place} | `{}` | {} | {} | {} | {basis} | {source} | {ended} | {} | {} | {} |\n",
            listed(policy),
            listed(scope),
            clock.anchor,
            span(clock.floor),
            span(clock.ceiling),
            span(*alarm_before),
            name(&json!(erase)),
            name(&json!(export)),
            listed(&redact.iter().map(|one| one.as_str()).collect::<Vec<_>>())
        );
    }
    part
}

/// The route of a tenant whose account has ended has phases instead of one promise.
const ENDED: &str = "End of an account";

/// A kind of target, for people.
const fn whole(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Subject => "a person by their own reference",
        TargetKind::Connection => "a whole connection",
        TargetKind::Contact => "a single contact",
    }
}

/// Who else holds copies, and how their end is known.
fn processors(map: &DataMap) -> String {
    let mut part = "## Who else holds copies\n\n\
        An erasure is complete when each has confirmed (to a follow-up query, by no \"accepted\"), or its copy has expired. \
        Our own last day is over with our own strong read; who is asked has one of its own, counted from then.\n\n\
        | processor | policy section | concerned by | how its end is known | what it keeps |\n|---|---|---|---|---|\n"
        .to_owned();
    for processor in map.model().processor.values() {
        let title = |route| map.promise(route).map_or(ENDED, |promise| promise.title.as_str());
        let routes: Vec<&str> = processor.routes.iter().map(|route| title(*route)).collect();
        let routes = if routes.is_empty() { "no request yet".to_owned() } else { routes.join(", ") };
        let (end, kept) = match &processor.settle {
            Settle::OwnInfrastructure(own) => (own.reason.clone(), "nothing"),
            Settle::Expires(expires) => {
                (format!("expires {} after our own erasure ({})", words(&expires.after), expires.source), "nothing")
            }
            Settle::Http(http) => (
                format!(
                    "asked to erase; looked at {} later, again and again until nothing is found; alarm after {}, its last \
                     day {} after it was asked",
                    words(&http.confirm_after),
                    words(&http.alarm_after),
                    words(&http.within)
                ),
                http.retains.as_ref().map_or("nothing", |retains| retains.reason.as_str()),
            ),
        };
        let end = processor.not_asked.iter().fold(end, |end, one| {
            let titles: Vec<&str> = one.routes.iter().map(|route| title(*route)).collect();
            let about = if one.about.is_empty() {
                String::new()
            } else {
                format!(" about {}", one.about.iter().map(|kind| whole(*kind)).collect::<Vec<_>>().join(" or "))
            };
            let end = end.trim_end_matches('.');
            format!("{end}. Not asked{about} on {}: {} {}", titles.join(", "), one.reason, one.ends)
        });
        part += &format!("| {} | {} | {routes} | {end} | {kept} |\n", processor.title, processor.policy.join(", "));
    }
    part += "\n";
    part
}

/// What goes by its date, and when.
fn periods(map: &DataMap) -> String {
    let mut part = "## What goes by its date\n\n\
                    Counted in UTC and purged every hour, hour by hour or day by day, oldest deadline first. A ceiling is that of the oldest \
                    record of a period, a floor that of its newest. Where both are the same, the floor wins: it goes the day after. An alarm rings with the next run.\n\n\
                    | record class | policy section | store | what ends it | purged before | alarm | platform limit | export | ceiling per run |\n|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for class in map.model().class.values() {
        let Some(purge) = &class.purge else { continue };
        let bound =
            |span: &Option<jiff::Span>, word: &str| span.as_ref().map(|span| format!(", {word} {}", words(span)));
        let ends: String = [bound(&class.clock.floor, "at least"), bound(&class.clock.ceiling, "at most")]
            .into_iter()
            .flatten()
            .collect();
        let limit = purge.platform_limit.as_ref();
        let limit = limit.map_or("none".to_owned(), |limit| format!("{} ({})", words(&limit.at_most), limit.source));
        let lead = if purge.lead.is_zero() { "its day after".to_owned() } else { words(&purge.lead) };
        part += &format!(
            "| {} | {} | {} | `{}`{ends} | {lead} | {} after | {limit} | {} | {} |\n",
            class.title,
            class.policy.join(", "),
            class.store,
            class.clock.anchor,
            words(&purge.alarm_after),
            name(&json!(class.export)),
            purge.ceiling_per_run
        );
    }
    part += "\nAbove a ceiling a class halts until staff confirm. A record that no class knows, or that is dated after its period, stays and rings.\n\n";
    part
}

/// The page as Markdown.
#[must_use]
pub fn page(map: &DataMap) -> String {
    let policy = map.model();
    let mut page = format!(
        "# What {} promises to erase, and what it keeps\n\n\
         ![What happens to data, and when: every promise, phase and record on one line of days](timeline.svg)\n\n\
         A request is worked off in days and alarms before its last day. When an account ends, nothing of its own goes while export and \
         reactivation are open; what came through platforms does not wait for that. What several connections know together loses the \
         part of the one that goes. Our own records stay as long as a law asks, and say which. The picture and every table here are \
         made from `policy.toml`; change that file, then run `UPDATE_EXPECT=1 cargo test -p privacy-tests --test documents`.\n\n\
         ## Promises\n\n| route | policy section | erased within | we work to | alarm before the date | calendar |\n|---|---|---|---|---|---|\n",
        policy.company.name
    );
    for promise in policy.promise.values() {
        let (within, work_within, zone) = match &promise.counted {
            Some(counted) => (words(&counted.within), words(&counted.work_within), counted.time_zone.as_str()),
            None => ("what the law of the request gives".to_owned(), "–".to_owned(), "the law's"),
        };
        let (title, policy, alarm) = (&promise.title, &promise.policy, words(&promise.alarm_before));
        page += &format!("| {title} | {policy} | {within} | {work_within} | {alarm} | {zone} |\n");
    }
    page += "\n## When an account ends\n\nDays count from the day on which the paid service ends, in the tenant's calendar. Of what came through platforms the last day is over by that of UTC, too: in other zones it can be a day earlier.\n\n\
             | phase | policy section | stores | platforms | erased from day | gone by the end of day | alarm before |\n|---|---|---|---|---|---|---|\n";
    for (name, phase) in &policy.termination.phase {
        let platforms = if phase.platforms.is_empty() { "all others".to_owned() } else { phase.platforms.join(", ") };
        page += &format!(
            "| {} (`{name}`) | {} | {} | {platforms} | {} | {} | {} |\n",
            phase.title,
            phase.policy,
            phase.stores.join(", "),
            phase.starts_after.get_days(),
            phase.within.get_days(),
            phase.alarm_before.get_days()
        );
    }
    page += &format!("\nExport and reactivation are open until the phase `{}` begins.\n", policy.termination.window);
    let looks: Vec<String> = policy.second_looks.after.iter().map(words).collect();
    page += &format!("\nSecond looks after the erasure: {}.\n\n", looks.join(", "));
    page += &classes(policy);
    page += "\nA plan that would erase more than a ceiling halts until a person confirms it. A record whose key no class knows always halts it.\n\n";
    page += &periods(map);
    page += &platforms(policy);
    page += &crate::excluded::table(policy);
    page += &processors(map);
    page += &left(map);
    page += &unwatched(policy);
    page += &own(policy);
    page
}
