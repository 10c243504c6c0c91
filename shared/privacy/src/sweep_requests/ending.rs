//! Ends requests whose last day is over and of which something is still to be shown: denies them, or answers them with what
//! stands of them.

use jiff::Timestamp;

use super::{RequestsSwept, changed, next_look, tell_again};
use crate::fault::Fault;
use crate::fulfil_request::Fulfilment;
use crate::instant;
use crate::route_request::Changed;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{DueRequest, DueRequests, NoticeQueue, RequestBook};
use crate::subject_request::{Act, Deed, Standing, SubjectRequest};

/// One that nobody has shown to be theirs by its last day.
pub(super) async fn lapse<L, V, Q>(
    fulfilment: &Fulfilment<'_, L, V, Q>,
    request: &SubjectRequest,
    due: &DueRequest,
    now: Timestamp,
    swept: &mut RequestsSwept,
) -> Result<(), Fault>
where
    L: DueRequests + RequestBook,
    V: Sync,
    Q: NoticeQueue,
{
    let book = fulfilment.ledger;
    let acts = book.acts(&request.id).await?;
    // What was noted late: whoever asks has heard of it only now.
    if let Some(until) = request.heard_until(fulfilment.law, &acts).filter(|until| *until > now) {
        if request.has_to_ask_person() {
            tell_again(fulfilment.queues, request, Notice::AgentConfirmation, swept).await?;
        }
        return book.postpone_request(due, next_look(request, None, now).min(until)).await;
    }
    let Some(reason) = request.lapsed_for(fulfilment.law, &acts) else {
        if request.standing == Standing::Received {
            tell_again(fulfilment.queues, request, Notice::Acknowledgement, swept).await?;
        } else if !request.was_told(Notice::Late, 1) && !request.is_done_at_once() {
            // What is in force already is not late.
            tell_again(fulfilment.queues, request, Notice::Late, swept).await?;
        }
        return book.postpone_request(due, next_look(request, None, now)).await;
    };
    if request.is_shown_for_categories() {
        let mut known = changed(request, request.standing.clone(), now);
        let act = Act::of_service(known.with_categories_only(now), now);
        // The next look has them told.
        return book.record(&known, &act, None).await.map(drop);
    }
    // Nothing of it is refused.
    if request.is_done_at_once() {
        return end(book, request, now, swept).await;
    }
    let reason = reason.as_str().to_owned();
    if request.stops_at_once() {
        let mut refused = changed(request, request.standing.clone(), now);
        let act = Act::of_service(refused.refuse(reason), now);
        // Should this break off here, the next look ends it.
        return if book.record(&refused, &act, None).await? { end(book, &refused, now, swept).await } else { Ok(()) };
    }
    let act = Act::of_service(Deed::Denied { reason: reason.clone() }, now);
    let standing = Standing::Denied { at: instant::to_millis(now), reason };
    swept.denied += u64::from(book.record(&changed(request, standing, now), &act, None).await?);
    Ok(())
}

/// Ends a request with what stands of it: whoever asks is told at the next look.
pub(super) async fn end(
    book: &impl RequestBook,
    request: &SubjectRequest,
    now: Timestamp,
    swept: &mut RequestsSwept,
) -> Result<(), Fault> {
    let Changed { request, act } = request.ended_with_what_stands(now);
    swept.answered += u64::from(book.record(&request, &act, None).await?);
    Ok(())
}
