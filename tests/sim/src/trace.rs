//! What happened in a run, line by line, and a hash of all of it.

use std::time::Duration;

/// The lines of a run.
#[derive(Debug, Default)]
pub struct Trace {
    lines: Option<Vec<String>>,
    count: u64,
    hash: u64,
}

impl Trace {
    /// A trace that keeps its lines, or only counts and hashes them.
    #[must_use]
    pub fn new(is_kept: bool) -> Self {
        Self { lines: is_kept.then(Vec::new), count: 0, hash: 0xcbf2_9ce4_8422_2325 }
    }

    /// Adds a line: so long after the beginning, by whom, what.
    pub fn line(&mut self, elapsed: Duration, who: &str, what: &str) {
        self.count += 1;
        for byte in elapsed.as_millis().to_le_bytes().iter().chain(who.as_bytes()).chain(what.as_bytes()) {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if let Some(lines) = &mut self.lines {
            let (seconds, millis) = (elapsed.as_secs(), elapsed.subsec_millis());
            let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
            let number = self.count;
            lines.push(format!(
                "{number:>5}  day {days:>2} {hours:02}:{minutes:02}:{:02}.{millis:03}  {who:<11} {what}",
                seconds % 60
            ));
        }
    }

    /// The same for two runs in which the same happened.
    #[must_use]
    pub const fn hash(&self) -> u64 {
        self.hash
    }

    /// The lines, if they were kept.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
