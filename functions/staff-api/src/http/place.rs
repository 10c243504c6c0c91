//! A hold as staff write it, and what is wrong with one.

use jiff::Timestamp;
use privacy::ids::{ConnectionId, ContactId, InvalidId, TenantId, UserId};
use privacy::instant;
use privacy::legal_hold::{HoldId, HoldScope, InvalidHold, LegalHold, Note};
use privacy::obligation::PlanHash;
use privacy_edge::json::{Members, within};
use privacy_edge::problem::Problem;

/// Every member of a hold.
const MEMBERS: [&str; 13] = [
    "id",
    "tenant_id",
    "connection_id",
    "contact",
    "user",
    "classes",
    "from",
    "until",
    "reason",
    "approver",
    "proof",
    "review_by",
    EVEN_IF_UNKNOWN,
];

/// Staff are certain of a name that nobody knows: of a tenant who left before this service was there, say.
pub(super) const EVEN_IF_UNKNOWN: &str = "even_if_unknown";

/// A hold with a member that nobody knows is refused: a slip of the pen must not widen it. One without an `id` gets one that is derived from all it says: placed again, it is the same.
pub(super) fn hold(members: &Members, now: Timestamp) -> Result<LegalHold, Problem> {
    members.only(&MEMBERS)?;
    let note = |name| members.parse(name, within(Note::CHARACTERS_MAX, Note::parse));
    let at = |name| members.parse(name, |text| text.parse::<Timestamp>().map(instant::to_millis));
    let scope = HoldScope {
        tenant: members.parse("tenant_id", TenantId::parse)?.ok_or(Problem::BadMember("tenant_id"))?,
        connection: members.parse("connection_id", ConnectionId::parse)?,
        contact: members.parse("contact", ContactId::parse)?,
        user: members.parse("user", UserId::parse)?,
        classes: members.texts("classes")?.into_iter().collect(),
        from: at("from")?,
        until: at("until")?,
    };
    let reason = note("reason")?.ok_or(Problem::BadMember("reason"))?;
    let approver = note("approver")?.ok_or(Problem::BadMember("approver"))?;
    let proof = note("proof")?;
    let review_by = members.parse("review_by", str::parse)?.ok_or(Problem::BadMember("review_by"))?;
    let id = match members.parse("id", HoldId::parse)? {
        Some(id) => id,
        None => HoldId::derived(&scope, [Some(&reason), Some(&approver), proof.as_ref()], review_by),
    };
    Ok(LegalHold { id, scope, reason, approver, proof, placed_at: now, review_by })
}

/// Names the member that is in the way.
pub(super) const fn problem(invalid: InvalidHold) -> Problem {
    Problem::InvalidHold(match invalid {
        InvalidHold::Class | InvalidHold::Narrowed => "classes",
        InvalidHold::Dates => "until",
        InvalidHold::Review => "review_by",
        InvalidHold::Proof => "proof",
    })
}

/// 64 hex digits.
pub(super) fn plan_hash(text: &str) -> Result<PlanHash, InvalidId> {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if is_hash { Ok(PlanHash::from_stored(text.to_owned())) } else { Err(InvalidId) }
}
