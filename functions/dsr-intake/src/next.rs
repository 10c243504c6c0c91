//! What is left for whoever asks to show, as they can do it: fields where a field will do, words where it takes more.

use lambda_http::Request;
use maud::{Markup, html};
use privacy::obligation::ObligationId;
use privacy::subject_request::{Proof, SubjectRequest};
use privacy_edge::form;
use privacy_pages::kinds::ACCOUNT_ONLY;

use crate::answers::Page;
use crate::asking::advice;
use crate::shown::Slip;

/// What this request still needs, in the order in which it is asked for. Made of nothing but what was sent.
pub(crate) fn steps(page: Page<'_>, request: &SubjectRequest) -> Markup {
    let is_agents = request.agent.is_some();
    html! {
        @for missing in request.missing() {
            @match missing {
                Proof::EmailCode if is_agents => (confirmation(page, "by e-mail")),
                Proof::HandleCode if is_agents => (confirmation(page, "by a message to their account")),
                Proof::EmailCode => (code(page, &request.id, "We are sending a code to your e-mail address.", None)),
                // It goes out once the code in the mail has been entered.
                Proof::HandleCode if request.missing().any(|missing| missing == Proof::EmailCode) => {}
                Proof::HandleCode => (code(page, &request.id, "We are sending a code to your account, as a message.", None)),
                Proof::AccountLogin => (login(request)),
                Proof::DataPoints => (points(page, request)),
                Proof::Declaration => (declaration(page, &request.id, None)),
                Proof::AgentPermission => (permission(page, request)),
            }
        }
        @if request.leaves_accounts() && !is_agents && !request.about_child { (or_login(request)) }
    }
}

/// What somebody wants to come of a code. It is what their own form said: nothing that is known here decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The request is theirs.
    Proof,
    /// The file with their data.
    Download,
    /// That nothing more is done of the request.
    Withdrawal,
}

impl Wanted {
    /// As forms carry it from one page to the next.
    const FIELD: &'static str = "then";
    const DOWNLOAD: &'static str = "download";
    const WITHDRAWAL: &'static str = "withdrawal";

    /// Read from the form that asks for a code. Whatever else is in a body changes nothing.
    pub(crate) async fn read(request: &Request) -> Self {
        let fields = match form::is_form(request.headers()) {
            true => form::fields(request.headers(), request.body(), &[Self::FIELD]).await.unwrap_or_default(),
            false => return Self::Proof,
        };
        let wanted = fields.get(Self::FIELD).map(|text| text.trim());
        match wanted {
            Some(Self::DOWNLOAD) => Self::Download,
            Some(Self::WITHDRAWAL) => Self::Withdrawal,
            Some(_) | None => Self::Proof,
        }
    }
}

/// Everything that anybody could be asked for: the same for every reference, of a request or of none. What somebody was
/// about to do comes first, with what is to be mended in it.
pub(crate) fn anything(page: Page<'_>, id: &ObligationId, wanted: Wanted, slip: Option<&Slip>) -> Markup {
    html! {
        @match wanted {
            Wanted::Proof => { (code(page, id, ANY_CODE, slip)) (download(page, id, None)) }
            Wanted::Download => { (download(page, id, slip)) (code(page, id, ANY_CODE, None)) }
            Wanted::Withdrawal => { (withdrawal(page, id, slip)) (code(page, id, ANY_CODE, None)) (download(page, id, None)) }
        }
        details open[Slip::is_in(slip, DECLARATION)] {
            summary { "I was asked for a declaration" }
            (declaration(page, id, slip))
        }
        @if wanted != Wanted::Withdrawal {
            details { summary { "I do not want this request any more" } (withdrawal(page, id, None)) }
        }
        p { a href=(page.status_link(id)) { "See where your request stands" } }
    }
}

const DECLARATION: &str = "declaration";
const ANY_CODE: &str = "It has six digits and works for ten minutes.";

/// What to mend in a field, above it.
fn wrong(slip: Option<&Slip>, field: &str) -> Markup {
    html! { @if Slip::is_wrong_in(slip, field) { p.wrong id={ "wrong-" (field) } { (advice(field)) } } }
}

/// The attributes that say so of the field itself.
fn marks(slip: Option<&Slip>, field: &str) -> (Option<String>, Option<&'static str>) {
    let is_wrong = Slip::is_wrong_in(slip, field);
    (is_wrong.then(|| format!("wrong-{field}")), is_wrong.then_some("true"))
}

/// The way to a bundle, should there be one.
fn download(page: Page<'_>, id: &ObligationId, slip: Option<&Slip>) -> Markup {
    html! {
        section aria-labelledby="download-heading" {
            h2 #download-heading { "If your data is ready: get it" }
            p { "When we have answered and your data can be fetched, the code goes in here." }
            form method="post" action=(action(page, id, "download")) {
                (code_field("download-code", "Code for the download", slip))
                button type="submit" { "Download" }
            }
            (another(page, id, Some(Wanted::DOWNLOAD), "Send me another code for the download"))
        }
    }
}

/// The way back, for who does not want it any more, and for whom nobody may ask.
fn withdrawal(page: Page<'_>, id: &ObligationId, slip: Option<&Slip>) -> Markup {
    html! {
        section aria-labelledby="withdrawal-heading" {
            h2 #withdrawal-heading { "Take the request back" }
            p { "With the code nothing more is done of it, whoever asked for it. You can ask anew at any time." }
            form method="post" action=(action(page, id, "withdrawal")) {
                (code_field("withdrawal-code", "Code to take it back", slip))
                button.quiet type="submit" { "Take it back" }
            }
            (another(page, id, Some(Wanted::WITHDRAWAL), "Send me another code to take it back"))
        }
    }
}

