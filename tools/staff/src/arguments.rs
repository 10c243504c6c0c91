//! What the command was asked to do, as a call of the API.

mod replays;
mod requests;

use http::Method;
use privacy::audit::StaffReason;
use privacy::find_obligation::Named;
use privacy::legal_hold::HoldId;
use serde_json::{Map, Value, json};

pub(crate) use replays::is_open;

/// Printed by `--help`.
pub(crate) const USAGE: &str = "\
Requests of people. REF is a reference; each act needs to say why, and who acts is taken from the signature.
staff requests [--waiting] [--overdue] [--child] [--bounced] [--state S] [--kind K] [--due-before DATE] [--limit N] [--cursor C]
                               the work list, by what is due; unread reports about children first
staff request REF              one request: its dates, what was told, every act
staff note --kind K --channel email|phone|letter|web --received-at INSTANT [--email A] [--platform P --handle H]
           [--residence R] [--agent-email A] [--agent-name N] [--permission-sha256 HEX] [--power-of-attorney]
           [--has-account] [--about-child] [--appeal-of REF] [--declaration NAME] [--details TEXT] [--why TEXT]
                               a request that came otherwise, with its true receipt; a letter or a call may be without both A
                               and H: then reach whoever asks as they came
staff compare REF --held KIND=VALUE... [--named KIND=VALUE]... --why TEXT
                               what our record says (name, phone, company, postcode, day) beside what the person named, in
                               the form or since (--named): the service compares, and keeps which kinds agreed, no value
staff permission REF SHA256 --why TEXT   the permission of an agent was read
staff attorney REF SHA256 --why TEXT     a power of attorney was read; for an erasure by two of staff, each by this command
staff child REF credible|not-credible [--email A] [--platform P --handle H] --why TEXT
                               who the child is, where the report gives nothing but the address of whoever made it
staff extend REF --reason TEXT           once, before the first date; the person is told the reason
staff pause REF asked|answered [--at INSTANT] --why TEXT
                               the person was asked something, or has answered: where their law stops its clock meanwhile
staff deny REF CODE --why TEXT           for a coded reason of the law
staff route REF TENANT --why TEXT        a part that a tenant decides
staff instruct REF TENANT INSTRUCTION [decline CODE|more-time] --why TEXT
                               what a tenant says of its part: without a word more, that it agrees
staff residence REF PLACE --why TEXT
                               where the person lives, if that was noted wrongly: a country, state or province, or elsewhere
staff correct REF [--open FIELD]... [--instructed FIELD=ORDER]... [--applied FIELD=EVIDENCE]...
           [--refused FIELD=EVIDENCE]... [--value FIELD=TEXT]... --why TEXT
                               instructed: whoever keeps it was told; applied: they have confirmed it; --value says what the
                               field is to say, or says now, of which a keyed hash is kept
staff close REF OUTCOME EVIDENCE --why TEXT
                               completed, partly-retained; upheld, rejected (appeals, complaints); answered (complaints)
staff withdraw REF EVIDENCE --why TEXT
                               the person wants it no more, or nobody acts for them who says so; EVIDENCE is where their own word is
                               kept. What is under way is not taken back; businesses that were asked are told
staff lift REF FLAG [--asked-in REF] --why TEXT
                               restricted, no-marketing, objected, consent-withdrawn, opted-out, limited: the person wants it no more
staff bundle REF REASON ORDER --why TEXT
                               has the bundle of an answered request made again, and its person told. REASON: lost, spoilt,
                               opened-by-another. ORDER is a name of yours: sent again it is the same order

Promises, holds, plans
staff promises                 each dated sentence of the policy, and whether it holds now
staff holds                    every legal hold: whose data, which classes and days, why, by whom, its review and whether that is overdue
staff hold --tenant T --reason R --approver A --review-by DATE
           [--connection C] [--contact P] [--user U] [--class K]... [--from INSTANT] [--until INSTANT] [--proof REF] [--id ID]
           [--even-if-unknown]    of a tenant or a connection that nobody knows: without it, such a name is refused
staff release ID REASON        takes a hold out of force; what waited is due at once. REASON: matter-closed, requirement-lifted,
                               no-longer-needed, placed-in-error, replaced
staff obligation ID            one obligation and its plan; ID may be the ref of a log line
staff confirm ID PLAN_HASH REASON
                               confirms exactly this plan, which is above its ceiling. REASON: as-expected, backlog,
                               ceiling-outgrown, records-reviewed
staff purge CLASS              how far the purge of a class has come, and the plan that it was halted with; own.requests for our own
staff confirm-purge CLASS PLAN_HASH REASON
                               confirms exactly what this plan has counted; the next run purges it. REASON as of confirm

After a backup was restored (docs/runbooks/restore.md)
staff replay --restored-to INSTANT --reason TEXT [--wait]
                               looks at everything that was erased, purged or marked since, and does it again where it came back
staff replay ID [--wait]       how far it has come; --wait asks until it is over
staff replays                  every replay

  --json   prints the answer as it came

PRIVACY_API_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are read from the environment.
0 done   1 refused, unreachable, or not understood   2 a replay is not over: something may still be there
";

/// Arguments that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Invalid {
    #[error("say what to do; see --help")]
    Missing,
    #[error("{0} is not an argument here, or lacks its value; see --help")]
    Unknown(String),
    #[error("{0} is needed; see --help")]
    Needed(&'static str),
    #[error("not an id of a hold: 8 to 40 characters of a-z, 0-9 and -")]
    HoldId,
    #[error("not a reference of a request: 8 and 32 more characters")]
    Reference,
    #[error("not an id of a replay: r and 17 digits")]
    ReplayId,
    #[error("say why, with one of the words that --help lists for this")]
    Reason,
    #[error("not a SHA-256: 64 hex digits")]
    Digest,
    #[error("neither an id of an obligation nor a ref of 12 hex digits")]
    Obligation,
    #[error("not the name of a record class: a-z, - and .")]
    Class,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Promises,
    Holds,
    Replays,
    Replay,
    Requests,
    Request,
    Changed,
    Facts,
}

