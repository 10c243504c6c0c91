use privacy::clock::model::Kind;

use super::*;

#[tokio::test]
async fn taking_in_costs_three_units_and_what_needs_no_proof_its_work_in_the_same_call() {
    let bench = Bench::new();
    let mut costs = String::new();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Appeal) {
        bench.account.take_calls();
        let sent = bench.post("/api/dsr", &json!({"kind": kind.as_str(), "email": "mia@example.com"})).await;
        assert_eq!(sent.status, 202, "{kind:?}");
        let units: f64 = bench.account.take_calls().iter().map(|call| call.wru).sum();
        costs += &format!("{} {units}\n", kind.as_str());
    }
    assert_eq!(costs, "");
}
