//! What is left for whoever asks to do, in plain words, each with the form that does it. Forms are sent to the function that takes
//! requests in, and need no script.

use maud::{Markup, html};
use privacy::policy::model::Company;
use privacy::show_asked::AskedView;
use privacy::subject_request::Proof;

/// Whether something of it is theirs to do, or their agent's.
pub(crate) fn is_theirs(view: &AskedView) -> bool {
    view.missing.iter().any(|proof| *proof != Proof::DataPoints || view.points_left > 0)
}

/// The list, and under it the forms. Nothing where nothing is left.
pub(crate) fn steps(view: &AskedView, company: &Company, base: &str) -> Markup {
    let has = |proof: Proof| view.missing.contains(&proof);
    html! {
        @if !view.missing.is_empty() {
            section aria-labelledby="left" {
                h2 #left { "What is left for you" }
                ol {
                    @for proof in &view.missing { (line(*proof, view, company)) }
                }
            }
        }
        @if view.waits_for_code { (code_form(view, base)) }
        @if has(Proof::AccountLogin) { (login(view)) }
        @if has(Proof::Declaration) { (declaration(view, base)) }
    }
}

fn line(proof: Proof, view: &AskedView, company: &Company) -> Markup {
    let follows = view.missing.contains(&Proof::EmailCode);
    html! {
        @match proof {
            Proof::EmailCode | Proof::HandleCode if view.by_agent => li {
                "Somebody says that they act for you. If they may, " a href="#enter" { "enter the code that we send you" }
                @if view.waits_for_review { "; if they may not, tell us." } @else { "; if they may not, do nothing." }
            },
            Proof::EmailCode => li { a href="#enter" { "Enter the code" } " that we mail to you." },
            // It goes out once the code in the mail has been entered.
            Proof::HandleCode if follows => li { "Another follows to your account, as a message: enter it here, too." },
            Proof::HandleCode => li { a href="#enter" { "Enter the code" } " that we send to your account, as a message." },
            Proof::AccountLogin => li { a href="#login" { "Log in again" } " where you work with your account." },
            Proof::Declaration => li { a href="#declare" { "Sign the declaration" } " that you are the person." },
            Proof::DataPoints if view.points_left > 0 => li {
                "Write to " a href={ "mailto:" (company.contact) } { (company.contact) } " with your reference, and name "
                (view.points_left) @if view.points_left == 1 { " more thing" } @else { " things" }
                " that we may hold of you, such as your telephone number or a day on which you wrote. Somebody here compares them with what we hold. Please send no identity papers. If we cannot compare them by the last day, we have to say no."
            },
            Proof::DataPoints => li {
                "Somebody here compares what you named with what we hold. You need not do anything for it."
            },
            Proof::AgentPermission => li {
                "Your agent sends the permission that the person signed, or a power of attorney, to "
                a href={ "mailto:" (company.contact) } { (company.contact) } " with this reference. Somebody here reads it."
            },
        }
    }
}

fn action(view: &AskedView, base: &str, act: &str) -> String {
    format!("{base}/api/dsr/{}/{act}", view.id.as_str())
}

fn code_form(view: &AskedView, base: &str) -> Markup {
    let send = if view.by_agent { "They may ask for me" } else { "This request is mine" };
    html! {
        section aria-labelledby="enter" {
            h2 #enter { "Enter the code" }
            p { "It has six digits and works for ten minutes. If it does not come, look among unwanted mail, or have another sent: the one before then stops working. If a letter says that there are no more today, enter the number that stands in it." }
            form method="post" action=(action(view, base, "verification")) {
                div.field {
                    label for="code" { "Code" }
                    input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required;
                }
                button type="submit" { (send) }
            }
            form method="post" action=(action(view, base, "code")) {
                button.quiet type="submit" { "Send me another code" }
            }
        }
    }
}

fn login(view: &AskedView) -> Markup {
    html! {
        section aria-labelledby="login" {
            h2 #login { "Log in again" }
            p { "Log in again where you work with your account, open " strong { "Privacy" } " there, and enter the reference " code { (view.id.as_str()) } ". It tells us that it is you, and nothing else. If you cannot log in, send a new request and do not say that you can: then a code opens what we hold under your address, and nothing of an account." }
        }
    }
}

fn declaration(view: &AskedView, base: &str) -> Markup {
    html! {
        section aria-labelledby="declare" {
            h2 #declare { "Sign a declaration" }
            p { "I declare under penalty of perjury under the laws of the State of California that I am the person whose personal information this request is about." }
            form method="post" action=(action(view, base, "verification")) {
                div.field {
                    label for="declaration" { "Your full name is your signature" }
                    input id="declaration" name="declaration" autocomplete="name" required;
                }
                button type="submit" { "I declare this" }
            }
        }
    }
}
