//! An account that ends and comes back: what was acknowledged stands until it is taken back, and no answer passes it over.

use super::{About, Broken, Oracle};

impl Oracle {
    /// An account is to come back: from the first try on nobody can say whether it must still go. The ends that stood until then, by
    /// number: nothing had cancelled them.
    pub fn may_come_back(&mut self, tenant: &str) -> Vec<usize> {
        self.may_be_back = true;
        let stands = |number: &usize| {
            let ask = &self.asks[*number];
            matches!(ask.about, About::Tenant(of) if of == tenant) && !ask.is_withdrawn
        };
        let stood: Vec<usize> = (0..self.asks.len()).filter(stands).collect();
        for number in &stood {
            self.asks[*number].is_withdrawn = true;
        }
        stood
    }

    /// It was answered that nothing is ending, where these ends stood: whoever was told of one that it is acknowledged hears of it. What
    /// was not acknowledged is as it was.
    pub fn nothing_ends(&mut self, stood: &[usize]) {
        for number in stood {
            let ask = &mut self.asks[*number];
            ask.is_withdrawn = false;
            if ask.is_acknowledged {
                let how = format!("{} was acknowledged, and an answer says that nothing is ending", ask.id);
                self.violate(Broken::Lost, how);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::oracle::Ask;

    /// An end of an account.
    fn end(tenant: &'static str, is_acknowledged: bool) -> Ask {
        let ask = Ask::acknowledged("1abc", About::Tenant(tenant), Timestamp::UNIX_EPOCH);
        Ask { is_acknowledged, ..ask }
    }

    fn oracle(asks: Vec<Ask>) -> Oracle {
        Oracle { asks, ..Oracle::default() }
    }

    #[test]
    fn no_answer_passes_over_an_end_that_stands() {
        let mut oracle = oracle(vec![end("birch", true), end("birch", false), end("alder", true)]);
        let stood = oracle.may_come_back("birch");
        assert_eq!(stood, [0, 1]);
        assert!(oracle.asks[0].is_withdrawn, "nobody can say whether it must still go");
        assert!(!oracle.asks[2].is_withdrawn, "of another");
        oracle.nothing_ends(&stood);
        assert_eq!(oracle.violations().iter().map(|one| one.broken).collect::<Vec<_>>(), [Broken::Lost]);
        assert!(oracle.asks.iter().all(|ask| !ask.is_withdrawn), "as before");
    }

    #[test]
    fn nothing_ends_where_nothing_was_acknowledged_or_all_may_be_cancelled() {
        let mut oracle = oracle(vec![end("birch", false)]);
        let stood = oracle.may_come_back("birch");
        oracle.nothing_ends(&stood);
        assert!(oracle.violations().is_empty());
        oracle.asks[0] = Ask { is_withdrawn: true, ..end("birch", true) };
        let stood = oracle.may_come_back("birch");
        oracle.nothing_ends(&stood);
        assert!(oracle.violations().is_empty() && oracle.asks[0].is_withdrawn, "it may have been taken back before");
    }
}
