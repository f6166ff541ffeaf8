//! Commands beside the turn: the library, sessions, settings by hand, erasure.

use std::sync::Arc;

use super::command::TemplateChoice;
use super::core::{Begun, Commit, Core, LIBRARY, Outcome, Output, Pending};
use super::effect::Effect;
use super::event::{Direction, Event};
use crate::error::{Error, ErrorCode};
use crate::list::List;
use crate::log::body::{
    Instance, InstanceBaseline, MoodCause, Progression, Session, SessionBaseline, SessionStatus, Sharing,
};
use crate::log::{Body, Content, IdSource, Record, Stamp, check_owner, natural_ids, newest_schema};
use crate::state::{InstanceState, Personality, SessionState};
use crate::template::Template;
use crate::timestamp;

/// Longest session title, in Unicode scalar values.
const MAXIMUM_TITLE: usize = 200;

impl Core {
    /// Keeps a document in the library. The same content again is a no-op.
    pub(super) fn add_template(&mut self, source: &str, now: u64) -> Result<Begun, Error> {
        let template = Template::parse(source.as_bytes())?;
        let persona = &template.persona;
        let library = self.owner(LIBRARY);
        if library.template(template.id()).is_some() {
            return Ok(Begun::Done(Output::Template(self.template_summary(LIBRARY, template.id())?)));
        }
        let same_name = |known: &&Arc<Personality>| {
            let known = &known.template().persona;
            known.name == persona.name && known.version == persona.version
        };
        if let Some(known) = library.templates().find(same_name) {
            let id = known.template.id();
            return Err(Error::new(
                ErrorCode::TemplateConflict,
                format!("{} {} is already known with other content ({id})", persona.name, persona.version),
            )
            .at("/persona/version")
            .hint("Give the changed document a higher version."));
        }
        let id = template.id().to_owned();
        let record = self.write(LIBRARY, &id, Body::Template(Arc::new(template)), now);
        Ok(Commit::new(LIBRARY, vec![record], Vec::new(), Outcome::Template(id)).begin(Vec::new()))
    }

    /// Opens a session; makes the instance, and copies its template to the owner, when they are not there yet.
    pub(super) fn create_session(
        &mut self,
        user: &str,
        template: &TemplateChoice,
        title: Option<String>,
        now: u64,
        ids: &mut IdSource,
    ) -> Result<Begun, Error> {
        check_owner(user)?;
        check_title(title.as_deref())?;
        let personality = match template {
            TemplateChoice::Reference(reference) => self.find_template(user, reference)?,
            TemplateChoice::Document(source) => {
                Arc::new(Personality::new(Arc::new(Template::parse(source.as_bytes())?)))
            }
        };
        let (instance, existing) = self.instance_id(user, &personality.template().persona.name);
        let mut records = Vec::new();
        if !existing {
            let body = new_instance(personality.template(), now);
            records.extend(self.copy_template(user, &personality, now));
            records.push(self.write(user, &instance, body, now));
        }
        let session = ids.next("session");
        let started_at = timestamp::format(now);
        let body = Session {
            instance,
            title,
            status: SessionStatus::Active,
            started_at: started_at.clone(),
            updated_at: started_at,
            baseline: None,
            sharing: Sharing::default(),
        };
        records.push(self.write(user, &session, body, now));
        let outcome = Outcome::Session(session);
        Ok(Commit::new(user, records, Vec::new(), outcome).begin(Vec::new()))
    }

    /// Changes a session's title or status.
    pub(super) fn update_session(
        &mut self,
        user: &str,
        session: &str,
        title: Option<String>,
        status: Option<SessionStatus>,
        now: u64,
    ) -> Result<Begun, Error> {
        check_title(title.as_deref())?;
        let mut body = self.session_of(user, session)?.session.clone();
        body.title = title.or(body.title);
        body.status = status.unwrap_or(body.status);
        let record = self.write_session(user, session, body, now);
        let outcome = Outcome::Session(session.to_owned());
        Ok(Commit::new(user, vec![record], Vec::new(), outcome).begin(Vec::new()))
    }

