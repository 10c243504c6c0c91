//! Metrics as CloudWatch reads them from logs (embedded metric format): no permission, no call. Only names that
//! are listed in code and numbers ever go in.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of every metric, as the alarms in `template.yaml` name it.
pub const NAMESPACE: &str = "PrivacyLedger";

/// One line of metrics without dimensions.
#[must_use]
pub fn line(now: Timestamp, metrics: &[(&'static str, i64)]) -> String {
    let names: Vec<Value> = metrics.iter().map(|(name, _)| json!({"Name": name})).collect();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": names}],
        }),
    );
    line.extend(metrics.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    Value::Object(line).to_string()
}

/// Prints one line of metrics.
#[allow(clippy::print_stdout, reason = "standard output is where Lambda takes metrics from")]
pub fn emit(now: Timestamp, metrics: &[(&'static str, i64)]) {
    println!("{}", line(now, metrics));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_cloudwatch_reads() {
        let line: Value =
            serde_json::from_str(&line("2026-01-31T12:00:00Z".parse().unwrap(), &[("PlansHalted", 2)])).unwrap();
        let expected = json!({
            "_aws": {
                "Timestamp": 1_769_860_800_000_i64,
                "CloudWatchMetrics": [{"Namespace": "PrivacyLedger", "Dimensions": [[]], "Metrics": [{"Name": "PlansHalted"}]}],
            },
            "PlansHalted": 2,
        });
        assert_eq!(line, expected);
    }
}
