//! When each first asked, as the model has seen it: their dates count from there, whatever the product keeps.

use jiff::Timestamp;
use privacy::obligation::ObligationId;

use crate::action::Who;

/// The instants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Asked([Option<Timestamp>; 2]);

impl Asked {
    /// Somebody asks. The first time counts.
    pub(crate) fn note(&mut self, who: Who, at: Timestamp) {
        self.0[who as usize].get_or_insert(at);
    }

    /// When somebody asked for what has this reference: a request, or the obligation behind it.
    ///
    /// # Panics
    /// If nobody did.
    pub(crate) fn at(&self, id: &ObligationId) -> Timestamp {
        let asked = [Who::Person, Who::Stranger].into_iter().zip(self.0);
        let mut known = asked.filter_map(|(who, at)| at.filter(|_| who.request() == *id));
        known.next().expect("whatever there is, somebody has asked for")
    }

    /// When somebody asked last.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.0.into_iter().flatten().max()
    }
}
