//! What is kept of the code that was sent last: the row `verification` of a request.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::keys::KeyedRef;
use privacy::obligation::ObligationId;
use privacy::ports::Answer;
use privacy::subject_request::Proof;
use privacy::subject_request::challenge::{Challenge, TRIES, VOID};
use privacy::subject_request::ports::Challenges;

use super::requests::{CHALLENGE, read_text};
use super::{LedgerTable, key};
use crate::attributes::{Item, at, get_at, get_number, get_text, number, text};
use crate::faults::fault;
use crate::patience;

fn challenge_of(item: &Item) -> Result<Challenge, Fault> {
    Ok(Challenge {
        salt: get_text(item, "salt")?.to_owned(),
        digest: KeyedRef::from_stored(get_text(item, "digest")?.to_owned()),
        proof: read_text::<Proof>(item, "proof")?,
        expires_at: get_at(item, "expires_at")?,
    })
}

impl Challenges for LedgerTable {
    async fn issue(&self, id: &ObligationId, challenge: &Challenge) -> Answer<()> {
        let mut row = key(id, CHALLENGE);
        let proof = serde_dynamo::to_attribute_value(challenge.proof);
        row.extend([
            ("salt".to_owned(), text(&challenge.salt)),
            ("digest".to_owned(), text(challenge.digest.as_str())),
            ("proof".to_owned(), proof.map_err(|_| Fault::park("challenges.issue", "a proof without a name"))?),
            ("expires_at".to_owned(), at(challenge.expires_at)),
            ("tries".to_owned(), number(0)),
        ]);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(row));
        put.send().await.map(drop).map_err(fault("challenges.issue"))
    }

    async fn attempt(&self, id: &ObligationId, now: Timestamp) -> Answer<Option<Challenge>> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(id, CHALLENGE)))
            .update_expression("SET tries = tries + :one")
            .condition_expression("tries < :most AND expires_at > :now")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(TRIES))
            .expression_attribute_values(":now", at(now))
            .return_values(ReturnValue::AllNew);
        match patience::send(update).await {
            Ok(answer) => answer.attributes().map(challenge_of).transpose(),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(fault("challenges.attempt")(error)),
        }
    }

    async fn void(&self, id: &ObligationId) -> Answer<()> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(id, CHALLENGE)));
        let update = update.update_expression("SET tries = :void").condition_expression("attribute_exists(pk)");
        match update.expression_attribute_values(":void", number(VOID)).send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(fault("challenges.void")(error)),
        }
    }

    async fn is_void(&self, id: &ObligationId) -> Answer<bool> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(id, CHALLENGE)));
        let row = get.consistent_read(true).send().await.map_err(fault("challenges.is-void"))?.item;
        row.map_or(Ok(false), |row| Ok(get_number::<u16>(&row, "tries")? >= VOID))
    }

    async fn forget(&self, id: &ObligationId, ends_by: Timestamp) -> Answer<()> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(id, CHALLENGE)))
            .condition_expression("attribute_not_exists(pk) OR expires_at <= :by")
            .expression_attribute_values(":by", at(ends_by));
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(fault("challenges.forget")(error)),
        }
    }
}
