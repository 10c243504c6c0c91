//! The form: every field with its label, what was typed before, and what to mend. Works without scripts.

use maud::{Markup, html};
use privacy::policy::model::Instructions;
use privacy_pages::kinds;

use crate::ask::{Mistakes, POINTS, Typed, is_checked};

/// A form to be filled in.
pub(crate) struct Form {
    typed: Typed,
    /// The fields to mend.
    wrong: Mistakes,
    /// Why it is shown again, if it is.
    again: Option<Again>,
}

/// Why a form is shown again, with all that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// Something in it is to be mended.
    Mend,
    /// Its source has sent too many.
    Wait,
    /// We could not store it.
    Fault,
}

privacy::redacted!(Form);

impl Form {
    /// An empty one, with a name of its own: sent twice, it is one request.
    pub(crate) fn empty(seed: &[u8; 16]) -> Self {
        let name: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { typed: Typed::from([("form_id", name)]), wrong: Mistakes::new(), again: None }
    }

    /// As it was sent, with what to mend.
    pub(crate) fn to_mend(typed: Typed, wrong: Mistakes) -> Self {
        Self { typed, wrong, again: Some(Again::Mend) }
    }

    /// As it was sent, to be sent once more: it has the same name, so it stays one request.
    pub(crate) fn to_send_again(typed: Typed, again: Again) -> Self {
        Self { typed, wrong: Mistakes::new(), again: Some(again) }
    }

    pub(crate) fn again(&self) -> Option<Again> {
        self.again
    }

    fn value(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }

    /// Whether something is typed there, or should be.
    fn is_filled(&self, name: &str) -> bool {
        !self.value(name).is_empty() || self.is_wrong(name)
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.wrong.contains(name)
    }
}

/// What to say about a field that cannot be taken as it is.
pub(crate) fn advice(field: &str) -> &'static str {
    match field {
        "kind" => "Choose what you want us to do.",
        "email" => "We need an e-mail address, like name@example.com, or the name of your account on a platform.",
        "platform" => "Choose the platform that the account is on.",
        "handle" => "Write the name of the account, without spaces.",
        "residence" => "Write the country or state in a few words, or leave this empty.",
        "appeal_of" => "Write the reference of the answer you disagree with. It begins with 8.",
        "details" => "Please keep this under 4,000 characters, without signs that change the direction of text.",
        "point_name" | "point_phone" | "point_company" | "point_postcode" | "point_day" => {
            "Write this in letters and digits, in a few words, or leave it empty."
        }
        "code" => "Enter the six digits of the code.",
        "agent_name" | "declaration" => "Write the name in one line, beginning with a letter.",
        "agent_permission" => "This has 64 characters, 0 to 9 and a to f. If you do not know it, leave it empty.",
        "agent_email" => "If you ask for somebody else, we need your own e-mail address too.",
        _ => "Please check this.",
    }
}

fn wrong(form: &Form, name: &'static str) -> Markup {
    html! { @if form.is_wrong(name) { p.wrong id={ "wrong-" (name) } { (advice(name)) } } }
}

/// The label of a field, its hint, what to mend and the field itself.
fn field(form: &Form, name: &'static str, label: &str, hint: &str, control: &Markup) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            @if !hint.is_empty() { p.hint id={ "hint-" (name) } { (hint) } }
            (wrong(form, name))
            (control)
        }
    }
}

/// The ids of what describes a field.
fn described(form: &Form, name: &str, hint: &str) -> Option<String> {
    let hint = (!hint.is_empty()).then(|| format!("hint-{name}"));
    let wrong = form.is_wrong(name).then(|| format!("wrong-{name}"));
    match (wrong, hint) {
        (Some(wrong), Some(hint)) => Some(format!("{wrong} {hint}")),
        (wrong, hint) => wrong.or(hint),
    }
}

fn text(form: &Form, name: &'static str, label: &str, hint: &str, kind: &str, autocomplete: Option<&str>) -> Markup {
    let control = html! {
        input id=(name) name=(name) type=(kind) value=(form.value(name)) autocomplete=[autocomplete]
            aria-describedby=[described(form, name, hint)] aria-invalid=[form.is_wrong(name).then_some("true")];
    };
    field(form, name, label, hint, &control)
}

fn checkbox(form: &Form, name: &'static str, label: &str) -> Markup {
    html! {
        div.field.check {
            input id=(name) name=(name) type="checkbox" value="yes" checked[is_checked(&form.typed, name)];
            label for=(name) { (label) }
        }
    }
}

