//! What can be wrong with a document as JSON.

/// One thing wrong with a document as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// Where, as a JSON Pointer.
    pub path: String,
    /// What is wrong, in a sentence.
    pub message: String,
}

impl Fault {
    pub(super) fn new(kind: FaultKind, path: &str, message: impl Into<String>) -> Self {
        Self { kind, path: path.to_owned(), message: message.into() }
    }
}

/// The kinds of [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// More bytes than allowed.
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// Nothing, or only white space.
    EmptyInput,
    /// Not JSON (RFC 8259).
    Syntax,
    /// Containers nested too deep; reported once, for the first.
    TooDeep,
    /// An array with too many items.
    TooMany,
    /// A number beyond the range of a double.
    NotFinite,
    /// A byte order mark, which was skipped. Not an error.
    ByteOrderMark,
    /// A key given twice in one object. Not an error.
    DuplicateKey,
}

impl FaultKind {
    /// Whether the document cannot be used.
    pub fn is_error(self) -> bool {
        !matches!(self, Self::ByteOrderMark | Self::DuplicateKey)
    }
}

/// A list of faults whose pointers together stay small: one long key around many faults would otherwise multiply
/// the size of the document. The fault that no longer fits is replaced by an error about the whole document.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) list: Vec<Fault>,
    path_bytes: usize,
}

/// Bytes of all pointers together.
const MAX_PATH_BYTES: usize = 1 << 24;

impl Faults {
    /// Adds a fault, which is made only if there is room for it.
    #[cold]
    pub(super) fn push_with(&mut self, fault: &dyn Fn() -> Fault) {
        if self.path_bytes <= MAX_PATH_BYTES {
            self.push(fault());
        }
    }

    #[cold]
    pub(super) fn push(&mut self, fault: Fault) {
        if self.path_bytes > MAX_PATH_BYTES {
            return;
        }
        self.path_bytes += fault.path.len();
        if self.path_bytes > MAX_PATH_BYTES {
            self.list.push(Fault::new(
                FaultKind::TooMany,
                "",
                "The document has more faults than can be listed.",
            ));
        } else {
            self.list.push(fault);
        }
    }
}
