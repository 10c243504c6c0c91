//! What staff see and confirm of a purge by date that was halted.

use http::{Response, StatusCode};
use lambda_http::{Body, Request};
use privacy::audit::StaffDeed;
use privacy::confirm_purge::{confirm_purge, is_purged, read_purge};
use privacy::instant::to_text;
use privacy::obligation::PlanHash;
use privacy::ports::{Clock, Confirmed};
use privacy::purge::{Progress, PurgePlan};
use privacy_edge::clock::SystemClock;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;
use serde_json::{Value, json};

use super::{Rejected, Staff, answers, caller, place};

impl Staff {
    pub(super) async fn purge(&self, class: &str) -> Result<Response<Body>, Rejected> {
        let progress = read_purge(&self.ledger, &self.map, class).await?.ok_or(Problem::NotFound)?;
        Ok(answers::answer(StatusCode::OK, &shown(class, &progress)))
    }

    pub(super) async fn confirm_purge(
        &self,
        request: &Request,
        request_id: &str,
        class: &str,
    ) -> Result<Response<Body>, Rejected> {
        let members = Members::read(request.headers(), request.body())?;
        let hash = members.parse("plan_hash", place::plan_hash)?.ok_or(Problem::BadMember("plan_hash"))?;
        let (by, reason) = (caller::principal(request)?, caller::why_confirmed(&members)?);
        if !is_purged(&self.map, class) {
            return Err(Problem::NotFound.into());
        }
        self.about_to_do(request, StaffDeed::ConfirmPurge(class.to_owned(), reason)).await?;
        match confirm_purge(&self.ledger, &self.map, class, &hash, &by, SystemClock.now()).await? {
            Confirmed::Done => {
                let plan_hash = hash.as_str();
                tracing::info!(
                    "request.id" = request_id,
                    outcome = "confirmed",
                    class,
                    plan_hash,
                    "a purge was confirmed"
                );
                let body = json!({"class": class, "confirmed_plan": plan_hash});
                Ok(answers::answer(StatusCode::OK, &body))
            }
            Confirmed::Differs => Err(Problem::PlanDiffers.into()),
            Confirmed::Missing => Err(Problem::NotFound.into()),
        }
    }
}

fn shown(class: &str, progress: &Progress) -> Value {
    let plan = |plan: &PurgePlan| {
        json!({
            "plan_hash": plan.hash.as_str(),
            "ceiling": plan.ceiling,
            "records": plan.records,
            "until": to_text(plan.until),
            "is_waiting": progress.confirmed().is_none(),
        })
    };
    json!({
        "class": class,
        "swept_until": progress.swept.map(|swept| to_text(swept.until)),
        "confirmed_plan": progress.confirmed_plan.as_ref().map(PlanHash::as_str),
        "plan": progress.halted.as_ref().map(plan),
    })
}
