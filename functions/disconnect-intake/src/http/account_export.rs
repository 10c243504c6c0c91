//! The export of an account: ordered, then looked at until it is there, with a link for whoever looks.

use http::Response;
use lambda_http::Body;
use privacy::export::job::ExportJob;
use privacy::export::order_account::{AccountOrdered, order_account};
use privacy::export::show_account::show_account;
use privacy::ids::TenantId;
use privacy::ports::Clock;
use privacy_edge::clock::SystemClock;
use privacy_edge::problem::Problem;

use super::{Intake, Rejected, answers};

impl Intake {
    pub(super) async fn order_export(&self, request_id: &str, tenant: &TenantId) -> Result<Response<Body>, Rejected> {
        let reference = ExportJob::Tenant(tenant.clone()).log_ref();
        match order_account(&self.ledger, &self.exports, &self.map, tenant, SystemClock.now()).await? {
            AccountOrdered::Taken { closes_at } => {
                tracing::info!(
                    "request.id" = request_id,
                    outcome = "ordered",
                    "export.ref" = reference,
                    "an export was ordered"
                );
                Ok(answers::export_ordered(&reference, closes_at))
            }
            AccountOrdered::NotYet => Err(Problem::NotNow.into()),
            AccountOrdered::TooLate => Err(Problem::WindowClosed.into()),
        }
    }

    /// The link stands in the body of one answer, and nowhere else.
    pub(super) async fn show_export(&self, request_id: &str, tenant: &TenantId) -> Result<Response<Body>, Rejected> {
        let reference = ExportJob::Tenant(tenant.clone()).log_ref();
        let export = show_account(&self.ledger, &self.bundles, tenant, SystemClock.now()).await?;
        let outcome = answers::export_state(&export);
        tracing::info!("request.id" = request_id, outcome, "export.ref" = reference, "an export was looked at");
        Ok(answers::export_shown(&reference, &export))
    }
}
