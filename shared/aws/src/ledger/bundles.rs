//! Bundles. What is known of one stands beside the request that it answers, in `obligation#<reference>` with `bundle`; that of
//! a tenant's account in `export#<tenant>` with `bundle`. It is in the due index under `bundle-<shard>` until it is erased, and
//! those before it, which stand in its row as `earlier`: by the day of the first of them. That of an account stays there by the day on
//! which its row goes.
//!
//! `pending#<tenant>` has one row for each request whose bundle a purge of the tenant waits for.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use privacy::export::job::ExportJob;
use privacy::export::ports::{Bundle, BundleBook, Claim, DueBundle, Next};
use privacy::ids::TenantId;
use privacy::obligation::ObligationId;
use privacy::ports::{Answer, Each};

use super::LedgerTable;
use super::bundle_rows::{BUNDLE, EARLIER, bundle_of, due_shard, earlier_value, job_of, key, pending, shard_of};
use crate::attributes::{at, find_at, get_at, number, text, unreadable};
use crate::faults::{fault, refusing_row};
use crate::patience;

impl LedgerTable {
    /// The first claim: whether it was that.
    async fn claim_first(&self, job: &ExportJob, worker: &str, until: Timestamp, erase_at: Timestamp) -> Answer<bool> {
        let mut row = key(job);
        row.extend([
            ("round".to_owned(), number(0)),
            ("bytes".to_owned(), number(0)),
            ("erase_at".to_owned(), at(erase_at)),
            ("next_action_at".to_owned(), at(erase_at)),
            ("due_shard".to_owned(), text(due_shard(shard_of(job)))),
            ("worker".to_owned(), text(worker)),
            ("leased_until".to_owned(), at(until)),
        ]);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(row));
        match put.condition_expression("attribute_not_exists(pk)").send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(fault("bundles.claim")(error)),
        }
    }
}

