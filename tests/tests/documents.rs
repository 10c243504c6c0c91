//! Holds the documents, the payloads and the limits of this repository to what the code and the template say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aws_lambda_events::sqs::SqsEvent;
use lambda_http::{Request, RequestExt};
use privacy::data_map::DataMap;
use privacy::export::job::ExportJob;
use privacy::ids::{ConnectionId, TenantId};
use privacy::legal_hold::Note;
use privacy::message::Work;
use privacy::meta_secrets::AppSecrets;
use privacy::obligation::ObligationId;
use privacy::policy::spoken::typed_spans;
use privacy::signed_request::{self, Refusal};
use privacy::subject_request::bounce::{BounceCause, BounceReport};
use privacy::subject_request::notice::NoticeJob;
use privacy_edge::form;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;
use privacy_tests::repository::{files, read, root};
use privacy_tests::{retention, short, template, timeline};
use sha2::{Digest, Sha256};

const APP_SECRETS: &str = r#"{"facebook":{"current":"appsecret"}}"#;

fn documents() -> impl Iterator<Item = String> {
    let is_document = |path: &String| {
        path.ends_with(".md")
            && (path.starts_with("docs/")
                || ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].contains(&path.as_str()))
    };
    files().into_iter().filter(is_document)
}

/// What stands between `start` and `end`, wherever it stands.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split_once(end).map(|(inner, _)| inner))
}

// ---------------------------------------------------------------------------------------------- events

fn events(function: &str) -> Vec<(String, String)> {
    let prefix = format!("events/{function}.");
    let files = files().into_iter().filter(|path| path.starts_with(&prefix));
    let events: Vec<_> = files.map(|path| (read(&path), path)).map(|(text, path)| (path, text)).collect();
    assert!(!events.is_empty(), "{function} has no event");
    events
}

fn request(path: &str, text: &str) -> Request {
    let request = lambda_http::request::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let event: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(event["rawPath"], event["requestContext"]["http"]["path"], "{path}");
    assert_eq!(event["routeKey"], event["requestContext"]["routeKey"], "{path}");
    let route = event["routeKey"].as_str().unwrap();
    assert!(routes().contains(route), "{path}: no route {route} in template.yaml");
    request
}

#[test]
fn every_event_is_for_a_function() {
    let functions: Vec<String> = fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for path in files().iter().filter(|path| path.starts_with("events/")) {
        assert!(functions.iter().any(|name| path.starts_with(&format!("events/{name}."))), "{path}");
    }
    for function in functions {
        events(&function);
    }
}

#[tokio::test]
async fn callbacks_carry_what_they_say() {
    let secrets = AppSecrets::parse(APP_SECRETS).unwrap();
    let mut encodings = BTreeSet::new();
    for (path, text) in events("meta-callback") {
        let request = request(&path, &text);
        let field = form::single_field(request.headers(), request.body(), "signed_request").await;
        let verified = signed_request::verify(&field.unwrap_or_else(|problem| panic!("{path}: {problem:?}")), &secrets);
        if path.contains(".refused") {
            assert_eq!(verified.err(), Some(Refusal::Signature), "{path}");
        } else {
            assert!(verified.unwrap().issued_at.is_some(), "{path}");
        }
        encodings.insert(text.contains("\"isBase64Encoded\": true"));
        let is_deauthorize = request.raw_http_path() == "/api/meta/deauthorize";
        assert_eq!(is_deauthorize, path.contains(".deauthorize"), "{path}");
    }
    assert_eq!(encodings.len(), 2, "the API sends bodies both ways");
}

#[test]
fn status_requests_name_a_code_or_nothing() {
    for (path, text) in events("request-status") {
        let request = request(&path, &text);
        let code = request.raw_http_path().strip_prefix("/privacy/requests/").map(ObligationId::parse);
        assert_eq!(code.is_none(), path.contains(".unknown-path"), "{path}");
        assert!(code.is_none_or(|code| code.is_ok()), "{path}");
    }
}

