//! Requests of people, their codes and counters in memory.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Stored, World};
use crate::ids::TenantId;
use crate::keys::KeyedRef;
use crate::list_parts::KeyStart;
use crate::obligation::ObligationId;
use crate::policy::own::OwnKind;
use crate::ports::{Answer, Each, archive_shards};
use crate::subject_request::challenge::{Challenge, TRIES, VOID};
use crate::subject_request::letter::{Delivery, Letter, Messenger, TenantContacts};
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{
    Challenges, DueRequest, DueRequests, Limits, NoticeQueue, RequestBook, RequestIntake, RequestRegister,
    RequestsOfTenants,
};
use crate::subject_request::{Act, Deed, EmailAddress, SubjectRequest};

/// A letter that went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentLetter {
    /// About which request.
    pub request: ObligationId,
    /// What it told.
    pub notice: Notice,
    /// Whom.
    pub to: String,
    /// The code in it.
    pub code: Option<String>,
    /// The pass in it.
    pub pass: Option<String>,
}

/// What is stored of requests.
#[derive(Clone, Debug, Default)]
pub struct StoredRequests {
    /// Requests by reference.
    pub heads: BTreeMap<ObligationId, SubjectRequest>,
    /// What was done to each.
    pub acts: BTreeMap<ObligationId, Vec<Act>>,
    /// The code of each, with the tries that were counted.
    pub challenges: BTreeMap<ObligationId, (Challenge, u16)>,
    /// Who asked, and what: people who have shown who they are.
    pub people: BTreeSet<(KeyedRef, ObligationId)>,
    /// Who decides about a part of what: tenants.
    pub tenants: BTreeSet<(TenantId, ObligationId)>,
    /// Counters.
    pub counters: BTreeMap<KeyedRef, u32>,
    /// Messages to the worker that tells.
    pub notices: Vec<NoticeJob>,
    /// Letters that went out.
    pub letters: Vec<SentLetter>,
    /// Recipients that no letter reaches.
    pub unreachable: BTreeSet<String>,
    /// Who answers for privacy at a business.
    pub tenant_contacts: BTreeMap<TenantId, EmailAddress>,
}

impl RequestIntake for World {
    async fn receive(&self, new: &SubjectRequest) -> Answer<Option<Box<SubjectRequest>>> {
        self.call("requests.receive", |stored| {
            let heads = &mut stored.requests.heads;
            let known = heads.get(&new.id).cloned().map(Box::new);
            heads.entry(new.id.clone()).or_insert_with(|| new.clone());
            known
        })
    }
}

impl RequestBook for World {
    async fn request(&self, id: &ObligationId) -> Answer<Option<SubjectRequest>> {
        self.call("requests.read", |stored| stored.requests.heads.get(id).cloned())
    }

    async fn record(&self, request: &SubjectRequest, act: &Act, used: Option<&Challenge>) -> Answer<bool> {
        self.call("requests.record", |stored| {
            let requests = &mut stored.requests;
            let is_next = |known: &SubjectRequest| known.version + 1 == request.version;
            let is_kept =
                |used: &Challenge| requests.challenges.get(&request.id).is_some_and(|(kept, _)| kept.salt == used.salt);
            if !requests.heads.get(&request.id).is_some_and(is_next) || !used.is_none_or(is_kept) {
                // The first act makes the second version.
                let acts = requests.acts.get(&request.id).into_iter().flatten();
                return acts.zip(2_u32..).any(|(known, version)| version == request.version && known == act);
            }
            if used.is_some() {
                requests.challenges.remove(&request.id);
            }
            if let Deed::Routed { tenant } = &act.deed {
                requests.tenants.insert((tenant.clone(), request.id.clone()));
            }
            requests.heads.insert(request.id.clone(), request.clone());
            requests.acts.entry(request.id.clone()).or_default().push(act.clone());
            true
        })
    }

