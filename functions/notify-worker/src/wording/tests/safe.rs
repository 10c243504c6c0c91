//! What no letter holds, and what no word in it becomes.

use super::*;

#[test]
fn the_markup_of_a_letter_loads_nothing_and_says_the_same() {
    let desk = Desk::new();
    let request = desk.telling(Notice::Acknowledgement, "EU_GDPR", Kind::Access);
    let (_, _, markup) = desk.mail(&desk.letter(&request, Notice::Acknowledgement));
    expect_file!["../acknowledgement.html"].assert_eq(&(markup.replace("><", ">\n<").replace('\u{a0}', " ") + "\n"));
    for notice in Notice::ALL {
        let request = desk.telling(notice, "EU_GDPR", Kind::Access);
        let (subject, text, markup) = desk.mail(&desk.letter(&request, notice));
        for word in ["<script", "<img", "<link", "src=", "url(", "<b>", "http://"] {
            assert!(!markup.contains(word), "{notice:?}: {word}");
        }
        assert!(markup.contains("<html lang=\"en\">") && markup.contains(&format!("<title>{subject}</title>")));
        // Every link and every long word of one stands in the other.
        let plain = markup.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", "\"");
        for word in text.split_whitespace().filter(|word| word.len() > 6) {
            let word = word.trim_end_matches([':', ',', '.']);
            assert!(plain.contains(word), "{notice:?}: {word}");
        }
    }
}

#[test]
fn no_letter_holds_anything_of_a_person_and_no_word_of_theirs_becomes_a_header_or_markup() {
    let desk = Desk::new();
    for notice in Notice::ALL {
        for kind in [Kind::Access, Kind::Erasure] {
            let request = SubjectRequest { agent: Some(agent()), ..desk.telling(notice, "EU_GDPR", kind) };
            let letter = desk.letter(&request, notice);
            let (subject, text, markup) = desk.mail(&letter);
            let message = desk.writer().message(&letter);
            for part in [&subject, &text, &markup, &message] {
                for word in ["mia", "Mia", "marker", "Marker", "agent.marker", "alert(1)", "tenant-alder"] {
                    assert!(!part.contains(word), "{notice:?}: {word}");
                }
            }
            assert!(!subject.contains(['\r', '\n']), "{notice:?}");
            assert!(!text.contains('\r') && !text.contains("\nBcc:"), "{notice:?}");
            // The code stands where it belongs and nowhere else.
            assert_eq!(text.contains(desk.code.expose()), letter.code.is_some(), "{notice:?}");
            assert!(!subject.contains(desk.code.expose()), "{notice:?}");
            // Neither a business nor whose account a report about a child names gets the reference that opens the person's page.
            let is_to_asker = !notice.is_to_tenant() && notice != Notice::Quarantined;
            let opens = text.contains(request.id.as_str()) || markup.contains(request.id.as_str());
            assert_eq!(opens, is_to_asker, "{notice:?}");
        }
    }
}
