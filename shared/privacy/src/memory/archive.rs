//! Closed records of our own in memory. A row that belongs to a request is named after what it holds.

use jiff::Timestamp;

use super::{Stored, StoredRequests, World};
use crate::obligation::{Head, ObligationId};
use crate::policy::own::OwnKind;
use crate::ports::{Answer, Archive, Closed, ClosedRecord, Each, archive_shards};
use crate::subject_request::SubjectRequest;

impl Stored {
    /// When a finished request beside its successor was closed: at the latest when that one came.
    fn closed_at(&self, earlier: &Head) -> Option<Timestamp> {
        let others = self.earlier.get(&earlier.id).into_iter().flatten();
        let succeeded = others.chain(self.heads.get(&earlier.id)).find(|head| head.seq == earlier.seq + 1);
        earlier.state.closed_at().or_else(|| succeeded.map(|head| head.received_at))
    }

    fn all_closed(&self, kind: OwnKind) -> Vec<(ObligationId, Closed)> {
        let heads = self.heads.values().filter_map(|head| {
            let closed_at = head.state.closed_at()?;
            Some((head.id.clone(), Closed { record: ClosedRecord::Request(head.id.clone()), closed_at }))
        });
        let earlier = self.earlier.values().flatten().filter_map(|head| {
            let record = ClosedRecord::Earlier(head.id.clone(), head.seq);
            Some((head.id.clone(), Closed { record, closed_at: self.closed_at(head)? }))
        });
        let asked = self.requests.heads.values().filter_map(|request| {
            let closed_at = request.settled_at()?;
            Some((request.id.clone(), Closed { record: ClosedRecord::Asked(request.id.clone()), closed_at }))
        });
        match kind {
            OwnKind::Requests => {
                let is_kept =
                    |id: &ObligationId| self.requests.heads.get(id).is_some_and(SubjectRequest::is_kept_by_flag);
                heads.chain(earlier).chain(asked.filter(|(id, _)| !is_kept(id))).collect()
            }
            OwnKind::ContactData => {
                let has_contact =
                    |id: &ObligationId| self.requests.heads.get(id).is_some_and(SubjectRequest::has_contact);
                asked.filter(|(id, _)| has_contact(id)).collect()
            }
            OwnKind::Holds => Vec::new(),
        }
    }

    /// Requests whose flag stands, and that say no more where anybody is reached.
    pub(super) fn kept_by_flag(&self, shard: u8) -> Vec<(Timestamp, ObligationId)> {
        let kept = self.requests.heads.values().filter(|request| request.is_kept_by_flag());
        let of_shard = kept.filter(|request| request.id.shard(archive_shards(OwnKind::Requests)) == shard);
        of_shard.filter_map(|request| Some((request.settled_at()?, request.id.clone()))).collect()
    }

    fn released(&self) -> Vec<Closed> {
        let released = self.booked.iter().filter_map(|(id, booked)| {
            Some(Closed { record: ClosedRecord::Hold(id.clone()), closed_at: booked.released_at? })
        });
        released.collect()
    }

    fn stands(&self, closed: &Closed) -> bool {
        if let ClosedRecord::Asked(id) = &closed.record {
            return self.requests.heads.get(id).and_then(SubjectRequest::settled_at) == Some(closed.closed_at);
        }
        let requests = self.all_closed(OwnKind::Requests).into_iter().map(|(_, closed)| closed);
        requests.chain(self.released()).any(|known| known == *closed)
    }

    fn request(&self, record: &ClosedRecord) -> Option<(ObligationId, u32)> {
        match record {
            ClosedRecord::Request(id) => Some((id.clone(), self.heads.get(id)?.seq)),
            ClosedRecord::Earlier(id, seq) => Some((id.clone(), *seq)),
            ClosedRecord::Asked(_) | ClosedRecord::Hold(_) => None,
        }
    }
}

