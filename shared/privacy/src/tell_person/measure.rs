//! How many letters an address gets in a day that anybody can cause, and how its owner gets through a flood of them.
//!
//! | measure, a day and address | letters | whose |
//! |---|---|---|
//! | first | [`FIRST_PER_ADDRESS`] | the first [`FIRST_PER_SOURCE`] of each source |
//! | address | [`MORE_PER_ADDRESS`] | what is beyond that, [`MORE_PER_SOURCE`] of one source at most, and the service's own |
//! | pass | [`PASSES`] | the letter that says that this is over, with a [`Pass`] |
//! | reserve | [`RESERVED`] | requests of the person's own whose address was shown, and whoever enters the pass |
//! | agents | [`OF_AGENTS`] | requests that an agent made, whom the person has confirmed by a code from there |
//!
//! Together they are a ceiling, however many sources there are, and so there is one for guesses at codes: three for each letter
//! with a code. No number of requests from elsewhere touches the reserve, which takes what only the mailbox has; nor does an agent, who
//! has the reference of what they asked for and may have code after code sent by it. A ceiling
//! of wrong tries would be one more thing by which somebody else can lock a person out; this one is not.

use jiff::{SignedDuration, Timestamp};

use super::Teller;
use crate::fault::Fault;
use crate::keys::{KeyedRef, SubjectKeys};
use crate::subject_request::SubjectRequest;
use crate::subject_request::letter::Recipient;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::pass::{Pass, day_of};
use crate::subject_request::ports::Limits;

/// How many letters of a source are its first: who asks for everything that the law knows has an acknowledgement for each, and
/// a fresh code or two.
pub const FIRST_PER_SOURCE: u32 = 15;
/// How many first letters an address gets.
pub const FIRST_PER_ADDRESS: u32 = 45;
/// How many beyond its first one source can cause.
pub const MORE_PER_SOURCE: u32 = 25;
/// How many of those an address gets.
pub const MORE_PER_ADDRESS: u32 = 40;
/// How many are kept for who has shown that the address is theirs.
pub const RESERVED: u32 = 30;
/// How many the agents whom an address has confirmed can cause together. A request takes a code or two; whoever reads the mailbox
/// gets more by the pass.
pub const OF_AGENTS: u32 = 10;
/// How often it is said that there are no more today: once, and again where sending it broke off.
pub const PASSES: u32 = 3;
/// All of it.
pub const CEILING: u32 = FIRST_PER_ADDRESS + MORE_PER_ADDRESS + RESERVED + OF_AGENTS + PASSES;

impl<B, L: Limits, T, M> Teller<'_, B, L, T, M> {
    /// Counts one letter, and says whether it is within the measure that it counts by.
    pub(super) async fn admit(
        &self,
        request: &SubjectRequest,
        recipient: &Recipient<'_>,
        job: &NoticeJob,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let address = recipient.canonical();
        let is_by_pass = job.source.is_some() && job.source == holder(self.keys, &address);
        let is_shown = request.has_shown(recipient);
        if is_shown && request.agent.is_some() && !is_by_pass {
            return self.count("agents", &address, OF_AGENTS, now).await;
        }
        if is_by_pass || is_shown {
            return self.count("reserve", &address, RESERVED, now).await;
        }
        if let Some(source) = &job.source {
            let is_first = self.count(&format!("first#{source}"), &address, FIRST_PER_SOURCE, now).await?;
            if is_first && self.count("first", &address, FIRST_PER_ADDRESS, now).await? {
                return Ok(true);
            }
            if !self.count(&format!("source#{source}"), &address, MORE_PER_SOURCE, now).await? {
                return Ok(false);
            }
        }
        self.count("address", &address, MORE_PER_ADDRESS, now).await
    }

    /// What lets its owner through, for the first few letters that were held back.
    pub(super) async fn pass(&self, recipient: &Recipient<'_>, now: Timestamp) -> Result<Option<Pass>, Fault> {
        let address = recipient.canonical();
        let is_due = self.count("passes", &address, PASSES, now).await?;
        Ok(if is_due { Pass::of(self.keys, &address, day_of(now)) } else { None })
    }

    async fn count(&self, name: &str, address: &str, at_most: u32, now: Timestamp) -> Result<bool, Fault> {
        let counter = self.keys.limit(&format!("{name}#{}#{address}", day_of(now)));
        let counter = counter.ok_or_else(|| Fault::park("tell", "no key names a counter"))?;
        self.limits.admit(&counter, at_most, now + SignedDuration::from_hours(24)).await
    }
}

/// Whose doing a letter is that somebody has asked for with the pass of its address.
fn holder(keys: &SubjectKeys, address: &str) -> Option<KeyedRef> {
    keys.limit(&format!("holder#{address}"))
}

/// The source of a code that somebody asks for with a pass. `None` where the request has no code to send, or it is not the pass of
/// the address that it would go to.
#[must_use]
pub fn by_pass(keys: &SubjectKeys, request: &SubjectRequest, pass: &str, now: Timestamp) -> Option<KeyedRef> {
    let address = request.recipient(Notice::Code).filter(|_| request.code_in(Notice::Code).is_some())?.canonical();
    if Pass::is_entered(keys, &address, pass, now) { holder(keys, &address) } else { None }
}
