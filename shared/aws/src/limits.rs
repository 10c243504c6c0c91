//! Counters of what one source, or one address, gets in a stretch of time. Named by keyed hashes; they expire of themselves.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::Timestamp;
use privacy::keys::KeyedRef;
use privacy::ports::Answer;
use privacy::subject_request::ports::Limits;

use crate::attributes::{number, text};
use crate::connection::Connection;
use crate::faults::fault;
use crate::patience;

/// DynamoDB behind the counters.
#[derive(Clone, Debug)]
pub struct LimitsTable {
    client: Client,
    table: String,
}

impl LimitsTable {
    /// Counters in this table.
    #[must_use]
    pub fn new(connection: &Connection, table: String) -> Self {
        Self { client: connection.dynamodb(), table }
    }
}

impl Limits for LimitsTable {
    async fn admit(&self, counter: &KeyedRef, at_most: u32, ends_at: Timestamp) -> Answer<bool> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(counter.as_str()))
            .update_expression("SET expires_at = if_not_exists(expires_at, :ends) ADD admitted :one")
            .condition_expression("attribute_not_exists(admitted) OR admitted < :most")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(at_most))
            .expression_attribute_values(":ends", number(ends_at.as_second()));
        match patience::send(update).await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(fault("limits.admit")(error)),
        }
    }
}
