//! Messages of the queues. Each line is the body of one message; all of them come in one batch.

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use futures_util::FutureExt;
use jiff::SignedDuration;
use lambda_http::{Context, LambdaEvent};
use privacy::export::job::ExportJob;
use privacy::fault::Fault;
use privacy::message::{UnknownMessage, Work};
use privacy::subject_request::bounce::BounceReport;
use privacy::subject_request::notice::NoticeJob;
use privacy_edge::batch::{After, Consumer, Pace, Turn, work_off};
use serde_json::Value;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let bodies: Vec<&str> = text.split('\n').take(10).collect();
    for body in &bodies {
        is_read_by_one_queue_at_most(body);
    }
    exactly_the_unreadable_come_again(&bodies);
}

fn is_read_by_one_queue_at_most(body: &str) {
    let again = [
        Work::from_body(body).ok().map(|read| (Work::from_body(&read.to_body()) == Ok(read.clone()), read.to_body())),
        ExportJob::from_body(body)
            .ok()
            .map(|read| (ExportJob::from_body(&read.to_body()) == Ok(read.clone()), read.to_body())),
        NoticeJob::from_body(body)
            .ok()
            .map(|read| (NoticeJob::from_body(&read.to_body()) == Ok(read.clone()), read.to_body())),
        BounceReport::from_body(body)
            .ok()
            .map(|read| (BounceReport::from_body(&read.to_body()) == Ok(read.clone()), read.to_body())),
    ];
    assert!(again.iter().flatten().count() <= 1, "a body means two things");
    for (is_same, written) in again.into_iter().flatten() {
        assert!(is_same, "what was read, written and read again is something else: {written}");
        let (given, ours): (Value, Value) =
            (serde_json::from_str(body).unwrap(), serde_json::from_str(&written).unwrap());
        let named = |value: &Value| value.as_object().unwrap().values().filter(|value| !value.is_null()).count();
        assert!(named(&given) == named(&ours), "a member of the message was passed over");
    }
}

/// Reads as the notice queue does, and has nothing to do.
struct Reader;

impl Consumer for Reader {
    type Job = NoticeJob;

    fn read(body: &str) -> Result<NoticeJob, UnknownMessage> {
        NoticeJob::from_body(body)
    }

    fn span(_: &NoticeJob, _: &str) -> tracing::Span {
        tracing::Span::none()
    }

    async fn work(&self, _: &NoticeJob, _: &Turn) -> Result<After, Fault> {
        Ok(After::Gone)
    }
}

fn exactly_the_unreadable_come_again(bodies: &[&str]) {
    let mut event = SqsEvent::default();
    for (index, body) in bodies.iter().enumerate() {
        let mut message = SqsMessage::default();
        message.message_id = Some(format!("m{index}"));
        message.body = Some((*body).to_owned());
        event.records.push(message);
    }
    let event = LambdaEvent::new(event, Context::default());
    let answer = work_off(&Reader, event, SignedDuration::ZERO, Pace::Together).now_or_never().unwrap();
    let again: Vec<String> = answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
    let unreadable = bodies.iter().enumerate().filter(|(_, body)| NoticeJob::from_body(body).is_err());
    assert_eq!(
        again,
        unreadable.map(|(index, _)| format!("m{index}")).collect::<Vec<_>>(),
        "a poison message harms a neighbour"
    );
}
