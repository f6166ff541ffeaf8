//! Collecting whose code is one small loop. What the standard library compiles for each kind of iterator takes its
//! first item apart, looks how many are to come and makes room for these: twice as much.

/// What every iterator can do beside.
pub(crate) trait List: Iterator + Sized {
    /// All items; for lists that are short, or not made often.
    fn list(self) -> Vec<Self::Item> {
        let mut list = Vec::new();
        for item in self {
            list.push(item);
        }
        list
    }
}

impl<I: Iterator> List for I {}
