//! Reads what is asked for, from JSON or from the form.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lambda_http::{Body, Request};
use privacy::accept_request::{Ask, InvalidAsk};
use privacy::clock::model::Kind;
use privacy::obligation::ObligationId;
use privacy::subject_request::{
    Agent, Channel, ConnectedAccount, Contact, EmailAddress, Handle, InvalidText, PointKind, PointValue, Sha256Hex,
    Words,
};
use privacy_edge::asked::{agent, person_name, short};
use privacy_edge::form;
use privacy_edge::json::{Members, bare, platform, within};
use privacy_edge::problem::Problem;

/// The fields of the form, by the names that they have there.
pub(crate) const FIELDS: [&str; 20] = [
    "kind",
    "email",
    "platform",
    "handle",
    "has_account",
    "residence",
    "about_child",
    "appeal_of",
    "details",
    "point_name",
    "point_phone",
    "point_company",
    "point_postcode",
    "point_day",
    "declaration",
    "agent_name",
    "agent_email",
    "agent_permission",
    "power_of_attorney",
    "form_id",
];

/// What people can name of themselves, with its field.
pub(crate) const POINTS: [(PointKind, &str); 5] = [
    (PointKind::Name, "point_name"),
    (PointKind::Phone, "point_phone"),
    (PointKind::Company, "point_company"),
    (PointKind::Postcode, "point_postcode"),
    (PointKind::Day, "point_day"),
];

/// What was typed into the form, as it was.
pub(crate) type Typed = BTreeMap<&'static str, String>;

/// The fields that cannot be taken as they are.
pub(crate) type Mistakes = BTreeSet<&'static str>;

/// What a body held.
pub(crate) enum Read {
    /// A request, and what its sender calls it, if anything.
    Ask(Box<Ask>, Option<String>),
    /// A form with something to mend: every field of which that is so.
    Mend(Typed, Mistakes),
}

privacy::redacted!(Read);

pub(crate) fn kind(text: &str) -> Result<Kind, InvalidText> {
    Kind::ALL.into_iter().find(|kind| kind.as_str() == text.trim()).ok_or(InvalidText)
}

fn residence(text: &str) -> Result<String, InvalidText> {
    short(text).map(|words| words.expose().to_owned())
}

fn reference(text: &str) -> Result<ObligationId, InvalidText> {
    let id = ObligationId::parse(text.trim()).map_err(|_| InvalidText)?;
    if id.is_request() { Ok(id) } else { Err(InvalidText) }
}

/// Names of a sender's own choice: anything short, as whole lines cannot be smuggled through a hash.
fn name(text: &str) -> Option<String> {
    (1..=255).contains(&text.len()).then(|| text.to_owned())
}

/// Reads JSON.
pub(crate) fn from_json(request: &Request, now: Timestamp) -> Result<Read, Problem> {
    let members = Members::read_written(request.headers(), request.body())?;
    let kind = members.parse("kind", bare(kind))?.ok_or(Problem::BadMember("kind"))?;
    let ask = Ask {
        kind,
        contact: Contact { email: members.email("email")?, account: members.connected_account()? },
        has_account: members.flag("has_account")?,
        residence: members.parse("residence", residence)?,
        agent: agent(&members)?,
        about_child: members.flag("about_child")?,
        appeal_of: members.parse("appeal_of", bare(reference))?,
        data_points: points(&members)?,
        declaration: members.parse("declaration", person_name)?,
        details: members.parse("details", within(Words::CHARACTERS_MAX, Words::parse))?,
        channel: Channel::Web,
        received_at: None,
    };
    ask.check(now).map_err(|invalid: InvalidAsk| Problem::BadMember(invalid.member()))?;
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    Ok(Read::Ask(Box::new(ask), key.and_then(name)))
}

fn points(members: &Members) -> Result<BTreeMap<PointKind, PointValue>, Problem> {
    let Some(named) = members.object("data_points")? else { return Ok(BTreeMap::new()) };
    let mut points = BTreeMap::new();
    for kind in PointKind::ALL {
        let value = named.parse(kind.as_str(), PointValue::parse).map_err(|_| Problem::BadMember("data_points"))?;
        points.extend(value.map(|value| (kind, value)));
    }
    Ok(points)
}

