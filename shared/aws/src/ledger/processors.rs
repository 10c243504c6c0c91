//! Where every processor of a request stands: one row beside the obligation, written version over version.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use privacy::fault::Fault;
use privacy::obligation::ObligationId;
use privacy::ports::Answer;
use privacy::processors::{ProcessorLedger, Settlement};

use super::{LedgerTable, key, sequenced};
use crate::attributes::{get_text, number, text, unreadable};
use crate::faults::fault;

impl ProcessorLedger for LedgerTable {
    async fn load(&self, id: &ObligationId, seq: u32) -> Answer<Option<Settlement>> {
        let row = self.row("processors.load", key(id, sequenced("processors", seq))).await?;
        let Some(row) = row else { return Ok(None) };
        let settlement = serde_json::from_str(get_text(&row, "settlement")?);
        settlement.map(Some).map_err(|_| unreadable("settlement"))
    }

    async fn save(&self, id: &ObligationId, seq: u32, settlement: &Settlement) -> Answer<bool> {
        let action = "processors.save";
        let stored = serde_json::to_string(settlement).map_err(|error| Fault::park(action, error))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(key(id, sequenced("processors", seq))))
            .item("version", number(settlement.version))
            .item("settlement", text(stored));
        let put = match settlement.version.saturating_sub(1) {
            0 => put.condition_expression("attribute_not_exists(pk)"),
            before => put
                .condition_expression("#version = :before")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":before", number(before)),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(fault(action)(error)),
        }
    }
}
