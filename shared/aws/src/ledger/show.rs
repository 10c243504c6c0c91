//! What the status page shows: one read of one key range, strong where it has to be as it is now.

use privacy::fault::Fault;
use privacy::obligation::ObligationId;
use privacy::ports::{Answer, Freshness, Showcase, Shown, ShownAsked};

use super::bundle_rows::{BUNDLE, bundle_of};
use super::requests::{ASKED, request_of};
use super::{HEAD, LedgerTable, outcomes, rows, sequenced};
use crate::attributes::{Item, get_text, text};
use crate::faults::fault;

impl Showcase for LedgerTable {
    async fn show(&self, id: &ObligationId, freshness: Freshness) -> Answer<Option<Shown>> {
        shown(&self.shown_rows(id, freshness).await?)
    }

    async fn show_asked(&self, id: &ObligationId, freshness: Freshness) -> Answer<Option<ShownAsked>> {
        let rows = self.shown_rows(id, freshness).await?;
        let Some(request) = find(&rows, ASKED).map(request_of).transpose()? else { return Ok(None) };
        let bundle = find(&rows, BUNDLE).map(bundle_of).transpose()?;
        Ok(Some(ShownAsked { request, erasure: shown(&rows)?, bundle }))
    }
}

impl LedgerTable {
    async fn shown_rows(&self, id: &ObligationId, freshness: Freshness) -> Answer<Vec<Item>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(matches!(freshness, Freshness::Now))
            .scan_index_forward(false)
            .key_condition_expression("pk = :pk AND sk < :plan")
            .expression_attribute_values(":pk", text(id.partition()))
            .expression_attribute_values(":plan", text("plan#"));
        let (mut rows, mut start) = (Vec::new(), None);
        loop {
            let query = query.clone().set_exclusive_start_key(start);
            let answer = query.send().await.map_err(fault("ledger.show"))?;
            rows.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(rows);
            }
        }
    }
}

fn find<'a>(rows: &'a [Item], sort: &str) -> Option<&'a Item> {
    rows.iter().find(|item| get_text(item, "sk").is_ok_and(|key| key == sort))
}

fn shown(rows_of_it: &[Item]) -> Answer<Option<Shown>> {
    let Some(head) = find(rows_of_it, HEAD).map(rows::head).transpose()? else { return Ok(None) };
    let outcomes = match find(rows_of_it, &sequenced("outcome", head.seq)) {
        Some(row) => outcomes::outcomes_of(row)?,
        None => Vec::new(),
    };
    let is_earlier = |item: &&Item| get_text(item, "sk").is_ok_and(|key| key.starts_with("earlier#"));
    let earlier = rows_of_it.iter().filter(is_earlier).map(rows::head).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Some(Shown { head, outcomes, earlier }))
}
