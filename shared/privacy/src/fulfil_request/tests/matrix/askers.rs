//! Who asks, what they type, and what they and staff do to show who they are.

use super::*;
use crate::accept_request::Ask;
use crate::identity::{EmailAddress, Handle, Identity, Namespace};
use crate::ids::{Platform, UserId};
use crate::legal_hold::Note;
use crate::review_child_report::{find_credible, find_not_credible};
use crate::review_proof::{Comparison, Reading, Reviewed, review_proof};
use crate::subject_request::{Agent, By, Channel, ConnectedAccount, Contact, Member, PointValue, Sha256Hex, Words};
use crate::verify_request::{Verified, declare, verify_login, verify_request};

pub(super) const MAREN: &str = "maren@example.org";
pub(super) const HANDLE: &str = "instagram maren";
pub(super) const CHILD: &str = HANDLE;
pub(super) const MEMBER: &str = "alder/u2";
pub(super) const PARENT: &str = "parent@example.org";

pub(super) fn identity(who: &str) -> Identity {
    match who {
        HANDLE => Identity::Handle {
            platform: Namespace::parse("instagram").unwrap(),
            handle: Handle::parse("maren").unwrap(),
        },
        MEMBER => login("", at(RECEIVED)).member.identity(),
        email => Identity::Email(EmailAddress::parse(email).unwrap()),
    }
}

/// Tim's.
pub(super) fn login(token: &str, now: Timestamp) -> Login {
    let member = Member { tenant: tenant("alder"), user: UserId::parse("u2").unwrap() };
    Login { member, email: None, token_id: token.to_owned(), expires_at: now + MIN * 2 }
}

/// Who asks. Whoever logs in types Maren's address and account, which are not theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    Address,
    Handle,
    Both,
    AccountHolder,
    /// Was to enter a code, and logs in instead.
    LateLogin,
    AgentWithPermission,
    AgentWithPower,
    /// Said that it was a power of attorney.
    AgentWhoSaidPower,
    Parent,
    /// Whom staff do not believe.
    DoubtedParent,
}

impl Asker {
    pub(super) const ALL: [Self; 10] = [
        Self::Address,
        Self::Handle,
        Self::Both,
        Self::AccountHolder,
        Self::LateLogin,
        Self::AgentWithPermission,
        Self::AgentWithPower,
        Self::AgentWhoSaidPower,
        Self::Parent,
        Self::DoubtedParent,
    ];

