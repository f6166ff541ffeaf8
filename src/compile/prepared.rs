//! A template made ready to compile, and the compile itself.

use std::sync::Arc;

use super::affixes::Affixes;
use super::base::BaseLines;
use super::budget::cut;
use super::changes::{Additions, Changes};
use super::compiled::{Compiled, Dropped, RequestParts, Warning, WarningCode};
use super::effective::{Source, effective};
use super::layout::{MoodText, OPENING, heading, level_line, mood_line, parameter_line};
use super::level::{defined_levels, level_at, levels};
use super::line::{Lead, Line, Section, render};
use super::options::{Checked, CompileOptions};
use super::target::Target;
use crate::decimal::round6;
use crate::error::{Error, ErrorCode};
use crate::template::Template;
use crate::template::model::{Level, Modifiers, Mood, Parameter, Parameters};

/// A template with everything worked out that depends on it alone.
#[derive(Debug)]
pub struct Prepared {
    template: Arc<Template>,
    base: BaseLines,
    /// As in [`levels`].
    levels: Vec<PreparedLevel>,
    /// As declared, then the default mood where the template does not define it.
    moods: Vec<PreparedMood>,
    /// Bytes that most prompts stay under, so that they are written without growing.
    capacity: usize,
}

#[derive(Debug)]
struct PreparedLevel {
    level: Level,
    /// `<name>_level`.
    source: String,
    changes: Changes,
    line: Line,
}

#[derive(Debug)]
struct PreparedMood {
    mood: Mood,
    /// `<name>_mood`.
    source: String,
    changes: Changes,
    text: MoodText,
}

/// Room for what level, mood and parameters add to a body.
const ADDED_BYTES: usize = 1024;

impl Prepared {
    /// Works out the lines of the prompt, their costs and their origins.
    pub fn new(template: Arc<Template>) -> Self {
        let base = BaseLines::new(&template);
        let levels: Vec<_> = levels(&template)
            .iter()
            .enumerate()
            .map(|(index, level)| {
                let path = format!("/hierarchical_config/relationship_levels/{index}");
                PreparedLevel {
                    source: format!("{}_level", level.name),
                    changes: Changes::new(&level.modifiers, &base, &format!("{path}/modifiers")),
                    line: level_line(level, path),
                    level: level.clone(),
                }
            })
            .collect();
        let declared = template.mood_config.iter().flat_map(|config| &config.moods);
        let undeclared = Some(template.default_mood())
            .filter(|name| declared.clone().all(|mood| mood.name != *name))
            .map(|name| Mood { name: name.to_owned(), ..Mood::default() });
        let moods: Vec<_> = declared
            .cloned()
            .chain(undeclared)
            .map(|mood| {
                let path = format!("/mood_config/moods/{}", mood.name.replace('~', "~0").replace('/', "~1"));
                PreparedMood {
                    source: format!("{}_mood", mood.name),
                    changes: Changes::new(&mood.modifiers, &base, &format!("{path}/modifiers")),
                    text: MoodText::new(&mood, path),
                    mood,
                }
            })
            .collect();
        let mut body = String::new();
        render(&mut body, &OPENING, heading, base.all());
        Self { template, capacity: body.len() + ADDED_BYTES, base, levels, moods }
    }

    /// The template.
    pub fn template(&self) -> &Arc<Template> {
        &self.template
    }

    /// Compiles the template for a level, a mood and a target. Pure: the same options give the same bytes.
    ///
    /// # Errors
    /// `out_of_range` for a number outside its range, `unknown_mood` for a mood that is neither defined nor the
    /// default mood, `invalid_argument` for a level that does not exist, `budget_too_small` (with `needed`) when
    /// what may not be dropped exceeds `max_tokens`.
    pub fn compile(&self, options: &CompileOptions) -> Result<Compiled, Error> {
        let checked = options.checked()?;
        let mut warnings = Vec::new();
        let level = self.level(options.level.as_deref(), checked.points, &mut warnings)?;
        let mood = self.mood(options.mood.as_deref())?;
        let active = self.active(options, level, mood);

        let result = effective(&self.template.advanced_parameters, &self.sources(&active, &checked));
        self.warn_without_base(&result.without_base, &mut warnings);
        self.warn_undeclared(options.target, &mut warnings);
        let temperature = temperature(&result.parameters, &checked);

        let mut current = Vec::with_capacity(1 + Parameter::ALL.len());
        current.push(mood_line(&mood.text, checked.intensity));
        current.extend(result.parameters.iter().map(|(parameter, value)| parameter_line(parameter, value)));
        let lines = self.lines(&active, &level.line, &current);
        let affixes = active.affixes();
        let prompt = self.prompt(&lines, &affixes, options.max_tokens)?;

        Ok(Compiled {
            target: options.target,
            text: prompt.text,
            parameters: result.parameters,
            temperature,
            level: level.level.name.clone(),
            mood: mood.mood.name.clone(),
            applied: active.applied(),
            trace: result.trace,
            // Among the lines of the style, the tone words are the items of a list.
            tone: texts(&lines, |line| {
                line.section == Section::Style && matches!(line.lead, Lead::Item { .. })
            }),
            rules: texts(&lines, |line| line.section == Section::Rules),
            system_prompt_prefix: affixes.prefix,
            system_prompt_suffix: affixes.suffix,
            tokens: prompt.tokens,
            dropped: prompt.dropped,
            warnings,
            request: RequestParts {
                template: Arc::clone(&self.template),
                model: options.model.clone(),
                max_output_tokens: options.max_output_tokens,
                messages: options.messages.clone(),
            },
        })
    }

