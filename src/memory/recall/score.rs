//! From similarity to what is recalled (cognition specification 6): domain, recency, reuse and importance, the
//! order, and how many.

use crate::order;

/// Days in which recency halves.
const HALF_AFTER_DAYS: f64 = 30.0;
/// Uses after which more of them count no more, as a logarithm: `log2(1 + 31)`.
const MOST_REUSE: f64 = 5.0;

/// How much each signal adds to similarity. Fields of the mask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetrievalWeights {
    /// For what belongs to the domain of the question; 0.5 by default.
    pub domain: f64,
    /// For what was said just now, half of it a month ago; 0.1 by default.
    pub recency: f64,
    /// For what was in prompts before; 0.05 by default.
    pub reuse: f64,
}

impl Default for RetrievalWeights {
    fn default() -> Self {
        Self { domain: 0.5, recency: 0.1, reuse: 0.05 }
    }
}

/// One thing that may be recalled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate<'a> {
    /// Names it; decides between equals.
    pub id: &'a str,
    /// How well it answers the question, 0..1.
    pub similarity: f64,
    /// Whether it belongs to the domain of the question.
    pub same_domain: bool,
    /// Its age in days, 0 or more.
    pub age_days: f64,
    /// In how many runs it was used.
    pub uses: u32,
    /// What its score is multiplied by; 1 where importance has no meaning.
    pub importance: f64,
}

/// How well a candidate does, and why: `score = similarity * (1 + domain + recency + reuse) * importance`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The index of the candidate.
    pub index: usize,
    /// What decides the order.
    pub score: f64,
    /// What the domain added, 0 or its weight.
    pub domain: f64,
    /// What recency added, 0 to its weight.
    pub recency: f64,
    /// What reuse added, 0 to its weight.
    pub reuse: f64,
}

/// The best `k` candidates, the best first, equals by id.
pub fn retrieve(candidates: &[Candidate<'_>], weights: &RetrievalWeights, k: usize) -> Vec<Scored> {
    let mut scored = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        scored.push(score(index, candidate, weights));
    }
    order::sort_by(&mut scored, |a, b| {
        let id = |scored: &Scored| candidates.get(scored.index).map_or("", |candidate| candidate.id);
        b.score.total_cmp(&a.score).then_with(|| id(a).cmp(id(b)))
    });
    scored.truncate(k);
    scored
}

fn score(index: usize, candidate: &Candidate<'_>, weights: &RetrievalWeights) -> Scored {
    let domain = if candidate.same_domain { weights.domain } else { 0.0 };
    let recency = weights.recency * libm::exp2(-candidate.age_days.max(0.0) / HALF_AFTER_DAYS);
    let reuse = weights.reuse * (libm::log2(1.0 + f64::from(candidate.uses)) / MOST_REUSE).min(1.0);
    let score = candidate.similarity * (1.0 + domain + recency + reuse) * candidate.importance;
    Scored { index, score, domain, recency, reuse }
}
