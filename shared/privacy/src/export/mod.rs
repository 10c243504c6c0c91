//! Exports: everything that is held of a person, or of a tenant's account, in one file that a person can open.

pub mod job;
