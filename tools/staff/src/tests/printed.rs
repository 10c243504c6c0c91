//! What is shown to staff: tables, one request, and nothing that drives their terminal.

use super::*;

#[test]
fn promises_are_a_table_and_say_when_they_are_not_all() {
    let one = json!({
        "promise": "promise.disconnect", "policy": "13.4", "sentence": "All signals go.", "holds": false, "open": 2, "near_due": 0,
        "overdue": 1, "halted": 0, "held": 0, "failed": 1, "oldest_open_at": "2026-03-10T12:00:00.000Z",
        "next_due": {"date": "2026-04-09", "time_zone": "UTC"}, "last_proof": null,
    });
    let text = print::text(Form::Promises, &json!({"is_complete": true, "promises": [one]}), Paint::Plain);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("holds  policy  promise"), "{text}");
    assert!(lines[1].starts_with("NO     13.4    promise.disconnect  2"), "{text}");
    assert!(lines[1].ends_with("2026-03-10T12:00:00.000Z  2026-04-09  -"), "{text}");
    assert!(text.contains("\npromise.disconnect: All signals go.\n"), "{text}");
    assert!(!text.contains("Not complete"));
    assert!(print::text(Form::Promises, &json!({"promises": []}), Paint::Plain).contains("Not complete"));
}

#[test]
fn what_goes_by_its_date_is_a_table_of_its_own() {
    let due = |period: &str, due_at: &str| json!({"period": period, "due_at": due_at});
    let late = json!({
        "promise": "class.security-logs", "policy": ["9"], "sentence": "Up to 12 months.", "platform_limit": null, "holds": false,
        "verdict": "late", "due_periods": 3, "late_periods": 2, "held_periods": 0, "held_records": 0, "kept_records": 0,
        "oldest_open": due("2026-03-02", "2027-03-02T00:00:00.000Z"), "next_due": due("2026-03-05", "2027-03-05T00:00:00.000Z"),
        "last_proof": {"before": "2026-03-02T00:00:00.000Z", "at": null},
    });
    let held = json!({
        "promise": "class.member-profiles", "policy": ["13.1", "13.4"], "sentence": null, "holds": true, "verdict": "held",
        "platform_limit": {"platform": "linkedin", "at_most": "PT24H", "source": "Marketing API"}, "held_records": 4,
        "oldest_open": null, "next_due": null, "last_proof": null,
    });
    let answer = json!({"is_complete": true, "promises": [], "scheduled": [late, held]});
    let text = print::text(Form::Promises, &answer, Paint::Plain);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("class.") && !line.contains(": ")).collect();
    assert!(text.contains("oldest open period") && text.contains("last proof before"), "{text}");
    assert!(lines[0].starts_with("NO     late     class.security-logs    3"), "{text}");
    assert!(lines[0].contains("  2026-03-02          2027-03-05T00:00:00.000Z  2026-03-02T00:00:00.000Z  -"), "{text}");
    assert!(lines[1].starts_with("yes    held     class.member-profiles"), "{text}");
    assert!(text.contains("\nclass.security-logs: Up to 12 months.\n"), "{text}");
    assert!(text.contains("\nclass.member-profiles: Marketing API\n"), "{text}");
}

#[test]
fn what_is_not_watched_is_said_with_its_reason() {
    let one = json!({
        "promise": "unwatched.changes", "policy": "12", "sentence": "At least 30 days before.", "holds": null,
        "verdict": "not-watched", "reason": "no notice is recorded here",
    });
    let text = print::text(
        Form::Promises,
        &json!({"is_complete": true, "promises": [], "scheduled": [], "unwatched": [one]}),
        Paint::Plain,
    );
    assert!(text.contains("not-watched  12      unwatched.changes  no notice is recorded here"), "{text}");
    assert!(text.contains("\nunwatched.changes: At least 30 days before.\n"), "{text}");
}

