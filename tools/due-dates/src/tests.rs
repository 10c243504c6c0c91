//! The shipped vectors, and tables as people and programs write them.

use std::collections::BTreeMap;

use super::*;

const VECTORS: &str = include_str!(concat!("../../..", "/shared/privacy/vectors/deadlines.csv"));

/// What comes out, what is reported, and how many rows failed.
fn counted(input: impl AsRef<[u8]>) -> (String, String, usize) {
    let (mut output, mut problems) = (Vec::new(), Vec::new());
    let failed = run(input.as_ref(), &mut output, &mut problems).unwrap();
    (String::from_utf8(output).unwrap(), String::from_utf8(problems).unwrap(), failed)
}

#[test]
fn every_vector_has_its_date() {
    let (output, problems, failed) = counted(VECTORS);
    assert_eq!((problems.as_str(), failed), ("", 0));
    let mut reader = csv::Reader::from_reader(VECTORS.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "expected_due_date").unwrap();
    let mut expected = String::from("id,expected_due_date\n");
    for record in reader.records() {
        let record = record.unwrap();
        expected.push_str(&format!("{},{}\n", &record[0], &record[column]));
    }
    assert!(expected.lines().count() > 60);
    expect_lines(&output, &expected);
}

fn expect_lines(output: &str, expected: &str) {
    let wrong: Vec<_> = output.lines().zip(expected.lines()).filter(|(got, expected)| got != expected).collect();
    assert_eq!(wrong, []);
    assert_eq!(output.lines().count(), expected.lines().count());
}

/// The law file knows the same rules as the vectors: what their rules give, their regimes alone give too.
#[test]
fn the_vectors_hold_without_their_rules() {
    // Not the row's own period: a pause, an anchor, a roll, another zone or the strict or flat reading.
    let others = [
        "E02", "E03", "E10", "E15", "E20", "E23", "U02", "U03", "U04", "U07", "U09", "U13", "C18", "W06", "R10", "R14",
    ];
    let mut reader = csv::Reader::from_reader(VECTORS.as_bytes());
    let mut table = String::from("id,regime,rule,received_at_utc,extended\n");
    let mut expected = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        if !others.contains(&&record[0]) {
            table.push_str(&format!("{},{},,{},{}\n", &record[0], &record[1], &record[3], &record[4]));
            expected.insert(record[0].to_owned(), record[5].to_owned());
        }
    }
    let (output, problems, _) = counted(&table);
    assert_eq!(problems, "");
    for line in output.lines().skip(1) {
        let (id, date) = line.split_once(',').unwrap();
        assert_eq!(date, expected[id], "{id}");
    }
    assert!(expected.len() > 50);
}

#[test]
fn tables_are_read_as_spreadsheets_write_them() {
    let expected = "id,expected_due_date\nA,2026-04-05\n\"B,1\",2026-08-30\n";
    let rows = "A,EU_GDPR,months:1 tz:Europe/Brussels,2026-03-05T12:00:00Z,no\n\
                \"B,1\",,\"min(months:1,days:30) tz:UTC\",2026-07-31T12:00:00Z,no\n";
    let plain = format!("id,regime,rule,received_at_utc,extended\n{rows}");
    let quoted = plain.replace("id,regime", "\"id\",regime");
    for table in [
        plain.clone(),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        format!("\u{feff}{quoted}"),
        plain.trim_end().to_owned(),
        format!("\n{}\n\n", plain.replace("no\n", "no\n\n")),
        plain.replace("id,regime,rule", " id , regime , rule "),
        plain.replace("extended", "extended,why").replace("no\n", "no,\"because, of that\"\n"),
    ] {
        let (output, problems, failed) = counted(&table);
        assert_eq!((output.as_str(), problems.as_str(), failed), (expected, "", 0), "{table}");
    }
    let other_order = "why,received_at_utc,id,rule\nx,2026-03-05T13:00:00+01:00,A,months:1\n\
                       x,2026-07-31T12:00:00Z,\"B,1\",days:30 #a note\n";
    assert_eq!(counted(other_order).0, expected);
}

#[test]
fn a_row_that_cannot_be_counted_is_reported_and_harms_no_other() {
    let cases: [(&[u8], &str); 13] = [
        (b"EU_GDPR,weeks:2,2026-03-05T12:00:00Z,no", "bad rule at `weeks:2`: not a way to count"),
        (b"EU_GDPR,days:1 tz:Mars,2026-03-05T12:00:00Z,no", "unknown time zone `Mars`"),
        (b"EU_GDPR,days:1,yesterday,no", "received_at_utc `yesterday` is not an instant"),
        (b"EU_GDPR,days:1,2026-03-05,no", "received_at_utc `2026-03-05` is not an instant"),
        (b"EU_GDPR,days:1,2026-03-05T12:00:00,no", "is not an instant"),
        (b"EU_GDPR,days:1,,no", "received_at_utc `` is not an instant"),
        (b"EU_GDPR", "received_at_utc `` is not an instant"),
        (b"ATLANTIS,,2026-03-05T12:00:00Z,no", "no rule given and no rule of its own for the regime `ATLANTIS`"),
        (b"CH_FADP,,2026-03-05T12:00:00Z,yes", "the regime `CH_FADP` has no extension"),
        (b"EU_GDPR,,2026-03-05T12:00:00Z,perhaps", "extended `perhaps` is neither yes nor no"),
        (b"UK_GDPR,days:1 roll:EW,2027-12-31T12:00:00Z,no", "the calendar EW does not know the year 2028"),
        (b"EU_GDPR,years:9999,2026-03-05T12:00:00Z,no", "outside the calendar"),
        (b"EU_GDPR,days:1 \xff,2026-03-05T12:00:00Z,no", "not UTF-8"),
    ];
    for (row, reason) in cases {
        let good = b"EU_GDPR,,2026-03-05T12:00:00Z,no";
        let table: Vec<u8> =
            [b"id,regime,rule,received_at_utc,extended\nA,", &good[..], b"\nB,", row, b"\nC,", &good[..], b"\n"]
                .concat();
        let (output, problems, failed) = counted(&table);
        assert_eq!(output, "id,expected_due_date\nA,2026-04-05\nB,\nC,2026-04-05\n", "{reason}");
        assert!(problems.starts_with("line 3, B: ") && problems.contains(reason), "{reason}: {problems}");
        assert_eq!((problems.lines().count(), failed), (1, 1), "{reason}");
    }
}

#[test]
fn a_table_without_its_columns_is_refused() {
    for (table, column) in [("", "id"), ("rule,received_at_utc\n", "id"), ("id,rule\n", "received_at_utc")] {
        let error = run(table.as_bytes(), Vec::new(), Vec::new()).unwrap_err();
        assert!(matches!(&error, Unworkable::Column(name) if *name == column), "{error}");
    }
    assert_eq!(counted("id,received_at_utc\n").0, "id,expected_due_date\n");
}

#[test]
fn a_rule_without_a_zone_counts_in_the_one_of_its_regime() {
    let table = "id,regime,rule,received_at_utc\n\
                 A,US_VA_APPEAL,days:60,2026-07-01T03:00:00Z\nB,ELSEWHERE,days:60,2026-07-01T03:00:00Z\n\
                 C,US_VA,days:60 tz:Asia/Seoul,2026-07-01T16:00:00Z\n";
    assert_eq!(counted(table).0, "id,expected_due_date\nA,2026-08-29\nB,2026-08-30\nC,2026-08-31\n");
}