/// Reads the form.
pub(crate) async fn from_form(request: &Request, now: Timestamp) -> Result<Read, Problem> {
    let typed = typed(request).await?;
    Ok(match asked(&typed, now) {
        Ok(ask) => {
            let form_id = typed.get("form_id").map(String::as_str).and_then(name);
            Read::Ask(Box::new(ask), form_id)
        }
        Err(mistakes) => Read::Mend(typed, mistakes),
    })
}

/// What was typed into the form.
pub(crate) async fn typed(request: &Request) -> Result<Typed, Problem> {
    let body: &Body = request.body();
    form::fields(request.headers(), body, &FIELDS).await
}

fn asked(typed: &Typed, now: Timestamp) -> Result<Ask, Mistakes> {
    let mut form = Filled { typed, mistakes: Mistakes::new() };
    let kind = form.read("kind", kind);
    if kind.is_none() {
        form.mistakes.insert("kind");
    }
    let ask = Ask {
        kind: kind.unwrap_or(Kind::Access),
        contact: Contact { email: form.read("email", EmailAddress::parse), account: form.account() },
        has_account: is_checked(typed, "has_account"),
        residence: form.read("residence", residence),
        agent: form.agent(),
        about_child: is_checked(typed, "about_child"),
        appeal_of: form.read("appeal_of", reference),
        data_points: form.points(),
        declaration: form.read("declaration", person_name),
        details: form.read("details", Words::parse),
        channel: Channel::Web,
        received_at: None,
    };
    let mut mistakes = form.mistakes;
    // An account that cannot be read is what is to be mended, and no address has to stand beside it.
    let has_tried = mistakes.contains("platform") || mistakes.contains("handle");
    mistakes.extend(ask.check(now).err().map(InvalidAsk::member).filter(|member| !(has_tried && *member == "email")));
    if mistakes.is_empty() { Ok(ask) } else { Err(mistakes) }
}

/// A form that is read field by field; what is wrong with one keeps none of the others from being read.
struct Filled<'a> {
    typed: &'a Typed,
    mistakes: Mistakes,
}

impl Filled<'_> {
    /// A field that was filled in, parsed.
    fn read<T, E>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let text = self.typed.get(name).map(String::as_str).filter(|text| !text.trim().is_empty())?;
        let parsed = parse(text).ok();
        if parsed.is_none() {
            self.mistakes.insert(name);
        }
        parsed
    }

    fn account(&mut self) -> Option<ConnectedAccount> {
        let (platform, handle) = (self.read("platform", platform), self.read("handle", Handle::parse));
        if platform.is_none() && handle.is_some() {
            self.mistakes.insert("platform");
        }
        // The list of platforms has one chosen from the beginning in some browsers; a name makes it an account.
        Some(ConnectedAccount { platform: platform?, handle: handle? })
    }

    fn agent(&mut self) -> Option<Agent> {
        let agent = Agent {
            email: self.read("agent_email", EmailAddress::parse),
            name: self.read("agent_name", person_name),
            permission_sha256: self.read("agent_permission", Sha256Hex::parse),
            has_power_of_attorney: is_checked(self.typed, "power_of_attorney"),
        };
        let is_one = agent.name.is_some() || agent.permission_sha256.is_some() || agent.has_power_of_attorney;
        if is_one && agent.email.is_none() {
            self.mistakes.insert("agent_email");
        }
        (is_one || agent.email.is_some()).then_some(agent)
    }

    fn points(&mut self) -> BTreeMap<PointKind, PointValue> {
        let points = POINTS.into_iter();
        points.filter_map(|(kind, name)| Some((kind, self.read(name, PointValue::parse)?))).collect()
    }
}

/// Whether a box is checked: a browser sends its value then and nothing otherwise; programs also send that it is not.
pub(crate) fn is_checked(typed: &Typed, name: &str) -> bool {
    let value = typed.get(name).map(|value| value.trim().to_ascii_lowercase());
    value.is_some_and(|value| !["", "false", "no", "0", "off"].contains(&value.as_str()))
}
