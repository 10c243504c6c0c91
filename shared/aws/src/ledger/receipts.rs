//! The ledger's side of chains: intents beside their obligation, and a hint for each chain.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use privacy::fault::Fault;
use privacy::keys::KeyedRef;
use privacy::ports::Answer;
use privacy::receipt::{ChainLedger, Intent, Occasion, Position};

use super::{LedgerTable, key, sequenced};
use crate::attributes::{Item, get_number, get_text, number, text};
use crate::faults::{fault, refusing_row};

fn intent_key(occasion: &Occasion) -> Item {
    match occasion {
        Occasion::Erasure { obligation, request, reopened, tenant } => {
            let again = if *reopened == 0 { String::new() } else { format!("#again-{reopened}") };
            key(obligation, format!("{}#{tenant}{again}", sequenced("receipt", *request)))
        }
    }
}

fn hint_key(chain: &KeyedRef) -> Item {
    Item::from([("pk".to_owned(), text(format!("chain#{chain}"))), ("sk".to_owned(), text("hint"))])
}

fn read_intent(row: &Item) -> Result<Intent, Fault> {
    let chain = KeyedRef::from_stored(get_text(row, "chain")?.to_owned());
    let position = Position { chain, seq: get_number(row, "seq")? };
    Ok(Intent { position, file: get_text(row, "entry")?.to_owned(), revision: get_number(row, "revision")? })
}

impl LedgerTable {
    pub(super) async fn row(&self, action: &'static str, key: Item) -> Answer<Option<Item>> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(true);
        get.send().await.map(|answer| answer.item).map_err(fault(action))
    }
}

impl ChainLedger for LedgerTable {
    async fn intent(&self, occasion: &Occasion) -> Answer<Option<Intent>> {
        let row = self.row("chains.intent", intent_key(occasion)).await?;
        row.as_ref().map(read_intent).transpose()
    }

    async fn propose(&self, occasion: &Occasion, intent: &Intent) -> Answer<Intent> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(intent_key(occasion)))
            .update_expression("SET chain = :chain, seq = :seq, entry = :entry, revision = :revision")
            .expression_attribute_values(":chain", text(intent.position.chain.as_str()))
            .expression_attribute_values(":seq", number(intent.position.seq))
            .expression_attribute_values(":entry", text(&intent.file))
            .expression_attribute_values(":revision", number(intent.revision))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        update = match intent.revision.saturating_sub(1) {
            0 => update.condition_expression("attribute_not_exists(pk)"),
            before => {
                update.condition_expression("revision = :before").expression_attribute_values(":before", number(before))
            }
        };
        let Err(error) = update.send().await else { return Ok(intent.clone()) };
        let stands = refusing_row("chains.propose")(error)?;
        let stands = stands.ok_or_else(|| Fault::park("chains.propose", "the intent before it is gone"))?;
        read_intent(&stands)
    }

    async fn hint(&self, chain: &KeyedRef) -> Answer<Option<u64>> {
        let row = self.row("chains.hint", hint_key(chain)).await?;
        row.as_ref().map(|row| get_number(row, "seq")).transpose()
    }

    async fn raise_hint(&self, newest: &Position) -> Answer<()> {
        let raised = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(hint_key(&newest.chain)))
            .update_expression("SET seq = :seq")
            .condition_expression("attribute_not_exists(pk) OR seq < :seq")
            .expression_attribute_values(":seq", number(newest.seq))
            .send()
            .await;
        match raised {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(fault("chains.raise_hint")(error)),
        }
    }
}