    async fn acts(&self, id: &ObligationId) -> Answer<Vec<Act>> {
        self.call("requests.acts", |stored| stored.requests.acts.get(id).cloned().unwrap_or_default())
    }

    async fn link_person(&self, person: &KeyedRef, id: &ObligationId) -> Answer<()> {
        self.call("requests.link", |stored| {
            stored.requests.people.insert((person.clone(), id.clone()));
        })
    }

    async fn asked_by(&self, person: &KeyedRef) -> Answer<Vec<ObligationId>> {
        self.call("requests.asked-by", |stored| {
            let of_person = stored.requests.people.iter().filter(|(known, _)| known == person);
            of_person.map(|(_, id)| id.clone()).collect()
        })
    }
}

impl RequestsOfTenants for World {
    async fn routed_to(&self, tenant: &TenantId) -> Answer<Vec<ObligationId>> {
        self.call("requests.routed-to", |stored| {
            let of_tenant = stored.requests.tenants.iter().filter(|(known, _)| known == tenant);
            of_tenant.map(|(_, id)| id.clone()).collect()
        })
    }

    async fn routed_after(&self, tenant: &TenantId, after: Option<&KeyStart>, limit: u16) -> Answer<Vec<ObligationId>> {
        self.call("requests.routed-after", |stored| {
            let after = after.map(KeyStart::last).unwrap_or_default();
            let of_tenant = stored.requests.tenants.iter().filter(|(known, _)| known == tenant);
            let rest = of_tenant.filter(|(_, id)| *id.as_str() > *after).take(usize::from(limit));
            rest.map(|(_, id)| id.clone()).collect()
        })
    }
}

impl Challenges for World {
    async fn issue(&self, id: &ObligationId, challenge: &Challenge) -> Answer<()> {
        self.call("challenges.issue", |stored| {
            stored.requests.challenges.insert(id.clone(), (challenge.clone(), 0));
        })
    }

    async fn attempt(&self, id: &ObligationId, now: Timestamp) -> Answer<Option<Challenge>> {
        self.call("challenges.attempt", |stored| {
            let (challenge, tries) = stored.requests.challenges.get_mut(id)?;
            if *tries >= u16::from(TRIES) || challenge.expires_at <= now {
                return None;
            }
            *tries += 1;
            Some(challenge.clone())
        })
    }

    async fn void(&self, id: &ObligationId) -> Answer<()> {
        self.call("challenges.void", |stored| {
            if let Some((_, tries)) = stored.requests.challenges.get_mut(id) {
                *tries = VOID;
            }
        })
    }

    async fn is_void(&self, id: &ObligationId) -> Answer<bool> {
        self.call("challenges.is-void", |stored| {
            stored.requests.challenges.get(id).is_some_and(|(_, tries)| *tries >= VOID)
        })
    }

    async fn forget(&self, id: &ObligationId, ends_by: Timestamp) -> Answer<()> {
        self.call("challenges.forget", |stored| {
            stored.requests.challenges.retain(|known, (challenge, _)| known != id || challenge.expires_at > ends_by);
        })
    }
}

