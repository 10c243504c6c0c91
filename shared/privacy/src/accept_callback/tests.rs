use super::*;
use crate::accept::Became;
use crate::identity::{Namespace, PlatformId};
use crate::memory::{Strike, World, built_in_map, plan_hash};
use crate::obligation::State;
use crate::ports::Clock;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

struct Bench {
    world: World,
    keys: SubjectKeys,
    map: DataMap,
}

impl Bench {
    fn new() -> Self {
        let keys = SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
        Self { world: World::new("2026-03-10T12:00:00Z".parse().unwrap(), 10), keys, map: built_in_map() }
    }

    async fn accept(&self, id: &str, issued_at: Option<&str>) -> Result<Accepted, Fault> {
        self.accept_by(Callback::DataDeletion, id, issued_at).await
    }

    async fn accept_by(&self, callback: Callback, id: &str, issued_at: Option<&str>) -> Result<Accepted, Fault> {
        let seconds = issued_at.map(|at| at.parse::<Timestamp>().unwrap().as_second());
        let request = SignedRequest {
            namespace: Namespace::parse("facebook").unwrap(),
            user_id: PlatformId::parse(id).unwrap(),
            profile_id: None,
            issued_at: seconds.map(crate::signed_request::IssuedAt::from_seconds),
        };
        let terms = Terms { keys: &self.keys, map: &self.map, stuck_after: HOUR };
        accept_callback(&self.world, &self.world, terms, &request, callback, self.world.now()).await
    }

    fn head(&self) -> crate::obligation::Head {
        self.world.stored().heads.values().next().unwrap().clone()
    }

    fn finish(&self) {
        let erased_at = self.world.now();
        let mut stored = self.world.stored();
        for head in stored.heads.values_mut() {
            head.state = State::Verifying { plan: plan_hash(), erased_at, looks: vec![] };
        }
    }
}

#[tokio::test]
async fn a_new_callback_is_stored_then_sent() {
    let bench = Bench::new();
    let accepted = bench.accept("1", Some("2026-03-10T11:59:00Z")).await.unwrap();
    assert_eq!((accepted.became, bench.world.calls()), (Became::New, 2));
    let head = bench.head();
    assert_eq!(head.id, accepted.id);
    assert_eq!(head.state, State::Received);
    assert_eq!(head.due_by.date.to_string(), "2026-04-09");
    assert_eq!(head.covers_until.to_string(), "2026-03-10T11:59:00Z");
    assert_eq!(head.next_action_at, Some(bench.world.now() + HOUR));
    assert_eq!(bench.world.stored().sent.len(), 1);
}

#[tokio::test]
async fn a_repeat_gets_the_same_code_and_changes_nothing() {
    let bench = Bench::new();
    let first = bench.accept("1", Some("2026-03-10T11:59:00Z")).await.unwrap();
    let before = bench.head();
    bench.world.pass(HOUR);
    for issued_at in ["2026-03-10T11:59:00Z", "2026-03-01T00:00:00Z"] {
        let again = bench.accept("1", Some(issued_at)).await.unwrap();
        assert_eq!((again.id.clone(), again.became), (first.id.clone(), Became::Duplicate));
    }
    let undated = bench.accept("1", None).await.unwrap();
    assert_eq!((undated.id, undated.became), (first.id, Became::Duplicate));
    assert_eq!(bench.head(), before);
    assert_eq!(bench.world.stored().heads.len(), 1);
}

#[tokio::test]
async fn a_repeat_of_what_nobody_has_looked_at_is_sent_again() {
    let bench = Bench::new();
    bench.accept("1", Some("2026-03-10T11:59:00Z")).await.unwrap();
    bench.accept("1", Some("2026-03-10T11:59:00Z")).await.unwrap();
    assert_eq!(bench.world.stored().sent.len(), 2);
}

