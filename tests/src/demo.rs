//! People to erase in an [`Account`], as the product stores them.

use std::collections::HashMap;

use jiff::Timestamp;
use privacy::data_map::DataMap;
use privacy::deadline::DueBy;
use privacy::identity::{Identity, Namespace, PlatformId};
use privacy::keys::SubjectKeys;
use privacy::obligation::NewObligation;
use privacy::policy::Route;
use privacy::ports::Clock;
use privacy::scope::{Part, Place};
use privacy::target::{Limit, Target};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::receipts::ReceiptBucket;
use privacy_aws::reports::ReportBucket;
use privacy_aws::vault::{Names, Vault};
use serde_json::{Value, json};

use crate::account::Account;

/// A clock that stands.
#[derive(Clone, Copy, Debug)]
pub struct Stopped(pub Timestamp);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A fixed root of subject keys.
pub const SUBJECT_KEYS: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

/// An app-scoped person on Facebook.
#[must_use]
pub fn person(id: &str) -> Identity {
    Identity::user(Namespace::parse("facebook").unwrap(), PlatformId::parse(id).unwrap())
}

/// The ring of [`SUBJECT_KEYS`].
#[must_use]
pub fn keys() -> SubjectKeys {
    SubjectKeys::parse(SUBJECT_KEYS).unwrap()
}

