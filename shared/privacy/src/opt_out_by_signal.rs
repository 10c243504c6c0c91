//! Who opts out when a browser says so (Global Privacy Control): whoever has shown what is theirs from it. Pure.
//!
//! The signal is a request of its own (CCPA regulations section 7025(c)), for what was shown and nothing that was only typed. It
//! goes by the law that the person's own request goes by, asks for no proof beyond, and is never taken back by its absence.

use crate::accept_request::Ask;
use crate::clock::model::Kind;
use crate::law::Law;
use crate::subject_request::letter::Recipient;
use crate::subject_request::{Channel, Contact, SubjectRequest};

/// What such a browser asks for, once a request was shown to be of whoever uses it. `None` where nothing that can be written to was
/// shown, where somebody else asks or it is about a child, and where it asks for the same itself.
#[must_use]
pub fn opt_out(request: &SubjectRequest, law: &Law) -> Option<Ask> {
    if request.agent.is_some() || request.about_child || request.kind == Kind::OptOut {
        return None;
    }
    let Contact { email, account } = request.contact.clone();
    let contact = Contact {
        email: email.filter(|email| request.has_shown(&Recipient::Email(email))),
        account: account.filter(|account| request.has_shown(&Recipient::Account(account))),
    };
    // Where they live is not kept, but the law and the zone that it led to.
    let zone = request.clocks.person_zone.as_ref().unwrap_or(&request.clocks.zone);
    let place = law.place_under(&request.regime, zone, request.received_at);
    let residence = place.map(|place| place.code.to_owned());
    let ask = Ask { residence, ..Ask::of(Kind::OptOut, contact, Channel::Web) };
    (!ask.is_unreachable()).then_some(ask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accept_request::{Naming, Sent, Terms, accept_request};
    use crate::keys::SubjectKeys;
    use crate::memory::{World, asked};
    use crate::subject_request::{Agent, EmailAddress, Proof, Proven};

    fn shown(kind: Kind, proofs: &[Proof]) -> SubjectRequest {
        let at = "2026-03-05T12:00:00Z".parse().unwrap();
        let proven = proofs.iter().map(|proof| Proven { proof: *proof, at }).collect();
        let needs = vec![Proof::EmailCode, Proof::HandleCode];
        SubjectRequest { needs, proven, ..asked(1, kind, Some("mia@example.com"), Some(("instagram", "mia")), at) }
    }

    fn law() -> Law {
        Law::built_in().unwrap()
    }

    #[tokio::test]
    async fn it_goes_by_the_law_and_the_zone_of_what_was_shown_and_asks_for_no_proof_there() {
        let (law, at) = (law(), "2026-03-05T12:00:00Z".parse().unwrap());
        for (residence, kind) in [
            (Some("California"), Kind::Access),
            (Some("California"), Kind::Objection),
            (Some("Germany"), Kind::Access),
            (Some("Portugal"), Kind::Access),
            (Some("Texas"), Kind::Know),
            (Some("Wyoming"), Kind::Erasure),
            (Some("Atlantis"), Kind::Erasure),
            (None, Kind::Access),
        ] {
            let world = World::new(at, 10);
            let keys = SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
            let accept = |ask, number| {
                let terms = Terms { keys: &keys, law: &law, stuck_after: jiff::SignedDuration::from_mins(10) };
                let (seed, sent) = ([number; 20], Sent { ask, source: None });
                let world = &world;
                async move { accept_request(world, world, terms, Naming::Fresh(&seed), sent, at).await.unwrap().request }
            };
            let contact = shown(kind, &[]).contact;
            let said =
                |kind| Ask { residence: residence.map(str::to_owned), ..Ask::of(kind, contact.clone(), Channel::Web) };
            let mut first = accept(said(kind), 1).await;
            first.proven = vec![Proven { proof: Proof::EmailCode, at }];
            let by_signal = accept(opt_out(&first, &law).unwrap(), 2).await;
            let by_word = accept(said(Kind::OptOut), 3).await;
            assert_eq!((&by_signal.regime, &by_signal.clocks), (&by_word.regime, &by_word.clocks), "{residence:?}");
            assert!(by_signal.is_verified() && by_signal.works_at_once(), "{residence:?}");
        }
    }

    #[test]
    fn a_signal_opts_out_what_was_shown_and_nothing_that_was_typed() {
        let both = [Proof::EmailCode, Proof::HandleCode];
        for (proofs, has_email, has_account) in
            [(&both[..], true, true), (&both[..1], true, false), (&both[1..], false, true)]
        {
            let ask = opt_out(&shown(Kind::Access, proofs), &law()).unwrap();
            assert_eq!((ask.kind, ask.channel), (Kind::OptOut, Channel::Web));
            assert_eq!((ask.contact.email.is_some(), ask.contact.account.is_some()), (has_email, has_account));
        }
        assert!(opt_out(&shown(Kind::Access, &[]), &law()).is_none(), "nobody has shown anything");
        assert!(opt_out(&shown(Kind::OptOut, &both), &law()).is_none(), "it is what they ask for");
        let email = EmailAddress::parse("leo@example.org").ok();
        let agent = Some(Agent { email, name: None, permission_sha256: None, has_power_of_attorney: false });
        assert!(
            opt_out(&SubjectRequest { agent, ..shown(Kind::Access, &both) }, &law()).is_none(),
            "by whose browser?"
        );
        assert!(opt_out(&SubjectRequest { about_child: true, ..shown(Kind::Access, &both) }, &law()).is_none());
    }
}
