//! How a visit begins: where the last one kept something, or anew.

use super::{Exporter, Making, Stop};
use crate::export::discover::{barred, discover, tenants};
use crate::export::job::ExportJob;
use crate::export::ports::{Bundle, BundleBook, BundleStore, Contents};
use crate::export::progress::Progress;
use crate::export::redact::Reason;
use crate::ports::{Clock, Connections, DueIndex};
use crate::scope::Place;
use crate::subject_request::ports::{NoticeQueue, RequestBook};

impl<L, Q, V, B, C> Exporter<'_, L, Q, V, B, C>
where
    L: RequestBook + DueIndex + BundleBook,
    Q: NoticeQueue,
    V: Contents + Connections,
    B: BundleStore,
    C: Clock,
{
    /// Goes on where something was kept, or begins anew: whatever was uploaded before is discarded.
    pub(super) async fn begin(
        &self,
        job: &ExportJob,
        worker: &str,
        making: &Making<'_, V, B, C>,
        bundle: &mut Bundle,
    ) -> Result<Progress, Stop> {
        if bundle.is_kept
            && let Some(kept) = self.bundles.kept(&making.key.progress()).await?
            && let Some(progress) = Progress::load(&kept)
            // What a request covers may have changed since, at a tenant's word. An account's export covers what is there.
            && (!making.is_person() || progress.covers_until == Some(making.order.covers_until))
        {
            return Ok(progress);
        }
        if let Some(upload) = &bundle.upload {
            self.bundles.abort(&making.key, upload).await?;
        }
        let places = discover(self.vault, making.order).await?;
        if let ExportJob::Request(request) = job {
            for tenant in tenants(&places) {
                self.ledger.await_bundle(&tenant, request, self.clock.now()).await?;
            }
        }
        let barred = barred(self.vault, self.map, &places).await?;
        let is_account = making.order.tenant.is_some();
        let is_in = |place: &Place| !is_account || !barred.contains(place);
        let left_out = places.iter().filter(|place| !is_in(place)).count();
        let places = places.iter().filter(|place| is_in(place)).cloned().collect();
        let upload = self.bundles.begin(&making.key).await?;
        bundle.upload = Some(upload.clone());
        bundle.is_kept = false;
        self.save(job, worker, bundle).await?;
        let (own, covers_until) = (making.order.own.clone(), Some(making.order.covers_until));
        let mut progress = Progress { upload, places, barred, own, covers_until, ..Progress::default() };
        for _ in 0..left_out {
            progress.redactions.add(Reason::Platform);
        }
        Ok(progress)
    }
}
