//! The way to a value while a document is walked; spelled out as a pointer only when there is something to say.

use super::pointer;

/// A value, as the value that it stands in and the key or index there.
pub enum Path<'p> {
    /// The document itself.
    Root,
    /// The value of a key.
    Key(&'p Path<'p>, &'p str),
    /// An item of an array, counted from 0.
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// The JSON Pointer.
    #[cold]
    pub fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(parent, key) => pointer::join(&parent.pointer(), key),
            Self::Item(parent, index) => {
                let mut pointer = parent.pointer();
                pointer::push_index(&mut pointer, *index);
                pointer
            }
        }
    }

    /// Whether the pointer is this one, which has nothing to escape and no index.
    pub(super) fn is(&self, pointer: &str) -> bool {
        match self {
            Self::Root => pointer.is_empty(),
            Self::Key(parent, key) => {
                let rest = pointer.strip_suffix(key).and_then(|rest| rest.strip_suffix('/'));
                rest.is_some_and(|rest| !key.contains('/') && parent.is(rest))
            }
            Self::Item(..) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_its_pointer() {
        let root = Path::Root;
        let knowledge = Path::Key(&root, "knowledge");
        let entries = Path::Key(&knowledge, "entries");
        let item = Path::Item(&entries, 12);
        let key = Path::Key(&item, "a/b");
        assert_eq!(key.pointer(), "/knowledge/entries/12/a~1b");
        assert!(root.is("") && knowledge.is("/knowledge") && entries.is("/knowledge/entries"));
        assert!(
            !Path::Key(&root, "a/b").is("/a/b")
                && !Path::Key(&Path::Key(&root, "a"), "bb").is("/a/b")
                && !entries.is("/entries")
                && !knowledge.is("/other/knowledge")
                && !item.is("/knowledge/entries/12")
        );
    }
}
