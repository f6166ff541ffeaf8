//! What the bodies of all kinds have in common: who may see the record, and whether learners may use it.

use serde::Serialize;

use crate::json::{FieldCode, Fields};

/// Who may see a record beside its owner. Nothing leaves without consent, whatever this says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Nobody.
    #[default]
    LocalOnly,
    /// Counts only.
    SyncSummary,
    /// The owner's other devices.
    SyncFullPrivate,
    /// Everybody.
    SyncFullPublic,
}

/// Why a learner must not use a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reasons")]
pub enum Learn {
    Private,
    Crisis,
    Mistake,
    Experiment,
    Harmful,
    UserChoice,
}

/// What all kinds have in common: who may see the record, and whether learners may use it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sharing {
    /// Who may see it.
    #[serde(skip_serializing_if = "is_default")]
    pub visibility: Visibility,
    /// Whether learners may use it.
    #[serde(skip_serializing_if = "is_true")]
    pub learn: bool,
    /// Why they may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learn_reason: Option<Learn>,
}

impl Default for Sharing {
    fn default() -> Self {
        Self { visibility: Visibility::LocalOnly, learn: true, learn_reason: None }
    }
}

fn is_default(visibility: &Visibility) -> bool {
    *visibility == Visibility::default()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_true(value: &bool) -> bool {
    *value
}

impl Sharing {
    /// Reads the common fields. `summary_at_most`: the kind allows no more than `sync_summary`.
    pub(crate) fn parse(fields: &mut Fields<'_>, owner: &str, summary_at_most: bool) -> Self {
        let visibilities = [
            ("local_only", Visibility::LocalOnly),
            ("sync_summary", Visibility::SyncSummary),
            ("sync_full_private", Visibility::SyncFullPrivate),
            ("sync_full_public", Visibility::SyncFullPublic),
        ];
        let allowed = if summary_at_most { visibilities.get(..2).unwrap_or_default() } else { &visibilities };
        let visibility = fields.choice("visibility", allowed).unwrap_or_default();
        if owner == "anonymous" && visibility != Visibility::LocalOnly {
            let hint = "records of the anonymous owner are local_only";
            fields.refuse(FieldCode::AnonymousEgress, "visibility", hint);
        }
        let learn = fields.boolean("learn").unwrap_or(true);
        let reasons = [
            ("private", Learn::Private),
            ("crisis", Learn::Crisis),
            ("mistake", Learn::Mistake),
            ("experiment", Learn::Experiment),
            ("harmful", Learn::Harmful),
            ("user_choice", Learn::UserChoice),
        ];
        Self { visibility, learn, learn_reason: fields.choice("learn_reason", &reasons) }
    }
}