/// Where a code goes in.
fn code_field(id: &str, label: &str, slip: Option<&Slip>) -> Markup {
    let (described, invalid) = marks(slip, "code");
    html! {
        div.field {
            label for=(id) { (label) }
            (wrong(slip, "code"))
            input id=(id) name="code" inputmode="numeric" autocomplete="one-time-code" required
                aria-describedby=[described] aria-invalid=[invalid];
        }
    }
}

/// Has another code sent, for what is wanted of it.
fn another(page: Page<'_>, id: &ObligationId, wanted: Option<&str>, words: &str) -> Markup {
    html! {
        form method="post" action=(action(page, id, "code")) {
            @if let Some(wanted) = wanted { input type="hidden" name=(Wanted::FIELD) value=(wanted); }
            button.quiet type="submit" { (words) }
        }
    }
}

fn action(page: Page<'_>, id: &ObligationId, act: &str) -> String {
    format!("{}/api/dsr/{}/{act}", page.base, id.as_str())
}

fn code(page: Page<'_>, id: &ObligationId, words: &str, slip: Option<&Slip>) -> Markup {
    html! {
        section aria-labelledby="code-heading" {
            h2 #code-heading { "Enter the code" }
            p { (words) " If it does not come within minutes, look among unwanted mail, or have another sent: the one before then stops working." }
            form method="post" action=(action(page, id, "verification")) {
                (code_field("code", "Code", slip))
                button type="submit" { "This request is mine" }
            }
            (another(page, id, None, "Send me another code"))
        }
    }
}

fn confirmation(page: Page<'_>, how: &str) -> Markup {
    html! {
        section aria-labelledby="confirmation-heading" {
            h2 #confirmation-heading { "The person confirms" }
            p { "We ask the person " (how) " whether you may ask for them. They answer with the code that we send them, on the page of the request. If they cannot, write to " a href={ "mailto:" (page.company.contact) } { (page.company.contact) } "." }
        }
    }
}

fn login(request: &SubjectRequest) -> Markup {
    html! {
        section aria-labelledby="login-heading" {
            h2 #login-heading { "Log in again" }
            p { "Log in again where you work with your account, open " strong { "Privacy" } " there, and enter the reference " code { (request.id.as_str()) } ". It tells us that it is you, and nothing else. If you cannot log in, send a new request and do not say that you can: then a code opens what we hold under your address, and nothing of an account." }
            @if request.covers_account_only() { p { (ACCOUNT_ONLY) } }
        }
    }
}

/// Said to everybody alike: it does not tell whether they have an account.
fn or_login(request: &SubjectRequest) -> Markup {
    html! {
        section aria-labelledby="or-login-heading" {
            h2 #or-login-heading { "If you log in to our product yourself" }
            p { "What it holds of you as its user is shown, corrected and deleted only after a login, and opened by no code. Instead of entering a code, log in there again, open " strong { "Privacy" } ", and enter the reference " code { (request.id.as_str()) } ". What we hold under your address without an account, a code opens." }
        }
    }
}

fn points(page: Page<'_>, request: &SubjectRequest) -> Markup {
    let left = request.points_left(page.law).unwrap_or_default();
    html! {
        section aria-labelledby="points-heading" {
            h2 #points-heading { "We compare what you named" }
            @if left > 0 {
                p { "Somebody here compares what you know with what we hold. You named " @if request.data_points.is_empty() { "nothing" } @else { "too little" } " yet: write to " a href={ "mailto:" (page.company.contact) } { (page.company.contact) } " with your reference, and name " (left) @if left == 1 { " more thing" } @else { " things" } ", such as your telephone number or a day on which you wrote. Please send no identity papers." }
            } @else {
                p { "Somebody here compares what you named with what we hold. You need not do anything." }
            }
        }
    }
}

fn declaration(page: Page<'_>, id: &ObligationId, slip: Option<&Slip>) -> Markup {
    let (described, invalid) = marks(slip, DECLARATION);
    let typed = slip.filter(|slip| slip.field == DECLARATION).map(|slip| slip.typed.as_str());
    html! {
        section aria-labelledby="declaration-heading" {
            h2 #declaration-heading { "Sign a declaration" }
            p { "I declare under penalty of perjury under the laws of the State of California that I am the person whose personal information this request is about." }
            form method="post" action=(action(page, id, "verification")) {
                div.field {
                    label for="declaration" { "Your full name is your signature" }
                    (wrong(slip, DECLARATION))
                    input id="declaration" name="declaration" autocomplete="name" required value=[typed]
                        aria-describedby=[described] aria-invalid=[invalid];
                }
                button.quiet type="submit" { "I declare this" }
            }
        }
    }
}

fn permission(page: Page<'_>, request: &SubjectRequest) -> Markup {
    let agent = request.agent.as_ref();
    let has_hash = agent.is_some_and(|agent| agent.permission_sha256.is_some());
    let document = if agent.is_some_and(|agent| agent.has_power_of_attorney) {
        "your power of attorney"
    } else {
        "the permission that the person signed"
    };
    html! {
        section aria-labelledby="permission-heading" {
            h2 #permission-heading { "Show that you may" }
            p {
                "Send " (document) " to " a href={ "mailto:" (page.company.contact) } { (page.company.contact) } " with your reference. Somebody here reads it."
                @if has_hash { " It must be the very file whose SHA-256 you gave." }
            }
        }
    }
}
