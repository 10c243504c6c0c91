use super::*;
use crate::deny_request::{NotDenied, deny};
use crate::export::make_bundle::BundleKind;
use crate::legal_hold::Note;
use crate::memory::asked;
use crate::reopen_request::reopen;
use crate::subject_request::{Actor, Agent, By, Proven};

fn now() -> Timestamp {
    "2026-03-20T09:00:00Z".parse().unwrap()
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

/// A Californian without a login, who has shown this.
fn californian(kind: Kind, shown: &[Proof]) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), None, "2026-03-05T12:00:00Z".parse().unwrap());
    let needs = vec![Proof::EmailCode, Proof::DataPoints, Proof::Declaration];
    let proven = shown.iter().map(|proof| Proven { proof: *proof, at: now() }).collect();
    let regime = "CA_CCPA".to_owned();
    SubjectRequest { regime, standing: Standing::AwaitingVerification, needs, proven, ..request }
}

#[test]
fn whoever_has_shown_enough_for_the_categories_is_refused_the_data_itself_and_nothing_more() {
    use Proof::{DataPoints, EmailCode};
    let law = Law::built_in().unwrap();
    for (kind, shown, is_compared, expected) in [
        (Kind::Access, &[EmailCode, DataPoints][..], false, true),
        (Kind::Portability, &[EmailCode, DataPoints], false, true),
        (Kind::Access, &[EmailCode], true, true),
        (Kind::Access, &[EmailCode], false, false),
        (Kind::Access, &[DataPoints], true, false),
        (Kind::Erasure, &[EmailCode, DataPoints], true, false),
    ] {
        let mut request = californian(kind, shown);
        request.course.is_known_by_categories = is_compared;
        assert_eq!(request.is_shown_for_categories(), expected, "{kind:?} {shown:?}");
        let refused =
            deny(&request, None, &law, DenialReason::Unverifiable, &by("No more came."), now()).unwrap().unwrap();
        assert_eq!(matches!(refused.request.standing, Standing::Denied { .. }), !expected, "{kind:?} {shown:?}");
        if expected {
            let known = refused.request;
            assert!(known.is_verified() && !known.identities().is_empty() && known.findings.is_partial());
            assert_eq!(known.bundle_kind(), Some(BundleKind::Know), "{kind:?}");
            let words = known.reason_words(&law, DenialReason::Unverifiable).unwrap();
            assert!(
                words.contains("not enough to be given the data itself") && !words.contains("did not act"),
                "{words}"
            );
            let again = deny(&known, None, &law, DenialReason::Unverifiable, &by("No more came."), now());
            assert_eq!(again, Ok::<_, NotDenied>(None), "once");
        }
    }
    let agent = Some(Agent { email: None, name: None, permission_sha256: None, has_power_of_attorney: false });
    let of_agent = SubjectRequest { agent, ..californian(Kind::Access, &[EmailCode, DataPoints]) };
    assert!(!of_agent.is_shown_for_categories());
}

#[test]
fn whose_agent_has_shown_all_but_what_is_compared_is_told_the_categories() {
    use Proof::{AgentPermission, DataPoints, EmailCode};
    let agent = Agent { email: None, name: None, permission_sha256: None, has_power_of_attorney: false };
    for (shown, expected) in
        [(&[EmailCode, AgentPermission][..], true), (&[EmailCode], false), (&[AgentPermission], false)]
    {
        let mut request = californian(Kind::Access, shown);
        request.needs = vec![EmailCode, DataPoints, AgentPermission];
        request.agent = Some(agent.clone());
        assert_eq!(request.is_shown_for_categories(), expected, "{shown:?}");
    }
}

#[test]
fn an_appeal_gives_another_chance_to_show_the_rest_and_not_the_data_itself() {
    let law = Law::built_in().unwrap();
    let mut known = californian(Kind::Access, &[Proof::EmailCode, Proof::DataPoints]);
    known.with_categories_only(now());
    let answered = SubjectRequest { standing: Standing::Answered { at: now(), in_part: true }, ..known };
    let appeal = asked(2, Kind::Appeal, Some("mia@example.com"), None, now());
    let again = reopen(&answered, &appeal, &law, &by("They may try again."), now()).unwrap().unwrap().request;
    assert_eq!(again.standing, Standing::AwaitingVerification);
    assert_eq!(again.missing().collect::<Vec<_>>(), [Proof::Declaration]);
    let shown = again.prove(Proof::Declaration, now()).unwrap();
    assert_eq!(shown.bundle_kind(), Some(BundleKind::Access));
}
