//! Sample conversations: `mes_example` of a card, `examples.sample_responses` of a template.

use crate::json::Value;

/// What stands between two conversations.
const START: &str = "<START>";

/// The most examples of a template, and the lengths of their two sides.
const MOST: usize = 100;
const INPUT: std::ops::RangeInclusive<usize> = 5..=500;
const OUTPUT: std::ops::RangeInclusive<usize> = 10..=1000;

/// The exchanges of `mes_example` that are examples of a template, and how many exchanges there are. `names` are
/// those that lines of the personality may begin with, beside the macros.
pub(super) fn read(text: &str, names: [&str; 2]) -> (Vec<Value>, usize) {
    let mut exchanges =
        Exchanges { examples: Vec::new(), count: 0, input: String::new(), output: String::new() };
    let mut speaker = None;
    for line in text.lines() {
        let line = line.trim();
        if line.eq_ignore_ascii_case(START) {
            exchanges.end();
            speaker = None;
            continue;
        }
        let (next, said) = match speaker_of(line, names) {
            Some((next, said)) => (Some(next), said),
            None => (speaker, line),
        };
        speaker = next;
        match speaker {
            Some(Speaker::Person) => {
                if !exchanges.output.is_empty() {
                    exchanges.end();
                }
                push_line(&mut exchanges.input, said);
            }
            // What nobody asked for is no example.
            Some(Speaker::Personality) if !exchanges.input.is_empty() => {
                push_line(&mut exchanges.output, said)
            }
            _ => {}
        }
    }
    exchanges.end();
    (exchanges.examples, exchanges.count)
}

/// The examples of a template as `mes_example`.
pub(super) fn write(examples: &[Value]) -> String {
    let mut text = String::new();
    for example in examples {
        for (lead, key) in [(START, ""), ("{{user}}: ", "input"), ("{{char}}: ", "output")] {
            text.push_str(lead);
            text.push_str(example.get(key).and_then(Value::as_str).unwrap_or_default());
            text.push('\n');
        }
    }
    text
}

#[derive(Clone, Copy)]
enum Speaker {
    Person,
    Personality,
}

/// Who speaks in a line that says so, and what.
fn speaker_of<'a>(line: &'a str, names: [&str; 2]) -> Option<(Speaker, &'a str)> {
    let (who, said) = line.split_once(':')?;
    let who = who.trim();
    let is = |names: &[&str]| names.iter().any(|name| who.eq_ignore_ascii_case(name));
    let speaker = if is(&["{{user}}", "<user>"]) {
        Speaker::Person
    } else if is(&["{{char}}", "<char>", "<bot>"]) || !who.is_empty() && is(&names) {
        Speaker::Personality
    } else {
        return None;
    };
    Some((speaker, said.trim()))
}

struct Exchanges {
    examples: Vec<Value>,
    count: usize,
    input: String,
    output: String,
}

impl Exchanges {
    /// Ends the exchange under way.
    fn end(&mut self) {
        let (input, output) = (std::mem::take(&mut self.input), std::mem::take(&mut self.output));
        if output.is_empty() {
            return;
        }
        self.count += 1;
        let fits = INPUT.contains(&input.chars().count()) && OUTPUT.contains(&output.chars().count());
        if fits && self.examples.len() < MOST {
            self.examples.push(Value::object(vec![("input", input.into()), ("output", output.into())]));
        }
    }
}

fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() && !line.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn pairs_of_lines_are_examples() {
        let text = "<start>\n{{User}}: Hi there\n{{char}}: *waves*\nHello, you.\n\nTove: Come in, come in.\n\
                    <USER>: Is it late?\n<BOT>: Not for the sea.\n<START>\n{{char}}: Alone on the stage.\n\
                    {{user}}: no\n{{char}}: Too short a question.";
        let (examples, count) = read(text, ["Tove", ""]);
        let expected = [
            json!({"input": "Hi there", "output": "*waves*\nHello, you.\nCome in, come in."}),
            json!({"input": "Is it late?", "output": "Not for the sea."}),
        ];
        assert_eq!((examples.as_slice(), count), (expected.as_slice(), 3));
        assert_eq!(read(&write(&examples), ["", ""]), (examples, 2));
        assert_eq!(read("She says: hello.", ["", ""]), (Vec::new(), 0));
    }
}
