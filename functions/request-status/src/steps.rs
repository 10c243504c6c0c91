//! The way of a request as a short list: received, removed, looked again, finished.

use maud::{Markup, html};
use privacy::show_request::{Look, PublicState, RequestView};

use crate::page::found_nothing;
use privacy_pages::dates::{end_of, moment};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Done,
    UnderWay,
    Delayed,
    ToCome,
}

impl Progress {
    const fn class(self) -> &'static str {
        match self {
            Self::Done => "step good",
            Self::UnderWay => "step calm",
            Self::Delayed => "step warning",
            Self::ToCome => "step",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::UnderWay => "Under way",
            Self::Delayed => "Delayed",
            Self::ToCome => "Still to come",
        }
    }
}

/// Where the removal, the second looks and the end stand.
const fn progress(state: PublicState) -> [Progress; 3] {
    match state {
        PublicState::Received => [Progress::ToCome, Progress::ToCome, Progress::ToCome],
        PublicState::InProgress => [Progress::UnderWay, Progress::ToCome, Progress::ToCome],
        PublicState::Failed | PublicState::Held => [Progress::Delayed, Progress::ToCome, Progress::ToCome],
        PublicState::Verifying => [Progress::Done, Progress::UnderWay, Progress::ToCome],
        PublicState::Completed | PublicState::PartlyRetained => [Progress::Done, Progress::Done, Progress::Done],
    }
}

/// The list.
pub(crate) fn list(view: &RequestView) -> Markup {
    let [removal, looks, end] = progress(view.state);
    html! {
        ol.steps role="list" {
            (step(Progress::Done, "We received your request", &html! { p { (moment(view.received_at)) } }))
            (step(removal, removal_name(view, removal), &removal_detail(view)))
            (step(looks, if looks == Progress::Done { "We looked again" } else { "We look again" }, &look_detail(&view.looks)))
            (step(end, if end == Progress::Done { "Your request is finished" } else { "We finish your request" }, &end_detail(view)))
        }
    }
}

fn step(progress: Progress, name: &str, detail: &Markup) -> Markup {
    html! {
        li class=(progress.class()) {
            span.mark aria-hidden="true" {}
            p.name { strong { (name) } " " span.progress { (progress.word()) } }
            (detail)
        }
    }
}

fn removal_name(view: &RequestView, progress: Progress) -> &'static str {
    match progress {
        Progress::Done if found_nothing(view) => "We looked everywhere and found nothing",
        Progress::Done => "We removed your data",
        Progress::UnderWay | Progress::Delayed | Progress::ToCome => "We remove your data",
    }
}

fn removal_detail(view: &RequestView) -> Markup {
    html! {
        @if let Some(at) = view.erased_at {
            p { (moment(at)) }
        } @else {
            @if let Some(at) = view.retry_at { p { "Next try: " (moment(at)) } }
            p { "Promised by " (end_of(&view.due_by)) }
        }
    }
}

fn look_detail(looks: &[Look]) -> Markup {
    html! {
        @if looks.is_empty() {
            p { "Afterwards we look again, to be sure that nothing has come back." }
        } @else {
            ul {
                @for look in looks {
                    li {
                        @match look.done_at {
                            Some(at) => { "Looked on " (moment(at)) ": nothing found" }
                            None => { "Planned for " (moment(look.due_at)) }
                        }
                    }
                }
            }
        }
    }
}

fn end_detail(view: &RequestView) -> Markup {
    html! {
        @if let Some(at) = view.completed_at {
            p { (moment(at)) }
        } @else if let Some(last) = view.looks.last() {
            p { "After the last check, planned for " (moment(last.due_at)) }
        } @else {
            p { "After the last check" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn each_step_says_in_words_how_far_it_is() {
        let cases = [
            (samples::received(), ["Done", "Still to come", "Still to come", "Still to come"]),
            (samples::in_progress(), ["Done", "Under way", "Still to come", "Still to come"]),
            (samples::failed(), ["Done", "Delayed", "Still to come", "Still to come"]),
            (samples::held(), ["Done", "Delayed", "Still to come", "Still to come"]),
            (samples::verifying(), ["Done", "Done", "Under way", "Still to come"]),
            (samples::completed(), ["Done", "Done", "Done", "Done"]),
            (samples::partly_retained(), ["Done", "Done", "Done", "Done"]),
        ];
        for (view, expected) in cases {
            let list = list(&view).into_string();
            let words: Vec<&str> = list
                .split("class=\"progress\">")
                .skip(1)
                .filter_map(|rest| rest.split_once('<').map(|(word, _)| word))
                .collect();
            assert_eq!(words, expected, "{:?}", view.state);
        }
    }

    #[test]
    fn a_check_is_either_done_or_planned() {
        let list = list(&samples::verifying()).into_string();
        assert_eq!(list.matches(": nothing found").count(), 1, "{list}");
        assert_eq!(list.matches("Planned for ").count(), 2, "{list}");
    }
}
