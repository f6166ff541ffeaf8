//! The tokens that extraction may use for a person on one day. How many it has used follows from the log: there is no
//! second count of them.

use super::core::{Commit, Core, Outcome, Pending};
use crate::json::Value;
use crate::log::body::{Run, Usage};
use crate::timestamp;

/// The role of an extractor's attempts, by which its runs are known.
pub(super) const EXTRACTOR: &str = "extractor";

impl Core {
    /// Whether `tokens` more still fit into what this owner's extraction may use on the UTC day of `at` (milliseconds
    /// since 1970). What others under way have reserved counts as used.
    pub(super) fn fits_day(&self, user: &str, at: u64, tokens: u64) -> bool {
        let Some(limit) = self.options.tokens_per_day else { return true };
        let day = timestamp::day(i64::try_from(at).unwrap_or(i64::MAX));
        let mut used = tokens;
        // A record is written after its run began, so that the bodies of older ones can stay unread.
        for run in self.owner(user).runs_since(day.saturating_mul(timestamp::DAY)) {
            used += spent(run, day);
        }
        for (_, pending) in &self.operations {
            match pending {
                Pending::Extraction(operation) if operation.user == user => used += operation.tokens,
                Pending::Commit(Commit { owner, outcome: Outcome::Extraction(report), .. })
                    if owner == user =>
                {
                    used += report.usage.as_ref().map_or(0, Usage::tokens);
                }
                _ => {}
            }
        }
        used <= u64::from(limit)
    }
}

/// The tokens of a run that began on a day, if it is an extractor's.
fn spent(run: &Run, day: i64) -> u64 {
    let attempts = run.further.get("attempts").and_then(Value::as_array);
    let role = attempts.and_then(|attempts| attempts.first()?.get("role")?.as_str());
    let counts =
        role == Some(EXTRACTOR) && timestamp::parse(&run.started_at).map(timestamp::day) == Some(day);
    run.usage.as_ref().filter(|_| counts).map_or(0, Usage::tokens)
}