impl DueRequests for World {
    async fn due_requests(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Each<DueRequest>> {
        self.call("requests.due", |stored| {
            let open = stored.requests.heads.values().filter(|request| request.settled_at().is_none());
            let due = open.filter_map(|request| Some((request.id.clone(), request.next_action_at?)));
            let mut due: Vec<DueRequest> = due
                .filter(|(id, at)| *at <= now && id.shard(crate::ports::DUE_SHARDS) == shard)
                .map(|(id, next_action_at)| DueRequest { id, next_action_at })
                .collect();
            due.sort_by_key(|due| due.next_action_at);
            due.truncate(limit.into());
            due.into_iter().map(Ok).collect()
        })
    }

    async fn postpone_request(&self, due: &DueRequest, next: Timestamp) -> Answer<()> {
        self.call("requests.postpone", |stored| {
            let request = stored.requests.heads.get_mut(&due.id);
            if let Some(request) = request.filter(|request| request.next_action_at == Some(due.next_action_at)) {
                request.next_action_at = Some(next);
            }
        })
    }
}

/// What is settled of one shard, the one closed last first.
fn closed_last(stored: &Stored, shard: u8, limit: u16, is: impl Fn(&SubjectRequest) -> bool) -> Vec<ObligationId> {
    let heads = stored.requests.heads.values().filter(|request| is(request));
    let in_shard = heads.filter(|request| request.id.shard(archive_shards(OwnKind::Requests)) == shard);
    let mut settled: Vec<(Timestamp, ObligationId)> =
        in_shard.filter_map(|request| Some((request.settled_at()?, request.id.clone()))).collect();
    settled.sort_by(|one, other| other.cmp(one));
    settled.truncate(usize::from(limit));
    settled.into_iter().map(|(_, id)| id).collect()
}

impl RequestRegister for World {
    async fn request_page(&self, shard: u8, after: Option<&DueRequest>, limit: u16) -> Answer<Vec<DueRequest>> {
        self.call("requests.page", |stored| {
            let open = stored.requests.heads.values().filter(|request| request.settled_at().is_none());
            let in_shard = open.filter(|request| request.id.shard(crate::ports::DUE_SHARDS) == shard);
            let mut all: Vec<DueRequest> = in_shard
                .filter_map(|request| {
                    Some(DueRequest { id: request.id.clone(), next_action_at: request.next_action_at? })
                })
                .collect();
            let place = |due: &DueRequest| (due.next_action_at, due.id.clone());
            all.sort_by_key(place);
            all.retain(|due| after.is_none_or(|after| place(due) > place(after)));
            all.truncate(usize::from(limit));
            all
        })
    }

    async fn settled_requests(&self, shard: u8, limit: u16) -> Answer<Vec<ObligationId>> {
        self.call("requests.settled", |stored| closed_last(stored, shard, limit, |_| true))
    }

    async fn unreached_requests(&self, shard: u8, limit: u16) -> Answer<Vec<ObligationId>> {
        self.call("requests.unreached", |stored| closed_last(stored, shard, limit, SubjectRequest::is_unreached))
    }

    async fn requests(&self, ids: &[ObligationId]) -> Answer<Vec<SubjectRequest>> {
        self.call("requests.read-many", |stored| {
            ids.iter().filter_map(|id| stored.requests.heads.get(id).cloned()).collect()
        })
    }
}

impl Limits for World {
    async fn admit(&self, counter: &KeyedRef, at_most: u32, _ends_at: Timestamp) -> Answer<bool> {
        self.call("limits.admit", |stored| {
            let count = stored.requests.counters.entry(counter.clone()).or_default();
            let is_within = *count < at_most;
            *count += u32::from(is_within);
            is_within
        })
    }
}

impl Messenger for World {
    async fn send(&self, letter: &Letter<'_>) -> Answer<Delivery> {
        let sent = SentLetter {
            request: letter.request.id.clone(),
            notice: letter.notice,
            to: letter.recipient.canonical(),
            code: letter.code.map(|code| code.expose().to_owned()),
            pass: letter.pass.map(|pass| pass.expose().to_owned()),
        };
        self.call("messenger.send", |stored| {
            if stored.requests.unreachable.contains(&sent.to) {
                return Delivery::Unreachable;
            }
            stored.requests.letters.push(sent);
            Delivery::Accepted
        })
    }
}

impl TenantContacts for World {
    async fn privacy_contact(&self, tenant: &TenantId) -> Answer<Option<EmailAddress>> {
        self.call("tenants.contact", |stored| stored.requests.tenant_contacts.get(tenant).cloned())
    }
}

impl NoticeQueue for World {
    async fn notify(&self, job: &NoticeJob) -> Answer<()> {
        self.call("notices.send", |stored| stored.requests.notices.push(job.clone()))
    }
}
