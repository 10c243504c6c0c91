//! Suppression marks. `expires_at` is in seconds since 1970, as DynamoDB's expiry wants it; expired counts as absent.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::Timestamp;
use privacy::ingest_gate::Mark;
use privacy::ports::{Answer, Suppressions};

use super::Vault;
use crate::attributes::{at, number, text};
use crate::faults::fault;
use crate::patience;

impl Vault {
    fn update_mark(&self, mark: &Mark) -> UpdateItemFluentBuilder {
        self.dynamodb.update_item().table_name(&self.names.suppression).key("pk", text(mark.as_str()))
    }
}

/// A condition that does not hold means: it is so already.
async fn at_least(update: UpdateItemFluentBuilder, action: &'static str) -> Answer<()> {
    match patience::send_through_throttling(update).await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) => {
            Ok(())
        }
        Err(error) => Err(fault(action)(error)),
    }
}

impl Suppressions for Vault {
    async fn raise(&self, mark: &Mark, covers_until: Timestamp) -> Answer<()> {
        let update = self
            .update_mark(mark)
            .update_expression("SET covers_until = :covers_until REMOVE expires_at")
            .condition_expression("attribute_not_exists(pk) OR covers_until < :covers_until")
            .expression_attribute_values(":covers_until", at(covers_until));
        at_least(update, "suppressions.raise").await
    }

    async fn date(&self, mark: &Mark, expires_at: Timestamp) -> Answer<()> {
        let update = self
            .update_mark(mark)
            .update_expression("SET expires_at = :expires_at")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(expires_at) OR expires_at < :expires_at)",
            )
            .expression_attribute_values(":expires_at", number(expires_at.as_second()));
        at_least(update, "suppressions.date").await
    }
}
