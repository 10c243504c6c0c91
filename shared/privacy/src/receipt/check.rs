//! Checks a chain offline, entry by entry in order: nothing but the last hash is kept, and for an audit trail one digest of each
//! row that it tells of.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::body::Body;
use super::entry::{self, ChainHead, Entry};
use super::envelope::{self, Unsealed};
use super::hash::EntryHash;
use super::position::Position;
use super::signing::PublicKeys;
use crate::audit::Continuity;
use crate::keys::KeyedRef;

/// What is wrong with one entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It proves nothing.
    #[error(transparent)]
    Unsealed(#[from] Unsealed),
    /// It is signed and is no entry that this version can read.
    #[error("is signed and no entry of a version that is known")]
    NotAnEntry,
    /// It was signed for another chain.
    #[error("belongs to the chain {0}")]
    OtherChain(KeyedRef),
    /// It was signed for another place.
    #[error("belongs at place {0}")]
    OtherPlace(u64),
    /// It does not follow from the file before it.
    #[error("does not link to the entry before it")]
    Unlinked,
    /// Places before it are empty.
    #[error("is preceded by a gap: {first} to {last} are missing")]
    Gap {
        /// The first that is missing.
        first: u64,
        /// The last.
        last: u64,
    },
    /// It tells of a change of a row that does not follow from the one before it.
    #[error("tells of the row {0} what does not follow from the change before: a change is missing or told twice")]
    Discontinued(String),
}

/// What is wrong with the head, or with the chain by the word of its head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadProblem {
    /// There is none.
    #[error("is missing")]
    Missing,
    /// It proves nothing.
    #[error(transparent)]
    Unsealed(#[from] Unsealed),
    /// It was signed for another chain.
    #[error("belongs to the chain {0}")]
    OtherChain(KeyedRef),
    /// Entries that it knows of are not there.
    #[error("reaches to {reaches}, the entries end at {last}: the tail is cut off")]
    CutOff {
        /// The place that it names.
        reaches: u64,
        /// The last place that is there.
        last: u64,
    },
    /// It does not know the last entries. Either a worker is about to move it, or an old one was put back.
    #[error("reaches to {reaches}, the entries end at {last}: it is out of date")]
    Behind {
        /// The place that it names.
        reaches: u64,
        /// The last place that is there.
        last: u64,
    },
    /// It names another file than the one at its place.
    #[error("names another file than the last entry")]
    OtherEntry,
}

/// What a chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Which.
    pub chain: KeyedRef,
    /// How many files stood at its places.
    pub entries: u64,
    /// How many good entries there are of each kind.
    pub kinds: BTreeMap<String, u64>,
    /// When the first good entry was issued.
    pub first_at: Option<Timestamp>,
    /// When the last one was.
    pub last_at: Option<Timestamp>,
    /// The last place.
    pub last: u64,
    /// The hash of the file there.
    pub last_hash: EntryHash,
}

/// A chain being checked.
#[derive(Debug)]
pub struct ChainCheck<'a> {
    keys: &'a PublicKeys,
    /// What the next entry has to link to; `None` when that is not known.
    previous: Option<EntryHash>,
    rows: Continuity,
    summary: Summary,
}

impl<'a> ChainCheck<'a> {
    /// Nothing of the chain is read yet. `chain` is what its folder is called.
    #[must_use]
    pub fn new(chain: KeyedRef, keys: &'a PublicKeys) -> Self {
        let summary = Summary {
            chain,
            entries: 0,
            kinds: BTreeMap::new(),
            first_at: None,
            last_at: None,
            last: 0,
            last_hash: EntryHash::ZERO,
        };
        Self { keys, previous: Some(EntryHash::ZERO), rows: Continuity::default(), summary }
    }

    /// The next file, by ascending place, as its name says it. What is wrong with it.
    pub fn entry(&mut self, seq: u64, stored: &[u8]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let expected = self.summary.last.saturating_add(1);
        if seq > expected {
            problems.push(Problem::Gap { first: expected, last: seq.saturating_sub(1) });
            self.previous = None;
            self.rows = Continuity::default();
        }
        let hash = EntryHash::of(stored);
        self.summary.entries = self.summary.entries.saturating_add(1);
        (self.summary.last, self.summary.last_hash) = (seq, hash);
        let previous = self.previous.take();
        match self.read(seq, stored, previous) {
            Ok(body) => {
                self.previous = Some(hash);
                if let Some(Body::Acts(acts)) = body {
                    let discontinued = self.rows.next(&acts);
                    problems.extend(discontinued.into_iter().map(|one| Problem::Discontinued(one.row)));
                }
            }
            Err(problem) => {
                // After a file that is not the chain's own, nobody can say what the next one links to, or what rows were left as.
                self.previous = (problem == Problem::Unlinked).then_some(hash);
                self.rows = Continuity::default();
                problems.push(problem);
            }
        }
        problems
    }

    /// Its body, if this version knows what it is.
    fn read(&mut self, seq: u64, stored: &[u8], previous: Option<EntryHash>) -> Result<Option<Body>, Problem> {
        let text = envelope::open(stored, self.keys)?;
        let header = entry::header(&text).ok_or(Problem::NotAnEntry)?;
        let Position { chain, seq: signed_seq } = header.position;
        if chain != self.summary.chain {
            return Err(Problem::OtherChain(chain));
        }
        if signed_seq != seq {
            return Err(Problem::OtherPlace(signed_seq));
        }
        if previous.is_some_and(|previous| previous != header.previous) {
            return Err(Problem::Unlinked);
        }
        let count = self.summary.kinds.entry(header.kind).or_default();
        *count = count.saturating_add(1);
        self.summary.first_at.get_or_insert(header.issued_at);
        self.summary.last_at = Some(header.issued_at);
        Ok(Entry::read(&text).ok().map(|entry| entry.body))
    }

    /// The end of the entries: what the chain holds, and whether its head agrees.
    #[must_use]
    pub fn finish(self, head: Option<&[u8]>) -> (Summary, Option<HeadProblem>) {
        let problem = self.head(head).err();
        (self.summary, problem)
    }

    fn head(&self, stored: Option<&[u8]>) -> Result<(), HeadProblem> {
        let head = ChainHead::open(stored.ok_or(HeadProblem::Missing)?, self.keys)?;
        if head.position.chain != self.summary.chain {
            return Err(HeadProblem::OtherChain(head.position.chain));
        }
        let (reaches, last) = (head.position.seq, self.summary.last);
        if reaches > last {
            return Err(HeadProblem::CutOff { reaches, last });
        }
        if reaches < last {
            return Err(HeadProblem::Behind { reaches, last });
        }
        if head.entry == self.summary.last_hash { Ok(()) } else { Err(HeadProblem::OtherEntry) }
    }
}

#[cfg(test)]
mod tests;
