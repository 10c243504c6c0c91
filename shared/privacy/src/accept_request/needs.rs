//! What whoever asks has to show, read from the law's rows at intake and kept with the request.
//!
//! Whatever of the two they name, an address and an account, each is shown by a code of its own: what was only said to be
//! theirs is never touched. Who can be sent no code, because they wrote a letter or called, is compared by staff with what we hold.
//! Who asks for another shows their permission, and the person confirms it with the same code that shows that they are the
//! person; where the law wants more than that for the data itself, what it compares is compared here too, and the permission that
//! the person signed stands for their declaration. With a power of attorney staff read that instead of all.

use super::Ask;
use crate::law::agent::PersonStep;
use crate::law::assurance::{Asker, Method};
use crate::law::{Law, NoRule};
use crate::subject_request::{Proof, SubjectRequest};

/// What has to be shown, in the order in which it is asked for; empty where nobody is asked for anything.
pub(super) fn needs(law: &Law, regime: &str, ask: &Ask) -> Result<Vec<Proof>, NoRule> {
    let asker = asker(ask);
    let assurance = law.assurance(regime, ask.kind, asker)?;
    let mut own: Vec<Proof> = assurance.methods.iter().copied().map(proof).collect();
    if assurance.declaration {
        own.push(Proof::Declaration);
    }
    let is_compared = ask.is_unreachable() && asker == Asker::Contact;
    if is_compared && !own.is_empty() {
        own.retain(|proof| !is_code(proof) && *proof != Proof::DataPoints);
        own.insert(0, Proof::DataPoints);
    }
    let is_persons = |proof: &Proof| is_code(proof) || (is_compared && *proof == Proof::DataPoints);
    if ask.about_child {
        // A parent knows no login of the child, and neither dates nor numbers of the child's account.
        own.retain(is_persons);
    }
    if asker == Asker::Contact && ask.contact.account.is_some() && !own.is_empty() {
        own.insert(1, Proof::HandleCode);
    }
    let Some(agent) = &ask.agent else { return Ok(own) };
    let rule = law.agent(regime, ask.kind)?;
    match rule.person {
        PersonStep::VerifiesOrConfirms if !(agent.has_power_of_attorney && rule.power_of_attorney) => {
            // Who reads a mailbox is not sure enough for the data itself, whoever asks for it.
            let is_of_pieces = assurance.declaration;
            own.retain(|proof| is_persons(proof) || (is_of_pieces && *proof == Proof::DataPoints));
        }
        PersonStep::VerifiesOrConfirms | PersonStep::Nothing => own.clear(),
    }
    own.push(Proof::AgentPermission);
    Ok(own)
}

/// What has to be shown for a request that is stored, by the law that it goes by now. Nobody is asked for a login again, or told to do
/// without one, and what a login stood for it still stands for.
pub(crate) fn needs_of(law: &Law, request: &SubjectRequest) -> Result<Vec<Proof>, NoRule> {
    let goes_with_address = |proof: &Proof| is_code(proof) || *proof == Proof::DataPoints;
    let by_login = request.needs.contains(&Proof::AccountLogin);
    let asked = Ask {
        has_account: by_login && !request.needs.iter().any(goes_with_address),
        agent: request.agent.clone(),
        about_child: request.about_child,
        ..Ask::of(request.kind, request.contact.clone(), request.channel)
    };
    let needs = needs(law, &request.regime, &asked)?;
    if by_login && !asked.has_account {
        let is_left = |need: &Proof| !matches!(need, Proof::DataPoints | Proof::Declaration) || needs.contains(need);
        return Ok(request.needs.iter().copied().filter(is_left).collect());
    }
    Ok(needs)
}

/// An agent and a parent have no login of the person's: the person is asked where they can be reached.
fn asker(ask: &Ask) -> Asker {
    if ask.has_account && ask.agent.is_none() && !ask.about_child {
        Asker::AccountHolder
    } else if ask.contact.email.is_some() || ask.is_unreachable() {
        Asker::Contact
    } else {
        Asker::HandleOnly
    }
}

const fn proof(method: Method) -> Proof {
    match method {
        Method::EmailCode => Proof::EmailCode,
        Method::HandleCode => Proof::HandleCode,
        Method::AccountAssertion => Proof::AccountLogin,
        Method::DataPoints => Proof::DataPoints,
    }
}

fn is_code(proof: &Proof) -> bool {
    matches!(proof, Proof::EmailCode | Proof::HandleCode)
}
