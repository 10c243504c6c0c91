//! One request in every state, for the tests of every file.

use privacy::clock::model::Kind;
use privacy::data_map::DataMap;
use privacy::deadline::DueBy;
use privacy::obligation::{ObligationId, Outcome};
use privacy::policy::Route;
use privacy::policy::model::Company;
use privacy::show_asked::AskedView;
use privacy::show_request::{ClassOutcome, EarlierRequest, KeptRecord, Look, PublicState, RequestView, Retention};
use privacy::subject_request::Proof;

use crate::{notice, page};

pub(crate) const CODE: &str = "k7w3hq2mz5yt4n6rbd7cxa2fjv3ps5eo";

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> jiff::Timestamp {
    at("2026-11-23T18:30:00Z")
}

pub(crate) fn company() -> Company {
    DataMap::built_in().unwrap().model().company.clone()
}

/// Every kind of data, with the given ones found.
fn outcomes(found: &[(&str, Outcome)]) -> Vec<ClassOutcome> {
    let map = DataMap::built_in().unwrap();
    let outcome = |class: &str| {
        found.iter().find(|(name, _)| *name == class).map_or(Outcome::NothingFound, |(_, outcome)| outcome.clone())
    };
    let classes = map.model().class.iter();
    classes
        .map(|(class, described)| ClassOutcome {
            class: class.clone(),
            title: described.title.clone(),
            outcome: outcome(class),
        })
        .collect()
}

fn kept(until: Option<&str>) -> Vec<KeptRecord> {
    let map = DataMap::built_in().unwrap();
    let until = until.map(|date| date.parse().unwrap());
    let kept = map.model().kept.iter();
    kept.map(|(class, kept)| KeptRecord {
        class: class.clone(),
        title: kept.title.clone(),
        reason: kept.reason.clone(),
        until,
        retained: None,
        is_elsewhere: false,
    })
    .collect()
}

fn looks(done: &[&str]) -> Vec<Look> {
    let due = ["2026-11-23T18:40:12.345Z", "2026-11-30T18:25:12.345Z", "2026-12-23T18:25:12.345Z"];
    due.iter()
        .enumerate()
        .map(|(index, due)| Look { due_at: at(due), done_at: done.get(index).map(|done| at(done)) })
        .collect()
}

fn some() -> Vec<ClassOutcome> {
    let removed = |count| Outcome::Removed { count };
    outcomes(&[
        ("contacts", removed(214)),
        ("signals", removed(12_480)),
        ("scores", removed(214)),
        ("summaries", removed(198)),
        ("avatars", removed(1_021)),
        ("identity-links", removed(3)),
        ("connections", removed(1)),
    ])
}

pub(crate) fn received() -> RequestView {
    RequestView {
        id: ObligationId::parse(CODE).unwrap(),
        route: Route::MetaDataDeletion,
        state: PublicState::Received,
        received_at: at("2026-11-23T18:21:07.500Z"),
        due_by: DueBy { date: "2026-12-23".parse().unwrap(), time_zone: "UTC".to_owned() },
        covers_until: at("2026-11-23T18:21:05Z"),
        erased_at: None,
        completed_at: None,
        retry_at: None,
        looks: Vec::new(),
        outcomes: Vec::new(),
        kept: kept(None),
        earlier: Vec::new(),
    }
}

pub(crate) fn in_progress() -> RequestView {
    RequestView { state: PublicState::InProgress, ..received() }
}

pub(crate) fn failed() -> RequestView {
    let retry_at = at("2026-11-23T19:25:00Z");
    let outcomes = outcomes(&[
        ("contacts", Outcome::Removed { count: 214 }),
        ("signals", Outcome::Removed { count: 12_480 }),
        ("avatars", Outcome::Failed { retry_at }),
    ]);
    RequestView { state: PublicState::Failed, retry_at: Some(retry_at), outcomes, ..received() }
}

pub(crate) fn held() -> RequestView {
    let outcomes = outcomes(&[
        ("contacts", Outcome::Removed { count: 214 }),
        ("signals", Outcome::Held { removed: 12_400, held: 80 }),
    ]);
    RequestView { state: PublicState::Held, outcomes, ..received() }
}

pub(crate) fn verifying() -> RequestView {
    RequestView {
        state: PublicState::Verifying,
        erased_at: Some(at("2026-11-23T18:25:12.345Z")),
        looks: looks(&["2026-11-23T18:41:02Z"]),
        outcomes: some(),
        kept: kept(Some("2028-11-23")),
        ..received()
    }
}

pub(crate) fn completed() -> RequestView {
    RequestView {
        state: PublicState::Completed,
        completed_at: Some(at("2026-12-23T18:27:40Z")),
        looks: looks(&["2026-11-23T18:41:02Z", "2026-11-30T18:26:30Z", "2026-12-23T18:27:40Z"]),
        ..verifying()
    }
}

