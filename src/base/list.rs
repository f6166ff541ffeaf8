//! Collecting whose code is one small loop. What the standard library compiles for each kind of iterator takes its
//! first item apart, looks how many are to come and makes room for these: twice as much.

/// What every iterator can do beside.
pub trait List: Iterator + Sized {
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

/// Texts with another one between each two.
pub fn joined(texts: &[String], between: &str) -> String {
    let mut joined = String::new();
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            joined.push_str(between);
        }
        joined.push_str(text);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn texts_are_joined_as_the_standard_library_does() {
        for texts in [&[][..], &["a"], &["", "b"], &["a", "", "c"]] {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(joined(&texts, ", "), texts.join(", "));
        }
    }
}
