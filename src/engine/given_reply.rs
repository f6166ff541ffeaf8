//! An answer that came about elsewhere: the host's own, or a further one of a model.

use super::command::ModelDeclaration;
use super::core::{Begun, Commit, Core, Outcome};
use super::effect::ReportedUsage;
use super::turn::{Reply, check_text};
use crate::error::Error;
use crate::json::Fields;
use crate::log::IdSource;
use crate::log::body::{Mode, Role, Run, Source, Turn, Usage};
use crate::timestamp;

/// What was answered, and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenReply {
    /// The owner.
    pub user: String,
    /// The session's id.
    pub session: String,
    /// The answer.
    pub text: String,
    /// Who gave it; absent: the host.
    pub model: Option<ModelDeclaration>,
    /// Tokens of the model's call, when they are known.
    pub usage: Option<ReportedUsage>,
}

impl GivenReply {
    pub(super) fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            user: fields.required_string("user"),
            session: fields.required_string("session"),
            text: fields.required_string("text"),
            model: fields.nested("model", ModelDeclaration::parse),
            usage: fields.nested("usage", ReportedUsage::parse),
        }
    }
}

impl Core {
    /// Records the answer: an assistant turn with a run of its own. It changes neither affinity nor mood. Where nothing
    /// was said yet, the personality opens the conversation: what answers nothing has no run.
    pub(super) fn reply(&mut self, given: GivenReply, now: u64, ids: &mut IdSource) -> Result<Begun, Error> {
        let GivenReply { user, session, text, model, usage } = given;
        check_text(&text)?;
        let (_, instance, _) = self.conversation(&user, &session)?;
        let template = instance.instance.template.clone();
        let turns = || self.owner(&user).turns(&session);
        let said = turns().rev().find(|(_, turn, _)| turn.role == Role::User).or_else(|| turns().next_back());
        let answered = said.map(|(id, ..)| id.to_owned());
        let time = timestamp::format(now);
        let (run_id, turn_id) = (ids.next("run"), ids.next("turn"));
        let mut turn = Turn::new(&session, Role::Assistant, text.clone(), time.clone());
        let mut records = Vec::new();
        let mut taken: Option<Usage> = None;
        match answered {
            Some(answered) => {
                let mode = model.as_ref().map_or(Mode::Manual, ModelDeclaration::mode);
                let model = model.as_ref().and_then(ModelDeclaration::reference);
                // What was asked is not known here, so nothing can be estimated.
                taken = model.as_ref().zip(usage).map(|(model, usage)| self.usage(model, Some(usage), 0, ""));
                let (usage, run) =
                    (taken.clone(), Run::new(&session, answered.clone(), template, mode, time));
                (turn.reply_to, turn.run) = (Some(answered), Some(run_id.clone()));
                records.push(self.write(&user, &run_id, Run { model, usage, ..run }, now));
            }
            None => turn.source = Some(Source::Import),
        }
        let run = turn.run.clone();
        records.push(self.write(&user, &turn_id, turn, now));
        let reply = Reply {
            text,
            session,
            user_turn: None,
            turn: Some(turn_id),
            run,
            observation: None,
            usage: taken,
            memories: Vec::new(),
            learned: Vec::new(),
            findings: Vec::new(),
            events: Vec::new(),
            state: None,
        };
        let outcome = Outcome::Reply(Box::new(reply));
        Ok(Commit::new(&user, records, Vec::new(), outcome).begin(Vec::new()))
    }
}