    pub(super) fn typed(self) -> Vec<&'static str> {
        match self {
            Self::Address => vec![MAREN],
            Self::Handle => vec![HANDLE],
            Self::Both
            | Self::AccountHolder
            | Self::LateLogin
            | Self::AgentWithPermission
            | Self::AgentWithPower
            | Self::AgentWhoSaidPower => vec![MAREN, HANDLE],
            Self::Parent | Self::DoubtedParent => vec![PARENT, HANDLE],
        }
    }

    pub(super) fn ask(self, kind: Kind, residence: Option<&str>) -> Ask {
        let typed = self.typed();
        let email = typed.iter().find(|who| who.contains('@')).and_then(|email| EmailAddress::parse(email).ok());
        let account = typed.contains(&HANDLE).then(|| ConnectedAccount {
            platform: Platform::parse("instagram").unwrap(),
            handle: Handle::parse("maren").unwrap(),
        });
        let is_agents = matches!(self, Self::AgentWithPermission | Self::AgentWithPower | Self::AgentWhoSaidPower);
        let agent = is_agents.then(|| Agent {
            email: EmailAddress::parse("agent@example.net").ok(),
            name: None,
            permission_sha256: None,
            has_power_of_attorney: self != Self::AgentWithPermission,
        });
        let points = [(PointKind::Phone, "0555"), (PointKind::Company, "Birch"), (PointKind::Postcode, "90210")];
        Ask {
            has_account: self == Self::AccountHolder,
            residence: residence.map(str::to_owned),
            agent,
            about_child: matches!(self, Self::Parent | Self::DoubtedParent),
            appeal_of: (kind == Kind::Appeal).then(|| ObligationId::of_request(&[99; 20])),
            data_points: points.map(|(kind, value)| (kind, PointValue::parse(value).unwrap())).into(),
            ..Ask::of(kind, Contact { email, account }, Channel::Web)
        }
    }

    /// Shows everything that the request asks for, in the order in which it does.
    pub(super) async fn prove(self, house: &House, id: &ObligationId, case: &str) {
        self.judge(house, id).await;
        for step in 0..12 {
            house.work().await;
            let request = house.request(id);
            if !request.awaits_proof() {
                break;
            }
            assert!(step < 11, "{case}: still missing {:?}", request.missing().collect::<Vec<_>>());
            let missing = request.missing().next().unwrap();
            let (world, keys, now) = (&house.world, &house.keys, house.world.now());
            let by_code = matches!(missing, Proof::EmailCode | Proof::HandleCode);
            let verified = match missing {
                Proof::EmailCode | Proof::HandleCode | Proof::AccountLogin if !by_code || self == Self::LateLogin => {
                    verify_login(world, world, keys, id, &login("login-0123456789", now), now).await.unwrap()
                }
                Proof::EmailCode | Proof::HandleCode | Proof::AccountLogin => {
                    let Some(code) = house.code(id) else {
                        house.sweep().await;
                        continue;
                    };
                    verify_request(world, keys, id, &code, now).await.unwrap()
                }
                Proof::Declaration => declare(world, id, &Words::parse("Maren Example").unwrap(), now).await.unwrap(),
                Proof::DataPoints | Proof::AgentPermission => self.review(house, id).await,
            };
            let Verified::Proved(proved) = verified else { panic!("{case}: {missing:?} shows nothing") };
            if proved.has_code_to_send() {
                let round = proved.next_round(Notice::Code);
                house.fulfilment().notify(&proved, Notice::Code, None, round).await.map_err(|_| "no code").unwrap();
            }
            house.fulfilment().begin(*proved, now).await.unwrap();
        }
    }

    /// What staff do.
    async fn review(self, house: &House, id: &ObligationId) -> Verified {
        let document = Sha256Hex::parse(&"ab".repeat(32)).unwrap();
        let reading = if house.request(id).missing().next() == Some(Proof::DataPoints) {
            let held = self.ask(Kind::Know, None).data_points;
            // What was not asked for at first is named since.
            let named = if house.request(id).data_points.is_empty() { held.clone() } else { BTreeMap::new() };
            Reading::Record(Comparison { held, named })
        } else if self == Self::AgentWithPower {
            Reading::PowerOfAttorney(document)
        } else {
            Reading::Permission(document)
        };
        for who in ["alex", "kim"] {
            let by = By { actor: Actor::Staff(who.to_owned()), why: Note::parse("Read.").unwrap() };
            let now = house.world.now();
            let reviewed = review_proof(&house.world, (&house.law, &house.keys), id, &reading, &by, now).await.unwrap();
            match reviewed {
                Reviewed::Shown(done) => return Verified::Proved(Box::new(done.request)),
                Reviewed::Seconding(_) => {}
                Reviewed::NotShown => return Verified::Refused,
            }
        }
        Verified::Refused
    }

    async fn judge(self, house: &House, id: &ObligationId) {
        let (actor, now) = (Actor::Staff("alex".to_owned()), house.world.now());
        match self {
            Self::Parent => {
                house
                    .change(id, |request| find_credible(request, None, &house.law, actor, now).unwrap().unwrap())
                    .await;
            }
            Self::DoubtedParent => {
                house.change(id, |request| find_not_credible(request, actor, now).unwrap().unwrap()).await;
            }
            Self::Address
            | Self::Handle
            | Self::Both
            | Self::AccountHolder
            | Self::LateLogin
            | Self::AgentWithPermission
            | Self::AgentWithPower
            | Self::AgentWhoSaidPower => {}
        }
    }
}
