//! SDK errors become faults of the domain: the error code and whose turn it is, never a message with content.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use privacy::fault::Fault;

use crate::attributes::Item;

/// Codes that no retry mends.
const OURS_TO_MEND: [&str; 10] = [
    "AccessDenied",
    "AccessDeniedException",
    "ValidationException",
    "ResourceNotFoundException",
    "NoSuchBucket",
    "InvalidParameterValue",
    "UnrecognizedClientException",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "KMSAccessDeniedException",
];

/// Codes that mean: the row or the partition is in use, a moment later it is not.
const BUSY: [&str; 5] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// Whether a transaction has the row.
pub(crate) fn is_in_transaction<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code.is_some_and(|code| code.starts_with("Transaction"))
}

/// Whether a short wait mends it.
pub(crate) fn is_busy<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code).is_some_and(|code| BUSY.contains(&code))
}

/// Whether a transaction was cancelled since one of its conditions does not hold. One that conflicts as well is refused, too.
pub(crate) fn is_refused<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() else {
        return false;
    };
    canceled.cancellation_reasons().iter().any(|reason| reason.code() == Some("ConditionalCheckFailed"))
}

/// What is logged of an SDK error: its kind and code. The message may quote the request.
pub(crate) fn fault<E, R>(action: &'static str) -> impl FnOnce(SdkError<E, R>) -> Fault
where
    E: ProvideErrorMetadata,
{
    move |error| {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
        let kind = match &error {
            SdkError::ConstructionFailure(_) => "the request could not be built",
            SdkError::TimeoutError(_) => "timed out",
            SdkError::DispatchFailure(_) => "could not be sent",
            SdkError::ResponseError(_) => "the answer could not be read",
            SdkError::ServiceError(_) => "refused",
            _ => "failed",
        };
        let cause = code.map_or_else(|| kind.to_owned(), |code| format!("{kind}: {code}"));
        let is_ours =
            matches!(error, SdkError::ConstructionFailure(_)) || code.is_some_and(|code| OURS_TO_MEND.contains(&code));
        if is_ours { Fault::park(action, cause) } else { Fault::retry(action, cause) }
    }
}

/// The row that failed the condition of an update, if there was one and the caller asked for it; the fault itself
/// when the update failed for another reason.
pub(crate) fn refusing_row<R>(
    action: &'static str,
) -> impl FnOnce(SdkError<UpdateItemError, R>) -> Result<Option<Item>, Fault> {
    move |error| {
        let is_condition = error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception);
        if !is_condition {
            return Err(fault(action)(error));
        }
        let Some(UpdateItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() else {
            return Ok(None);
        };
        Ok(failed.item.clone().filter(|row| !row.is_empty()))
    }
}
