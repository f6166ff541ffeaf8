//! `examples`.

use crate::json::Value;
use crate::list::List;

use crate::template::model::SampleResponse;
use crate::template::reader::values::{items, optional_text, text};
use crate::template::reader::{Rule, optional, required};

pub(super) static EXAMPLES: Rule =
    Rule::Object(&[optional("sample_responses", &Rule::List(1, 100, &SAMPLE_RESPONSE))]);

static SAMPLE_RESPONSE: Rule = Rule::Object(&[
    required("input", &Rule::String(5, 500)),
    required("output", &Rule::String(10, 1000)),
    optional("context", &Rule::String(0, 200)),
]);

pub(super) fn sample_responses(examples: &Value) -> Vec<SampleResponse> {
    items(examples, "sample_responses").iter().map(sample_response).list()
}

fn sample_response(sample: &Value) -> SampleResponse {
    SampleResponse {
        input: text(sample, "input"),
        output: text(sample, "output"),
        context: optional_text(sample, "context"),
    }
}
