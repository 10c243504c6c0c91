//! A table of requests for `due-dates`: each row has a date or a problem with its line, and no row means something else beside others.

use std::io;

pub fn run(data: &[u8]) {
    let (mut dates, mut problems) = (Vec::new(), Vec::new());
    let Ok(failed) = due_dates::run(data, &mut dates, &mut problems) else { return };
    let rows = table(&dates);
    let (head, rows) = rows.split_first().expect("a table has a head");
    assert_eq!(head, &[b"id".to_vec(), b"expected_due_date".to_vec()]);
    let undated = rows.iter().filter(|row| row[1].is_empty()).count();
    let problems = String::from_utf8(problems).expect("problems are text");
    assert_eq!(undated, failed, "a row has a date, or it is counted");
    assert!(problems.starts_with("line ") == (failed > 0), "a row without a date has a problem: {problems}");
    assert!(problems.matches("line ").count() >= failed);
    for row in rows.iter().filter(|row| !row[1].is_empty()) {
        let date = std::str::from_utf8(&row[1]).expect("a date is text");
        assert!(is_date(date) || date.parse::<jiff::Timestamp>().is_ok(), "{date} is neither a date nor an instant");
    }
    each_row_alone(data, rows);
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text)
}

/// Each row of the table with the head alone is counted as it was beside the others.
fn each_row_alone(data: &[u8], rows: &[Vec<Vec<u8>>]) {
    let given = table(data);
    let Some((head, given)) = given.split_first() else { return };
    assert_eq!(given.len(), rows.len(), "a line for each row");
    for (row, wanted) in given.iter().zip(rows).take(8) {
        let mut alone = csv::Writer::from_writer(Vec::new());
        for record in [head, row] {
            // As many fields as a row has.
            alone.write_record(record).expect("it is written into memory");
            alone = csv::Writer::from_writer(alone.into_inner().expect("it is written into memory"));
        }
        let text = alone.into_inner().expect("it is written into memory");
        let mut dates = Vec::new();
        due_dates::run(&text[..], &mut dates, io::sink()).expect("it has the head that it had");
        assert_eq!(table(&dates).get(1), Some(wanted), "a row means the same alone");
    }
}

fn table(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text);
    reader
        .byte_records()
        .map(|record| record.expect("it was read before").iter().map(<[u8]>::to_vec).collect())
        .collect()
}
