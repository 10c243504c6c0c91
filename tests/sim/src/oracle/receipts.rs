//! The judgement over receipts: every tenant's chain is whole by the verifier's own check, and says of whatever went that it did.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::obligation::ObligationId;
use privacy::receipt::{Body, ChainCheck, Entry, Position, PublicKeys};
use privacy_tests::account::Account;

use super::watch::BEFORE;
use super::{About, Ask, Broken, Oracle};
use crate::people;
use crate::process::instant;

/// What a chain came to.
struct Chain {
    problems: Vec<String>,
    /// Of which obligations it says that something of them was erased.
    told: BTreeSet<KeyedRef>,
}

impl Oracle {
    /// Judges the receipts of every tenant that has connected anything.
    pub(super) fn judge_receipts(&mut self, account: &Account, keys: &PublicKeys) {
        let tenants: BTreeSet<String> = self.connections.iter().map(|known| known.tenant.clone()).collect();
        let mut found = Vec::new();
        for tenant in tenants {
            let chain = check(account, &TenantId::parse(&tenant).unwrap(), keys);
            found.extend(chain.problems.iter().map(|problem| format!("the receipts of {tenant}: {problem}")));
            found
                .extend(self.without_receipt(&tenant, &chain).map(|id| format!("no receipt says that {id} is erased")));
            let has_none = |ask: &&Ask| self.owes_receipt(ask, &tenant) && !chain.told.contains(&reference(&ask.id));
            found.extend(
                self.asks.iter().filter(has_none).map(|ask| format!("no receipt for {tenant} is of {}", ask.id)),
            );
        }
        for how in found {
            self.violate(Broken::Unproven, how);
        }
    }

    /// A connection of which something was there and has gone, without a receipt of any request for it. A request that a hold keeps
    /// open may have none yet.
    fn without_receipt(&self, tenant: &str, chain: &Chain) -> Option<String> {
        let asks = |one: usize| self.asks.iter().filter(move |ask| self.is_about(ask.about, ask.covers_until, one));
        let is_gone = |one: &usize| {
            let is_theirs = self.connections[*one].tenant == tenant;
            is_theirs && self.must_go(*one) && self.had_data(*one) && !asks(*one).any(|ask| self.may_be_kept(&ask.id))
        };
        let is_told = |one: usize| asks(one).any(|ask| chain.told.contains(&reference(&ask.id)));
        let untold = (0..self.connections.len()).filter(is_gone).find(|connection| !is_told(*connection))?;
        Some(format!("{tenant}/{}", self.connections[untold].id))
    }

    /// Whether a request has a receipt of its own for a tenant, whatever others have: it names a connection, which is looked at though
    /// nothing is there any more; or nobody else had asked for one before it was done, so what went there it took.
    fn owes_receipt(&self, ask: &Ask, tenant: &str) -> bool {
        let is_done = |(id, covers, when): &(String, Timestamp, Duration)| {
            (*id == ask.id && *covers >= ask.covers_until).then_some(instant(*when) + BEFORE)
        };
        let Some(done) = self.erased.iter().find_map(is_done) else { return false };
        let is_alone = |one: usize| {
            let mut others = self.asks.iter().filter(|other| other.id != ask.id && other.received_at <= done);
            !others.any(|other| self.is_about(other.about, other.covers_until, one))
        };
        let is_reached = |one: usize| match ask.about {
            About::Connection(named) => named == one,
            About::Person(_) | About::Tenant(_) => {
                self.is_kept_out(&ask.id, ask.covers_until, one) && self.had_data(one) && is_alone(one)
            }
        };
        let mut theirs = (0..self.connections.len()).filter(|one| self.connections[*one].tenant == tenant);
        ask.is_acknowledged && !ask.is_withdrawn && !self.may_be_kept(&ask.id) && theirs.any(is_reached)
    }

    fn had_data(&self, connection: usize) -> bool {
        self.items.values().any(|item| item.connection == connection && item.is_sure)
    }
}

fn reference(id: &str) -> KeyedRef {
    people::keys().receipt_obligation(&ObligationId::parse(id).unwrap()).unwrap()
}

/// Reads the chain of a tenant as the verifier does.
fn check(account: &Account, tenant: &TenantId, keys: &PublicKeys) -> Chain {
    let name = people::keys().receipt_chain(tenant).unwrap();
    let objects = account.buckets().objects();
    let head = Position::head_key(&name);
    let folder = format!("receipts/{}/", head.rsplit_once('/').unwrap().0);
    let files = objects.keys().filter(|key| key.starts_with(&folder)).count() as u64;
    let file = |key: &str| objects.get(&format!("receipts/{key}")).map(String::as_bytes);
    let mut check = ChainCheck::new(name.clone(), keys);
    let mut chain = Chain { problems: Vec::new(), told: BTreeSet::new() };
    let mut occasions = BTreeSet::new();
    for seq in 1..=files {
        let Some(stored) = file(&Position { chain: name.clone(), seq }.object_key()) else { continue };
        chain.problems.extend(check.entry(seq, stored).iter().map(ToString::to_string));
        if let Ok(Entry { body: Body::ErasureReceipt(receipt), .. }) = Entry::open(stored, keys) {
            if !occasions.insert((receipt.obligation.clone(), receipt.request, receipt.reopened)) {
                chain.problems.push(format!("place {seq} says again what was said before"));
            }
            chain.told.insert(receipt.obligation);
        }
    }
    if files > 0 {
        let (summary, problem) = check.finish(file(&head));
        chain.problems.extend(problem.map(|problem| problem.to_string()));
        if summary.entries + 1 != files {
            chain.problems.push(format!("{files} files, and {} of them are entries", summary.entries));
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{Connected, Item};

    /// Whether each of two requests over one connection owes a receipt, the second received some hours after the first was done.
    fn owe(second: About, hours: u64) -> [bool; 2] {
        let hour = |number: u64| Duration::from_secs(number * 3_600);
        let mut oracle = Oracle { connections: vec![Connected::long_ago("alder", "c1")], ..Oracle::default() };
        let row = Item { connection: 0, value: serde_json::Value::Null, is_sure: true };
        oracle.items.insert("inbox|alder#c1|contact#p1#score".to_owned(), row);
        let received = [hour(0), hour(1) + hour(hours)];
        oracle.asks = [("8abc", About::Person(0)), ("0abc", second)]
            .into_iter()
            .zip(received)
            .map(|((id, about), at)| Ask::acknowledged(id, about, instant(at)))
            .collect();
        oracle.erased = vec![
            ("8abc".to_owned(), oracle.asks[0].covers_until, hour(1)),
            ("0abc".to_owned(), oracle.asks[1].covers_until, hour(100)),
        ];
        [0, 1].map(|ask| oracle.owes_receipt(&oracle.asks[ask], "alder"))
    }

    #[test]
    fn a_request_owes_a_receipt_of_its_own_whatever_others_have() {
        assert_eq!(owe(About::Person(1), 0), [true, false], "the second is about somebody else");
        assert_eq!(owe(About::Tenant("alder"), 9), [true, false], "nothing was there any more");
        assert_eq!(owe(About::Tenant("alder"), 1), [false, false], "either may have taken it");
        assert_eq!(owe(About::Connection(0), 9), [true, true], "it names the connection");
        assert_eq!(owe(About::Connection(0), 1), [false, true]);
    }
}