/// A deletion request of a person, received at `now` and covering what was connected before.
#[must_use]
pub fn request(identity: &Identity, now: Timestamp) -> NewObligation {
    let keys = keys();
    NewObligation {
        id: keys.obligation_id(identity).unwrap(),
        route: Route::MetaDataDeletion,
        target: Target::Person {
            links: keys.links(identity),
            suppressions: keys.suppressions(identity),
            limit: Limit::Everywhere,
        },
        received_at: now,
        starts_at: None,
        covers_until: now,
        is_dated: true,
        due_by: DueBy { date: "2036-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        next_action_at: now,
    }
}

/// The built-in policy.
#[must_use]
pub fn map() -> DataMap {
    DataMap::built_in().unwrap()
}

/// The ledger of an account.
#[must_use]
pub fn ledger(account: &Account) -> LedgerTable {
    LedgerTable::new(&account.connection(), "ledger".to_owned())
}

/// The receipts of an account.
#[must_use]
pub fn receipts(account: &Account) -> ReceiptBucket {
    ReceiptBucket::new(&account.connection(), "receipts".to_owned())
}

/// The audit trail of an account.
#[must_use]
pub fn audit(account: &Account) -> ReceiptBucket {
    ReceiptBucket::audit(&account.connection(), "receipts".to_owned())
}

/// The reports of an account.
#[must_use]
pub fn reports(account: &Account) -> ReportBucket {
    ReportBucket::new(&account.connection(), "reports".to_owned())
}

/// The vault of an account, by the built-in policy.
#[must_use]
pub fn vault(account: &Account) -> Vault {
    let stores =
        ["inbox", "media", "connections", "accounts", "conversations", "files", "people", "social", "billing", "logs"]
            .map(|name| (name.to_owned(), name.to_owned()));
    let names = Names {
        stores: HashMap::from(stores),
        connections: "connections".to_owned(),
        secrets: map().model().store["connections"].secrets.clone(),
        suppression: "suppression".to_owned(),
    };
    Vault::new(&account.connection(), names)
}

/// Connects a person: the row with its tokens, the link both ways and its line in the directory of the tenant.
pub fn connect(account: &Account, tenant: &str, connection: &str, connected_at: &str, identity: &Identity) {
    let link = keys().links(identity)[0].to_string();
    let partition = format!("connection#{tenant}#{connection}");
    let row = |sort: &str| json!({"pk": {"S": partition}, "sk": {"S": sort}, "tenant_id": {"S": tenant}, "connection_id": {"S": connection}});
    let mut connection_row = row("connection");
    for (name, value) in [
        ("connected_at", connected_at),
        ("access_token", "token-1"),
        ("refresh_token", "token-2"),
        ("platform", "facebook"),
    ] {
        connection_row[name] = json!({"S": value});
    }
    if let Identity::Platform { id, .. } = identity {
        connection_row["platform_user_id"] = json!({"S": id.expose()});
    }
    let forward = json!({
        "pk": {"S": format!("link#{link}")}, "sk": {"S": format!("{tenant}#{connection}")},
        "tenant_id": {"S": tenant}, "connection_id": {"S": connection}, "connected_at": {"S": connected_at},
    });
    let listed = json!({
        "pk": {"S": format!("tenant#{tenant}")}, "sk": {"S": connection}, "platform": {"S": "facebook"},
        "tenant_id": {"S": tenant}, "connection_id": {"S": connection}, "connected_at": {"S": connected_at},
    });
    account.put_all("connections", &[connection_row, row(&format!("link#{link}")), forward, listed]);
}

/// A user of a tenant's account, known by an identity.
pub fn user(account: &Account, tenant: &str, user: &str, known_since: &str, identity: &Identity) {
    account.put_all("accounts", &[json!({
        "pk": {"S": format!("account#{tenant}")}, "sk": {"S": format!("user#{user}#profile")},
        "tenant_id": {"S": tenant}, "user_id": {"S": user}, "name": {"S": "Maren"}, "email": {"S": "maren@example.com"},
    })]);
    link_to(account, &privacy::memory::user_place(tenant, user), known_since, identity);
}

/// A contact of a tenant's own, known by an identity.
pub fn own_contact(account: &Account, tenant: &str, contact: &str, known_since: &str, identity: &Identity) {
    account.put_all(
        "conversations",
        &[json!({
            "pk": {"S": tenant}, "sk": {"S": format!("contact#{contact}#profile")},
            "tenant_id": {"S": tenant}, "contact_id": {"S": contact}, "name": {"S": "Maren"},
        })],
    );
    account.buckets().put_in("files", &format!("{tenant}/{contact}/talk/quote.pdf"), "1");
    link_to(account, &privacy::memory::own_contact_place(tenant, contact), known_since, identity);
}

/// Links an identity to a contact or a user: the link, and the row beside them that names it.
pub fn link_to(account: &Account, place: &Place, known_since: &str, identity: &Identity) {
    let link = keys().links(identity)[0].to_string();
    let (tenant, dated) = (&place.tenant, format!("link#{known_since}#{link}"));
    let (table, partition, sort) = match &place.part {
        Part::User(user) => ("accounts", format!("account#{tenant}"), format!("user#{user}#{dated}")),
        Part::OwnContact(contact) => ("conversations", tenant.to_string(), format!("contact#{contact}#{dated}")),
        Part::Connection(connection, Some(contact)) => {
            ("inbox", format!("{tenant}#{connection}"), format!("contact#{contact}#{dated}"))
        }
        Part::Own | Part::Connection(_, None) => panic!("nobody is known there"),
    };
    let row = |partition: &str, sort: &str| {
        let mut row = json!({"pk": {"S": partition}, "sk": {"S": sort}, "tenant_id": {"S": tenant.as_str()}});
        for (name, part) in [("connection_id", "connection"), ("contact_id", "contact"), ("user_id", "user")] {
            if let Some(id) = place.id(part) {
                row[name] = json!({"S": id});
            }
        }
        row
    };
    account.put_all(table, &[row(&partition, &sort)]);
    let mut forward = row(&format!("link#{link}"), &place.to_string());
    forward["known_since"] = json!({"S": known_since});
    account.put_all("connections", &[forward]);
}

/// So many signals of one contact, each an item of exactly `bytes`.
pub fn signals(account: &Account, tenant: &str, connection: &str, count: usize, bytes: usize) {
    signals_named(account, (tenant, connection), (0..count).map(|index| format!("{index:07}")), bytes);
}

/// Signals of one contact whose keys end so, each an item of exactly `bytes`, if its key is not longer.
pub fn signals_named(
    account: &Account,
    (tenant, connection): (&str, &str),
    ends: impl Iterator<Item = String>,
    bytes: usize,
) {
    let partition = format!("{tenant}#{connection}");
    let items: Vec<Value> = ends
        .map(|end| {
            let sort = format!("contact#p1#signal#2026-02-01T00:00:00.000Z#{end}");
            let names_and_keys = "pk".len() + partition.len() + "sk".len() + sort.len() + "text".len();
            let text = "z".repeat(bytes.saturating_sub(names_and_keys));
            json!({"pk": {"S": partition}, "sk": {"S": sort}, "text": {"S": text}})
        })
        .collect();
    account.put_all("inbox", &items);
}

/// What contacts of connections contributed to one person: the pointers, and the row that several connections feed.
pub fn share(account: &Account, tenant: &str, person: &str, contributions: &[(&str, &str, i64)]) {
    let pointer = |(connection, contact, _): &(&str, &str, i64)| {
        json!({
            "pk": {"S": format!("{tenant}#{connection}")}, "sk": {"S": format!("contact#{contact}#source#{person}")},
            "tenant_id": {"S": tenant}, "connection_id": {"S": connection}, "contact_id": {"S": contact},
        })
    };
    account.put_all("inbox", &contributions.iter().map(pointer).collect::<Vec<_>>());
    let mut sources = json!({});
    for (connection, contact, number) in contributions {
        sources[format!("{connection}#{contact}")] = json!({"N": number.to_string()});
    }
    let total: i64 = contributions.iter().map(|(_, _, number)| number).sum();
    let row = json!({
        "pk": {"S": format!("people#{tenant}")}, "sk": {"S": format!("person#{person}")}, "tenant_id": {"S": tenant},
        "sources": {"M": sources}, "total": {"N": total.to_string()},
    });
    account.put_all("people", &[row]);
}

/// Everything of tables and buckets that names a tenant, to be compared before and after.
#[must_use]
pub fn of_tenant(account: &Account, tenant: &str) -> Vec<String> {
    const TABLES: [&str; 8] =
        ["accounts", "billing", "connections", "conversations", "inbox", "logs", "people", "social"];
    let mut lines: Vec<String> =
        TABLES.iter().flat_map(|table| account.dump(table)).map(|item| item.to_string()).collect();
    lines.extend(account.buckets().dump());
    lines.retain(|line| line.contains(tenant));
    lines
}
