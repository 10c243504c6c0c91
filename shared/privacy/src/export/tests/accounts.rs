use super::*;

/// Alder's account: two users, one connection of Instagram and one of LinkedIn.
async fn ending(office: &Office) -> TenantId {
    let tenant = TenantId::parse("alder").unwrap();
    let termination = crate::accept_termination::Termination {
        tenant: tenant.clone(),
        ended_at: Some(office.now()),
        time_zone: "UTC".to_owned(),
    };
    let counted = termination.count(office.now()).unwrap();
    crate::accept_termination::accept_termination(&office.world, &office.world, &office.map, &counted).await.unwrap();
    office.world.connect_by("linkedin", "alder", "c2", at("2026-01-10T00:00:00Z"), &[]);
    let mut stored = office.world.stored();
    stored.exports.put_row("inbox", "alder#c2", "contact#p9#profile", &json!({"name": "Lin"}));
    stored.exports.put_row(
        "social",
        "alder#c2",
        "member#2026-03-05T11#2026-03-05T11:00:00.000Z#m1",
        &json!({"name": "Lin"}),
    );
    stored.exports.put_row("accounts", "account#alder", "profile", &json!({"tenant_id": "alder", "company": "Alder"}));
    stored.exports.put_row("accounts", "account#alder", "user#u1#profile", &json!({"user_id": "u1", "name": "Uma"}));
    stored.exports.put_row("accounts", "account#alder", "key#k1", &json!({"secret": "sesame"}));
    tenant
}

#[tokio::test]
async fn an_account_is_exported_while_its_window_is_open_without_what_linkedin_forbids() {
    let office = Office::with_mia(3);
    let job = ExportJob::Tenant(TenantId::parse("alder").unwrap());
    assert_eq!(office.make(&job).await, Made::Closed, "nothing ends");
    ending(&office).await;
    assert!(matches!(office.make(&job).await, Made::Whole { .. }));
    let files = office.files();
    assert!(files["data/account-users-001.json"].contains("Uma"));
    assert!(files["data/signals-001.json"].contains("Cleo"), "it is their own business");
    for content in files.values() {
        for hidden in ["Lin\"", "sesame", "4111"] {
            assert!(!content.contains(hidden), "{hidden} in {content}");
        }
    }
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["redactions"]["platform"], 1);
    office.world.pass(SignedDuration::from_hours(24 * 15));
    let stop_at = office.now() + SignedDuration::from_mins(1);
    assert_eq!(erase_bundles(&office.world, &office.world, &office.world, stop_at).await.erased, 1);
    assert!(matches!(office.make(&job).await, Made::Whole { .. }), "once more, while it is open");
    office.world.pass(SignedDuration::from_hours(24 * 16));
    assert_eq!(office.make(&job).await, Made::Closed);
}