#[test]
fn the_book_of_holds_says_whose_what_why_by_whom_and_until_when() {
    let holds = json!({"holds": [
        {"hold_id": "hold-0003", "tenant_id": "birch", "connection_id": null, "contact": null, "user": "u1", "classes": [],
         "from": null, "until": "2026-02-01T00:00:00.000Z", "reason": "an audit", "approver": "board", "proof": null,
         "placed_at": "2026-01-02T09:00:00.000Z", "review_by": "2026-03-01", "is_past_review": false,
         "released_at": "2026-02-20T10:00:00.000Z", "waiting": 0},
        {"hold_id": "hold-0002", "tenant_id": "alder", "connection_id": null, "contact": null, "user": null,
         "classes": ["billing-records", "security-logs"], "from": "2025-01-01T00:00:00.000Z", "until": "2026-01-01T00:00:00.000Z",
         "reason": "a tax office", "approver": "counsel", "proof": null, "placed_at": "2026-03-02T09:00:00.000Z",
         "review_by": "2026-05-20", "is_past_review": false, "released_at": null, "waiting": 0},
        {"hold_id": "hold-0001", "tenant_id": "alder", "connection_id": "c1", "contact": "p1", "user": null, "classes": ["signals"],
         "from": null, "until": null, "reason": "a court asked for it", "approver": "counsel", "proof": "file 7",
         "placed_at": "2026-02-10T12:00:00.000Z", "review_by": "2026-05-01", "is_past_review": true, "released_at": null, "waiting": 3},
    ]});
    let text = print::text(Form::Holds, &holds, Paint::Plain);
    expect_test::expect![[r#"
        hold       of                                classes                        records dated                                         review by            waiting
        hold-0001  alder, connection c1, contact p1  signals                        any day                                               2026-05-01 OVERDUE   3
            why: a court asked for it
            approved by counsel, placed 2026-02-10; proof: file 7
        hold-0002  alder                             billing-records,security-logs  2025-01-01T00:00:00.000Z to 2026-01-01T00:00:00.000Z  2026-05-20           0
            why: a tax office
            approved by counsel, placed 2026-03-02
        hold-0003  birch, user u1                    all                            before 2026-02-01T00:00:00.000Z                       released 2026-02-20  0
            why: an audit
            approved by board, placed 2026-01-02
    "#]].assert_eq(&text);
    let painted = print::text(Form::Holds, &holds, Paint::Coloured);
    let red: Vec<&str> = painted.lines().filter(|line| line.contains("\u{1b}[31m")).collect();
    assert!(red.len() == 1 && red[0].contains("hold-0001"), "{painted}");
    assert_eq!(print::text(Form::Holds, &json!({"holds": []}), Paint::Plain), "No legal hold.\n");
}

#[test]
fn what_people_wrote_cannot_drive_the_terminal() {
    let holds = json!({"holds": [{"hold_id": "hold-0001", "approver": "a\u{1b}[2Jb", "reason": "c\u{1b}[2Jd", "classes": [], "waiting": 3}]});
    let text = print::text(Form::Holds, &holds, Paint::Plain);
    assert!(!text.contains('\u{1b}') && text.contains("hold-0001"), "{text}");
    let facts =
        print::text(Form::Facts, &json!({"plan": {"counts": {"signals": 2}}, "state": "planned"}), Paint::Plain);
    assert_eq!(facts, "plan\n  counts\n    signals  2\nstate  planned\n");
}

#[test]
fn no_control_character_of_others_reaches_the_terminal() {
    let answer = json!({"a\u{1b}[2Jb": "c\u{7}d", "inner": {"e\nf": 1}});
    let text = print::text(Form::Facts, &answer, Paint::Plain);
    assert_eq!(text, "a [2Jb  c d\ninner\n  e f  1\n");
    assert_eq!(crate::print::plain("x\r\ny\u{9b}z"), "x  y z");
}

fn listed(left: i64, waits_for: &[&str]) -> serde_json::Value {
    json!({
        "reference": REFERENCE, "ref": "0123456789ab", "kind": "access", "state": "in-progress", "regime": "EU_GDPR",
        "channel": "phone", "received_at": "2026-03-05T09:30:00.000Z", "target_on": "2026-03-30",
        "due_by": {"date": "2026-04-04", "time_zone": "Europe/Brussels"}, "days_left": left, "is_overdue": left < 0,
        "is_extended": false, "waits_for": waits_for, "about_child": false, "by_agent": true, "bounced": ["code"],
        "routed_to": ["alder"],
    })
}

#[test]
fn the_work_list_shows_days_and_colours_only_where_they_can_be_seen() {
    let answer = json!({
        "requests": [listed(3, &["read-permission"]), listed(0, &[]), listed(-2, &[])], "next_cursor": "abc", "is_complete": true,
    });
    let text = print::text(Form::Requests, &answer, Paint::Plain);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("waits for        due         left    target      state        kind"), "{text}");
    assert!(lines[1].starts_with("read-permission  2026-04-04  3 d     2026-03-30  in-progress  access"), "{text}");
    assert!(lines[1].ends_with(&format!("agent,bounced,→alder  {REFERENCE}")), "{text}");
    assert!(lines[2].contains("today") && lines[3].contains("2 LATE"), "{text}");
    assert!(text.contains("--cursor abc") && !text.contains('\u{1b}') && !text.contains("Not complete"), "{text}");
    let text = print::text(Form::Requests, &answer, Paint::Coloured);
    assert_eq!(text.matches("\u{1b}[33m").count(), 1, "waits");
    assert_eq!(text.matches("\u{1b}[31m").count(), 1, "late");
    let empty = json!({"requests": [], "next_cursor": null, "is_complete": false});
    let text = print::text(Form::Requests, &empty, Paint::Plain);
    assert!(text.contains("Nothing.") && text.contains("Not complete"), "{text}");
}

#[test]
fn one_request_is_shown_with_its_dates_and_history_and_drives_no_terminal() {
    let mut answer = listed(3, &["correct"]);
    let more = json!({
        "details": "a\u{1b}[2Jb\u{202e}c", "left": ["correct"], "contact": {"email": "mia@example.com"}, "agent": null,
        "dates": {"legal": {"date": "2026-04-04", "time_zone": "Europe/Brussels", "rule": "months:1"}, "extension": null},
        "findings": {"corrections": [{"field": "name", "decision": "applied", "evidence": "file-7"}], "refused_parts": ["security"]},
        "routed": [{"tenant": "alder", "at": "2026-03-06T09:30:00Z", "instruction": {"id": "ticket-7"}}],
        "history": [
            {"at": "2026-03-05T12:00:00.000Z", "by": "staff", "who": "arn:aws:sts::1:assumed-role/staff/alex", "why": "Called.", "what": "received"},
            {"at": "2026-03-05T12:01:00.000Z", "by": "service", "who": null, "why": null, "what": "told", "notice": "acknowledgement"},
            {"at": "2026-03-06T12:01:00.000Z", "by": "staff", "who": "alex", "why": "x\u{7}y", "what": "reviewed", "review": {"of": "data-points"}, "is_shown": false},
        ],
    });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let text = print::text(Form::Request, &answer, Paint::Plain);
    expect_test::expect![[r#"
        8k7w3hq2mz5yt4n6rbd7cxa2fjv3ps5eo  in-progress  due 2026-04-04 (3 d)  waits for: correct
          kind        access
          regime      EU_GDPR
          came by     phone
          received    2026-03-05T09:30:00.000Z
          left to do  correct
          wrote       a [2Jb c
          flags       -
          goes with   -

        contact
          email  mia@example.com

        dates
          legal  2026-04-04  Europe/Brussels  months:1

        fields
          name  applied  file-7

        refused parts
          security

        routed
          alder  2026-03-06T09:30:00Z  ticket-7  -  -  -

        history
          2026-03-05T12:00:00.000Z  received  -                       alex     Called.
          2026-03-05T12:01:00.000Z  told      acknowledgement         service  -
          2026-03-06T12:01:00.000Z  reviewed  data-points NOT enough  alex     x y
    "#]]
    .assert_eq(&text);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']));
}