#[test]
fn disconnects_name_a_connection() {
    for (path, text) in events("disconnect-intake") {
        let request = request(&path, &text);
        if path.contains(".account-export") {
            let account = request.raw_http_path().strip_prefix("/api/accounts/").and_then(|rest| rest.split_once('/'));
            assert!(account.is_some_and(|(tenant, of)| TenantId::parse(tenant).is_ok() && of == "export"), "{path}");
            continue;
        }
        let members = Members::read(request.headers(), request.body()).unwrap_or_else(|_| panic!("{path}"));
        assert!(members.parse("tenant_id", TenantId::parse).unwrap().is_some(), "{path}");
        assert!(members.parse("connection_id", ConnectionId::parse).unwrap().is_some(), "{path}");
    }
}

#[test]
fn calls_of_staff_are_signed_and_for_a_route() {
    for (path, text) in events("staff-api") {
        let request = request(&path, &text);
        assert!(text.contains("\"iam\""), "{path}");
        if request.body().is_empty() {
            continue;
        }
        let members = Members::read(request.headers(), request.body()).unwrap_or_else(|_| panic!("{path}"));
        let tenant = members.parse("tenant_id", TenantId::parse).unwrap();
        let hash = members.parse("plan_hash", |text| Ok::<_, ()>(text.len())).unwrap();
        // An act on a request says why; an extension says it to the person.
        let has_why = ["why", "reason"].into_iter().any(|name| members.parse(name, Note::parse).unwrap().is_some());
        assert!(tenant.is_some() || hash == Some(64) || has_why, "{path}");
    }
}

#[test]
fn a_batch_holds_good_and_poison_records() {
    for (path, text) in events("erasure-worker") {
        let batch: SqsEvent = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let read = |body: &Option<String>| Work::from_body(body.as_deref().unwrap()).is_ok();
        let (good, poison): (Vec<_>, Vec<_>) = batch.records.iter().partition(|record| read(&record.body));
        assert_eq!((good.len(), poison.len()), (1, 1), "{path}");
    }
}

#[test]
fn a_batch_of_notices_holds_good_and_poison_records() {
    let mut forms = BTreeSet::new();
    for (path, text) in events("notify-worker") {
        let batch: SqsEvent = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for record in &batch.records {
            let body = record.body.as_deref().unwrap();
            let read = (NoticeJob::from_body(body).is_ok(), BounceReport::from_body(body).is_ok());
            assert_eq!(read.1, path.contains(".bounce"), "{path}: {body}");
            forms.insert(read);
        }
    }
    assert_eq!(forms, BTreeSet::from([(true, false), (false, true), (false, false)]));
}

/// What the rules of the template make of an event of the carrier is what the worker reads.
#[test]
fn the_rules_for_bounces_make_reports_that_can_be_read() {
    let template = read("template.yaml");
    let request = ObligationId::of_request(&[1; 20]);
    let mut causes = Vec::new();
    for rule in between(&template, "InputTemplate: '", "'") {
        let body = rule.replace("<request>", &serde_json::to_string(&request).unwrap());
        let report = BounceReport::from_body(&body.replace("<letter>", "\"code.2\"")).unwrap();
        assert_eq!((&report.request, report.letter.round), (&request, 2));
        causes.push(report.cause);
    }
    assert_eq!(causes, [BounceCause::Bounce, BounceCause::Complaint]);
}

#[test]
fn a_batch_of_exports_holds_both_jobs_and_a_poison_record() {
    for (path, text) in events("export-worker") {
        let batch: SqsEvent = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let read = |body: &Option<String>| ExportJob::from_body(body.as_deref().unwrap()).is_ok();
        let good: Vec<bool> = batch.records.iter().map(|record| read(&record.body)).collect();
        assert_eq!(good, [true, true, false], "{path}");
    }
}

#[test]
fn a_tick_is_what_the_schedule_sends() {
    let template = read("template.yaml");
    let compact = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap().to_string();
    let sent: BTreeSet<String> = between(&template, "Input: '", "'").map(compact).collect();
    let events: BTreeSet<String> = events("retention-sweeper").iter().map(|(_, text)| compact(text)).collect();
    assert_eq!(sent, events);
}

// ---------------------------------------------------------------------------------------------- paths

/// A word in backticks that can only be a path of this repository.
fn as_path(word: &str) -> Option<&str> {
    let is_plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte));
    let top = word.split('/').next()?;
    let is_built = word.starts_with("target/") || word.starts_with("local/.state");
    let is_inside = word.contains('/') && root().join(top).is_dir();
    let is_file = [".md", ".toml", ".yaml", ".rs", ".py", ".json", ".txt"].iter().any(|end| word.ends_with(end));
    (is_plain && !is_built && !top.is_empty() && (is_inside || (is_file && !word.starts_with('.')))).then_some(word)
}

