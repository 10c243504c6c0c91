//! The judgement over receipts: every tenant's chain is whole by the verifier's own check, and says of whatever went that it did.

use std::collections::BTreeSet;

use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::obligation::ObligationId;
use privacy::receipt::{Body, ChainCheck, Entry, Position, PublicKeys};
use privacy_tests::account::Account;

use super::{Broken, Oracle};
use crate::people;

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
        }
        for how in found {
            self.violate(Broken::Unproven, how);
        }
    }

    /// A connection of which something was there and has gone, without a receipt of any request for it. A request that a hold keeps
    /// open may have none yet.
    fn without_receipt(&self, tenant: &str, chain: &Chain) -> Option<String> {
        let had_data = |connection| self.items.values().any(|item| item.connection == connection && item.is_sure);
        let asks = |one: usize| self.asks.iter().filter(move |ask| self.is_about(ask.about, ask.covers_until, one));
        let is_gone = |one: &usize| {
            let is_theirs = self.connections[*one].tenant == tenant;
            is_theirs && self.must_go(*one) && had_data(*one) && !asks(*one).any(|ask| self.may_be_kept(&ask.id))
        };
        let is_told = |one: usize| asks(one).any(|ask| chain.told.contains(&reference(&ask.id)));
        let untold = (0..self.connections.len()).filter(is_gone).find(|connection| !is_told(*connection))?;
        Some(format!("{tenant}/{}", self.connections[untold].id))
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
