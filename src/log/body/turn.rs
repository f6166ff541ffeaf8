//! `turn`: one utterance. Immutable.

use serde::Serialize;

use super::sharing::Sharing;
use crate::json::{FieldCode, FieldError, Fields, Node, Value};

/// Most bytes of UTF-8 in one utterance.
pub(crate) const MAXIMUM_TEXT_BYTES: usize = 262_144;

/// One utterance of a session.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turn {
    /// The home session.
    pub session: String,
    /// Who said it.
    pub role: Role,
    /// What was said: not blank, at most 262,144 bytes.
    pub text: String,
    /// When, ISO 8601 UTC.
    pub created_at: String,
    /// How the text is written; plain text when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<TextFormat>,
    /// Where it came from; `direct` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The turn that this one answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The run that produced it; required for assistant and tool turns unless imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The tool call that this turn reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<Value>,
    /// Further sessions that show this turn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Visibility and learning.
    #[serde(flatten)]
    pub sharing: Sharing,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "TurnRole"))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person.
    User,
    /// The personality.
    Assistant,
    /// A tool.
    Tool,
}

impl Role {
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("user", Self::User), ("assistant", Self::Assistant), ("tool", Self::Tool)];
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum TextFormat {
    Text,
    Markdown,
    AudioTranscript,
}

impl TextFormat {
    const NAMES: [(&'static str, Self); 3] =
        [("text", Self::Text), ("markdown", Self::Markdown), ("audio_transcript", Self::AudioTranscript)];
}

/// Where a turn came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Said in this session.
    Direct,
    /// From a file.
    Import,
    /// From another program.
    Integration,
}

impl Source {
    const NAMES: [(&'static str, Self); 3] =
        [("direct", Self::Direct), ("import", Self::Import), ("integration", Self::Integration)];
}

impl Turn {
    /// An utterance with nothing but what every one has.
    pub(crate) fn new(session: &str, role: Role, text: String, created_at: String) -> Self {
        Self {
            session: session.to_owned(),
            role,
            text,
            created_at,
            format: None,
            source: None,
            reply_to: None,
            run: None,
            language: None,
            tool: None,
            links: Vec::new(),
            sharing: Sharing::default(),
        }
    }

    /// Reads the fields of a body that belongs to `owner`.
    pub(super) fn read(fields: &mut Fields<'_>, owner: &str) -> Self {
        let session = fields.required_id("session");
        let role = fields.required_choice("role", &Role::NAMES);
        let text = fields.required_text("text", MAXIMUM_TEXT_BYTES);
        fields.note(check_text(&text));
        let created_at = fields.required_time("created_at");
        let format = fields.choice("format", &TextFormat::NAMES);
        let source = fields.choice("source", &Source::NAMES);
        let reply_to = fields.id("reply_to");
        let run = fields.id("run");
        if role != Role::User && source != Some(Source::Import) && run.is_none() {
            fields.missing("run");
        }
        let language = fields.text("language", 35);
        let tool = fields.object("tool").map(Node::to_value);
        fields.nested("tool", |tool| {
            tool.required_id("call_id");
            tool.required_id("name");
        });
        let links = fields.texts("links");
        let sharing = Sharing::parse(fields, owner, false);
        Self {
            session,
            role,
            text,
            created_at,
            format,
            source,
            reply_to,
            run,
            language,
            tool,
            links,
            sharing,
        }
    }
}

/// Whether a text, which is not ours, keeps the rules of a turn.
pub(crate) fn check_text(text: &str) -> Result<(), FieldError> {
    if text.trim().is_empty() {
        return Err(FieldError::new(FieldCode::Empty, "/text", "the text is blank"));
    }
    if text.len() > MAXIMUM_TEXT_BYTES {
        return Err(FieldError::new(FieldCode::TooLong, "/text", "at most 262144 bytes of UTF-8"));
    }
    Ok(())
}
