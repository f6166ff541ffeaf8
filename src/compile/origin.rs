//! Where the text of a line comes from.

use std::borrow::Cow;

use crate::json::pointer;

/// A place in the template: a pointer, or an item of the list at one. Spelled out only when somebody asks, because a
/// prompt has two hundred lines and few of them are ever dropped.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    path: Cow<'static, str>,
    index: Option<usize>,
}

impl Origin {
    pub(super) fn new(path: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.into(), index: None }
    }

    /// An item of this list.
    pub(super) fn item(&self, index: usize) -> Self {
        Self { path: self.path.clone(), index: Some(index) }
    }

    /// The JSON Pointer.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = self.path.clone().into_owned();
        if let Some(index) = self.index {
            pointer::push_index(&mut pointer, index);
        }
        pointer
    }
}
