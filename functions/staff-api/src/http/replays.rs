//! Replays after a restored backup: begun on the word of staff, carried out by the sweeper and the eraser, and shown.

use http::{Response, StatusCode};
use jiff::Timestamp;
use lambda_http::{Body, Request};
use privacy::audit::StaffDeed;
use privacy::instant::{self, to_text};
use privacy::legal_hold::Note;
use privacy::ports::Clock;
use privacy::replay::{NotBegun, Replay, ReplayBook, ReplayId, Tally, begin_replay};
use privacy_edge::clock::SystemClock;
use privacy_edge::json::{Members, within};
use privacy_edge::problem::Problem;
use serde_json::{Value, json};

use super::answers::answer;
use super::{Rejected, Staff, caller};

/// Every member of a replay.
const MEMBERS: [&str; 2] = ["restored_to", "reason"];

impl Staff {
    pub(super) async fn replay(&self, request: &Request, request_id: &str) -> Result<Response<Body>, Rejected> {
        let members = Members::read(request.headers(), request.body())?;
        members.only(&MEMBERS)?;
        let restored_to = members.parse("restored_to", str::parse::<Timestamp>)?;
        let restored_to = restored_to.ok_or(Problem::BadMember("restored_to"))?;
        let reason = members.parse("reason", within(Note::CHARACTERS_MAX, Note::parse))?;
        let reason = reason.ok_or(Problem::BadMember("reason"))?;
        let by = caller::by(request, reason)?;
        self.about_to_do(request, StaffDeed::BeginReplay(instant::to_millis(restored_to))).await?;
        let replay = match begin_replay(&self.ledger, &self.map, restored_to, &by, SystemClock.now()).await {
            Ok(replay) => replay,
            Err(NotBegun::Future | NotBegun::Forgotten) => return Err(Problem::BadMember("restored_to").into()),
            Err(NotBegun::Fault(fault)) => return Err(fault.into()),
        };
        let replay_id = replay.id.as_str();
        tracing::info!("request.id" = request_id, outcome = "replaying", replay_id, %restored_to, "a replay was begun");
        Ok(answer(StatusCode::ACCEPTED, &shown(&replay)))
    }

    pub(super) async fn replays(&self) -> Result<Response<Body>, Rejected> {
        let replays: Vec<Value> = self.ledger.replays().await?.iter().map(shown).collect();
        Ok(answer(StatusCode::OK, &json!({"replays": replays})))
    }

    pub(super) async fn show_replay(&self, id: &ReplayId) -> Result<Response<Body>, Rejected> {
        let replay = self.ledger.replays().await?.into_iter().find(|replay| replay.id == *id);
        Ok(answer(StatusCode::OK, &shown(&replay.ok_or(Problem::NotFound)?)))
    }
}

fn shown(replay: &Replay) -> Value {
    let Tally { asked, open, held, clean, erased_again, residue_found, flagged, periods_open } = *replay.tally();
    json!({
        "replay_id": replay.id.as_str(),
        "restored_to": to_text(replay.restored_to),
        "reason": replay.reason,
        "asked_by": replay.asked_by,
        "asked_at": to_text(replay.asked_at),
        "is_open": replay.is_open(),
        "completed_at": replay.completed_at.map(to_text),
        "pass": replay.pass,
        "obligations": {
            "looked_for": replay.tally().obligations(),
            "open": asked + open,
            "clean": clean,
            "residue_found": residue_found,
            "erased_again": erased_again,
            "held": held,
        },
        "periods_open": periods_open,
        "requests_flagged": flagged,
    })
}

#[cfg(test)]
mod tests;
