//! What DynamoDB answers: every operation that the service calls, by its name.

use serde_json::Value;

use crate::account::Account;

macro_rules! dispatch {
    ($database:expr, $operation:expr, $request:expr, $form:path, { $($name:literal => $method:ident),* $(,)? }) => {
        match $operation {
            $($name => match $request {
                Ok(request) => match $database.$method(request) {
                    Ok(answer) => (200, $form(&answer).unwrap()),
                    Err(error) => (error.status_code(), $form(&refused(&error.to_json())).unwrap()),
                },
                Err(error) => panic!("{}: {error}", $name),
            },)*
            other => panic!("no service answers {other}"),
        }
    };
    ($database:expr, $operation:expr, $request:expr, $form:path) => {
        dispatch!($database, $operation, $request, $form, {
            "PutItem" => put_item, "GetItem" => get_item, "UpdateItem" => update_item, "DeleteItem" => delete_item,
            "Query" => query, "BatchWriteItem" => batch_write_item, "BatchGetItem" => batch_get_item,
            "TransactWriteItems" => transact_write_items, "Scan" => scan,
        })
    };
}

fn refused(answer: &str) -> Value {
    serde_json::from_str(answer).unwrap()
}

impl Account {
    /// Carries out one call to DynamoDB: status and answer, without what it consumed. For connectors of other tests.
    #[must_use]
    pub fn carry_out(&self, operation: &str, body: Value) -> (u16, Value) {
        dispatch!(self.database, operation, serde_json::from_value(body), serde_json::to_value)
    }

    /// The same, as text there and back.
    #[must_use]
    pub fn carry_out_text(&self, operation: &str, body: &[u8]) -> (u16, String) {
        dispatch!(self.database, operation, serde_json::from_slice(body), serde_json::to_string)
    }
}
