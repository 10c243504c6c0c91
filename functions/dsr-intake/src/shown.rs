//! Reads what somebody sends to show that a request is theirs: one thing at a time.

use lambda_http::Request;
use privacy::subject_request::Words;
use privacy_edge::form;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;

use crate::ask;

/// What was sent.
pub(crate) enum Shown {
    /// A code.
    Code(String),
    /// A token of the dashboard.
    Login(String),
    /// The name under a declaration.
    Declaration(Words),
}

const FIELDS: [&str; 3] = ["code", "assertion", "declaration"];

impl Shown {
    /// From JSON, or from one of the forms.
    pub(crate) async fn read(request: &Request) -> Result<Self, Problem> {
        let [code, login, declaration] = if form::is_form(request.headers()) {
            let mut fields = form::fields(request.headers(), request.body(), &FIELDS).await?;
            FIELDS.map(|name| fields.remove(name))
        } else {
            let members = Members::read(request.headers(), request.body())?;
            let text = |name| members.parse(name, |text| Ok::<_, Problem>(text.to_owned()));
            [text("code")?, text("assertion")?, text("declaration")?]
        };
        match (code, login, declaration) {
            (Some(code), None, None) => Ok(Self::Code(code)),
            (None, Some(login), None) => Ok(Self::Login(login)),
            (None, None, Some(name)) => {
                ask::person_name(&name).map(Self::Declaration).map_err(|_| Problem::BadMember("declaration"))
            }
            (Some(_), _, _) | (None, Some(_), Some(_)) | (None, None, None) => Err(Problem::BadMember("code")),
        }
    }
}