impl Archive for World {
    async fn closed(&self, kind: OwnKind, shard: u8, until: Timestamp, limit: u16) -> Answer<Each<Closed>> {
        self.call("archive.closed", |stored| {
            let of_shard =
                |(id, closed): (ObligationId, Closed)| (id.shard(archive_shards(kind)) == shard).then_some(closed);
            let mut found: Vec<Closed> = match kind {
                OwnKind::Requests | OwnKind::ContactData => {
                    stored.all_closed(kind).into_iter().filter_map(of_shard).collect()
                }
                OwnKind::Holds => stored.released(),
            };
            found.retain(|closed| closed.closed_at <= until);
            found.sort_by_key(|closed| closed.closed_at);
            found.truncate(usize::from(limit));
            found.into_iter().map(Ok).collect()
        })
    }

    async fn parts(&self, closed: &Closed) -> Answer<Option<Vec<String>>> {
        self.call("archive.parts", |stored| {
            if !stored.stands(closed) {
                return None;
            }
            if let ClosedRecord::Hold(id) = &closed.record {
                let waiting = stored.waiting.iter().filter(|(hold, _)| hold == id);
                return Some(waiting.map(|(_, obligation)| obligation.as_str().to_owned()).collect());
            }
            if let ClosedRecord::Asked(id) = &closed.record {
                let StoredRequests { acts, challenges, people, tenants, .. } = &stored.requests;
                let acts = acts.contains_key(id).then(|| "trail".to_owned());
                let codes = challenges.contains_key(id).then(|| "verification".to_owned());
                let people =
                    people.iter().filter(|(_, asked)| asked == id).map(|(person, _)| format!("asked-by#{person}"));
                let tenants =
                    tenants.iter().filter(|(_, asked)| asked == id).map(|(tenant, _)| format!("routed-to#{tenant}"));
                return Some(acts.into_iter().chain(codes).chain(people).chain(tenants).collect());
            }
            let key = stored.request(&closed.record)?;
            let mut parts = Vec::new();
            parts.extend(stored.scopes.get(&key).map(|_| "scope".to_owned()));
            parts.extend(stored.handed_on.get(&key).map(|_| "subject".to_owned()));
            parts.extend(stored.plans.get(&key).map(|_| "plan".to_owned()));
            parts.extend(stored.outcomes.get(&key).map(|_| "outcome".to_owned()));
            Some(parts)
        })
    }

    async fn erase_parts(&self, closed: &Closed, parts: &[String]) -> Answer<()> {
        self.call("archive.erase_parts", |stored| {
            if let ClosedRecord::Hold(id) = &closed.record {
                stored.waiting.retain(|(hold, waits)| hold != id || !parts.iter().any(|part| part == waits.as_str()));
            } else if let ClosedRecord::Asked(id) = &closed.record {
                stored.requests.acts.remove(id);
                stored.requests.challenges.remove(id);
                stored.requests.people.retain(|(_, asked)| asked != id);
                stored.requests.tenants.retain(|(_, asked)| asked != id);
            } else if let Some(key) = stored.request(&closed.record) {
                stored.scopes.remove(&key);
                stored.plans.remove(&key);
                stored.outcomes.remove(&key);
            }
        })
    }

    async fn erase_record(&self, closed: &Closed) -> Answer<bool> {
        self.call("archive.erase_record", |stored| {
            let stands = stored.stands(closed);
            match &closed.record {
                _ if !stands => {}
                ClosedRecord::Request(id) => drop(stored.heads.remove(id)),
                ClosedRecord::Earlier(id, seq) => {
                    if let Some(earlier) = stored.earlier.get_mut(id) {
                        earlier.retain(|head| head.seq != *seq);
                    }
                }
                ClosedRecord::Asked(id) => drop(stored.requests.heads.remove(id)),
                ClosedRecord::Hold(id) => drop(stored.booked.remove(id)),
            }
            stands
        })
    }
}
