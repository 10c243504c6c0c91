//! Personal data and secrets print nothing, by type. Every type of the workspace is read from its source: a field that holds
//! text and can be printed is in `tests/printing.toml` with the reason why it may, and so is every place where text is taken out
//! of its type, and every field of a log. A new one fails here until somebody has decided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use privacy::export::people::Own;
use privacy::export::pieces::Pieces;
use privacy::export::ports::{Link, Row};
use privacy::identity::{EmailAddress, Handle, Identity, Namespace, PlatformId};
use privacy::legal_hold::Note;
use privacy::meta_secrets::AppSecrets;
use privacy::subject_request::{Extended, PointValue, Words};
use privacy_tests::asked;
use privacy_tests::logs::{Logged, Uses, uses};
use privacy_tests::repository::read;
use privacy_tests::types::{self, Types, sources};
use serde::Deserialize;

/// Fields by file: `Type.field` → why.
type Listed = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    harmless: BTreeSet<String>,
    why: BTreeMap<String, String>,
    folders: BTreeMap<String, String>,
    by_hand: BTreeMap<String, String>,
    exposed: BTreeMap<String, String>,
    logged: BTreeMap<String, String>,
    leaves: BTreeMap<String, String>,
    fields: Listed,
    redacted: Listed,
}

/// Read once, for all tests of a run.
fn read_types() -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES.get_or_init(|| Types::of(&sources()))
}

fn read_uses() -> &'static Uses {
    static USES: OnceLock<Uses> = OnceLock::new();
    USES.get_or_init(|| uses(&sources()))
}

fn table() -> Table {
    toml::from_str(&read("tests/printing.toml")).unwrap()
}

