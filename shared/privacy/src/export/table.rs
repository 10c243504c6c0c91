//! One record class as two files: JSON for programs and for other services, CSV for people and their spreadsheets.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pieces::Pieces;

/// What a spreadsheet would take for a formula.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The file of a class that is being written. Kept in memory until it is long enough or the class ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The number of the file among those of its class, from 1.
    pub number: u32,
    /// How many records are in it.
    pub rows: u64,
    #[serde(skip)]
    json: Pieces,
    #[serde(skip)]
    csv: Pieces,
}

impl Table {
    /// An empty file.
    #[must_use]
    pub fn new(number: u32) -> Self {
        Self { number, ..Self::default() }
    }

    /// How long both are.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.json.bytes() + self.csv.bytes()
    }

    /// What is in memory of both, for a worker whose time ends.
    #[must_use]
    pub const fn contents(&self) -> (&Pieces, &Pieces) {
        (&self.json, &self.csv)
    }

    /// Puts it back.
    pub fn resume(&mut self, json: &[u8], csv: &[u8]) {
        (self.json, self.csv) = (Pieces::from(json), Pieces::from(csv));
    }

    /// Adds a record. `columns` are the same for every record of the class.
    pub fn push(&mut self, columns: &[String], row: &[(String, Value)]) {
        self.json.extend(if self.rows == 0 { b"[\n{" } else { b",\n{" });
        for (at, (name, value)) in row.iter().enumerate() {
            let separator = if at == 0 { "" } else { "," };
            let member = format!("{separator}{}:{value}", Value::String(name.clone()));
            self.json.extend(member.as_bytes());
        }
        self.json.extend(b"}");
        if self.rows == 0 {
            self.line(columns.iter().map(|name| quoted(name)));
        }
        let cell =
            |name: &String| row.iter().find(|(known, _)| known == name).map_or(String::new(), |(_, value)| cell(value));
        self.line(columns.iter().map(cell));
        self.rows += 1;
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) {
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                self.csv.extend(b",");
            }
            self.csv.extend(cell.as_bytes());
        }
        self.csv.extend(b"\r\n");
    }

    /// Both files, whole.
    #[must_use]
    pub fn close(mut self) -> (Pieces, Pieces) {
        self.json.extend(if self.rows == 0 { b"[]\n" } else { b"\n]\n" });
        (self.json, self.csv)
    }
}

/// A value as a cell: RFC 4180, and never a formula.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(_) | Value::Object(_) => quoted(&value.to_string()),
    }
}

fn quoted(text: &str) -> String {
    let guard = if text.starts_with(FORMULA) { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n']) || !guard.is_empty() {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whole(pieces: &Pieces) -> Vec<u8> {
        pieces.iter().flatten().copied().collect()
    }

    #[test]
    fn both_files_hold_every_record() {
        let columns = ["name", "n"].map(str::to_owned);
        let mut table = Table::new(1);
        table.push(&columns, &[("name".to_owned(), json!("Ana, \"A\"")), ("n".to_owned(), json!(-3))]);
        table.push(&columns, &[("name".to_owned(), json!("two\nlines"))]);
        let (json, csv) = table.close();
        let (json, csv) = (whole(&json), whole(&csv));
        assert_eq!(String::from_utf8(csv).unwrap(), "name,n\r\n\"Ana, \"\"A\"\"\",-3\r\n\"two\nlines\",\r\n");
        let read: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(read, json!([{"name": "Ana, \"A\"", "n": -3}, {"name": "two\nlines"}]));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=HYPERLINK(\"http://x\",\"y\")"] {
            let cell = quoted(text);
            assert!(cell.starts_with("\"'"), "{cell}");
        }
        assert_eq!((quoted("plain"), quoted("a=1")), ("plain".to_owned(), "a=1".to_owned()));
    }

    #[test]
    fn without_records_the_json_is_an_empty_list() {
        assert_eq!(Table::new(1).close(), (Pieces::from(b"[]\n".as_slice()), Pieces::default()));
    }
}
