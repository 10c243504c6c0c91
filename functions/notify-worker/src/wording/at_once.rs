//! What is done before anybody has shown anything: no letter says that nothing is done without a code while something is.

use privacy::clock::model::Kind;
use privacy::subject_request::SubjectRequest;

use super::Writer;
use super::blocks::Block;
use super::person::say;

impl Writer<'_> {
    /// What a code is for, to whom knows nothing of it.
    pub(super) fn not_you(self, request: &SubjectRequest) -> Block {
        say(if request.awaits_child_review() {
            format!("If you know nothing of this request, or it is wrong, {}", self.tell_us())
        } else {
            let nothing = nothing(request);
            format!("If you know nothing of this request, you need do nothing: without the code {nothing} is done.")
        })
    }

    /// What somebody does about a report about a child that is not right.
    pub(super) fn tell_us(self) -> String {
        format!("tell us at {}: doing nothing does not stop it.", self.company.contact)
    }
}

/// What comes of a report about a child that staff have not read, whoever enters a code; `None` of anything else.
pub(super) fn read_first(request: &SubjectRequest) -> Option<String> {
    request.awaits_child_review().then(|| {
        let whose = match &request.contact.account {
            Some(_) => "the data of the account that it names",
            None => "the data of that child",
        };
        format!(
            "It is a report about a child, and somebody here reads it first. If we believe it, {whose} is deleted without a code, \
             whatever else was asked for."
        )
    })
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