/// The whole form. `action` is where it is sent.
pub(crate) fn form(form: &Form, action: &str, platforms: &[Instructions]) -> Markup {
    html! {
        form method="post" action=(action) novalidate {
            input type="hidden" name="form_id" value=(form.value("form_id"));
            fieldset {
                legend { "What do you want us to do?" }
                (wrong(form, "kind"))
                @for (kind, words) in kinds::CHOICES {
                    div.choice {
                        input id={ "kind-" (kind.as_str()) } name="kind" type="radio" value=(kind.as_str())
                            checked[form.value("kind") == kind.as_str()] aria-describedby=[described(form, "kind", "")];
                        label for={ "kind-" (kind.as_str()) } { (words) }
                    }
                }
            }
            fieldset {
                legend { "Who are you?" }
                p { "Give us your e-mail address or an account on a platform, whichever we would know you by. We send a code there, to be sure that it is you. What our product holds of you as its user opens by a login only: if you have one, say so." }
                (text(form, "email", "Your e-mail address", "", "email", Some("email")))
                (platform(form, platforms))
                (text(form, "handle", "Name of your account there", "As others see it, for example @your.name", "text", Some("username")))
                (checkbox(form, "has_account", "I have a login of my own here, and can log in"))
            }
            fieldset {
                legend { "So that we answer by the right law" }
                (text(form, "residence", "Where do you live? (optional)", "Country, and in the United States or Canada also the state or province", "text", Some("country-name")))
                (checkbox(form, "about_child", "This is about the data of a child: above, name the account of the child. Your own address is where we answer, and nothing of yours is touched. If we believe it, we delete the data of the child, whatever you have chosen above, and give no copy"))
            }
            fieldset {
                legend { "Anything else? (optional)" }
                (details(form))
                (text(form, "appeal_of", "Reference of the answer you disagree with", "Only if you disagree with an answer or complain about one", "text", None))
            }
            (californian(form))
            details open[is_for_somebody_else(form)] {
                summary { "I ask for somebody else" }
                p { "We ask the person whether you may, and you for their signed permission or your power of attorney." }
                (text(form, "agent_name", "Your name", "", "text", Some("name")))
                (text(form, "agent_email", "Your own e-mail address", "We tell you there how the request goes on. The data itself we give to the person only.", "email", Some("email")))
                (text(form, "agent_permission", "SHA-256 of their signed permission (optional)", PERMISSION, "text", None))
                (checkbox(form, "power_of_attorney", "I hold a power of attorney"))
            }
            button type="submit" { "Send the request" }
        }
    }
}

/// The document itself is not sent here: it goes to the address that the page of the request names.
const PERMISSION: &str = "Do not send the document here. After this form we tell you where it goes; with its hash, nobody can exchange it on the way. If you do not know what this is, leave it empty.";

/// What Californians without a login are asked for, and nobody else is.
fn californian(form: &Form) -> Markup {
    const DAY: &str = "For example the day on which you wrote to us, or to a company that uses us, last: 2026-03-05";
    const SIGNED: &str = "I declare under penalty of perjury under the laws of the State of California that I am the person whose personal information this request is about. Your name is your signature.";
    let is_open = POINTS.iter().map(|(_, name)| *name).chain(["declaration"]).any(|name| form.is_filled(name));
    html! {
        details open[is_open] {
            summary { "I live in California and have no login here" }
            p { "Before we tell you anything, or delete or correct it, the law wants us to compare two or three things that you know with what we hold already. Fill in what you can. We keep it in a form that nobody can read, and erase it when your request is closed." }
            (text(form, "point_name", "Your name", "", "text", Some("name")))
            (text(form, "point_phone", "Telephone number", "", "text", Some("tel")))
            (text(form, "point_company", "Company that you wrote to, or work for", "", "text", Some("organization")))
            (text(form, "point_postcode", "Postal code", "", "text", Some("postal-code")))
            (text(form, "point_day", "A day that we would know", DAY, "text", None))
            p { "For a copy of your data we also need this:" }
            (text(form, "declaration", "Declaration: your full name", SIGNED, "text", Some("name")))
        }
    }
}

fn is_for_somebody_else(form: &Form) -> bool {
    is_checked(&form.typed, "power_of_attorney")
        || ["agent_name", "agent_email", "agent_permission"].iter().any(|name| form.is_filled(name))
}

fn platform(form: &Form, platforms: &[Instructions]) -> Markup {
    let control = html! {
        select id="platform" name="platform" aria-describedby=[described(form, "platform", "")] {
            option value="" { "None" }
            @for known in platforms {
                option value=(known.platform) selected[form.value("platform") == known.platform] { (known.title) }
            }
        }
    };
    field(form, "platform", "Platform", "", &control)
}

fn details(form: &Form) -> Markup {
    const HINT: &str = "For example what is wrong and how it should be. Please do not send passwords, card numbers or copies of identity papers.";
    let control = html! {
        textarea id="details" name="details" rows="5" aria-describedby=[described(form, "details", HINT)]
            aria-invalid=[form.is_wrong("details").then_some("true")] {
            // A browser drops the first line end.
            "\n" (form.value("details"))
        }
    };
    field(form, "details", "In your words", HINT, &control)
}