    /// The part of [`Prepared::compile`] that is numbers and names: no prompt is written, and nothing is warned of.
    ///
    /// # Errors
    /// As [`Prepared::compile`], but for the budget.
    pub fn settings(&self, options: &CompileOptions) -> Result<Settings, Error> {
        let checked = options.checked()?;
        let level = self.level(options.level.as_deref(), checked.points, &mut Vec::new())?;
        let mood = self.mood(options.mood.as_deref())?;
        let active = self.active(options, level, mood);
        let parameters =
            effective(&self.template.advanced_parameters, &self.sources(&active, &checked)).parameters;
        let temperature = temperature(&parameters, &checked);
        Ok(Settings { parameters, temperature, applied: active.applied() })
    }

    /// Compiles for all eight targets, in the order of [`Target::ALL`]; `options.target` plays no part.
    ///
    /// # Errors
    /// As [`Prepared::compile`].
    pub fn compile_all(&self, options: &CompileOptions) -> Result<Vec<Compiled>, Error> {
        let compile = |target| self.compile(&CompileOptions { target, ..options.clone() });
        Target::ALL.into_iter().map(compile).collect()
    }

    fn level(
        &self,
        name: Option<&str>,
        points: u8,
        warnings: &mut Vec<Warning>,
    ) -> Result<&PreparedLevel, Error> {
        if let Some(name) = name {
            return self.levels.iter().find(|level| level.level.name == name).ok_or_else(|| {
                Error::new(ErrorCode::InvalidArgument, format!("there is no level {name:?}")).at("/level")
            });
        }
        let at = level_at(&self.template, points);
        if at.gap {
            warnings.push(Warning {
                code: WarningCode::LevelGap,
                path: "/hierarchical_config/relationship_levels".to_owned(),
                message: format!("no level holds {points} points; {:?} was taken", at.level.name),
            });
        }
        Ok(&self.levels[at.index])
    }

    fn mood(&self, name: Option<&str>) -> Result<&PreparedMood, Error> {
        let name = name.unwrap_or(self.template.default_mood());
        self.moods.iter().find(|mood| mood.mood.name == name).ok_or_else(|| {
            Error::new(ErrorCode::UnknownMood, format!("there is no mood {name:?}"))
                .at("/mood")
                .hint("name a mood of mood_config.moods, or none for the default mood")
        })
    }