    /// Sets the mood by hand: a new baseline of the session.
    pub(super) fn set_mood(
        &mut self,
        user: &str,
        session: &str,
        name: &str,
        intensity: Option<f64>,
        now: u64,
    ) -> Result<Begun, Error> {
        self.require_feature(self.options.features.mood_system, "mood_system")?;
        let intensity = intensity.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&intensity) {
            return Err(
                Error::new(ErrorCode::OutOfRange, "an intensity is a number from 0 to 1").at("/intensity")
            );
        }
        let (state, _, personality) = self.conversation(user, session)?;
        let template = personality.template();
        let mut names = vec![template.default_mood()];
        for mood in template.mood_config.iter().flat_map(|config| &config.moods) {
            names.push(&mood.name);
        }
        if !names.contains(&name) {
            return Err(Error::new(
                ErrorCode::UnknownMood,
                format!("{} has no mood named \"{name}\"", template.persona.name),
            )
            .at("/name")
            .hint(format!("Use one of: {}.", names.join(", "))));
        }
        let mut mood = state.mood.clone();
        let mut body = state.session.clone();
        let from = mood.current.clone();
        mood.set(name, intensity, i64::try_from(now).unwrap_or(i64::MAX));
        let at = self.clock.tick(now);
        body.baseline = Some(SessionBaseline { at: at.clone(), mood: mood.to_baseline() });
        let record = self.write_session_at(user, session, body, now, at);
        let changed = Event::MoodChange {
            from: from.clone(),
            to: name.to_owned(),
            intensity,
            cause: Some(MoodCause::Manual),
        };
        let events = if from == name { Vec::new() } else { vec![changed] };
        Ok(Commit::new(user, vec![record], events, Outcome::Nothing).begin(Vec::new()))
    }

    /// Sets the affinity points by hand: a new baseline of the instance.
    pub(super) fn set_affinity(
        &mut self,
        user: &str,
        session: &str,
        points: f64,
        now: u64,
    ) -> Result<Begun, Error> {
        self.require_feature(self.options.features.affinity_system, "affinity_system")?;
        let points = (0..=100u8).find(|valid| f64::from(*valid) == points).ok_or_else(|| {
            Error::new(ErrorCode::OutOfRange, "affinity points are a whole number from 0 to 100")
                .at("/points")
        })?;
        let (state, instance, personality) = self.conversation(user, session)?;
        let id = state.session.instance.clone();
        let mut affinity = self.owner(user).whole_affinity(&id, instance.affinity).to_baseline();
        let (from, before) = (affinity.level.clone(), affinity.points);
        affinity.points = points;
        affinity.level.clone_from(&crate::compile::level_at(personality.template(), points).level.name);
        let to = affinity.level.clone();
        affinity.progression_history.push(Progression {
            date: timestamp::format(now),
            points,
            level: to.clone(),
            delta: i32::from(points) - i32::from(before),
            kind: "manual".to_owned(),
            reasons: vec!["manual".to_owned()],
        });
        let mut body = instance.instance.clone();
        let at = self.clock.tick(now);
        body.baseline = Some(InstanceBaseline { at: at.clone(), affinity });
        let record = self.live(user, &id, body, at);
        let events = level_change(&from, &to, before, points).into_iter().list();
        Ok(Commit::new(user, vec![record], events, Outcome::Nothing).begin(Vec::new()))
    }

    /// Erases an owner: tombstones that outlive every copy, or, with `purge`, nothing at all. A template leaves no
    /// tombstone, because its id is its content: one would forbid the person that personality for ever.
    pub(super) fn erase(&mut self, user: &str, purge: bool, now: u64) -> Result<Begun, Error> {
        check_owner(user)?;
        if purge {
            let effects = vec![Effect::Erase { owner: user.to_owned() }];
            return Ok(Begun::Waiting {
                pending: Pending::Erase(user.to_owned()),
                effects,
                events: Vec::new(),
            });
        }
        let mut records = Vec::new();
        let mut erased_before = Vec::new();
        for record in self.owner(user).records() {
            let tombstone = record.tombstone(record.at.clone());
            if record.content.is_erased() {
                erased_before.push(tombstone);
            } else if record.kind != "template" {
                records.push(tombstone);
            }
        }
        for record in &mut records {
            record.at = self.clock.tick(now);
        }
        records.append(&mut erased_before);
        let events = vec![Event::Erased { user: user.to_owned() }];
        Ok(Commit { replace: true, ..Commit::new(user, records, events, Outcome::Nothing) }.begin(Vec::new()))
    }

    /// A session of an owner.
    pub(super) fn session_of(&self, user: &str, session: &str) -> Result<SessionState<'_>, Error> {
        self.owner(user).session(session).ok_or_else(|| {
            Error::new(ErrorCode::UnknownSession, format!("\"{user}\" has no session \"{session}\""))
                .at("/session")
                .hint("Sessions belong to one user; pass the user that it was created for.")
        })
    }

    /// A session with its instance and its template.
    pub(super) fn conversation(
        &self,
        user: &str,
        session: &str,
    ) -> Result<(SessionState<'_>, InstanceState<'_>, Arc<Personality>), Error> {
        let state = self.session_of(user, session)?;
        let owner = self.owner(user);
        let instance = owner.instance(&state.session.instance).ok_or_else(|| {
            Error::new(ErrorCode::UnknownSession, "the session's instance is missing from the log")
                .at("/session")
        })?;
        let template = owner.template(&instance.instance.template).cloned().ok_or_else(|| {
            Error::new(ErrorCode::UnknownTemplate, "the session's template is missing from the log")
                .at("/session")
        })?;
        Ok((state, instance, template))
    }

    /// The template that a reference names: by id, by exact name, else by folded name or alias; of several
    /// versions the highest. The owner's own copies count as well as the library.
    pub(super) fn find_template(&self, user: &str, reference: &str) -> Result<Arc<Personality>, Error> {
        let known = self.owner(user).templates().chain(self.owner(LIBRARY).templates()).list();
        if let Some(personality) = known.iter().find(|personality| personality.template.id() == reference) {
            return Ok(Arc::clone(personality));
        }
        let folded = crate::text::fold(reference);
        let exact = |personality: &Arc<Personality>| personality.template().persona.name == reference;
        let loose = |personality: &Arc<Personality>| {
            let persona = &personality.template().persona;
            std::iter::once(&persona.name)
                .chain(&persona.aliases)
                .any(|name| crate::text::fold(name) == folded)
        };
        let version = |personality: &Personality| version(&personality.template().persona.version);
        let highest = |matches: &dyn Fn(&Arc<Personality>) -> bool| {
            let mut highest: Option<&Arc<Personality>> = None;
            for personality in known.iter().filter(|personality| matches(personality)) {
                if highest.is_none_or(|highest| version(personality) >= version(highest)) {
                    highest = Some(personality);
                }
            }
            highest.cloned()
        };
        highest(&exact).or_else(|| highest(&loose)).ok_or_else(|| {
            let names = known.iter().map(|personality| personality.template().persona.name.as_str()).list();
            let error =
                Error::new(ErrorCode::UnknownTemplate, format!("no template is known as \"{reference}\""))
                    .at("/template");
            if names.is_empty() {
                error.hint("Add the document first: templates.add(source).")
            } else {
                error.hint(format!("Known: {}.", names.join(", ")))
            }
        })
    }

    /// The id of the owner's instance of a template, and whether it exists. An erased id stays erased: the next
    /// instance of the same template gets the next generation.
    pub(super) fn instance_id(&self, user: &str, template_name: &str) -> (String, bool) {
        let owner = self.owner(user);
        let candidate = |id: String| match owner.record(&id).map(|record| &record.content) {
            Some(Content::Erased) => None,
            Some(_) => Some((id, true)),
            None => Some((id, false)),
        };
        natural_ids("instance", &[user, template_name]).find_map(candidate).unwrap_or_default()
    }

    /// The owner's copy of a template, unless it is there.
    pub(super) fn copy_template(
        &mut self,
        user: &str,
        personality: &Personality,
        now: u64,
    ) -> Option<Record> {
        let template = Arc::clone(&personality.template);
        let missing = self.owner(user).template(template.id()).is_none();
        missing.then(|| {
            let id = template.id().to_owned();
            self.write(user, &id, Body::Template(template), now)
        })
    }

    /// A new version of a record, stamped now.
    pub(super) fn write(&mut self, owner: &str, id: &str, body: impl Into<Body>, now: u64) -> Record {
        let at = self.clock.tick(now);
        self.live(owner, id, body, at)
    }

    /// A live record of the newest schema of its kind.
    pub(super) fn live(&self, owner: &str, id: &str, body: impl Into<Body>, at: Stamp) -> Record {
        let body = body.into();
        let schema = newest_schema(self.options.migrations, body.kind());
        Record {
            id: id.to_owned(),
            owner: owner.into(),
            kind: body.kind().into(),
            at,
            content: Content::Live { schema, body },
        }
    }

    /// A new version of a session.
    pub(super) fn write_session(&mut self, user: &str, id: &str, body: Session, now: u64) -> Record {
        let at = self.clock.tick(now);
        self.write_session_at(user, id, body, now, at)
    }

    fn write_session_at(&self, user: &str, id: &str, mut body: Session, now: u64, at: Stamp) -> Record {
        let now = timestamp::format(now);
        // A clock that went backwards must not order the times the wrong way round.
        body.updated_at = if timestamp::parse(&now) < timestamp::parse(&body.started_at) {
            body.started_at.clone()
        } else {
            now
        };
        self.live(user, id, body, at)
    }

    /// Refuses a direct call of a feature that is switched off.
    pub(super) fn require_feature(&self, on: bool, name: &str) -> Result<(), Error> {
        if on {
            return Ok(());
        }
        Err(Error::new(ErrorCode::FeatureDisabled, format!("the feature {name} is switched off"))
            .at(format!("/features/{name}"))
            .hint(format!("Open Luminora with features: {{ {name}: true }}.")))
    }
}

/// An instance in which nothing has happened yet.
pub(super) fn new_instance(template: &Template, now: u64) -> Instance {
    Instance {
        template: template.id().to_owned(),
        template_name: template.persona.name.clone(),
        created_at: timestamp::format(now),
        baseline: None,
        mask: None,
        imported: None,
        sharing: Sharing::default(),
    }
}

/// The event of a level that changed, if it did.
pub(super) fn level_change(from: &str, to: &str, before: u8, points: u8) -> Option<Event> {
    let direction = if points >= before { Direction::Up } else { Direction::Down };
    (from != to).then(|| Event::LevelChange { from: from.to_owned(), to: to.to_owned(), points, direction })
}

fn check_title(title: Option<&str>) -> Result<(), Error> {
    match title {
        Some(title) if title.trim().is_empty() || title.chars().count() > MAXIMUM_TITLE => {
            Err(Error::new(ErrorCode::OutOfRange, "a title has 1 to 200 characters and is not blank")
                .at("/title"))
        }
        _ => Ok(()),
    }
}

fn version(text: &str) -> Vec<u64> {
    text.split('.').map(|part| part.parse().unwrap_or(u64::MAX)).list()
}
