//! `roles`: instructions, mask preset and output schema of each role of a team.

use super::modifiers::parameters;
use crate::template::reader::{Node, any_object, integer, map, number, string};

pub(super) fn roles(node: &Node<'_>) -> Option<()> {
    map(0..=16, role)(node).map(drop)
}

fn role(node: &Node<'_>) -> Option<()> {
    node.object(|keys| {
        keys.optional("instructions", string(1..=2000));
        keys.optional("mask", mask);
        keys.optional("output_schema", any_object);
    })
}

/// The fields of a mask; all are optional here.
fn mask(node: &Node<'_>) -> Option<()> {
    node.object(|keys| {
        for share in ["alpha", "beta", "gamma", "base", "domain_weight", "recency_weight", "reuse_weight"] {
            keys.optional(share, number(0.0..=1.0));
        }
        keys.optional("retrieval_k", integer::<i64>(3..=10));
        keys.optional("temperature", number(0.0..=2.0));
        keys.optional("rigor", number(0.5..=1.5));
        keys.optional("routing", |node| {
            node.object(|keys| {
                for role in ["architect", "builder", "critic", "integrator"] {
                    keys.optional(role, number(0.0..=1.0));
                }
            })
        });
        keys.optional("max_rounds", integer::<i64>(1..=10));
        keys.optional("parameters", parameters(-1.0..=1.0));
    })
}
