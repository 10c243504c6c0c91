//! What the audit trail calls rows, what stood in them, holds and staff. Under a key of its own, so that nothing of it can be
//! compared with a link, a code or a suppression mark; obligations and tenants are called as receipts call them.

use super::{KeyedRef, Purpose, SubjectKeys};
use crate::ids::UserId;
use crate::legal_hold::HoldId;

impl SubjectKeys {
    /// The chain of the audit trail under the current key: a new key version begins a new chain.
    #[must_use]
    pub fn audit_chain(&self) -> Option<KeyedRef> {
        self.audit("trail", "")
    }

    /// A row of the ledger, by its key.
    #[must_use]
    pub fn audit_row(&self, key: &str) -> Option<KeyedRef> {
        self.audit("row", key)
    }

    /// What counts of a row. Named with the row, so that two rows with the same in them have nothing in common.
    #[must_use]
    pub fn audit_digest(&self, key: &str, counted: &str) -> Option<KeyedRef> {
        self.audit("digest", &format!("{}:{key}{counted}", key.len()))
    }

    /// A hold.
    #[must_use]
    pub fn audit_hold(&self, hold: &HoldId) -> Option<KeyedRef> {
        self.audit("hold", hold.as_str())
    }

    /// Whoever of staff, by the name that the gateway gives, and the role that they have taken on: `None` for one without.
    /// A session is often named by a mail address, and a role may be named after a person.
    #[must_use]
    pub fn audit_staff(&self, principal: &str) -> Option<(KeyedRef, Option<KeyedRef>)> {
        let is_role = principal.contains(":assumed-role/");
        let role = principal.rsplit_once('/').filter(|_| is_role).map(|(role, _)| role);
        let role = match role {
            Some(role) => Some(self.audit("role", role)?),
            None => None,
        };
        Some((self.audit("staff", principal)?, role))
    }

    /// Somebody who works with the account of a business.
    #[must_use]
    pub fn audit_user(&self, user: &UserId) -> Option<KeyedRef> {
        self.audit("user", user.as_str())
    }

    fn audit(&self, of: &str, canonical: &str) -> Option<KeyedRef> {
        self.versions.first().map(|current| current.reference(Purpose::Audit, &format!("{of}#{canonical}")))
    }
}
