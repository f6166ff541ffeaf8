//! `roles`: instructions, mask preset and output schema of each role of a team.

use super::modifiers::DELTAS;
use crate::template::reader::{Rule, optional};

/// The most roles.
pub(in crate::template) const MAX_ROLES: usize = 16;

pub(super) static ROLES: Rule = Rule::Map(0, MAX_ROLES, &ROLE);

static ROLE: Rule = Rule::Object(&[
    optional("instructions", &Rule::String(1, 2000)),
    optional("mask", &MASK),
    optional("output_schema", &Rule::AnyObject),
]);

/// The fields of a mask; all are optional here.
static MASK: Rule = Rule::Object(&[
    optional("alpha", &SHARE),
    optional("beta", &SHARE),
    optional("gamma", &SHARE),
    optional("base", &SHARE),
    optional("domain_weight", &SHARE),
    optional("recency_weight", &SHARE),
    optional("reuse_weight", &SHARE),
    optional("retrieval_k", &Rule::Integer(3.0, 10.0)),
    optional("temperature", &Rule::Number(0.0, 2.0)),
    optional("rigor", &Rule::Number(0.5, 1.5)),
    optional("routing", &ROUTING),
    optional("max_rounds", &Rule::Integer(1.0, 10.0)),
    optional("parameters", &DELTAS),
]);

static ROUTING: Rule = Rule::Object(&[
    optional("architect", &SHARE),
    optional("builder", &SHARE),
    optional("critic", &SHARE),
    optional("integrator", &SHARE),
]);

static SHARE: Rule = Rule::Number(0.0, 1.0);