    fn active<'a>(
        &self,
        options: &CompileOptions,
        level: &'a PreparedLevel,
        mood: &'a PreparedMood,
    ) -> Active<'a> {
        let levels_apply = options.features.hierarchical_personality
            && self.template.hierarchical_config.as_ref().is_some_and(|config| config.enabled)
            && defined_levels(&self.template).is_some();
        let moods_apply = options.features.mood_system
            && self.template.mood_config.as_ref().is_some_and(|config| config.enabled);
        Active { level: levels_apply.then_some(level), mood: moods_apply.then_some(mood) }
    }

    /// The deltas that apply, in the order of summing.
    fn sources<'a>(&self, active: &Active<'a>, checked: &Checked<'a>) -> Vec<Source<'a>> {
        let scaled =
            self.template.mood_config.as_ref().is_some_and(|config| config.detection.scale_by_intensity);
        let level = active.level.map(|level| Source {
            name: &level.source,
            deltas: &level.level.modifiers.parameters,
            factor: 1.0,
        });
        let mood = active.mood.map(|mood| Source {
            name: &mood.source,
            deltas: &mood.mood.modifiers.parameters,
            factor: if scaled { checked.intensity } else { 1.0 },
        });
        let mask = checked.mask.map(|deltas| Source { name: "mask", deltas, factor: 1.0 });
        [level, mood, mask].into_iter().flatten().collect()
    }

    fn warn_without_base(&self, parameters: &[Parameter], warnings: &mut Vec<Warning>) {
        let section = "advanced_parameters";
        let path =
            if self.template.document.get(section).is_some() { format!("/{section}") } else { String::new() };
        warnings.extend(parameters.iter().map(|parameter| Warning {
            code: WarningCode::NoBaseValue,
            path: path.clone(),
            message: format!("{} has a delta but no base value; 0.5 was taken", parameter.name()),
        }));
    }

    fn warn_undeclared(&self, target: Target, warnings: &mut Vec<Warning>) {
        if !self.template.persona.compatibility.iter().any(|word| word == target.name()) {
            warnings.push(Warning {
                code: WarningCode::TargetNotDeclared,
                path: "/persona/compatibility".to_owned(),
                message: format!("the template does not name the target {}", target.name()),
            });
        }
    }

    /// All lines of the body in prompt order. `current` = the mood line and the parameters.
    fn lines<'a>(&'a self, active: &Active<'a>, level: &'a Line, current: &'a [Line]) -> Vec<&'a Line> {
        let base = &self.base;
        let mut lines = Vec::with_capacity(base.all().count() + 32);
        lines.extend(&base.to_tone);
        lines.extend(active.added(|changes| &changes.tone));
        lines.extend(&base.to_expressions);
        lines.extend(active.added(|changes| &changes.expressions));
        lines.extend(&base.to_rules);
        lines.extend(active.added(|changes| &changes.rules));
        lines.push(level);
        lines.extend(current);
        lines.extend(&base.rest);
        lines
    }

    fn prompt(&self, lines: &[&Line], affixes: &Affixes, budget: Option<u32>) -> Result<Prompt, Error> {
        let mut text = String::with_capacity(self.capacity + affixes.bytes());
        text.push_str(affixes.before());
        let tokens = affixes.tokens() + render(&mut text, &OPENING, heading, lines.iter().copied());
        let Some(budget) = budget.filter(|&budget| tokens > budget) else {
            text.push_str(affixes.after());
            return Ok(Prompt { text, tokens, dropped: Vec::new() });
        };

        let cut = cut(lines, tokens, budget);
        if cut.tokens > budget {
            let needed = cut.tokens;
            let message = format!("what may not be dropped needs {needed} tokens, max_tokens is {budget}");
            let error = Error::new(ErrorCode::BudgetTooSmall, message).at("/max_tokens");
            return Err(error.needed(needed));
        }
        text.truncate(affixes.before().len());
        let kept = lines.iter().zip(&cut.kept).filter(|&(_, &kept)| kept).map(|(&line, _)| line);
        render(&mut text, &OPENING, heading, kept);
        text.push_str(affixes.after());
        Ok(Prompt { text, tokens: cut.tokens, dropped: cut.dropped })
    }
}

/// What level and mood set beside the prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// As in [`Compiled`].
    pub parameters: Parameters,
    /// As in [`Compiled`].
    pub temperature: f64,
    /// As in [`Compiled`].
    pub applied: Vec<String>,
}

/// That of the mask, or the one that follows from the effective creativity.
fn temperature(parameters: &Parameters, checked: &Checked<'_>) -> f64 {
    let creativity = parameters.get(Parameter::Creativity).unwrap_or(0.5);
    round6(checked.temperature.unwrap_or(0.1 + 0.9 * creativity))
}

struct Prompt {
    text: String,
    tokens: u32,
    dropped: Vec<Dropped>,
}

/// The level and the mood whose modifiers apply.
struct Active<'a> {
    level: Option<&'a PreparedLevel>,
    mood: Option<&'a PreparedMood>,
}

impl<'a> Active<'a> {
    /// What level and mood add to a list; the mood only what the level does not add already.
    fn added(&self, list: fn(&Changes) -> &Additions) -> impl Iterator<Item = &'a Line> + use<'a> {
        let level = self.level.map(|level| list(&level.changes));
        let mood = self.mood.map(|mood| list(&mood.changes));
        let is_new = move |key: &String| level.is_none_or(|level| !level.seen.contains(key));
        let from_mood = mood.into_iter().flat_map(|mood| mood.lines.iter().zip(&mood.keys));
        level
            .into_iter()
            .flat_map(|level| &level.lines)
            .chain(from_mood.filter(move |(_, key)| is_new(key)).map(|(line, _)| line))
    }

    fn applied(&self) -> Vec<String> {
        let changes_something = |modifiers: &Modifiers| *modifiers != Modifiers::default();
        let level = self.level.filter(|level| changes_something(&level.level.modifiers));
        let mood = self.mood.filter(|mood| changes_something(&mood.mood.modifiers));
        level
            .map(|level| level.source.clone())
            .into_iter()
            .chain(mood.map(|mood| mood.source.clone()))
            .collect()
    }

    fn affixes(&self) -> Affixes {
        Affixes::new(
            self.level.map(|level| &level.level.modifiers),
            self.mood.map(|mood| &mood.mood.modifiers),
        )
    }
}

fn texts(lines: &[&Line], wanted: impl Fn(&Line) -> bool) -> Vec<String> {
    lines.iter().filter(|line| wanted(line)).map(|line| line.text.clone()).collect()
}
