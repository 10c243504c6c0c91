//! Reads what somebody sends to show that a request is theirs: one thing at a time.

use lambda_http::Request;
use privacy::subject_request::Words;
use privacy_edge::asked::person_name;
use privacy_edge::form;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;

/// The field of a form that comes back, with what was typed in it. Never a code: it is a secret, and is quickly read once more.
#[derive(Clone, Default)]
pub(crate) struct Slip {
    /// Its name.
    pub(crate) field: &'static str,
    /// As it was sent.
    pub(crate) typed: String,
    /// Whether it is to be mended; what could only not be taken now is sent again as it is.
    pub(crate) is_wrong: bool,
}

/// What was sent.
pub(crate) enum Shown {
    /// A code.
    Code(String),
    /// A token of the dashboard.
    Login(String),
    /// The name under a declaration.
    Declaration(Words),
}

const FIELDS: [&str; 3] = ["code", "assertion", DECLARATION];
const DECLARATION: &str = "declaration";

impl Slip {
    /// What kept a form from being read, if it was one; nothing for JSON, which gets a problem document.
    pub(crate) async fn of(request: &Request, problem: Problem) -> Option<Self> {
        let (Problem::BadMember(field), true) = (problem, form::is_form(request.headers())) else { return None };
        let mut fields = form::fields(request.headers(), request.body(), &FIELDS).await.unwrap_or_default();
        let typed = fields.remove(field).filter(|_| field == DECLARATION).unwrap_or_default();
        Some(Self { field, typed, is_wrong: true })
    }

    /// What was typed into a form that could not be taken now; nothing where that is no form.
    pub(crate) async fn to_send_again(request: &Request) -> Option<Self> {
        if !form::is_form(request.headers()) {
            return None;
        }
        let mut fields = form::fields(request.headers(), request.body(), &[DECLARATION]).await.ok()?;
        Some(match fields.remove(DECLARATION) {
            Some(typed) => Self { field: DECLARATION, typed, is_wrong: false },
            None => Self::default(),
        })
    }

    /// Whether it is about this field.
    pub(crate) fn is_in(slip: Option<&Self>, field: &str) -> bool {
        slip.is_some_and(|slip| slip.field == field)
    }

    /// Whether this field is to be mended.
    pub(crate) fn is_wrong_in(slip: Option<&Self>, field: &str) -> bool {
        slip.is_some_and(|slip| slip.field == field && slip.is_wrong)
    }
}

impl Shown {
    /// From JSON, or from one of the forms.
    pub(crate) async fn read(request: &Request) -> Result<Self, Problem> {
        let [code, login, declaration] = if form::is_form(request.headers()) {
            let mut fields = form::fields(request.headers(), request.body(), &FIELDS).await?;
            let [code, login, declaration] = FIELDS.map(|name| fields.remove(name));
            // A slip of the finger costs no try.
            [code.filter(|code| !code.trim().is_empty()), login, declaration]
        } else {
            let members = Members::read(request.headers(), request.body())?;
            let text = |name| members.parse(name, |text| Ok::<_, Problem>(text.to_owned()));
            [text("code")?, text("assertion")?, text("declaration")?]
        };
        match (code, login, declaration) {
            (Some(code), None, None) => Ok(Self::Code(code)),
            (None, Some(login), None) => Ok(Self::Login(login)),
            (None, None, Some(name)) => {
                person_name(&name).map(Self::Declaration).map_err(|_| Problem::BadMember("declaration"))
            }
            (Some(_), _, _) | (None, Some(_), Some(_)) | (None, None, None) => Err(Problem::BadMember("code")),
        }
    }
}

/// Which of several bundles is to be fetched, by its number in the status of the request; `None`: the newest.
pub(crate) async fn bundle(request: &Request) -> Result<Option<u32>, Problem> {
    let number = |text: &str| {
        let is_number = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number).ok_or(Problem::BadMember("bundle"))
    };
    if form::is_form(request.headers()) {
        let mut fields = form::fields(request.headers(), request.body(), &["bundle"]).await?;
        fields.remove("bundle").filter(|text| !text.trim().is_empty()).map(|text| number(text.trim())).transpose()
    } else {
        Members::read(request.headers(), request.body())?.parse("bundle", number)
    }
}
