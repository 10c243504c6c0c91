//! The export of an account: ordered, then looked at until it is there, with a link for whoever looks.

use http::Response;
use lambda_http::{Body, Request};
use privacy::audit::{StaffAct, StaffActs, StaffDeed};
use privacy::export::job::ExportJob;
use privacy::export::order_account::{AccountOrdered, order_account};
use privacy::export::show_account::{AccountExport, show_account};
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::instant;
use privacy::ports::Clock;
use privacy_edge::caller::principal;
use privacy_edge::clock::SystemClock;
use privacy_edge::problem::Problem;

use super::{Intake, Rejected, answers};

impl Intake {
    pub(super) async fn order_export(
        &self,
        request: &Request,
        request_id: &str,
        tenant: &TenantId,
    ) -> Result<Response<Body>, Rejected> {
        let reference = ExportJob::Tenant(tenant.clone()).log_ref();
        self.note(request, StaffDeed::OrderExport(tenant.clone())).await?;
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
    pub(super) async fn show_export(
        &self,
        request: &Request,
        request_id: &str,
        tenant: &TenantId,
    ) -> Result<Response<Body>, Rejected> {
        let reference = ExportJob::Tenant(tenant.clone()).log_ref();
        let export = show_account(&self.ledger, &self.bundles, &self.map, tenant, SystemClock.now()).await?;
        // Who gets a link is noted before they have it; how far it is says nothing of anybody.
        if matches!(export, AccountExport::Ready { .. }) {
            self.note(request, StaffDeed::LookAtExport(tenant.clone())).await?;
        }
        let outcome = answers::export_state(&export);
        tracing::info!("request.id" = request_id, outcome, "export.ref" = reference, "an export was looked at");
        Ok(answers::export_shown(&reference, &export))
    }

    async fn note(&self, request: &Request, deed: StaffDeed) -> Result<(), Fault> {
        let act = StaffAct { deed, who: principal(request)?, at: instant::to_millis(SystemClock.now()) };
        self.ledger.note_act(&act).await
    }
}
