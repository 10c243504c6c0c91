//! Downstream processors and their ledger in memory: vendors that hold copies, each in its mood.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::World;
use crate::fault::{Fault, Turn};
use crate::obligation::ObligationId;
use crate::ports::Answer;
use crate::processors::{Finding, ProcessorLedger, Processors, Reply, Settlement, Target};

/// How a vendor behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// Erases what it is asked to.
    #[default]
    Honest,
    /// Accepts, and erases nothing.
    Lying,
    /// Answers nothing that can be used; whose turn that is.
    Broken(Turn),
    /// Wants to be asked later.
    Busy(SignedDuration),
}

/// One vendor.
#[derive(Clone, Debug, Default)]
pub struct Vendor {
    /// Whose copies it holds.
    pub copies: BTreeSet<Target>,
    /// How it behaves.
    pub mood: Mood,
    /// What it was asked to erase, in order.
    pub asked: Vec<Target>,
    /// What was looked for, in order.
    pub looked_for: Vec<Target>,
}

/// Every vendor, and what is stored of them.
#[derive(Clone, Debug, Default)]
pub struct Vendors {
    /// By name. One that is not here is honest and holds nothing.
    pub by_name: BTreeMap<String, Vendor>,
    /// By obligation and request.
    pub settlements: BTreeMap<(ObligationId, u32), Settlement>,
}

impl Processors for World {
    async fn ask(&self, name: &str, target: &Target) -> Answer<Reply> {
        self.call("processors.ask", |stored| {
            let vendor = stored.vendors.by_name.entry(name.to_owned()).or_default();
            vendor.asked.push(target.clone());
            match vendor.mood {
                Mood::Honest if vendor.copies.remove(target) => Ok(Reply::Accepted),
                Mood::Honest => Ok(Reply::NothingThere),
                Mood::Lying => Ok(Reply::Accepted),
                Mood::Busy(after) => Ok(Reply::Later { after }),
                Mood::Broken(turn) => Err(broken("processors.ask", turn)),
            }
        })?
    }

    async fn confirm(&self, name: &str, target: &Target) -> Answer<Finding> {
        self.call("processors.confirm", |stored| {
            let vendor = stored.vendors.by_name.entry(name.to_owned()).or_default();
            vendor.looked_for.push(target.clone());
            match vendor.mood {
                Mood::Honest | Mood::Lying if vendor.copies.contains(target) => Ok(Finding::StillThere),
                Mood::Honest | Mood::Lying => Ok(Finding::Gone),
                Mood::Busy(after) => Ok(Finding::Later { after }),
                Mood::Broken(turn) => Err(broken("processors.confirm", turn)),
            }
        })?
    }
}

fn broken(action: &'static str, turn: Turn) -> Fault {
    match turn {
        Turn::Retry => Fault::retry(action, "broken"),
        Turn::Park => Fault::park(action, "broken"),
    }
}

impl ProcessorLedger for World {
    async fn load(&self, id: &ObligationId, seq: u32) -> Answer<Option<Settlement>> {
        self.call("processors.load", |stored| stored.vendors.settlements.get(&(id.clone(), seq)).cloned())
    }

    async fn save(&self, id: &ObligationId, seq: u32, settlement: &Settlement) -> Answer<bool> {
        self.call("processors.save", |stored| {
            let key = (id.clone(), seq);
            let before = stored.vendors.settlements.get(&key).map_or(0, |known| known.version);
            let is_next = before.checked_add(1) == Some(settlement.version);
            if is_next {
                stored.vendors.settlements.insert(key, settlement.clone());
            }
            is_next
        })
    }
}
