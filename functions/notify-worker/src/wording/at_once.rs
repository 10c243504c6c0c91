//! What is stopped before anybody has shown anything: no letter says that nothing was done while something is.

use privacy::clock::model::Kind;
use privacy::subject_request::SubjectRequest;

use super::blocks::Block;
use super::person::say;

/// What a code is for, to whom knows nothing of it.
pub(super) fn not_you(request: &SubjectRequest) -> Block {
    let nothing = nothing(request);
    say(format!("If you know nothing of this request, you need do nothing: without the code {nothing} is done."))
}

/// What is done of it before something was shown.
pub(super) fn nothing(request: &SubjectRequest) -> &'static str {
    if request.stops_at_once() { "nothing else" } else { "nothing" }
}

/// What of a request is stopped whoever asks; `None` where nothing is done before something was shown.
pub(super) fn at_once(request: &SubjectRequest) -> Option<&'static str> {
    match request.kind {
        _ if !request.stops_at_once() => None,
        Kind::Objection => Some("Marketing to the person stops at once, whoever asks."),
        Kind::OptOut => Some("Their data is not sold, and not shared for advertising, from now on, whoever asks."),
        Kind::Limit => Some(
            "Their sensitive data is used for nothing but what they use our service for from now on, whoever asks.",
        ),
        Kind::Access
        | Kind::Know
        | Kind::Correction
        | Kind::Erasure
        | Kind::Portability
        | Kind::Restriction
        | Kind::ConsentWithdrawal
        | Kind::Appeal
        | Kind::Complaint => None,
    }
}

/// Of what was done at once for somebody who then showed nothing.
pub(super) const UNSHOWN: &str = "Somebody asked for it in your name, and has not shown us that they may. It takes nothing from you, so we have done it all the same.";
