//! What the core may not find out by itself: the time and randomness. The host may give both; where it does not,
//! the platform's own are used.

use luminoracore::engine::Environment;
use luminoracore::log::SEED_LENGTH;
use luminoracore::{Error, ErrorCode};
use wasm_bindgen::prelude::*;

use crate::value::throw;

/// `now` in milliseconds since 1970, `seed` of 32 bytes; each is taken from the platform when absent.
pub(crate) fn environment(now: Option<f64>, seed: Option<Vec<u8>>) -> Result<Environment, JsValue> {
    let now = moment(now)?;
    let seed = match seed {
        Some(seed) => seed.try_into().map_err(|_| {
            throw(&Error::new(ErrorCode::InvalidArgument, "the random port must give 32 bytes").at("/seed"))
        })?,
        None => {
            let mut seed = [0; SEED_LENGTH];
            getrandom::fill(&mut seed).map_err(|_| {
                let message = "no randomness is available here: the Web Crypto API is missing";
                throw(&Error::new(ErrorCode::InvalidOperation, message))
            })?;
            seed
        }
    };
    Ok(Environment { now, seed })
}

/// The time that the host gives, or else that of the platform, in milliseconds since 1970.
pub(crate) fn moment(now: Option<f64>) -> Result<u64, JsValue> {
    milliseconds(now.unwrap_or_else(js_sys::Date::now))
}

/// A time of the host; refused when it is not one.
pub(crate) fn milliseconds(now: f64) -> Result<u64, JsValue> {
    const LAST: f64 = 8.64e15;
    if !(0.0..=LAST).contains(&now) {
        return Err(throw(
            &Error::new(ErrorCode::OutOfRange, "the clock must give milliseconds since 1970").at("/now"),
        ));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the bounds")]
    Ok(now as u64)
}
