use privacy::clock::model::Kind;

use super::*;

#[tokio::test]
async fn taking_in_costs_three_units_and_what_needs_no_proof_its_work_in_the_same_call() {
    let bench = Bench::new();
    let mut costs = String::new();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Appeal) {
        let _before = bench.account.take_calls();
        let sent = bench.post("/api/dsr", &json!({"kind": kind.as_str(), "email": "mia@example.com"})).await;
        assert_eq!(sent.status, 202, "{kind:?}");
        let units: f64 = bench.account.take_calls().iter().map(|call| call.wru).sum();
        costs += &format!("{} {units}\n", kind.as_str());
    }
    // Beyond the three: the flag, that it stands, and the answer, each change with its act. What else an objection is about waits for
    // a proof.
    let dear = ["objection 8", "opt-out 12", "limit 12"];
    let (others, flags): (Vec<&str>, Vec<&str>) = costs.lines().partition(|line| !dear.contains(line));
    assert_eq!(flags, dear, "{costs}");
    assert!(others.len() == 8 && others.iter().all(|line| line.ends_with(" 3")), "{costs}");
}