#[test]
fn every_path_that_a_document_names_exists() {
    let files = files();
    // `main.rs` alone names a kind of file; the path of one starts at the root or at the document.
    let exists = |path: &str, folder: &Path| {
        root().join(path).exists()
            || folder.join(path).exists()
            || (!path.contains('/') && files.iter().any(|file| file.ends_with(&format!("/{path}"))))
    };
    let mut missing = Vec::new();
    for document in documents() {
        let text = read(&document);
        let folder = root().join(&document).parent().unwrap().to_owned();
        let prose = text.split("```").step_by(2);
        for word in prose.flat_map(|prose| prose.split('`').skip(1).step_by(2)).filter_map(as_path) {
            if !exists(word, &folder) {
                missing.push(format!("{document}: `{word}`"));
            }
        }
        for link in between(&text, "](", ")").filter(|link| !link.contains("://") && !link.starts_with(['#', '<'])) {
            let path = link.split('#').next().unwrap_or_default().trim_start_matches("mailto:");
            if !path.contains('@') && !folder.join(path).exists() {
                missing.push(format!("{document}: ({link})"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// Twenty questions that law and policy leave open. Where a path stands, [`every_path_that_a_document_names_exists`] looks.
#[test]
fn every_decision_names_its_place_or_says_that_it_is_not_built() {
    let text = read("docs/decisions.md");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| #"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 20);
    for (index, row) in rows.iter().enumerate() {
        let [number, question, decision, reason, place] = row.as_slice() else { panic!("{row:?}") };
        assert_eq!(*number, (index + 1).to_string());
        assert!([question, decision, reason].iter().all(|text| !text.is_empty()), "{row:?}");
        let paths: Vec<&str> = place.split('`').skip(1).step_by(2).filter_map(as_path).collect();
        assert!(paths.iter().all(|path| root().join(path).is_file()), "{number}: {place}");
        assert!(!paths.is_empty() || *place == "not built yet", "{number}: {place}");
    }
}

/// Names of tests are sentences; no other word in backticks is as long.
#[test]
fn every_test_that_a_document_names_exists() {
    let sources: String =
        files().iter().filter(|path| path.ends_with(".rs") || path.ends_with(".py")).map(|path| read(path)).collect();
    let mut missing = Vec::new();
    for document in documents() {
        let text = read(&document);
        let words = text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2));
        let is_name = |word: &&str| {
            let is_plain = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            is_plain && word.matches('_').count() >= 3
        };
        for name in words.filter(is_name) {
            if !sources.contains(&format!("fn {name}(")) && !sources.contains(&format!("def {name}(")) {
                missing.push(format!("{document}: {name}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn no_text_names_a_place_outside_the_repository() {
    // Written in two parts, so that this file does not find itself.
    let forbidden = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("../sha", "red"), concat!("/ho", "me/")];
    for path in files() {
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        let found: Vec<_> = forbidden.iter().filter(|word| text.contains(**word)).collect();
        assert!(found.is_empty(), "{path} names {found:?}");
    }
}

// ---------------------------------------------------------------------------------------------- alarms

/// The properties of every alarm of the template, as text.
fn alarms(template: &str) -> Vec<&str> {
    let alarms: Vec<&str> = between(template, "Type: AWS::CloudWatch::Alarm\n", "AlarmActions").collect();
    assert!(alarms.len() >= 15, "{} alarms", alarms.len());
    alarms
}

#[test]
fn every_alarm_has_its_runbook_and_every_runbook_its_alarm() {
    let template = read("template.yaml");
    let named: BTreeSet<String> = alarms(&template)
        .iter()
        .map(|alarm| between(alarm, "See ", "\n").next().unwrap_or_else(|| panic!("no runbook:{alarm}")).to_owned())
        .collect();
    let written: BTreeSet<String> = files()
        .into_iter()
        .filter(|path| path.starts_with("docs/runbooks/") && !path.ends_with("/README.md"))
        .collect();
    assert_eq!(named, written);
    for path in written {
        assert!(read(&path).lines().count() <= 60, "{path} is longer than 60 lines");
    }
}

#[test]
fn every_metric_that_an_alarm_watches_is_emitted() {
    let template = read("template.yaml");
    let sources: String = files()
        .iter()
        .filter(|path| path.starts_with("functions/") && path.ends_with(".rs"))
        .map(|path| read(path))
        .collect();
    let ours = alarms(&template)
        .into_iter()
        .filter(|alarm| alarm.contains(&format!("Namespace: {}\n", privacy_edge::metrics::NAMESPACE)));
    let names: Vec<&str> = ours.map(|alarm| between(alarm, "MetricName: ", "\n").next().unwrap()).collect();
    assert!(names.len() >= 6, "{names:?}");
    let silent: Vec<_> = names.iter().filter(|name| !sources.contains(&format!("(\"{name}\", "))).collect();
    assert!(silent.is_empty(), "no function emits {silent:?}");
}

// ---------------------------------------------------------------------------------------------- the API

fn routes() -> BTreeSet<String> {
    let template = read("template.yaml");
    let keys = between(&template, "RouteKey: ", "}\n").map(|rest| match rest.strip_prefix('\'') {
        Some(quoted) => quoted.split('\'').next().unwrap().to_owned(),
        None => rest.split(',').next().unwrap().to_owned(),
    });
    keys.collect()
}

/// `/privacy/requests/{code}` and `/privacy/requests/{confirmation_code}` are one path.
fn nameless(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn the_api_description_and_the_template_have_the_same_paths() {
    let openapi = read("openapi.yaml");
    let paths = openapi.lines().filter_map(|line| line.strip_prefix("  /")).filter_map(|line| line.strip_suffix(':'));
    let described: BTreeSet<String> = paths.map(|path| nameless(&format!("/{path}"))).collect();
    let routed: BTreeSet<String> =
        routes().iter().filter_map(|route| route.strip_prefix("ANY ")).map(nameless).collect();
    assert_eq!(described, routed);
}

#[test]
fn the_api_description_has_every_problem_and_no_other() {
    let openapi = read("openapi.yaml");
    let slugs = openapi.split("urn:privacy:problem:").skip(1);
    let slug = |rest: &str| rest.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '-').collect();
    let described: BTreeSet<String> = slugs.map(slug).collect();
    // The source, not a list kept here: a new variant counts without anybody adding it to this test.
    let source = read("shared/edge/src/problem.rs");
    let slugs = between(&source, "fn slug(self)", "\n    }\n").next().unwrap();
    let known: BTreeSet<String> = between(slugs, "=> \"", "\"").map(str::to_owned).collect();
    assert!(known.contains(Problem::NotFound.slug()));
    assert_eq!(described, known);
    for problem in [
        Problem::BadRequest,
        Problem::BadMember("tenant_id"),
        Problem::WindowClosed,
        Problem::InvalidHold("proof"),
        Problem::HoldTaken,
        Problem::PlanDiffers,
        Problem::NotNow,
        Problem::StepsLeft,
        Problem::NotExtendable,
        Problem::NotPausable,
        Problem::NotDeniable,
        Problem::NotFound,
        Problem::MethodNotAllowed("POST"),
        Problem::TooLarge,
        Problem::UnsupportedMediaType,
        Problem::Unavailable,
    ] {
        let body: serde_json::Value = serde_json::from_str(&problem.body()).unwrap();
        let title = body["title"].as_str().unwrap();
        assert!(openapi.contains(title), "openapi.yaml does not say: {title}");
    }
}

/// The words that a function of a source file answers with, and those of an enum of the API description: the source, not a list kept
/// here, so that a new variant counts without anybody adding it to this test.
fn words_and_enum(file: &str, of: &str, head: &str) -> [BTreeSet<String>; 2] {
    let source = read(file);
    let body = between(&source, of, "\n    }\n").next().unwrap_or_else(|| panic!("{file} has no {of}"));
    let openapi = read("openapi.yaml");
    let listed = between(&openapi, head, "]").next().unwrap_or_else(|| panic!("openapi.yaml has no {head}"));
    let described = listed.split(',').map(|word| word.trim().to_owned()).collect();
    [between(body, "=> \"", "\"").map(str::to_owned).collect(), described]
}

#[test]
fn the_api_description_has_every_step_that_can_be_left_and_everything_that_staff_are_waited_for() {
    for (file, of, head) in [
        (
            "shared/privacy/src/close_request.rs",
            "impl Step {",
            "left: {type: array, description: What is left before it can be closed., items: {type: string, enum: [",
        ),
        (
            "shared/privacy/src/subject_request/turn.rs",
            "impl Turn {",
            "description: What only staff can do, the most urgent first.\n          items: {type: string, enum: [",
        ),
    ] {
        let [known, described] = words_and_enum(file, of, head);
        assert!(known.len() > 5, "{file}: {known:?}");
        assert_eq!(described, known, "{file}");
    }
}

#[test]
fn staff_can_say_by_the_client_whatever_the_api_takes_about_a_request() {
    let (api, client) =
        (read("functions/staff-api/src/http/requests/read.rs"), read("tools/staff/src/arguments/requests.rs"));
    let words = |text: &str, start: &str, end: &str| -> BTreeSet<String> {
        let list = between(text, start, end).next().unwrap_or_else(|| panic!("no {start}"));
        list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let members = |start: &str| -> BTreeSet<String> {
        // Every other text is an option; a dot leads into an object.
        let all = words(&client, start, "];").into_iter().filter(|word| !word.starts_with("--"));
        all.map(|word| word.split('.').next().unwrap().to_owned()).collect()
    };
    let noted: BTreeSet<String> = members("const NOTED: ").union(&members("const NOTED_FLAGS: ")).cloned().collect();
    assert_eq!(noted, words(&api, "const ASKED: ", "];"));
    let of_field = words(&api, "field.only(&[", "])");
    assert_eq!(of_field, ["field", "decision", "evidence", "value"].map(str::to_owned).into());
    let said = members("const CORRECTED: ");
    assert!(said.contains("value") && said.contains("open"), "{said:?}");
}

// ---------------------------------------------------------------------------------------------- the threat model

/// The part of a document under a heading.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    rest.split("\n## ").next().unwrap()
}

/// What is in backticks in the first cell of every row of the tables, each there once.
fn first_cells(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let cells = text.lines().filter_map(|line| line.strip_prefix("| "));
    let first = cells.filter_map(|line| line.split(" | ").next());
    for name in first.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        assert!(found.insert(name.to_owned()), "{name} is there twice");
    }
    found
}

/// The names of the template's resources of some types.
fn resources(template: &str, types: &[&str]) -> BTreeSet<String> {
    let lines: Vec<&str> = template.lines().collect();
    let is_of = |pair: &&[&str]| types.iter().any(|of| pair[1] == format!("    Type: AWS::{of}"));
    let named = lines.windows(2).filter(is_of).filter_map(|pair| pair[0].trim().strip_suffix(':'));
    named.map(str::to_owned).collect()
}

#[test]
fn every_way_in_is_in_the_threat_model() {
    let template = read("template.yaml");
    let mut ways = routes();
    assert!(ways.len() > 20, "{ways:?}");
    ways.extend(resources(&template, &["Scheduler::Schedule", "Events::Rule"]));
    for (before, after) in [("            Queue: !GetAtt ", ".Arn"), ("            Stream: !GetAtt ", ".StreamArn")] {
        let sources: Vec<&str> = between(&template, before, after).collect();
        assert!(!sources.is_empty(), "{before}");
        ways.extend(sources.into_iter().map(str::to_owned));
    }
    // "No bucket starts anything"; and whatever else can start a function has one of these forms.
    assert!(!template.contains("NotificationConfiguration") && !template.contains("AWS::Lambda::Url"));
    assert_eq!(resources(&template, &["Lambda::EventSourceMapping"]), BTreeSet::new());
    assert_eq!(first_cells(section(&read("docs/threat-model.md"), "Ways in")), ways);
}

#[test]
fn every_threat_names_its_control_and_tests_of_its_own() {
    let text = read("docs/threat-model.md");
    let rows: Vec<Vec<&str>> = text
        .split("| threat | control | test |\n|---|---|---|\n")
        .skip(1)
        .flat_map(|table| table.lines().take_while(|line| line.starts_with("| ")))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() >= 60, "{} threats", rows.len());
    for row in &rows {
        let [threat, control, test] = row.as_slice() else { panic!("{row:?}") };
        assert!(!threat.is_empty() && !control.is_empty(), "{row:?}");
        let names = test.split('`').skip(1).step_by(2);
        // A name of a test, which `every_test_that_a_document_names_exists` looks for, or a command. No file: that is no test.
        let held = names.filter(|name| name.matches('_').count() >= 3 || name.starts_with("make ")).count();
        assert!(held > 0 && !test.contains("the same"), "{row:?}");
    }
    // Each attacker has something to gain, even if it is nothing.
    for attacker in between(&text, "\n## ", "\n").filter(|heading| section(&text, heading).contains("| threat |")) {
        let is_gain_told = section(&text, attacker).trim_start().starts_with("At worst: ");
        assert!(is_gain_told || attacker.starts_with("No attacker"), "{attacker}: what is gained?");
    }
}

// ---------------------------------------------------------------------------------------------- limits

/// A digest of the text of every function of a name in a file, blanks at the ends of lines aside; none where there is no such function.
fn digest_of_function(source: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = source.lines().collect();
    let begins = |line: &&str| line.contains(&format!("fn {name}(")) || line.contains(&format!("fn {name}<"));
    let mut digest = Sha256::new();
    let mut is_there = false;
    for (at, first) in lines.iter().enumerate().filter(|(_, line)| begins(line)) {
        is_there = true;
        let indent = first.len() - first.trim_start().len();
        let is_last = |line: &str| line.len() - line.trim_start().len() == indent && line.trim_start().starts_with('}');
        // A function of one line, or of a trait, has no line that closes it.
        let is_whole = first.ends_with('}') || first.ends_with(';');
        let more = if is_whole { 0 } else { lines[at + 1..].iter().position(|line| is_last(line)).unwrap() + 1 };
        lines[at..=at + more].iter().for_each(|line| digest.update(format!("{}\n", line.trim_end())));
    }
    is_there.then(|| data_encoding::HEXLOWER.encode(&digest.finalize())[..12].to_owned())
}

#[test]
fn a_function_has_another_digest_once_anything_of_it_is_edited() {
    let source = "impl A {\n    fn one(&self) -> bool {\n        if x {\n            1\n        }\n    }\n\n    fn two() {}\n}\n";
    let digest = |source: &str, name: &str| digest_of_function(source, name);
    assert!(digest(source, "one").is_some() && digest(source, "two").is_some() && digest(source, "three").is_none());
    assert_eq!(digest(source, "on"), None, "only by its whole name");
    let edited = source.replace("            1\n", "            2\n");
    assert_ne!(digest(&edited, "one"), digest(source, "one"));
    assert_eq!(digest(&edited, "two"), digest(source, "two"), "another function was edited");
    let moved = format!("// Above.\n\n{source}");
    assert_eq!(digest(&moved, "one"), digest(source, "one"), "it was moved");
    let tail = source.replace("        }\n    }\n", "        }\n        drop(1);\n    }\n");
    assert_ne!(digest(&tail, "one"), digest(source, "one"), "to its last line");
}

#[test]
fn every_mutation_that_is_explained_is_of_a_function_that_is_there_as_it_was_explained() {
    let listed: toml::Table = read("tests/mutants.toml").parse().unwrap();
    let survivors = listed.get("survivor").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    for survivor in survivors {
        let field = |name: &str| survivor[name].as_str().unwrap_or_default().to_owned();
        let (file, mutation, why) = (field("file"), field("mutation"), field("why"));
        assert!(file.starts_with("shared/privacy/src/") && files().contains(&file), "{file}");
        assert!(why.len() > 30, "{mutation}: say why no test should notice it");
        // "replace < with <= in Head::is_late", "replace is_late -> bool with true", "delete ! in is_late".
        let named = match mutation.rsplit_once(" in ") {
            Some((_, function)) => function,
            None => mutation.trim_start_matches("replace ").split([' ', '(']).next().unwrap_or_default(),
        };
        let name = named.rsplit("::").next().unwrap_or_default();
        let digest = digest_of_function(&read(&file), name);
        let digest = digest.unwrap_or_else(|| panic!("{file} has no {name}: {mutation}"));
        assert_eq!(
            field("function"),
            digest,
            "{file}: {name} was edited since somebody explained `{mutation}`: does that still hold? Then write its digest"
        );
    }
}

#[test]
fn no_file_is_too_long() {
    if let Ok(text) = fs::read_to_string(root().join("ARCHITECTURE.md")) {
        assert!(text.lines().count() <= 150, "ARCHITECTURE.md is longer than 150 lines");
    }
    // It holds the short table of what ends when, a line for each clock of the data map.
    assert!(read("README.md").lines().count() <= 190, "README.md is longer than 190 lines");
    for path in files().iter().filter(|path| path.ends_with(".rs")) {
        if path.contains("/tests/") || path.ends_with("/tests.rs") {
            continue;
        }
        let text = read(path);
        let lines = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().lines().count();
        let max = if path.ends_with("/main.rs") { 40 } else { 300 };
        assert!(lines <= max, "{path} has {lines} lines, {max} are allowed");
    }
}

// ---------------------------------------------------------------------------------------------- retention

/// The policy file with what functions do not carry.
fn whole_map() -> DataMap {
    DataMap::new(toml::from_str(&read("policy.toml")).unwrap()).unwrap()
}

#[test]
fn the_retention_table_is_what_the_policy_file_says() {
    expect_test::expect_file!["../../docs/retention.md"].assert_eq(&retention::page(&whole_map()));
}

/// Both documents hold the short table between these two lines. `UPDATE_EXPECT=1` writes it there, as it does for whole files.
#[test]
fn the_short_table_of_readme_and_architecture_is_what_the_policy_file_says() {
    const MARKS: [&str; 2] = ["<!-- retention: made from policy.toml -->\n", "<!-- retention: end -->"];
    let table = short::table(&whole_map());
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = read(document);
        let (before, rest) = text.split_once(MARKS[0]).unwrap_or_else(|| panic!("{document} has no short table"));
        let (_, after) = rest.split_once(MARKS[1]).unwrap_or_else(|| panic!("{document}: the short table has no end"));
        let wanted = format!("{before}{}{table}{}{after}", MARKS[0], MARKS[1]);
        expect_test::expect_file![root().join(document)].assert_eq(&wanted);
    }
}

#[test]
fn the_template_is_what_the_policy_file_says() {
    let wanted = template::drawn(&read("template.yaml"), &whole_map());
    expect_test::expect_file!["../../template.yaml"].assert_eq(&wanted);
}

#[test]
fn the_api_description_has_the_address_of_the_policy_file() {
    let (text, host) = (read("openapi.yaml"), whole_map().model().company.api_host.clone());
    let (before, rest) = text.split_once("      host: {default: ").unwrap();
    let (_, after) = rest.split_once(',').unwrap();
    expect_test::expect_file!["../../openapi.yaml"]
        .assert_eq(&format!("{before}      host: {{default: {host},{after}"));
}

/// A number of days that is typed beside the policy file says something else as soon as that is changed.
#[test]
fn no_span_of_the_policy_file_is_typed_beside_it() {
    // Rules of the code: how far ahead a review may lie, and an end of an account.
    let ours: [(&str, &[&str]); 3] =
        [("openapi.yaml", &["90 days", "ten years"]), ("README.md", &[]), ("template.yaml", &[])];
    for (document, ours) in ours {
        let text = read(document);
        let mut is_drawn = false;
        let by_hand = text.lines().filter(|line| {
            let mark = line.trim().trim_start_matches("<!-- ").trim_start_matches("# ");
            is_drawn |= mark.starts_with("policy.toml: ") || mark.starts_with("retention: made");
            is_drawn &= !(mark.starts_with("policy.toml: end") || mark.starts_with("retention: end"));
            !is_drawn
        });
        let by_hand = by_hand.collect::<Vec<_>>().join("\n");
        // What stands in one phrase: a key and a value beside it are no span.
        let phrases = by_hand.split(|letter: char| ":{}[](),;'|".contains(letter));
        // Hours are those of streams, schedules and alarms.
        let typed = phrases.flat_map(typed_spans).filter(|span| !span.contains("hour"));
        let typed: Vec<String> = typed.filter(|span| !ours.contains(&span.as_str())).collect();
        assert_eq!(typed, Vec::<String>::new(), "{document}: draw it, or say it without the number");
    }
}

#[test]
fn the_timeline_is_what_the_policy_file_says() {
    expect_test::expect_file!["../../docs/timeline.svg"].assert_eq(&timeline::picture(&whole_map()));
}