/// `file Type.field` of everything that can be printed and holds plain text; apart from it what is in types that print nothing.
fn found(types: &Types, table: &Table) -> (BTreeSet<String>, BTreeSet<String>) {
    let redacted = types.redacted();
    let (mut printed, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for declared in &types.declared {
        let is_redacted = redacted.contains(declared.name.as_str()) && !declared.derives.contains("Debug");
        let is_in_folder = table.folders.keys().any(|folder| declared.path.starts_with(folder));
        if is_in_folder || !(is_redacted || declared.prints()) {
            continue;
        }
        for (field, holds) in &declared.fields {
            if !types.plain(holds, &table.harmless).is_empty() {
                let name = format!("{} {}.{field}", declared.path, declared.name);
                if is_redacted {
                    kept.insert(name)
                } else {
                    printed.insert(name)
                };
            }
        }
    }
    (printed, kept)
}

fn listed(fields: &Listed) -> BTreeSet<String> {
    fields.iter().flat_map(|(path, fields)| fields.keys().map(move |field| format!("{path} {field}"))).collect()
}

fn differences(found: &BTreeSet<String>, listed: &BTreeSet<String>) -> Vec<String> {
    let new = found.difference(listed).map(|name| format!("not listed: {name}"));
    new.chain(listed.difference(found).map(|name| format!("listed, but gone: {name}"))).collect()
}

#[test]
fn whatever_prints_text_says_why_it_may() {
    let (types, table) = (read_types(), table());
    assert!(types.declared.len() > 500, "only {} types were read", types.declared.len());
    let (printed, kept) = found(types, &table);
    assert_eq!(differences(&printed, &listed(&table.fields)), Vec::<String>::new());
    assert_eq!(differences(&kept, &listed(&table.redacted)), Vec::<String>::new());
    let reasons =
        table.fields.values().chain(table.redacted.values()).flat_map(BTreeMap::values).chain(table.folders.values());
    let unknown: Vec<&String> = reasons.filter(|why| !table.why.contains_key(*why)).collect();
    assert_eq!(unknown, Vec::<&String>::new());
}

/// The check itself: what it would say if somebody added a field.
#[test]
fn a_field_of_plain_text_is_found_however_it_is_written() {
    let table = table();
    let check = |source: &str, expected: &[&str]| {
        let file = syn::parse_file(source).unwrap();
        let (printed, kept) = found(&Types::of(&[("shared/a.rs".to_owned(), file)]), &table);
        let found: Vec<String> =
            printed.into_iter().chain(kept.into_iter().map(|name| format!("kept {name}"))).collect();
        assert_eq!(found, expected, "{source}");
    };
    for of in [
        "String",
        "Option<String>",
        "Vec<Vec<String>>",
        "BTreeMap<u8, String>",
        "&'a str",
        "Cow<'a, str>",
        "Box<str>",
        "[u8; 32]",
        "Vec<u8>",
        "&'a [u8]",
        "Value",
        "Arc<Mutex<Option<String>>>",
        "(u8, String)",
        "HeaderMap",
        "AttributeValue",
        "Text",
        "Unheard<u8>",
        "Result<u8, String>",
    ] {
        check(&format!("type Text = String; #[derive(Clone, Debug)] struct A<'a> {{ b: {of} }}"), &["shared/a.rs A.b"]);
        check(&format!("type Text = String; #[derive(Serialize)] struct A<'a>({of});"), &["shared/a.rs A.0"]);
        check(
            &format!("type Text = String; mod m {{ fn f() {{ #[derive(Debug)] enum A<'a> {{ B {{ c: {of} }} }} }} }}"),
            &["shared/a.rs A.B.c"],
        );
        check(
            &format!("type Text = String; struct A<'a> {{ b: {of} }} privacy::redacted!(A<'a>);"),
            &["kept shared/a.rs A.b"],
        );
    }
    check(
        "#[derive(Debug)] struct A { b: u64, c: &'static str, d: B } #[derive(Debug)] struct B(Option<SecretString>);",
        &[],
    );
    check(
        "struct A { b: String } #[cfg(test)] #[derive(Debug)] struct B(String); #[cfg(test)] mod t { #[derive(Debug)] struct C(String); }",
        &[],
    );
}

#[test]
fn what_prints_by_hand_says_why() {
    let (types, table) = (read_types(), table());
    let redacted = types.redacted();
    let by_hand = |of: &&types::Implemented| {
        let prints = ["Debug", "Display", "LowerHex", "ToString"].contains(&of.of.as_str());
        let is_view = ["Deref", "AsRef<str>", "Borrow<str>", "AsRef<[u8]>"].contains(&of.of.as_str());
        let becomes_text = of.name == "String" && redacted.iter().any(|name| of.of == format!("From<{name}>"));
        let is_text = is_view || becomes_text;
        is_text || (prints && !(of.of == "Debug" && redacted.contains(of.name.as_str())))
    };
    let found: BTreeSet<String> =
        types.implemented.iter().filter(by_hand).map(|of| format!("{} of {}", of.of, of.name)).collect();
    assert_eq!(differences(&found, &table.by_hand.keys().cloned().collect()), Vec::<String>::new());
    // Nothing but its name by one way, and everything by another: that would be no use.
    let holding: BTreeSet<&str> =
        table.redacted.values().flat_map(BTreeMap::keys).filter_map(|name| name.split('.').next()).collect();
    let both: Vec<&String> =
        found.iter().filter(|name| name.rsplit(' ').next().is_some_and(|name| holding.contains(name))).collect();
    assert_eq!(both, Vec::<&String>::new());
}

/// Messages, events, reports and receipts: whatever they hold is a number, a date, a word of ours, or an opaque id.
#[test]
fn what_leaves_for_queues_buses_and_buckets_holds_nothing_that_must_not_print() {
    let (types, table) = (read_types(), table());
    let messages: BTreeSet<&str> =
        types.implemented.iter().filter(|of| of.of == "to_body").map(|of| of.name.as_str()).collect();
    let unnamed: Vec<&&str> = messages.iter().filter(|name| !table.leaves.contains_key(**name)).collect();
    assert_eq!(unnamed, Vec::<&&str>::new(), "messages that the table does not name");
    for start in table.leaves.keys() {
        assert!(types.declared.iter().any(|declared| declared.name == *start), "{start} is gone");
        assert_eq!(unfit(types, &table, start), Vec::<String>::new(), "{start}");
    }
}

/// What a type holds, through all others, that is secret or of somebody: the way to it.
fn unfit(types: &Types, table: &Table, start: &str) -> Vec<String> {
    let redacted = types.redacted();
    let mut seen = BTreeSet::new();
    let mut unfit = Vec::new();
    let mut open: Vec<(String, &types::Declared)> = types
        .declared
        .iter()
        .filter(|declared| declared.name == start)
        .map(|declared| (start.to_owned(), declared))
        .collect();
    while let Some((way, declared)) = open.pop() {
        if !seen.insert((&declared.path, &declared.name)) {
            continue;
        }
        if redacted.contains(declared.name.as_str()) {
            unfit.push(way.clone());
        }
        for (field, holds) in &declared.fields {
            let way = format!("{way} > {field}");
            let why = table.fields.get(&declared.path).and_then(|of| of.get(&format!("{}.{field}", declared.name)));
            if why.is_some_and(|why| why == "staff") || holds.iter().any(|held| held.starts_with("Secret")) {
                unfit.push(way.clone());
            }
            let held =
                holds.iter().flat_map(|held| types.aliases.get(held).cloned().unwrap_or_else(|| vec![held.clone()]));
            open.extend(
                held.flat_map(|held| types.meant(&declared.path, &held))
                    .map(|held| (format!("{way}: {}", held.name), held)),
            );
        }
    }
    unfit
}

#[test]
fn a_message_with_an_address_in_it_is_found() {
    let table = table();
    let source = "struct Job { to: Vec<Inner> } struct Inner { of: Option<Address> } struct Address(String); redacted!(Address);";
    let types = Types::of(&[("shared/a.rs".to_owned(), syn::parse_file(source).unwrap())]);
    assert_eq!(unfit(&types, &table, "Job"), ["Job > to: Inner > of: Address"]);
}

/// A queue is given what a message makes of itself, and nothing else.
#[test]
fn nothing_is_sent_but_messages() {
    let calls: Vec<String> = sources()
        .iter()
        .flat_map(|(path, _)| {
            read(path).lines().filter(|line| line.contains(".message_body(")).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert!(calls.len() >= 3);
    let others: Vec<&String> = calls.iter().filter(|line| !line.contains(".to_body())")).collect();
    assert_eq!(others, Vec::<&String>::new());
}

#[test]
fn text_is_taken_out_of_its_type_where_the_table_says_and_nowhere_else() {
    let exposed: BTreeSet<String> = read_uses().exposed.iter().cloned().collect();
    assert_eq!(differences(&exposed, &table().exposed.keys().cloned().collect()), Vec::<String>::new());
}

/// What the value of a field is never made of, whatever it is called.
const NEVER_LOGGED: [&str; 13] = [
    "expose",
    "expose_secret",
    "canonical",
    "body",
    "headers",
    "uri",
    "query",
    "payload",
    "email",
    "handle",
    "address",
    "user_id",
    "words",
];

fn unfit_for_a_log(field: &Logged) -> bool {
    let words = field.value.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let is_text = field.name.is_empty() && field.value.starts_with('"');
    // Words of a line are fixed; what is put between them would have no name.
    if is_text { field.value.contains('{') } else { words.into_iter().any(|word| NEVER_LOGGED.contains(&word)) }
}

#[test]
fn lines_of_logs_have_known_fields_and_hold_nothing_of_anybody() {
    let (table, uses) = (table(), read_uses());
    assert!(uses.logged.len() > 200, "only {} fields were read", uses.logged.len());
    let names: BTreeSet<String> =
        uses.logged.iter().filter(|field| !field.name.is_empty()).map(|field| field.name.clone()).collect();
    assert_eq!(differences(&names, &table.logged.keys().cloned().collect()), Vec::<String>::new());
    // Two lines take their words from those that the file itself has.
    let is_fixed = |field: &&Logged| {
        field.value.starts_with("\"{message}") && field.path == "functions/disconnect-intake/src/http/answers.rs"
    };
    let unfit: Vec<&Logged> = uses.logged.iter().filter(|field| unfit_for_a_log(field) && !is_fixed(field)).collect();
    assert_eq!(unfit, Vec::<&Logged>::new());
    assert_eq!(uses.instrumented, Vec::<String>::new(), "logs whatever a function is given");
}

#[test]
fn an_address_on_its_way_into_a_log_is_found() {
    let logged = |line: &str| {
        let file = syn::parse_file(&format!("fn f() {{ {line}; }}")).unwrap();
        uses(&[("a.rs".to_owned(), file)]).logged
    };
    for line in [
        r#"tracing::info!(who = %address.expose(), "words")"#,
        r#"tracing::warn!("who.is" = contact.email, "words")"#,
        r#"tracing::error!(?body, "words")"#,
        r#"warn!(handle, "words")"#,
        r#"tracing::info_span!("call", uri = request.uri().to_string())"#,
        r#"info!("a request of {name}")"#,
    ] {
        assert!(logged(line).iter().any(unfit_for_a_log), "{line}: {:?}", logged(line));
    }
    let good = logged(r#"tracing::info!("request.id" = request_id, outcome = ?done, count, "it was done")"#);
    let names: Vec<&str> = good.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["request.id", "outcome", "count", ""]);
    assert!(!good.iter().any(unfit_for_a_log), "{good:?}");
}

/// What a marked value of each kind prints, however it is asked to.
#[test]
fn nothing_of_a_person_and_no_secret_prints() {
    const MARKS: [&str; 7] = ["mia@", "mia.loves", "Mia", "4915112345678", "example/mia", "s3cr3t", "line one"];
    let check = |name: &str, value: &dyn std::fmt::Debug| {
        let printed = format!("{value:?} {value:#?}");
        let shown: Vec<&&str> = MARKS.iter().filter(|mark| printed.contains(**mark)).collect();
        assert_eq!(shown, Vec::<&&str>::new(), "{name}: {printed}");
        assert!(printed.contains("redacted") || printed.contains("REDACTED"), "{name}: {printed}");
    };
    let (email, handle) = (EmailAddress::parse("mia@example.com").unwrap(), Handle::parse("@mia.loves.tea").unwrap());
    let platform = Namespace::parse("instagram").unwrap();
    let id = PlatformId::parse("4915112345678").unwrap();
    check("platform id", &id);
    check("identity", &Identity::user(platform.clone(), id));
    check("address", &Identity::Email(email.clone()));
    check("handle", &Identity::Handle { platform, handle: handle.clone() });
    check("words", &Words::parse("It is me, Mia").unwrap());
    check("data point", &PointValue::parse("+49 151 12345678").unwrap());
    check("note", &Note::parse("Mia called").unwrap());
    check("link", &Link::new("https://bucket.example/mia?signature=s3cr3t".to_owned()));
    let attributes = std::collections::BTreeMap::from([("name".to_owned(), "Mia".into())]);
    check("row", &Row { key: "profile".to_owned(), attributes });
    let mut own = Own::default();
    own.know("mia@example.com");
    check("own", &own);
    check("file", &Pieces::from(b"It is me, Mia".as_slice()));
    check("app secrets", &AppSecrets::parse(r#"{"facebook":{"current":"s3cr3t-s3cr3t"}}"#).unwrap());
    let secret = |text: &str| text.to_owned().into();
    let credentials = privacy_aws::connection::Credentials {
        access_key_id: "AKIA".to_owned(),
        secret_access_key: secret("s3cr3t"),
        session_token: Some(secret("s3cr3t")),
    };
    check("credentials", &credentials);
    let connection = privacy_aws::connection::Connection::new("eu-central-1".to_owned(), credentials, None);
    check("connection", &connection.unwrap());
    let mut request = asked::full();
    request.clocks.extended = Some(Extended {
        reason: "Mia has several accounts".to_owned(),
        at: asked::now(),
        first_legal: "2026-04-10".parse().unwrap(),
    });
    check("request", &request);
    check("clocks", &request.clocks);
}
