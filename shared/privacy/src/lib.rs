//! The domain of the service: every promise of the privacy policy becomes an [`Obligation`](obligation::Head)
//! that is accepted in one write, worked off in bounded chunks, verified, looked at again and shown.
//!
//! This crate decides; adapters fetch and store. It has no AWS, HTTP, environment or wall clock in its
//! `Cargo.toml`, so a rule can be tested here in milliseconds or it is in the wrong place.

pub mod accept;
pub mod accept_callback;
pub mod accept_disconnect;
pub mod accept_request;
pub mod accept_subject_erasure;
pub mod accept_termination;
mod answer_categories;
pub mod audit;
pub mod clock;
pub mod close_request;
pub mod confirm_plan;
pub mod confirm_purge;
pub mod correct_request;
pub mod correct_residence;
pub mod data_map;
pub mod deadline;
pub mod decide_part;
pub mod deny_request;
pub mod erasure;
pub mod export;
pub mod extend_request;
pub mod fault;
pub mod find_obligation;
pub mod find_tenant;
pub mod fulfil_request;
mod hex;
pub mod hold_data;
pub mod identity;
pub mod ids;
pub mod ingest_gate;
pub mod inspect_request;
pub mod instant;
pub mod judgement;
pub mod keys;
pub mod law;
pub mod ledger_event;
pub mod legal_hold;
pub mod lift_flag;
pub mod list_parts;
pub mod list_requests;
pub mod login;
pub mod message;
pub mod meta_secrets;
pub mod note_request;
pub mod obligation;
pub mod opt_out_by_signal;
pub mod order_bundle;
pub mod pause_request;
pub mod plan;
pub mod policy;
pub mod ports;
pub mod processors;
pub mod promise_ledger;
pub mod purge;
pub mod receipt;
pub mod record_act;
pub mod record_bounce;
mod redacted;
pub mod reopen_request;
pub mod replay;
pub mod review_child_report;
pub mod review_proof;
pub mod route_request;
pub mod scope;
pub mod show_asked;
pub mod show_request;
pub mod signed_request;
pub mod subject_request;
pub mod sweep_ledger;
pub mod sweep_requests;
pub mod target;
pub mod tell_again;
pub mod tell_person;
pub mod verify_request;
pub mod withdraw_request;

#[cfg(any(test, feature = "memory"))]
pub mod memory;
