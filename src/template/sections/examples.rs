//! `examples`.

use crate::template::model::SampleResponse;
use crate::template::reader::{Node, list, string};

pub(super) fn examples(node: &Node<'_>) -> Option<Vec<SampleResponse>> {
    node.object(|keys| keys.optional("sample_responses", list(1..=100, sample_response)).unwrap_or_default())
}

fn sample_response(node: &Node<'_>) -> Option<SampleResponse> {
    node.object(|keys| SampleResponse {
        input: keys.required("input", string(5..=500)),
        output: keys.required("output", string(10..=1000)),
        context: keys.optional("context", string(0..=200)),
    })
}
