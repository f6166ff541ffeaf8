//! The four strategies: where each section of the blend comes from.

use super::options::{BlendOptions, Strategy};
use super::report::BlendWarning;
use super::rule::Merging;
use super::sections::SECTIONS;
use super::share::{Share, having, heaviest, keys, total};
use super::{dominant, persona};
use crate::error::{Error, ErrorCode};
use crate::json::{Map, Value, pointer};
use crate::list::List;
use crate::random::SplitMix64;

/// The version of the format that blends are written in.
const SCHEMA_VERSION: &str = "1.1.0";

/// The document of the blend of these documents.
pub(super) fn document(
    all: &[Share<'_>],
    options: &BlendOptions,
    warnings: &mut Vec<BlendWarning>,
) -> Result<Map, Error> {
    let mut draws = SplitMix64::new(options.seed.unwrap_or_default());
    if options.strategy == Strategy::Random && options.seed.is_none() {
        let message = "The strategy \"random\" draws by a seed, and there is none.";
        return Err(Error::new(ErrorCode::SeedRequired, message).at("/seed").hint("give a whole number"));
    }
    let mut document = Map::new();
    document.insert("schema_version", SCHEMA_VERSION);
    let known: Vec<&str> = SECTIONS.iter().map(|(key, _)| *key).list();
    let unknown = keys(all, &|key| key != "schema_version" && !known.contains(&key));
    for key in known.iter().copied().chain(unknown) {
        let shares = having(all, key);
        if shares.is_empty() {
            continue;
        }
        let mut cut = false;
        let section = match options.strategy {
            Strategy::WeightedAverage => merge(key, &shares, &mut cut),
            Strategy::Hybrid => hybrid(key, all, &shares, &mut cut),
            Strategy::Dominant => dominant::section(key, all, &mut cut),
            Strategy::Random => drawn(&shares, &mut draws).cloned(),
        };
        if let Some(section) = section {
            document.insert(key, section);
        }
        if cut {
            warnings.push(BlendWarning::limit_reached(pointer::join("", key)));
        }
    }
    let personas = having(all, "persona");
    let rest = document.get("persona").cloned().unwrap_or_default();
    let name = options.name.as_deref();
    document.insert("persona", persona::named(&rest, &personas, name, warnings));
    Ok(document)
}

/// A section of the weighted average; one that we do not know is that of the heaviest source that has it.
pub(super) fn merge(key: &str, shares: &[Share<'_>], cut: &mut bool) -> Option<Value> {
    match SECTIONS.iter().find(|(known, _)| *known == key) {
        Some((_, rule)) => rule.merge(&Merging { shares, section: shares }, cut),
        None => heaviest(shares).cloned(),
    }
}

/// What makes the character is the heaviest source's, the rest is the weighted average.
fn hybrid(key: &str, all: &[Share<'_>], shares: &[Share<'_>], cut: &mut bool) -> Option<Value> {
    let own = heaviest(all)?.get(key);
    match key {
        "core_traits" | "behavioral_rules" | "principles" => own.cloned(),
        "persona" => {
            let mut persona = merge(key, shares, cut)?;
            if let (Value::Object(persona), Some(targets)) = (&mut persona, own?.get("compatibility")) {
                persona.insert("compatibility", targets.clone());
                *cut = false;
            }
            Some(persona)
        }
        _ => merge(key, shares, cut),
    }
}

/// The section of one source, drawn by weight among those that have it.
fn drawn<'a>(shares: &[Share<'a>], draws: &mut SplitMix64) -> Option<&'a Value> {
    let share = draws.next_share();
    let total = total(shares);
    let mut sum = 0.0;
    for candidate in shares {
        sum += candidate.weight / total;
        if sum > share {
            return Some(candidate.value);
        }
    }
    // The sum of all is 1 but for the last bits.
    shares.last().map(|last| last.value)
}
