//! Text of a stranger that is shown to people.

/// Whether nothing in `text` makes it look like other text, and something in it is seen, unless it is
/// empty: names must not hide anything from those who are to consent.
///
/// Refused are control characters, what separates lines, turns the direction of writing
/// (`Bidi_Control`) or is not seen at all (`Default_Ignorable_Code_Point`, which has all that turn
/// the direction; [UAX #44](https://www.unicode.org/reports/tr44/#DerivedCoreProperties.txt)), and
/// what is blank although it is no space: the pattern of Braille without dots, fillers, the marks
/// of annotations, a note without a head, and what joins hieroglyphs.
///
/// Some of what is not seen is good where it changes how its neighbours are written, and there
/// alone: Persian, Urdu and the languages of India need joiners and non-joiners inside of words, as
/// [RFC 5892, appendix A](https://www.rfc-editor.org/rfc/rfc5892#appendix-A) knows, and many emoji
/// are sequences with joiners and selectors
/// ([UTS #51](https://www.unicode.org/reports/tr51/#Emoji_Sequences)). So a name in Latin, Greek or
/// Cyrillic letters, as those that are feigned most are, has nothing in it that is not seen. In the
/// scripts that need joiners, one between letters that would not touch anyway changes nothing:
/// telling those apart takes tables of Unicode, and whoever compares names leaves joiners out. Tags
/// stay refused, although the flags of a few regions are made of them: they spell whole sentences
/// that nobody sees.
pub(super) fn is_plain(text: &str) -> bool {
    if !text.is_empty() && text.chars().all(char::is_whitespace) {
        return false;
    }
    let mut chars = text.chars();
    // The last one that is seen.
    let mut before = None;
    while let Some(c) = chars.next() {
        let behind = chars.clone().next();
        let is_good = match (c, before, behind) {
            (NON_JOINER, Some(one), Some(two)) => are_joined(one, two),
            (JOINER, Some(one), Some(two)) => {
                are_joined(one, two) || is_pictograph(one) && is_pictograph(two)
            }
            (TEXT_STYLE | EMOJI_STYLE, Some('#' | '*' | '0'..='9'), Some(KEYCAP)) => true,
            (TEXT_STYLE | EMOJI_STYLE, Some(one), two) => {
                is_pictograph(one) && !matches!(two, Some(TEXT_STYLE | EMOJI_STYLE))
            }
            (c, ..) => {
                before = Some(c);
                !is_deceptive(c)
            }
        };
        if !is_good {
            return false;
        }
    }
    true
}

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const TEXT_STYLE: char = '\u{fe0e}';
const EMOJI_STYLE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Whether both are of the scripts whose letters take another shape beside a joiner: from Arabic to
/// Sinhala. What stands among those and is not seen itself is refused for that.
fn are_joined(one: char, two: char) -> bool {
    [one, two].iter().all(|c| matches!(c, '\u{600}'..='\u{dff}'))
}

/// Whether `c` is one of the symbols that emoji are made of, or stands among them.
const fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{a9}'
        | '\u{ae}'
        | '\u{203c}'
        | '\u{2049}'
        | '\u{2122}'
        | '\u{2139}'
        | '\u{2190}'..='\u{2bff}'
        | '\u{3030}'
        | '\u{303d}'
        | '\u{3297}'
        | '\u{3299}'
        | '\u{1f000}'..='\u{1faff}')
}

