//! What may enter a log: records whose clock is plausible and whose body keeps the rules of its kind.

use std::sync::Arc;

use crate::error::Error;
use crate::json::Value;
use crate::log::{Body, Content, Lifted, Migration, Record, body, newest_schema, upgraded};
use crate::template::Template;

/// Records whose clock is further ahead of `now` than this (milliseconds) are not merged.
pub(crate) const MAXIMUM_AHEAD: u64 = 24 * 60 * 60 * 1_000;

/// Whether a record is from the future.
pub(super) fn is_ahead(record: &Record, now: u64) -> bool {
    record.at.milliseconds() > now.saturating_add(MAXIMUM_AHEAD)
}

/// Why a record is refused: its code, what is wrong, and where in the body.
pub(crate) type Refused = (&'static str, String, String);

/// Checks the clock of a record and parses its body; one of an older schema as the steps make it.
pub(crate) fn parse_body(record: &mut Record, now: u64, migrations: &[Migration]) -> Result<(), Refused> {
    if is_ahead(record, now) {
        return Err(("clock", "its clock is more than 24 hours ahead".to_owned(), String::new()));
    }
    let newest = newest_schema(migrations, &record.kind);
    match &mut record.content {
        Content::Live { schema, .. } if *schema < newest => lift(record, newest, migrations),
        Content::Live { schema, body: body @ Body::Other(_) } if *schema == newest => {
            let Body::Other(document) = std::mem::replace(body, Body::Other(Value::Null)) else {
                return Ok(());
            };
            *body = read_body((&record.id, &record.kind, &record.owner), document)?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What a body of an older schema says in the newest one. It stays as it is stored beside it, and where a step refuses
/// it alone.
fn lift(record: &mut Record, newest: u32, migrations: &[Migration]) -> Result<(), Refused> {
    let refused = |error: Error| ("invalid_record", error.to_string(), error.path.clone());
    let Some(Content::Live { schema, body: Body::Other(document) }) =
        upgraded(migrations, record).map_err(refused)?
    else {
        return Ok(());
    };
    if schema == newest {
        let body = read_body((&record.id, &record.kind, &record.owner), document)?;
        if let Content::Live { schema, body: stored } =
            std::mem::replace(&mut record.content, Content::Erased)
        {
            record.content = Content::Lifted(Box::new(Lifted { schema, stored, newest, body }));
        }
    }
    Ok(())
}

/// A body in the newest schema of its kind.
fn read_body((id, kind, owner): (&str, &str, &str), document: Value) -> Result<Body, Refused> {
    if kind != "template" {
        return body::parse(kind, owner, document)
            .map_err(|error| ("invalid_record", error.to_string(), error.path.clone()));
    }
    let template = Template::from_value(document);
    let template = template.map_err(|error| ("invalid_template", error.to_string(), error.path.clone()))?;
    if template.id() != id {
        return Err(("integrity", "its id is not the hash of its document".to_owned(), String::new()));
    }
    Ok(Body::Template(Arc::new(template)))
}
