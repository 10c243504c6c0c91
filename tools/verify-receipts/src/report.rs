//! Checks every chain and says what was found: a line for each chain and each problem, or JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;

use privacy::instant;
use privacy::receipt::Summary;
use serde::Serialize;

use crate::arguments::Arguments;
use crate::folder::{Chains, Found};

#[derive(Serialize)]
struct Chain {
    chain: String,
    ok: bool,
    entries: u64,
    kinds: BTreeMap<String, u64>,
    first_at: Option<String>,
    last_at: Option<String>,
    seq: u64,
    hash: String,
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    chains: Vec<Chain>,
    problems: Vec<Found>,
}

impl Chain {
    fn new(summary: Summary, ok: bool) -> Self {
        let Summary { chain, entries, kinds, first_at, last_at, last, last_hash } = summary;
        Self {
            chain: chain.to_string(),
            ok,
            entries,
            kinds,
            first_at: first_at.map(instant::to_text),
            last_at: last_at.map(instant::to_text),
            seq: last,
            hash: last_hash.to_string(),
        }
    }

    fn line(&self) -> String {
        let day = |at: &Option<String>| at.as_deref().and_then(|at| at.get(..10)).unwrap_or("?").to_owned();
        let verdict = if self.ok { "ok    " } else { "BROKEN" };
        let entries = plural(self.entries, "entry", "entries");
        format!("{verdict}  {}  {entries}, {} to {}", self.chain, day(&self.first_at), day(&self.last_at))
    }
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Checks a folder and prints what was found. Whether it is all good.
pub(crate) fn check(arguments: &Arguments, out: &mut impl Write) -> Result<bool, Box<dyn Error>> {
    let Arguments { folder, keys, seen, is_json } = arguments;
    let unreadable = |error| format!("{}: {error}", folder.display());
    let mut folders = Chains::list(folder).map_err(unreadable)?;
    let mut report = Report { ok: true, chains: Vec::new(), problems: std::mem::take(&mut folders.strays) };
    let gone = seen.keys().filter(|chain| !folders.holds(chain));
    report.problems.extend(gone.map(|chain| Found {
        file: chain.to_string(),
        problem: "is gone: the earlier report saw this chain".to_owned(),
    }));
    if folders.chains.is_empty() {
        let file = folder.display().to_string();
        report.problems.push(Found { file, problem: "holds no chain".to_owned() });
    }
    if !is_json {
        print(&report.problems, out)?;
    }
    for chain in &folders.chains {
        let (summary, problems) = chain.check(keys, seen).map_err(unreadable)?;
        let chain = Chain::new(summary, problems.is_empty());
        if !is_json {
            writeln!(out, "{}", chain.line())?;
            print(&problems, out)?;
        }
        report.chains.push(chain);
        report.problems.extend(problems);
    }
    report.ok = report.problems.is_empty();
    if *is_json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        let count = |of: usize| u64::try_from(of).unwrap_or(u64::MAX);
        let chains = plural(count(report.chains.len()), "chain", "chains");
        let entries = plural(report.chains.iter().map(|chain| chain.entries).sum(), "entry", "entries");
        let problems = plural(count(report.problems.len()), "problem", "problems");
        writeln!(out, "{chains}, {entries}, {problems}")?;
    }
    Ok(report.ok)
}

fn print(problems: &[Found], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    for Found { file, problem } in problems {
        writeln!(out, "        {file} {problem}")?;
    }
    Ok(())
}
