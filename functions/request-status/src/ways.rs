//! Which way a request goes beside our own work: to businesses, to a flag, to a bundle, and where a person turns after a denial.

use maud::{Markup, html};
use privacy::export::ports::Round;
use privacy::ingest_gate::Flag;
use privacy::obligation::ObligationId;
use privacy::show_asked::{AskedView, DenialView, PartState, Role, WayOn};
use privacy::subject_request::Proof;
use privacy_pages::dates::moment;
use privacy_pages::kinds;

/// The parts that businesses decide. None of them is named.
pub(crate) fn parts(view: &AskedView) -> Markup {
    html! {
        @if !view.parts.is_empty() {
            section aria-labelledby="parts" {
                h2 #parts { "What businesses decide" }
                p {
                    @match view.role {
                        Some(Role::Processor) => { "A business decides about the data that we have of you: we only keep it for them." }
                        Some(Role::Controller | Role::Both) | None => { "A part of the data that we have of you belongs to businesses that you were in touch with. A business decides about its part: we only keep it for them." }
                    }
                    @match (view.parts.iter().any(|part| part.is_reached), view.parts.iter().all(|part| part.is_reached)) {
                        (_, true) => { " We have passed your request on. You can also turn to them yourself." }
                        (true, false) => { " We have passed your request on where we could. You can also turn to them yourself." }
                        (false, false) => { " Your request has not reached them so far: turn to them yourself, if you know them." }
                    }
                }
                ol {
                    @for part in &view.parts {
                        li {
                            @match part.state {
                                PartState::Asked => { @if part.is_reached { "A business has been asked on " (moment(part.asked_at)) "." } @else { "We have not reached a business yet, and try again every day." } @if view.has_bundle { " Its part is not in your data yet. If it says that we may give it, we write to you." } }
                                PartState::Instructed => { "A business wants it done. We are at it." }
                                PartState::Done if is_lifted(view) => { "A business had agreed to it. You do not want it any more, so it is not in force there either." }
                                PartState::Done => { "Done, as a business wanted it." }
                                PartState::Declined => { "A business has decided against it, so its part stays as it is, and is not given to you. Why, it has to tell you: ask that business yourself. You can complain about it where you can complain about us." }
                                PartState::Unanswered if !part.is_reached => { "We could not reach a business, so its part stays as it is, and is not given to you. You can ask that business yourself." }
                                PartState::Unanswered => { "A business has been asked on " (moment(part.asked_at)) ". It has not answered, so its part stays as it is, and is not given to you. You can ask that business yourself." }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether what stood in the data of businesses stands there no more.
fn is_lifted(view: &AskedView) -> bool {
    view.lifted.iter().any(|flag| matches!(flag, Flag::Restricted | Flag::Objected))
}

/// What is not done with the data any more.
pub(crate) fn flags(view: &AskedView) -> Markup {
    html! {
        @if !view.flags.is_empty() {
            section aria-labelledby="flags" {
                h2 #flags { "What we have stopped" }
                ul { @for flag in &view.flags { li { (words(*flag)) } } }
                @if view.is_unshown { p { "Somebody asked for it in the name of the person, and has not shown us that they may. It takes nothing from them, so we have done it all the same. If they do not want it, they tell us, and we take it back." } }
            }
        }
    }
}

const fn words(flag: Flag) -> &'static str {
    match flag {
        Flag::Restricted => "Your data is kept and not used, but for legal claims and what you agree to.",
        Flag::Quarantined => "The data is kept apart and not used until it is deleted.",
        Flag::NoMarketing => "No marketing to you.",
        Flag::Objected => "Nothing is done any more that rests on a legitimate interest only.",
        Flag::ConsentWithdrawn => "Nothing is done any more that rested on your consent.",
        Flag::OptedOut => "No sale, no sharing, no targeted advertising and no profiling with your data.",
        Flag::Limited => "Sensitive data is used for nothing beyond what the service needs.",
    }
}

/// The way to the bundle: whoever asks for it shows again who they are.
pub(crate) fn bundle(view: &AskedView, base: &str) -> Markup {
    if view.opened_by == Some(Proof::AccountLogin) {
        return by_login(view);
    }
    let action = |act: &str| format!("{base}/api/dsr/{}/{act}", view.id.as_str());
    html! {
        section aria-labelledby="bundle" {
            h2 #bundle { "Get your data" }
            p { "So that nobody else gets it, have a new code sent and enter it. " (kept(&view.bundles)) }
            form method="post" action=(action("code")) {
                // The page that follows has the field for the code: with the download first.
                input type="hidden" name="then" value="download";
                button.quiet type="submit" { "Send me a code" }
            }
            form method="post" action=(action("download")) {
                div.field {
                    label for="download-code" { "Code" }
                    input id="download-code" name="code" inputmode="numeric" autocomplete="one-time-code" required;
                }
                @if view.bundles.len() > 1 { (choice(&view.bundles)) }
                button type="submit" { "Download" }
            }
        }
    }
}

/// What a login opened, no code opens: the dashboard sends the person's browser to the file.
fn by_login(view: &AskedView) -> Markup {
    html! {
        section aria-labelledby="bundle" {
            h2 #bundle { "Get your data" }
            p { "So that nobody else gets it, log in again where you work with your account, open " strong { "Privacy" } " there, and enter the reference " code { (view.id.as_str()) } ": it takes you to the newest file. " (kept(&view.bundles)) }
        }
    }
}

/// Until when each can be fetched, the newest first.
fn kept(bundles: &[Round]) -> Markup {
    html! {
        @match bundles {
            [made] => { "The file can be fetched until " (moment(made.erase_at)) "; then we delete it." }
            _ => {
                "There are several files, because a part came later. What was deleted since stands in an earlier one only. We delete each on its own day:"
                @for (index, made) in bundles.iter().enumerate() {
                    @if index > 0 { "," }
                    " that of " (moment(made.made_at)) " on " (moment(made.erase_at))
                }
                "."
            }
        }
    }
}

/// Which file it is to be; the newest unless another is chosen.
fn choice(bundles: &[Round]) -> Markup {
    html! {
        fieldset {
            legend { "Which file" }
            @for (index, made) in bundles.iter().enumerate() {
                @let id = format!("bundle-{}", made.round);
                div.choice {
                    input type="radio" id=(id) name="bundle" value=(made.round) checked[index == 0];
                    label for=(id) { "Of " (moment(made.made_at)) @if index == 0 { ", the newest" } }
                }
            }
        }
    }
}

/// The way back, as long as there is one: whoever it is about shows who they are.
pub(crate) fn withdrawal(view: &AskedView, base: &str) -> Markup {
    let action = |act: &str| format!("{base}/api/dsr/{}/{act}", view.id.as_str());
    html! {
        @if let Some(proof) = view.withdrawn_by {
            section aria-labelledby="withdrawal" {
                h2 #withdrawal { @if view.by_agent { "If nobody acts for you, or you do not want this" } @else { "If you do not want this any more" } }
                p {
                    "Take the request back: nothing more is done of it, and what was done before stays done. You can ask anew at any time. "
                    @if view.by_agent { "Whoever asked for you cannot do it, and cannot go on with it afterwards." }
                }
                @if proof == Proof::AccountLogin {
                    p { "For that, log in again where you work with your account, open " strong { "Privacy" } " there, and enter the reference " code { (view.id.as_str()) } "." }
                } @else {
                    form method="post" action=(action("code")) {
                        // The page that follows has the field for the code: to take it back.
                        input type="hidden" name="then" value="withdrawal";
                        button.quiet type="submit" { "Send me a code to take it back" }
                    }
                    form method="post" action=(action("withdrawal")) {
                        div.field {
                            label for="withdrawal-code" { "Code to take it back" }
                            input id="withdrawal-code" name="code" inputmode="numeric" autocomplete="one-time-code" required;
                        }
                        button.quiet type="submit" { @if view.by_agent { "Nobody may ask this for me" } @else { "Take it back" } }
                    }
                }
            }
        }
    }
}

/// Why it was refused and where to turn.
pub(crate) fn denial(denial: &DenialView, id: &ObligationId, base: &str) -> Markup {
    html! {
        section aria-labelledby="denial" {
            h2 #denial { "Why, and where you can turn" }
            @if !denial.text.is_empty() { p { (denial.text) } }
            (ways_on(&denial.ways, id, base))
        }
    }
}

/// Where a person can turn who does not agree.
pub(crate) fn ways_on(ways: &[WayOn], id: &ObligationId, base: &str) -> Markup {
    html! {
        @if !ways.is_empty() {
            ul {
                @for way in ways {
                    li {
                        @match way {
                            WayOn::Appeal => {
                                "Ask us to look again: in " a href={ (base) "/privacy" } { "the form" }
                                ", choose “" (kinds::APPEAL) "” and give the reference " code { (id.as_str()) } "."
                            }
                            WayOn::ComplaintToUs => {
                                "Complain to us: in " a href={ (base) "/privacy" } { "the form" } ", choose “" (kinds::COMPLAINT) "”."
                            }
                            WayOn::Authority { title, url } => {
                                "Complain to an authority: " a href=(url) { (title) } "."
                            }
                            WayOn::Court { law } => { "Go to a court (" (law) ")." }
                        }
                    }
                }
            }
        }
    }
}
