use std::sync::Mutex;

use lambda_http::Context;
use privacy::ports::Clock;

use super::*;
use crate::clock::SystemClock;

/// Does what a body says, and notes who did it until when.
#[derive(Default)]
struct Obedient {
    turns: Mutex<Vec<(String, Turn)>>,
    at_work: Mutex<usize>,
    most_at_work: Mutex<usize>,
}

impl Consumer for Obedient {
    type Job = String;

    fn read(body: &str) -> Result<String, UnknownMessage> {
        body.strip_prefix("do ").map(str::to_owned).ok_or(UnknownMessage)
    }

    fn span(job: &String, request_id: &str) -> Span {
        tracing::info_span!("obey", "request.id" = request_id, "job.ref" = job.len())
    }

    async fn work(&self, job: &String, turn: &Turn) -> Result<After, Fault> {
        self.turns.lock().unwrap().push((job.clone(), turn.clone()));
        let at_work = {
            let mut at_work = self.at_work.lock().unwrap();
            *at_work += 1;
            *at_work
        };
        let most = (*self.most_at_work.lock().unwrap()).max(at_work);
        *self.most_at_work.lock().unwrap() = most;
        tokio::task::yield_now().await;
        *self.at_work.lock().unwrap() -= 1;
        match job.as_str() {
            "fail" => Err(Fault::retry("obey", "the store is down")),
            "panic" => panic!("as told"),
            "wait" => Ok(After::Waits),
            _ => Ok(After::Gone),
        }
    }
}

fn batch(bodies: &[Option<&str>], seconds_left: i64) -> LambdaEvent<SqsEvent> {
    let record = |(index, body): (usize, &Option<&str>)| {
        let mut message = SqsMessage::default();
        message.message_id = Some(format!("m{index}"));
        message.body = body.map(str::to_owned);
        message
    };
    let mut payload = SqsEvent::default();
    payload.records = bodies.iter().enumerate().map(record).collect();
    let mut context = Context::default();
    context.request_id = "r-1".to_owned();
    context.deadline = u64::try_from(SystemClock.now().as_millisecond() + seconds_left * 1000).unwrap();
    LambdaEvent::new(payload, context)
}

async fn deliver(consumer: &Obedient, bodies: &[Option<&str>], pace: Pace) -> Vec<String> {
    let response = work_off(consumer, batch(bodies, 120), SignedDuration::from_secs(40), pace).await;
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

#[tokio::test]
async fn exactly_what_has_to_come_again_is_reported_and_harms_no_other() {
    let bodies = [
        Some("do one"),
        Some("poison"),
        Some(""),
        None,
        Some("do fail"),
        Some("do two"),
        Some("do panic"),
        Some("do wait"),
        Some("do one"),
    ];
    for pace in [Pace::Together, Pace::InTurn] {
        let consumer = Obedient::default();
        assert_eq!(deliver(&consumer, &bodies, pace).await, ["m1", "m2", "m3", "m4", "m6", "m7"], "{pace:?}");
        let turns = consumer.turns.lock().unwrap().clone();
        let jobs: Vec<&str> = turns.iter().map(|(job, _)| job.as_str()).collect();
        assert_eq!(jobs, ["one", "fail", "two", "panic", "wait", "one"], "{pace:?}");
        assert_eq!((turns[0].1.worker.as_str(), turns[5].1.worker.as_str()), ("r-1/m0", "r-1/m8"));
    }
    assert_eq!(deliver(&Obedient::default(), &[], Pace::Together).await, Vec::<String>::new());
}

#[tokio::test]
async fn records_go_together_or_one_after_the_other() {
    for (pace, most) in [(Pace::Together, 3), (Pace::InTurn, 1)] {
        let consumer = Obedient::default();
        assert_eq!(deliver(&consumer, &[Some("do it"); 3], pace).await, Vec::<String>::new());
        assert_eq!(*consumer.most_at_work.lock().unwrap(), most, "{pace:?}");
    }
}

#[tokio::test]
async fn nothing_is_begun_after_the_margin_before_the_deadline() {
    let consumer = Obedient::default();
    let (event, margin) = (batch(&[Some("do it")], 120), SignedDuration::from_secs(40));
    let deadline = Timestamp::from_millisecond(i64::try_from(event.context.deadline).unwrap()).unwrap();
    work_off(&consumer, event, margin, Pace::InTurn).await;
    assert_eq!(consumer.turns.lock().unwrap()[0].1.stop_at, deadline - margin);
}
