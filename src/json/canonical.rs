//! The one byte form of a JSON value (RFC 8785) and its hash.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The canonical form of a value: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints
/// doubles (RFC 8785). Equal values have equal canonical forms, in every language.
pub fn canonical(value: &Value) -> String {
    // The serialiser refuses only numbers that are not finite and maps with repeated or non-string keys; a
    // `Value` can hold none of them.
    serde_json_canonicalizer::to_string(value).unwrap_or_default()
}

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_beyond_the_precision_of_a_double_is_the_double_that_javascript_reads() {
        let value: Value = serde_json::from_str("[9007199254740993, -0.0, 20.0]").unwrap();
        assert_eq!(canonical(&value), "[9007199254740992,0,20]");
    }

    #[test]
    fn the_hash_of_nothing_is_the_published_one() {
        assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