/// Whether `c` is a control character, separates lines, turns the direction, is not seen or is blank
/// without being a space.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffc}'
            | '\u{13430}'..='\u{13442}'
            | '\u{16fe4}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_emoji_are_written_with_what_is_not_seen() {
        for text in [
            "",
            "Example",
            // Persian, Urdu, Hindi, Malayalam, Sinhala.
            "می\u{200c}خواهم",
            "نامه\u{200c}ها و خانه\u{200c}ها",
            "ذمہ\u{200c}دار",
            "क्\u{200d}ष",
            "क्\u{200c}ष",
            "ന്\u{200d}മ",
            "ශ්\u{200d}රී",
            // A family, a heart on fire, a flag, a black cat, a woman with a dark skin who runs.
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
            "a \u{2764}\u{fe0f}\u{200d}\u{1f525} b",
            "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
            "\u{1f408}\u{200d}\u{2b1b}",
            "\u{1f3c3}\u{1f3ff}\u{200d}\u{2640}\u{fe0f}",
            // Keys, and marks that are text or pictures.
            "1\u{fe0f}\u{20e3}",
            "#\u{fe0f}\u{20e3}",
            "Example\u{ae}\u{fe0f}",
            "\u{2714}\u{fe0e}",
            "\u{1f1ee}\u{1f1f7}",
        ] {
            assert!(is_plain(text), "{text:?}");
        }
    }

    #[test]
    fn nothing_is_hidden_elsewhere() {
        for text in [
            // Next to ASCII, to other scripts that need none, and at an end.
            "Exa\u{200c}mple",
            "Exa\u{200d}mple",
            "Exa\u{fe0f}mple",
            "\u{e9}\u{200d}\u{e9}",
            "\u{430}\u{200c}\u{440}",
            "\u{3b1}\u{200d}\u{3b2}",
            "\u{5d0}\u{200d}\u{5d1}",
            "\u{4f8b}\u{200d}\u{3048}",
            "ی\u{200c}a",
            "a\u{200c}ی",
            "ی\u{200c}",
            "\u{200c}ی",
            "ی\u{200c} ی",
            "\u{200d}",
            "\u{fe0f}",
            "\u{fe0f}\u{1f525}",
            "\u{1f525}\u{200d}",
            "\u{1f525}\u{200d} \u{1f525}",
            "\u{1f525}\u{200d}a",
            "ی\u{200d}\u{1f525}",
            // Emoji are not kept apart.
            "\u{1f468}\u{200c}\u{1f469}",
            // Twice.
            "ی\u{200c}\u{200c}ی",
            "ی\u{200c}\u{200d}ی",
            "\u{1f468}\u{200d}\u{200d}\u{1f469}",
            "\u{2764}\u{fe0f}\u{fe0f}",
            "\u{2764}\u{fe0e}\u{fe0f}",
            "1\u{fe0f}\u{fe0f}\u{20e3}",
            "\u{2764}\u{200d}\u{fe0f}\u{1f525}",
            // A digit that is no key.
            "1\u{fe0f}",
            "1\u{fe0f}2",
            "a\u{fe0f}\u{20e3}",
            // Letters, spaces and digits take no selector.
            "ی\u{fe0f}",
            "\u{4f8b}\u{fe0f}",
            " \u{fe0f}",
            // Other selectors, marks of direction and tags, wherever they are.
            "\u{4f8b}\u{fe00}",
            "\u{4f8b}\u{e0100}",
            "ی\u{200f}ی",
            "ی\u{61c}ی",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}",
            "ی\u{200c}\u{61c}ی",
        ] {
            assert!(!is_plain(text), "{text:?}");
        }
    }

    #[test]
    fn a_text_has_something_that_is_seen() {
        let spaces = (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| c.is_whitespace());
        let mut count = 0;
        for space in spaces {
            let lone = std::string::String::from(space);
            for text in [&*lone, &*lone.repeat(3), &*std::format!(" {lone}\u{a0}")] {
                assert!(!is_plain(text), "{text:?}");
            }
            count += u32::from(is_plain(&std::format!("a{space}b")));
        }
        // Spaces of all widths stay good between words.
        assert_eq!(count, 17);
        for good in ["", "a", " a", "\u{3000}\u{4f8b}", ".", "\u{2801}", "\u{1d158}"] {
            assert!(is_plain(good), "{good:?}");
        }
    }

    /// Nothing that is not seen stands beside what it does not change, whatever the rest.
    #[test]
    fn what_is_not_seen_has_neighbours_that_it_changes() {
        let some = ['a', '1', ' ', 'é', 'я', 'ی', 'क', '例', '❤', '🔥', KEYCAP];
        let unseen = [NON_JOINER, JOINER, TEXT_STYLE, EMOJI_STYLE];
        let all: std::vec::Vec<char> = some.into_iter().chain(unseen).collect();
        let mut count = 0;
        for number in 0..all.len().pow(5) {
            let mut left = number;
            let text = [(); 5].map(|()| {
                let c = all[left % all.len()];
                left /= all.len();
                c
            });
            if !is_plain(&std::string::String::from_iter(text)) {
                continue;
            }
            count += 1;
            for (place, c) in text.iter().enumerate().filter(|(_, c)| unseen.contains(c)) {
                let one = text[place - 1];
                let two = text.get(place + 1);
                let is_key = one == '1' && two == Some(&KEYCAP);
                let is_changed = match *c {
                    NON_JOINER => "یक".contains(one) && "یक".contains(*two.unwrap()),
                    JOINER => {
                        let one = if unseen.contains(&one) { text[place - 2] } else { one };
                        ["یक", "❤🔥"].iter().any(|s| s.contains(one) && s.contains(*two.unwrap()))
                    }
                    _ => "❤🔥".contains(one) || is_key,
                };
                assert!(is_changed, "{text:?}");
            }
        }
        assert!(count > 161_051, "{count}");
    }
}