/// A user of an account asked; invoices and logs stay.
pub(crate) fn partly_retained() -> RequestView {
    let map = DataMap::built_in().unwrap();
    let left = map.model().class.iter().filter_map(|(name, class)| Some((name, class, class.retained.as_ref()?)));
    let left: Vec<_> = left.collect();
    let mut found = vec![("account-users", Outcome::Removed { count: 1 })];
    found.extend(left.iter().map(|(name, _, retained)| (name.as_str(), Outcome::Retained { code: retained.code })));
    let outcomes = outcomes(&found);
    let retained = left.iter().map(|(name, class, retained)| KeptRecord {
        class: (*name).clone(),
        title: class.title.clone(),
        reason: retained.reason.clone(),
        until: None,
        retained: Some(Retention { code: retained.code, keep_for: class.clock.ceiling.unwrap().fieldwise() }),
        is_elsewhere: false,
    });
    let elsewhere = map.kept_elsewhere(Route::SubjectRequest).map(|(name, processor, retains)| KeptRecord {
        class: name.to_owned(),
        title: processor.title.clone(),
        reason: retains.reason.clone(),
        until: None,
        retained: None,
        is_elsewhere: true,
    });
    let kept = retained.chain(elsewhere).chain(completed().kept).collect();
    RequestView { route: Route::SubjectRequest, state: PublicState::PartlyRetained, outcomes, kept, ..completed() }
}

pub(crate) fn nothing_found() -> RequestView {
    RequestView { outcomes: outcomes(&[]), ..verifying() }
}

pub(crate) fn nothing_found_finished() -> RequestView {
    RequestView { outcomes: outcomes(&[("signals", Outcome::Removed { count: 0 })]), ..completed() }
}

pub(crate) fn again() -> RequestView {
    let earlier =
        EarlierRequest { received_at: at("2026-03-02T09:00:00Z"), erased_at: Some(at("2026-03-02T09:04:00Z")) };
    RequestView { earlier: vec![earlier], ..in_progress() }
}

pub(crate) fn hostile() -> RequestView {
    let text = "<b>bold</b> & \"onmouseover=alert(1) 'x' </style><script>alert(1)</script>";
    let class = |outcome| ClassOutcome { class: text.to_owned(), title: text.to_owned(), outcome };
    let kept = KeptRecord {
        class: text.to_owned(),
        title: text.to_owned(),
        reason: text.to_owned(),
        until: None,
        retained: None,
        is_elsewhere: false,
    };
    let due_by = DueBy { time_zone: text.to_owned(), ..verifying().due_by };
    let outcomes = vec![class(Outcome::Removed { count: 1 }), class(Outcome::NothingFound)];
    RequestView { outcomes, kept: vec![kept], due_by, ..verifying() }
}

/// Every page there is, by a name.
pub(crate) fn pages() -> Vec<(&'static str, String)> {
    let company = company();
    let of = |view: RequestView| page::status(&view, &company, now());
    vec![
        ("received", of(received())),
        ("in-progress", of(in_progress())),
        ("failed", of(failed())),
        ("late", page::status(&failed(), &company, at("2027-01-02T00:00:00Z"))),
        ("verifying", of(verifying())),
        ("completed", of(completed())),
        ("partly-retained", of(partly_retained())),
        ("nothing-found", of(nothing_found())),
        ("nothing-found-finished", of(nothing_found_finished())),
        ("again", of(again())),
        ("hostile", of(hostile())),
        ("not-found", privacy_pages::not_found::page(&company)),
        ("unavailable", notice::unavailable(&company)),
    ]
}

/// `cargo test -p request-status`, then open them.
#[test]
fn write_the_pages() {
    let folder = std::env::temp_dir().join("request-status-pages");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, page) in pages() {
        std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
}

#[test]
fn every_page_loads_nothing_and_can_be_read_by_all() {
    for (name, page) in pages() {
        privacy_pages::checks::check_page(name, &page);
    }
}

/// A request that a person made for a copy of their data.
pub(crate) fn asked(state: &'static str) -> AskedView {
    AskedView {
        id: ObligationId::of_request(&[1; 20]),
        kind: Kind::Access,
        state,
        received_at: "2026-11-23T18:25:00Z".parse().unwrap(),
        due_by: DueBy { date: "2026-12-23".parse().unwrap(), time_zone: "Europe/Brussels".to_owned() },
        due_rule: "min(months:1,days:30) tz:Europe/Brussels".to_owned(),
        waits_for_code: state == "awaiting-verification",
        missing: if state == "awaiting-verification" { vec![Proof::EmailCode] } else { Vec::new() },
        points_left: 0,
        by_agent: false,
        is_unshown: false,
        goes_with_earlier: false,
        extended: None,
        paused_since: None,
        reopened_at: None,
        remade_since: None,
        closed: None,
        withdrawn_at: None,
        withdrawn_by: None,
        denial: None,
        outcome: None,
        accepted: None,
        fields: Vec::new(),
        refused: Vec::new(),
        ways: Vec::new(),
        erasure: None,
        role: None,
        parts: Vec::new(),
        flags: Vec::new(),
        lifted: Vec::new(),
        is_taken_back: false,
        appeal_of: None,
        has_bundle: false,
        bundles: Vec::new(),
        opened_by: None,
        is_without_account: false,
        is_account_only: false,
        is_categories_only: false,
        waits_for_review: false,
        is_of_child: false,
    }
}
