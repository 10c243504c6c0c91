//! What every page for people shares. A page is one document that loads nothing and runs nothing; forms in it go to this
//! service only.

pub mod accept;
#[cfg(feature = "checks")]
pub mod checks;
pub mod dates;
pub mod frame;
pub mod headers;
pub mod kinds;
pub mod not_found;
pub mod visit;
