//! How the page of a request learns that whoever looks at it has just done something there.

use jiff::Timestamp;

/// In the address of a page: when its reader last sent a form, in seconds since 1970.
pub const AFTER: &str = "after";

/// The address of a page, for the link in the answer to a form that was sent at `now`. A bookmark of it is as good as the plain one.
#[must_use]
pub fn link_after(url: &str, now: Timestamp) -> String {
    format!("{url}?{AFTER}={}", now.as_second())
}
