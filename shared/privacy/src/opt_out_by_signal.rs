//! Who opts out when a browser says so (Global Privacy Control): whoever has shown what is theirs from it. Pure.
//!
//! The signal is a request of its own (CCPA regulations section 7025(c)), for what was shown and nothing that was only typed. It
//! asks for no proof beyond, and is never taken back by its absence.

use crate::accept_request::Ask;
use crate::clock::model::Kind;
use crate::subject_request::letter::Recipient;
use crate::subject_request::{Channel, Contact, SubjectRequest};

/// What such a browser asks for, once a request was shown to be of whoever uses it. `None` where nothing that can be written to was
/// shown, where somebody else asks or it is about a child, and where it asks for the same itself.
#[must_use]
pub fn opt_out(request: &SubjectRequest) -> Option<Ask> {
    if request.agent.is_some() || request.about_child || request.kind == Kind::OptOut {
        return None;
    }
    let Contact { email, account } = request.contact.clone();
    let contact = Contact {
        email: email.filter(|email| request.has_shown(&Recipient::Email(email))),
        account: account.filter(|account| request.has_shown(&Recipient::Account(account))),
    };
    let ask = Ask::of(Kind::OptOut, contact, Channel::Web);
    (!ask.is_unreachable()).then_some(ask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::asked;
    use crate::subject_request::{Agent, EmailAddress, Proof, Proven};

    fn shown(kind: Kind, proofs: &[Proof]) -> SubjectRequest {
        let at = "2026-03-05T12:00:00Z".parse().unwrap();
        let proven = proofs.iter().map(|proof| Proven { proof: *proof, at }).collect();
        let needs = vec![Proof::EmailCode, Proof::HandleCode];
        SubjectRequest { needs, proven, ..asked(1, kind, Some("mia@example.com"), Some(("instagram", "mia")), at) }
    }

    #[test]
    fn a_signal_opts_out_what_was_shown_and_nothing_that_was_typed() {
        let both = [Proof::EmailCode, Proof::HandleCode];
        for (proofs, has_email, has_account) in
            [(&both[..], true, true), (&both[..1], true, false), (&both[1..], false, true)]
        {
            let ask = opt_out(&shown(Kind::Access, proofs)).unwrap();
            assert_eq!((ask.kind, ask.channel), (Kind::OptOut, Channel::Web));
            assert_eq!((ask.contact.email.is_some(), ask.contact.account.is_some()), (has_email, has_account));
        }
        assert!(opt_out(&shown(Kind::Access, &[])).is_none(), "nobody has shown anything");
        assert!(opt_out(&shown(Kind::OptOut, &both)).is_none(), "it is what they ask for");
        let email = EmailAddress::parse("leo@example.org").ok();
        let agent = Some(Agent { email, name: None, permission_sha256: None, has_power_of_attorney: false });
        assert!(opt_out(&SubjectRequest { agent, ..shown(Kind::Access, &both) }).is_none(), "by whose browser?");
        assert!(opt_out(&SubjectRequest { about_child: true, ..shown(Kind::Access, &both) }).is_none());
    }
}