/// One call.
#[derive(PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) form: Form,
    pub(crate) is_json: bool,
    /// Asks again until it is over.
    pub(crate) is_waiting: bool,
}

privacy::redacted!(Call);

/// What is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Help,
    Call(Call),
}

impl Asked {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, Invalid> {
        let mut words: Vec<String> = arguments.collect();
        if words.iter().any(|word| word == "--help") {
            return Ok(Self::Help);
        }
        let before = words.len();
        words.retain(|word| word != "--json");
        let is_json = words.len() < before;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(call) = replays::parse(&words) {
            return call.map(|call| Self::Call(Call { is_json, ..call }));
        }
        if let Some(call) = requests::parse(&words) {
            return call.map(|call| Self::Call(Call { is_json, ..call }));
        }
        let call = |method, path: String, body, form| {
            Ok(Self::Call(Call { method, path, body, form, is_json, is_waiting: false }))
        };
        match words.as_slice() {
            [] => Err(Invalid::Missing),
            ["promises"] => call(Method::GET, "/api/staff/promises".to_owned(), None, Form::Promises),
            ["holds"] => call(Method::GET, "/api/staff/holds".to_owned(), None, Form::Holds),
            ["hold", options @ ..] => {
                call(Method::POST, "/api/staff/holds".to_owned(), Some(hold(options)?), Form::Facts)
            }
            ["release", id, reason] => {
                let id = HoldId::parse(id).map_err(|_| Invalid::HoldId)?;
                let reason = StaffReason::of_release(reason).map_err(|_| Invalid::Reason)?;
                let body = json!({"reason": reason.as_str()});
                call(Method::DELETE, format!("/api/staff/holds/{}", id.as_str()), Some(body), Form::Facts)
            }
            ["release", _] | ["confirm" | "confirm-purge", _, _] => Err(Invalid::Reason),
            ["obligation", id] => call(Method::GET, obligation(id)?, None, Form::Facts),
            ["confirm", id, hash, reason] => {
                let path = format!("{}/plan-confirmation", obligation(id)?);
                call(Method::POST, path, Some(confirming(hash, reason)?), Form::Facts)
            }
            ["purge", class] => call(Method::GET, purge(class)?, None, Form::Facts),
            ["confirm-purge", class, hash, reason] => {
                let path = format!("{}/plan-confirmation", purge(class)?);
                call(Method::POST, path, Some(confirming(hash, reason)?), Form::Facts)
            }
            [word, ..] => Err(Invalid::Unknown((*word).to_owned())),
        }
    }
}

fn confirming(hash: &str, reason: &str) -> Result<Value, Invalid> {
    let reason = StaffReason::of_confirmation(reason).map_err(|_| Invalid::Reason)?;
    Ok(json!({"plan_hash": hash, "reason": reason.as_str()}))
}

fn obligation(id: &str) -> Result<String, Invalid> {
    Named::parse(id).ok_or(Invalid::Obligation)?;
    Ok(format!("/api/staff/obligations/{id}"))
}

fn purge(class: &str) -> Result<String, Invalid> {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    let is_class = !class.is_empty() && !class.starts_with('-') && class.bytes().all(is_name);
    if is_class { Ok(format!("/api/staff/purges/{class}")) } else { Err(Invalid::Class) }
}

/// Options of `hold` and the members they become.
const OPTIONS: [(&str, &str); 11] = [
    ("--tenant", "tenant_id"),
    ("--connection", "connection_id"),
    ("--contact", "contact"),
    ("--user", "user"),
    ("--class", "classes"),
    ("--from", "from"),
    ("--until", "until"),
    ("--reason", "reason"),
    ("--approver", "approver"),
    ("--proof", "proof"),
    ("--review-by", "review_by"),
];

/// The one option of `hold` that has no value.
const EVEN_IF_UNKNOWN: &str = "--even-if-unknown";

fn hold(options: &[&str]) -> Result<Value, Invalid> {
    let mut members = Map::new();
    let mut classes = Vec::new();
    let (certain, options): (Vec<&str>, Vec<&str>) = options.iter().partition(|option| **option == EVEN_IF_UNKNOWN);
    if !certain.is_empty() {
        members.insert("even_if_unknown".to_owned(), Value::Bool(true));
    }
    for option in options.chunks(2) {
        let [name, value] = option else {
            return Err(Invalid::Unknown(option.concat()));
        };
        let known = OPTIONS.iter().chain(&[("--id", "id")]).find(|(known, _)| known == name);
        match known {
            Some((_, "classes")) => classes.push(json!(value)),
            // Given twice, one of them would be lost.
            Some((_, member)) if !members.contains_key(*member) => {
                members.insert((*member).to_owned(), json!(value));
            }
            Some(_) | None => return Err(Invalid::Unknown((*name).to_owned())),
        }
    }
    for (option, member) in
        [("--tenant", "tenant_id"), ("--reason", "reason"), ("--approver", "approver"), ("--review-by", "review_by")]
    {
        if !members.contains_key(member) {
            return Err(Invalid::Needed(option));
        }
    }
    members.insert("classes".to_owned(), Value::Array(classes));
    Ok(Value::Object(members))
}
