//! The people of a run, and what the product stores of them.

use std::sync::LazyLock;

use jiff::Timestamp;
use privacy::identity::{EmailAddress, Identity};
use privacy::instant::to_text as stamp;
use privacy::keys::{KeyedRef, SubjectKeys};
use privacy::memory::place;
use privacy::scope::Place;
use privacy_tests::demo;
use serde_json::{Value, json};

use crate::oracle::Connected;

/// How many people connect something. The last one never asks for anything.
pub const PEOPLE: usize = 3;

/// Who has connected nothing, and only wrote to some.
pub const WRITER: usize = PEOPLE;

/// A person by number.
#[must_use]
pub fn person(number: usize) -> Identity {
    demo::person(&format!("1015800000000000{}", number + 1))
}

/// Their address.
///
/// # Panics
/// Never: it is one.
#[must_use]
pub fn email(number: usize) -> EmailAddress {
    EmailAddress::parse(&format!("person-{number}@example.com")).unwrap()
}

/// Under which name they are found, by what a platform calls them and by their address.
#[must_use]
pub fn links(number: usize) -> [KeyedRef; 2] {
    [person(number), Identity::Email(email(number))].map(|identity| keys().links(&identity).remove(0))
}

/// The ring of keys.
pub fn keys() -> &'static SubjectKeys {
    static KEYS: LazyLock<SubjectKeys> = LazyLock::new(demo::keys);
    &KEYS
}

impl Connected {
    /// The place of the connection, or of a contact of it.
    #[must_use]
    pub fn place(&self, contact: Option<&str>) -> Place {
        place(&self.tenant, &self.id, contact)
    }

    /// The rows that connecting writes: the connection with its tokens, its links both ways, its line in the directory.
    #[must_use]
    pub fn rows(&self) -> Vec<Value> {
        let Self { tenant, id, person: owner, platform, connected_at, is_known: _, written_by: _ } = self;
        let connected_at = stamp(*connected_at);
        let row = |partition: &str, sort: &str| json!({"pk": {"S": partition}, "sk": {"S": sort}, "tenant_id": {"S": tenant}, "connection_id": {"S": id}});
        let dated = |mut row: Value| {
            row["connected_at"] = json!({"S": connected_at});
            row
        };
        let of_platform = |mut row: Value| {
            row["platform"] = json!({"S": platform});
            dated(row)
        };
        let partition = format!("connection#{tenant}#{id}");
        let mut connection = of_platform(row(&partition, "connection"));
        connection["access_token"] = json!({"S": "token-1"});
        connection["refresh_token"] = json!({"S": "token-2"});
        let mut rows = vec![connection, of_platform(row(&format!("tenant#{tenant}"), id))];
        for link in links(*owner) {
            rows.push(row(&partition, &format!("link#{link}")));
            rows.push(dated(row(&format!("link#{link}"), &format!("{tenant}#{id}"))));
        }
        rows
    }

    fn inbox(&self, sort: &str) -> Value {
        json!({
            "pk": {"S": format!("{}#{}", self.tenant, self.id)}, "sk": {"S": sort},
            "tenant_id": {"S": self.tenant}, "text": {"S": format!("of {}", self.id)},
        })
    }

    /// One signal of a contact.
    #[must_use]
    pub fn signal(&self, contact: &str, occurred_at: Timestamp, number: u64) -> Value {
        self.inbox(&format!("contact#{contact}#signal#{}#{number}", stamp(occurred_at)))
    }

    /// The link from the address of whoever wrote to a contact, and the row beside the contact that names it.
    #[must_use]
    pub fn links_of(&self, contact: &str, writer: usize) -> [Value; 2] {
        let [_, by_mail] = links(writer);
        let since = stamp(self.connected_at);
        let row = |partition: &str, sort: &str| {
            json!({
                "pk": {"S": partition}, "sk": {"S": sort}, "tenant_id": {"S": self.tenant},
                "connection_id": {"S": self.id}, "contact_id": {"S": contact},
            })
        };
        let mut link = row(&format!("link#{by_mail}"), &self.place(Some(contact)).to_string());
        link["known_since"] = json!({"S": since});
        let partition = format!("{}#{}", self.tenant, self.id);
        [link, row(&partition, &format!("contact#{contact}#link#{since}#{by_mail}"))]
    }

    /// What a contact has beside signals.
    #[must_use]
    pub fn about(&self, contact: &str) -> Vec<Value> {
        ["profile", "score", "summary"].map(|what| self.inbox(&format!("contact#{contact}#{what}"))).into()
    }
}
