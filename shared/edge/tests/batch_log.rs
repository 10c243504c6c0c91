//! What a batch of messages leaves in the log. Alone in its file: a test beside it would share what listens to the log.

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
    use jiff::SignedDuration;
    use lambda_http::{Context, LambdaEvent};
    use privacy::fault::Fault;
    use privacy::message::UnknownMessage;
    use privacy_edge::batch::{After, Consumer, Pace, Turn, work_off};
    use tracing::Span;
    use tracing_subscriber::fmt::MakeWriter;

    /// Does what a body says.
    struct Obedient;

    impl Consumer for Obedient {
        type Job = String;

        fn read(body: &str) -> Result<String, UnknownMessage> {
            body.strip_prefix("do ").map(str::to_owned).ok_or(UnknownMessage)
        }

        fn span(job: &String, request_id: &str) -> Span {
            tracing::info_span!("obey", "request.id" = request_id, "job.ref" = job.len())
        }

        async fn work(&self, job: &String, _turn: &Turn) -> Result<After, Fault> {
            match job.as_str() {
                "fail" => Err(Fault::retry("obey", "the store is down")),
                "panic" => panic!("secret words"),
                _ => {
                    tracing::info!(outcome = "obeyed", "a message is worked off");
                    Ok(After::Gone)
                }
            }
        }
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[tokio::test]
    async fn the_log_has_references_and_outcomes_and_no_body() {
        let lines = Lines::default();
        let log = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false).with_writer(lines.clone());
        let guard = tracing::subscriber::set_default(log.finish());
        let record = |(index, body): (usize, &str)| {
            let mut message = SqsMessage::default();
            message.message_id = Some(format!("m{index}"));
            message.body = Some(body.to_owned());
            message
        };
        let mut payload = SqsEvent::default();
        payload.records =
            ["do one", "mia@example.com", "do fail", "do panic"].into_iter().enumerate().map(record).collect();
        let mut context = Context::default();
        context.request_id = "r-1".to_owned();
        let response =
            work_off(&Obedient, LambdaEvent::new(payload, context), SignedDuration::ZERO, Pace::InTurn).await;
        assert_eq!(response.batch_item_failures.len(), 3);
        drop(guard);
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let outcomes: Vec<&str> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["obeyed", "unreadable", "fault", "panic"], "{text}");
        for line in lines.iter().filter(|line| line["outcome"] != "unreadable") {
            assert_eq!(
                (&line["span"]["request.id"], line["span"]["job.ref"].is_u64()),
                (&"r-1".into(), true),
                "{line}"
            );
        }
        assert_eq!((&lines[1]["request.id"], &lines[1]["message.id"]), (&"r-1".into(), &"m1".into()));
        assert!(lines[2]["cause"].as_str().unwrap().contains("the store is down"), "{text}");
        assert!(!text.contains("mia@") && !text.contains("secret words"), "{text}");
    }
}
