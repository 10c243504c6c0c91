//! Tells apart who calls: the stream with a batch, or somebody who has a span told again.

use lambda_runtime::{Error, LambdaEvent};
use privacy::tell_again::Again;
use serde::Deserialize;

use crate::again::{Ask, Repeater};
use crate::stream::{Batch, Teller};

/// What the function is called with.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Event {
    Batch(Batch),
    Again(Ask),
}

privacy::redacted!(Event);

/// The stream wants no answer.
pub(crate) async fn answer(
    teller: &Teller,
    repeater: &Repeater,
    event: LambdaEvent<Event>,
) -> Result<Option<Again>, Error> {
    let LambdaEvent { payload, context } = event;
    match payload {
        Event::Batch(payload) => {
            teller.tell(&LambdaEvent { payload, context }).await.map(|()| None).map_err(Error::from)
        }
        Event::Again(payload) => repeater.tell(&LambdaEvent { payload, context }).await.map(Some).map_err(Error::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_read() {
        let text = include_str!("../../../events/ledger-events.again.json");
        assert!(matches!(serde_json::from_str(text).unwrap(), Event::Again(Ask { from: Some(_), .. })));
    }

    #[test]
    fn a_batch_and_a_span_are_told_apart_and_nothing_else_is_taken() {
        let read = |text: &str| serde_json::from_str::<Event>(text).ok();
        assert!(matches!(read(r#"{"Records":[]}"#), Some(Event::Batch(_))));
        assert!(matches!(read(r#"{"tell_again_since":"2026-03-10T12:00:00Z"}"#), Some(Event::Again(_))));
        let next = r#"{"tell_again_since":"2026-03-10T12:00:00Z","from":{"part":1,"shard":3}}"#;
        assert!(matches!(read(next), Some(Event::Again(Ask { from: Some(_), .. }))));
        for bad in [
            "{}",
            r#"{"tell_again_since":"yesterday"}"#,
            r#"{"tell_again_since":"2026-03-10T12:00:00Z","form":null}"#,
            r#"{"tell_again_since":"2026-03-10T12:00:00Z","from":{"part":1}}"#,
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }
}
