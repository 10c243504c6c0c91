//! What a bundle shows of a class: by the rule of the data map and what the bundle is for.

use super::make_bundle::{BundleKind, Making};
use crate::policy::model::ExportRule;

/// What becomes of the records of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// They are in the bundle.
    Whole,
    /// Their number is.
    Counted,
    /// Nothing is said of them.
    Hidden,
}

impl<V, B, C> Making<'_, V, B, C> {
    pub(super) fn rule(&self, rule: ExportRule) -> Shown {
        match (self.order.kind, rule) {
            (BundleKind::Portability, ExportRule::AccessOnly | ExportRule::TypeOnly) => Shown::Hidden,
            // No copy is given; that it is held is told all the same: GDPR Art. 15(1)(b).
            (_, ExportRule::Exclude) => Shown::Counted,
            (BundleKind::Know, ExportRule::Include | ExportRule::AccessOnly | ExportRule::TypeOnly) => Shown::Counted,
            (BundleKind::Access | BundleKind::Account, ExportRule::TypeOnly) => Shown::Counted,
            (BundleKind::Access | BundleKind::Account, ExportRule::Include | ExportRule::AccessOnly)
            | (BundleKind::Portability, ExportRule::Include) => Shown::Whole,
        }
    }
}