impl BundleBook for LedgerTable {
    async fn claim(
        &self,
        job: &ExportJob,
        worker: &str,
        until: Timestamp,
        erase_at: Timestamp,
        now: Timestamp,
    ) -> Answer<Claim> {
        if self.claim_first(job, worker, until, erase_at).await? {
            return Ok(Claim::Granted(Bundle { erase_at: Some(erase_at), ..Bundle::default() }));
        }
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(job)))
            .update_expression("SET worker = :worker, leased_until = :until")
            .condition_expression("attribute_not_exists(worker) OR worker = :worker OR leased_until <= :now")
            .expression_attribute_values(":worker", text(worker))
            .expression_attribute_values(":until", at(until))
            .expression_attribute_values(":now", at(now))
            .return_values(ReturnValue::AllNew);
        let row = match patience::send(update).await {
            Ok(answer) => answer.attributes.ok_or_else(|| unreadable(BUNDLE))?,
            Err(error) => return refusing_row("bundles.claim")(error).map(|_| Claim::Busy),
        };
        bundle_of(&row).map(Claim::Granted)
    }

    async fn renew(&self, job: &ExportJob, worker: &str, bundle: &Bundle, begun: Next) -> Answer<Claim> {
        let (next, erase_at) = (bundle.next(begun), begun.erase_at);
        let mut set =
            "SET round = :round, bytes = :none, erase_at = :erase, next_action_at = :next, due_shard = :shard"
                .to_owned();
        let mut condition =
            "worker = :worker AND round = :was AND (attribute_exists(erased_at) OR attribute_exists(made_at)) AND "
                .to_owned();
        let mut update = self.client.update_item().table_name(&self.table).set_key(Some(key(job)));
        // The sweeper may have erased an earlier one meanwhile.
        match bundle.next_erase_at() {
            Some(seen) => {
                condition.push_str("next_action_at = :seen");
                update = update.expression_attribute_values(":seen", at(seen));
            }
            None => condition.push_str("attribute_exists(erased_at)"),
        }
        let remove = match earlier_value(&next.earlier) {
            Some(earlier) => {
                set.push_str(", earlier = :earlier");
                update = update.expression_attribute_values(":earlier", earlier);
                ""
            }
            None => ", earlier",
        };
        let update = update
            .update_expression(format!("{set} REMOVE made_at, erased_at, upload, is_kept{remove}"))
            .condition_expression(condition)
            .expression_attribute_values(":round", number(next.round))
            .expression_attribute_values(":was", number(bundle.round))
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":erase", at(erase_at))
            .expression_attribute_values(":next", at(next.next_erase_at().unwrap_or(erase_at)))
            .expression_attribute_values(":shard", text(due_shard(shard_of(job))))
            .expression_attribute_values(":worker", text(worker))
            .return_values(ReturnValue::AllNew);
        match patience::send(update).await {
            Ok(answer) => {
                let row = answer.attributes.ok_or_else(|| unreadable(BUNDLE))?;
                bundle_of(&row).map(Claim::Granted)
            }
            Err(error) => refusing_row("bundles.renew")(error).map(|_| Claim::Busy),
        }
    }

    async fn save(&self, job: &ExportJob, worker: &str, bundle: &Bundle) -> Answer<bool> {
        let Bundle { round: _, upload, is_kept, made_at, bytes, erase_at, erased_at: _, earlier: _ } = bundle;
        let mut set = vec!["bytes = :bytes"];
        let mut remove = Vec::new();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(job)))
            .condition_expression("worker = :worker AND attribute_not_exists(erased_at)")
            .expression_attribute_values(":worker", text(worker))
            .expression_attribute_values(":bytes", number(bytes));
        let facts = [
            ("upload", ":upload", "upload = :upload", upload.as_ref().map(text)),
            ("is_kept", ":kept", "is_kept = :kept", is_kept.then(|| number(1))),
            ("made_at", ":made", "made_at = :made", made_at.map(at)),
            ("erase_at", ":erase", "erase_at = :erase", erase_at.map(at)),
            ("next_action_at", ":next", "next_action_at = :next", bundle.next_erase_at().map(at)),
        ];
        for (name, placeholder, assignment, value) in facts {
            match value {
                Some(value) => {
                    set.push(assignment);
                    update = update.expression_attribute_values(placeholder, value);
                }
                None => remove.push(name),
            }
        }
        let removed = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
        match patience::send(update.update_expression(format!("SET {}{removed}", set.join(", ")))).await {
            Ok(_) => Ok(true),
            Err(error) => refusing_row("bundles.save")(error).map(|_| false),
        }
    }

    async fn let_go(&self, job: &ExportJob, worker: &str) -> Answer<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(job)))
            .update_expression("REMOVE worker, leased_until")
            .condition_expression("worker = :worker")
            .expression_attribute_values(":worker", text(worker));
        match patience::send(update).await {
            Ok(_) => Ok(()),
            Err(error) => refusing_row("bundles.let_go")(error).map(drop),
        }
    }

    async fn bundle(&self, job: &ExportJob) -> Answer<Option<Bundle>> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(job)));
        let item = get.consistent_read(true).send().await.map_err(fault("bundles.read"))?.item;
        item.as_ref().map(bundle_of).transpose()
    }

    async fn is_claimed(&self, job: &ExportJob, now: Timestamp) -> Answer<bool> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(job))).consistent_read(true);
        let item = get.projection_expression("leased_until").send().await.map_err(fault("bundles.claimed"))?.item;
        let until = item.as_ref().map(|item| find_at(item, "leased_until")).transpose()?.flatten();
        Ok(until.is_some_and(|until| until > now))
    }

    async fn due_bundles(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Each<DueBundle>> {
        let rows = self.due_rows("bundles.due", due_shard(shard), now, limit).await?;
        let due = |item| Ok(DueBundle { job: job_of(item)?, erase_at: get_at(item, "next_action_at")? });
        Ok(rows.iter().map(due).collect())
    }

    async fn coming_bundles(
        &self,
        shard: u8,
        between: (Timestamp, Timestamp),
        last: Option<&DueBundle>,
        limit: u16,
    ) -> Answer<Vec<DueBundle>> {
        let last = last.map(|last| (key(&last.job), last.erase_at));
        let rows = self.coming_rows("bundles.coming", due_shard(shard), between, last, limit).await?;
        let coming = |item| Ok(DueBundle { job: job_of(item)?, erase_at: get_at(item, "next_action_at")? });
        rows.iter().map(coming).collect()
    }

    async fn erased(
        &self,
        due: &DueBundle,
        bundle: &Bundle,
        erased_at: Timestamp,
        record_ends_at: Option<Timestamp>,
    ) -> Answer<bool> {
        let left = bundle.without_due(erased_at);
        let next = left.next_erase_at().or(record_ends_at);
        let (mut set, mut remove) = (Vec::new(), Vec::new());
        let mut update = self.client.update_item().table_name(&self.table).set_key(Some(key(&due.job)));
        for (name, placeholder, assignment, value) in [
            (EARLIER, ":earlier", "earlier = :earlier", earlier_value(&left.earlier)),
            ("next_action_at", ":next", "next_action_at = :next", next.map(at)),
            ("erased_at", ":at", "erased_at = :at", left.erased_at.map(at)),
        ] {
            match value {
                Some(value) => {
                    set.push(assignment);
                    update = update.expression_attribute_values(placeholder, value);
                }
                None => remove.push(name),
            }
        }
        if next.is_none() {
            remove.push("due_shard");
        }
        if left.erased_at.is_some() {
            remove.extend(["upload", "is_kept"]);
        }
        let removed = if remove.is_empty() { String::new() } else { format!("REMOVE {}", remove.join(", ")) };
        let set = if set.is_empty() { String::new() } else { format!("SET {} ", set.join(", ")) };
        let update = update
            .update_expression(format!("{set}{removed}"))
            .condition_expression("next_action_at = :seen AND round = :round AND erase_at = :erase")
            .expression_attribute_values(":seen", at(due.erase_at))
            .expression_attribute_values(":round", number(bundle.round))
            .expression_attribute_values(":erase", at(bundle.erase_at.unwrap_or(due.erase_at)));
        match patience::send(update).await {
            Ok(_) => Ok(true),
            Err(error) => refusing_row("bundles.erased")(error).map(|_| false),
        }
    }

    async fn forget_export(&self, due: &DueBundle, bundle: &Bundle, now: Timestamp) -> Answer<bool> {
        let ExportJob::Tenant(tenant) = &due.job else { return Ok(false) };
        self.stop_awaiting_closed(tenant).await?;
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(&due.job)))
            .condition_expression(
                "next_action_at = :seen AND round = :round AND attribute_exists(erased_at) AND \
                 (attribute_not_exists(leased_until) OR leased_until <= :now)",
            )
            .expression_attribute_values(":seen", at(due.erase_at))
            .expression_attribute_values(":round", number(bundle.round))
            .expression_attribute_values(":now", at(now));
        match delete.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(fault("bundles.forget")(error)),
        }
    }

    async fn await_bundle(&self, tenant: &TenantId, request: &ObligationId, since: Timestamp) -> Answer<()> {
        let row = [("pk", text(pending(tenant))), ("sk", text(request.as_str())), ("since", at(since))];
        let row = row.map(|(name, value)| (name.to_owned(), value)).into();
        let put = self.client.put_item().table_name(&self.table).set_item(Some(row));
        put.send().await.map(drop).map_err(fault("bundles.await"))
    }

    async fn stop_awaiting(&self, tenant: &TenantId, request: &ObligationId) -> Answer<()> {
        let row = [("pk", text(pending(tenant))), ("sk", text(request.as_str()))];
        let row = row.map(|(name, value)| (name.to_owned(), value)).into();
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(row));
        delete.send().await.map(drop).map_err(fault("bundles.stop_awaiting"))
    }
}
