use proptest::prelude::*;

use super::*;

/// What is found at the first place in a text where something is, as `clean` looks for it.
fn found(text: &str) -> Option<&str> {
    text.char_indices().find_map(|(at, character)| {
        let (before, rest) = text.split_at(at);
        let begins = digit(character).is_some() || "+(".contains(character);
        let known = begins.then(|| telephone(rest, before)).flatten()?;
        rest.get(..known.length)
    })
}

#[test]
fn a_telephone_number_is_known_however_it_is_written() {
    for number in [
        "0171 2345678",
        "020 7946 0958",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "0049 30 1234567",
        "00493012345678",
        "+49 (0)30 1234567",
        "+49301234567",
        "(+49) 30 1234567",
        "415.555.2671",
        "415 555 2671",
        "4155552671",
        "14155552671",
        "1-415-555-2671",
        "1 (415) 555-2671",
        "(415) 555-2671",
        "415\u{2011}555\u{2011}2671",
        "0171\u{a0}2345678",
        "030/1234567",
        "01012345678",
        "98765 43210",
        "(11) 91234-5678",
        "347 123 4567",
        "٠١٧١ ٢٣٤٥٦٧٨",
        "０９０-１２３４-５６７８",
    ] {
        for (before, after) in
            [("", ""), ("call ", ", please"), ("Tel: ", "."), ("at 5 ", " or so"), ("전화", "입니다")]
        {
            let text = format!("{before}{number}{after}");
            assert_eq!(found(&text), Some(number), "{text}");
        }
    }
    for (text, number) in [
        ("Tel.0171 2345678", "0171 2345678"),
        ("on 01.02.2026 0171 2345678", "0171 2345678"),
        ("0171 2345678 5pm", "0171 2345678"),
        ("0171 2345678/0172 3456789", "0171 2345678"),
        ("my number is 4155552671", "4155552671"),
        ("tel. 612 345 678", "612 345 678"),
        ("call me on 612345678!", "612345678"),
        ("Her phone number is 61 234 5678, or so", "61 234 5678"),
        ("móvil: 612.345.678", "612.345.678"),
        ("phone 1155552671", "1155552671"),
        ("order 7: 4155552671", "4155552671"),
    ] {
        assert_eq!(found(text), Some(number), "{text}");
    }
}

#[test]
fn dates_amounts_and_numbers_of_orders_stay() {
    for text in [
        "01.02.2026",
        "01.02.2026 09:30",
        "01.02.2026-03.04.2026",
        "2026-02-01 0930",
        "2026-02-01T09:00:00.000Z and 20260201",
        "1/2/26 10 11 12",
        "1 234 567",
        "1.234.567,89",
        "12 345 678 EUR",
        "€ 4155552671",
        "$4155552671",
        "4155552671,50",
        "4155552671 EUR",
        "0.1234567890",
        "0-306-40615-2",
        "ISBN 0306406152",
        "order 4155552671",
        "Order no. 4155552671",
        "#4155552671",
        "ticket number is 0171234567",
        "report-0171234567.pdf",
        "52.520008, 13.404954",
        "192.168.100.12",
        "1767225600",
        "1767225600000",
        "4155552671234567890123",
        "4111 0111 1111 1112",
        "DE00 3704 0044 0532 0130 00",
        "room 12, 3 pieces of 45",
        "612 345 678",
        "hotel 612 345 678",
        "call 612 345",
        "call 612 345 678 EUR",
        "phone case 612345678",
        "call on 01.02.2026",
        "",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
}

proptest! {
    /// Whoever dials it from abroad or at home: a number of any country with its `+`, `00` or `0` never stays.
    #[test]
    fn no_number_with_its_prefix_stays(
        prefix in "\\+[1-9]|00[1-9]|0[1-9]",
        groups in prop::collection::vec("[0-9]{2,4}", 3..5),
        separator in "[ .\u{a0}-]?",
    ) {
        let number = format!("{prefix}{}", groups.join(&separator));
        let digits = number.chars().filter(char::is_ascii_digit).count();
        prop_assume!((10..=12).contains(&digits) && !starts_with_date(&super::groups(&number).unwrap()));
        let text = format!("call {number}!");
        prop_assert_eq!(found(&text), Some(number.as_str()));
    }

    /// Any calendar date, alone or with a time, stays whole.
    #[test]
    fn no_date_is_taken_for_a_number(
        year in 1950_u32..2060, month in 1_u32..13, day in 1_u32..32, hour in 0_u32..24, minute in 0_u32..60,
        separator in "[./-]", time in "[:h]",
    ) {
        let texts = [
            format!("{day:02}{separator}{month:02}{separator}{year}"),
            format!("{day}{separator}{month}{separator}{year} {hour:02}{time}{minute:02}"),
            format!("{year}{separator}{month:02}{separator}{day:02} {hour:02}{time}{minute:02}"),
        ];
        for text in texts {
            prop_assert_eq!(found(&text), None, "{}", text);
        }
    }

    #[test]
    fn any_text_is_read_and_a_number_lies_on_whole_characters(text in "\\PC{0,60}", digits in "[0-9 +()./-]{0,40}") {
        let text = format!("{text}{digits}{text}");
        found(&text);
    }
}
