//! The index of a bundle: a line for each record, with its hash. It comes first, and the records follow in its order.

use memchr::memchr;

use super::writer::index_line;
use crate::json::{self, Limits, Value};

/// The index, as far as records have met it.
#[derive(Debug, Default)]
pub(super) struct Index {
    bytes: Vec<u8>,
    /// How much of it was met.
    met: usize,
    /// A line as it should be; kept for the next one.
    line: String,
}

impl Index {
    /// Takes a part of it.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Meets its next line, if that is the one of this record.
    pub(super) fn meet(&mut self, id: &str, kind: &str, sha256: &str) -> bool {
        self.line.clear();
        index_line(&mut self.line, (id, kind), sha256);
        let is_next = self.rest().starts_with(self.line.as_bytes());
        if is_next {
            self.met += self.line.len();
        }
        is_next
    }

    /// The id and the hash that it has next.
    pub(super) fn next(&self) -> Option<(String, String)> {
        const LIMITS: Limits = Limits { bytes: 8 << 10, depth: 2, items: 1, items_at: &[] };
        let rest = Some(self.rest()).filter(|rest| !rest.is_empty())?;
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = json::read(rest.get(..end)?, LIMITS).map(|document| document.value).unwrap_or_default();
        let text = |name| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some((text("id"), text("sha256")))
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.met..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_meet_it_in_its_order() {
        let mut lines = String::new();
        for (id, sha256) in [("a", "00"), ("b \"", "01")] {
            index_line(&mut lines, (id, "turn"), sha256);
        }
        let mut index = Index::default();
        lines.as_bytes().chunks(7).for_each(|part| index.add(part));
        assert!(
            !index.meet("b \"", "turn", "01")
                && !index.meet("a", "turn", "01")
                && !index.meet("a", "run", "00")
        );
        assert_eq!(index.next(), Some(("a".to_owned(), "00".to_owned())));
        assert!(index.meet("a", "turn", "00"));
        assert_eq!(index.next(), Some(("b \"".to_owned(), "01".to_owned())));
        assert!(index.meet("b \"", "turn", "01"));
        assert_eq!(index.next(), None);
        assert!(!index.meet("b \"", "turn", "01"));
    }
}