#[tokio::test]
async fn a_newer_callback_widens_an_open_request_and_keeps_its_date() {
    let bench = Bench::new();
    bench.accept("1", Some("2026-03-10T11:00:00Z")).await.unwrap();
    let due_by = bench.head().due_by;
    bench.world.pass(HOUR * 24);
    let newer = bench.accept_by(Callback::Deauthorize, "1", Some("2026-03-11T11:00:00Z")).await.unwrap();
    assert_eq!(newer.became, Became::Widened);
    let head = bench.head();
    assert_eq!(head.covers_until.to_string(), "2026-03-11T11:00:00Z");
    assert_eq!((head.due_by, head.seq), (due_by, 1), "the earliest deadline wins");
}

#[tokio::test]
async fn after_the_erasure_a_newer_callback_opens_a_new_request_under_the_same_code() {
    let bench = Bench::new();
    let first = bench.accept("1", Some("2026-03-10T11:00:00Z")).await.unwrap();
    bench.finish();
    bench.world.pass(HOUR * 24);
    let replay = bench.accept("1", Some("2026-03-10T11:00:00Z")).await.unwrap();
    assert_eq!(replay.became, Became::Duplicate, "a replay opens nothing");
    let newer = bench.accept("1", Some("2026-03-11T11:00:00Z")).await.unwrap();
    assert_eq!((newer.id.clone(), newer.became), (first.id, Became::Reopened));
    let head = bench.head();
    assert_eq!((head.seq, head.state, head.due_by.date.to_string()), (2, State::Received, "2026-04-10".to_owned()));
    assert_eq!(bench.world.stored().earlier[&newer.id].len(), 1);
}

#[tokio::test]
async fn without_a_date_only_a_finished_request_is_opened_anew() {
    let bench = Bench::new();
    bench.accept("1", None).await.unwrap();
    bench.world.pass(HOUR);
    assert_eq!(bench.accept("1", None).await.unwrap().became, Became::Duplicate);
    bench.finish();
    assert_eq!(bench.accept("1", None).await.unwrap().became, Became::Reopened);
}

#[tokio::test]
async fn a_newer_callback_that_loses_the_race_to_open_anew_widens_what_won() {
    for happens_before in [1, 2] {
        let bench = Bench::new();
        bench.accept("1", Some("2026-03-10T11:00:00Z")).await.unwrap();
        bench.finish();
        bench.world.pass(HOUR * 24);
        bench.world.strike(None);
        // A second look, or an older callback, opens the row again between our two writes.
        bench.world.interrupt(happens_before, |stored| {
            for head in stored.heads.values_mut() {
                head.state = State::Received;
                head.covers_until = "2026-03-11T10:00:00Z".parse().unwrap();
            }
        });
        let accepted = bench.accept("1", Some("2026-03-11T11:00:00Z")).await.unwrap();
        assert_eq!(accepted.became, Became::Widened, "{happens_before}");
        assert_eq!(bench.head().covers_until.to_string(), "2026-03-11T11:00:00Z");
    }
}

#[tokio::test]
async fn a_callback_from_the_future_covers_no_more_than_now() {
    let bench = Bench::new();
    bench.accept("1", Some("2030-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(bench.head().covers_until, bench.world.now());
}

#[tokio::test]
async fn what_is_not_stored_is_not_acknowledged_and_what_is_not_sent_is() {
    let bench = Bench::new();
    bench.world.strike(Some(Strike::Before(1)));
    assert!(bench.accept("1", None).await.is_err());
    assert!(bench.world.stored().heads.is_empty());
    bench.world.strike(Some(Strike::Before(2)));
    let accepted = bench.accept("1", None).await.unwrap();
    assert!(accepted.unsent.is_some());
    assert!(bench.head().next_action_at.is_some(), "the row is its own outbox");
}

#[tokio::test]
async fn an_answer_lost_after_the_write_ends_in_one_row_and_a_message() {
    let bench = Bench::new();
    bench.world.strike(Some(Strike::After(1)));
    assert!(bench.accept("1", Some("2026-03-10T11:00:00Z")).await.is_err());
    bench.world.strike(None);
    let again = bench.accept("1", Some("2026-03-10T11:00:00Z")).await.unwrap();
    assert_eq!(again.became, Became::Duplicate);
    let stored = bench.world.stored();
    assert_eq!((stored.heads.len(), stored.sent.len()), (1, 1));
}
