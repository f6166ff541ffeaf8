//! A template made ready to compile, and the compile itself.

use std::sync::{Arc, OnceLock};

use super::affixes::Affixes;
use super::base::BaseLines;
use super::changes::{Additions, Changes};
use super::compiled::{Compiled, ParameterTrace, RequestParts, Warning, WarningCode};
use super::effective::{Effective, Source, effective};
use super::expand::Expansion;
use super::layout::{mood_line, parameter_line};
use super::level::{defined_levels, level_at, levels};
use super::line::{Lead, Line, Section};
use super::options::{Checked, CompileOptions};
use super::parts::{PromptParts, PromptSection};
use super::prompt::prompt;
use super::stage::{ReadyLevel, ReadyMood};
use super::target::Target;
use super::wrap::Wrap;
use crate::decimal::round6;
use crate::error::{Error, ErrorCode};
use crate::template::Template;
use crate::template::model::{Level, Mood, Parameter, Parameters};
use crate::text::has_macros;

/// A template with everything worked out that depends on it alone.
#[derive(Debug)]
pub struct Prepared {
    template: Arc<Template>,
    base: BaseLines,
    /// As in [`levels`].
    levels: Vec<OnceLock<ReadyLevel>>,
    /// As declared, then the default mood where the template does not define it.
    moods: Vec<OnceLock<ReadyMood>>,
    /// What a card sets around the prompt.
    wrap: Wrap,
    /// Whether any of the texts that every prompt is made of may hold macros.
    has_macros: bool,
}

impl Prepared {
    /// Works out the lines of the prompt, their costs and their origins.
    pub fn new(template: Arc<Template>) -> Self {
        let base = BaseLines::new(&template);
        let wrap = Wrap::new(&template.card);
        let has_macros = base.any_text(has_macros) || has_macros(&wrap.before) || has_macros(&wrap.after);
        let mut prepared = Self { levels: Vec::new(), moods: Vec::new(), template, base, wrap, has_macros };
        prepared.levels.resize_with(levels(&prepared.template).len(), OnceLock::new);
        prepared.moods.resize_with(prepared.defined_moods().len() + 1, OnceLock::new);
        prepared
    }

    /// The lines as they are shown, and what stands around them. `expanded` holds the lines when macros change any.
    fn shown<'a>(
        &self,
        lines: Vec<&'a Line>,
        (level, mood, active): (&ReadyLevel, &ReadyMood, &Active<'_>),
        options: &CompileOptions,
        expanded: &'a mut Vec<Line>,
    ) -> (Vec<&'a Line>, Affixes) {
        let has_macros = self.has_macros || level.has_macros || mood.has_macros;
        let expansion = has_macros.then(|| Expansion::new(&self.template, options));
        let affixes = Affixes::new(&self.wrap, active.level, active.mood, expansion.as_ref());
        let Some(expansion) = expansion else { return (lines, affixes) };
        *expanded = expansion.lines(&lines);
        (expanded.iter().collect(), affixes)
    }

    /// Whether a mood of this name is defined, or is the default mood.
    pub fn has_mood(&self, name: &str) -> bool {
        name == self.template.default_mood() || self.defined_moods().iter().any(|mood| mood.name == name)
    }

    fn defined_moods(&self) -> &[Mood] {
        self.template.mood_config.as_ref().map_or(&[], |config| &config.moods)
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
        let mut warnings = Vec::new();
        let resolved = self.resolve(options, &mut warnings)?;
        let Resolved { level, mood, active, effective, temperature, intensity } = resolved;
        self.warn_without_base(&effective.without_base, &mut warnings);
        self.warn_undeclared(options.target, &mut warnings);

        let current = current_lines(mood, intensity, &effective.parameters);
        let lines = lines(&self.base, &active, &level.line, &current);
        let mut expanded = Vec::new();
        let (lines, affixes) = self.shown(lines, (level, mood, &active), options, &mut expanded);
        let prompt = prompt(&lines, &affixes, options.max_tokens)?;
        let (mut tone, mut rules) = (Vec::new(), Vec::new());
        for line in lines {
            match (line.section, line.lead) {
                // Among the lines of the style, the tone words are the items of a list.
                (Section::Style, Lead::Item { .. }) => tone.push(line.text.clone()),
                (Section::Rules, _) => rules.push(line.text.clone()),
                _ => {}
            }
        }

        Ok(Compiled {
            target: options.target,
            text: prompt.text,
            parameters: effective.parameters,
            temperature,
            level: level.name.clone(),
            mood: mood.name.clone(),
            applied: active.applied(),
            trace: effective.trace,
            tone,
            rules,
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

    /// The part of [`Prepared::compile`] that a turn needs, in parts; the core is within a budget.
    ///
    /// # Errors
    /// As [`Prepared::compile`].
    pub fn parts(&self, options: &CompileOptions, budget: u32) -> Result<PromptParts, Error> {
        let Resolved { level, mood, active, effective, temperature, intensity } =
            self.resolve(options, &mut Vec::new())?;
        let current = current_lines(mood, intensity, &effective.parameters);
        let lines = lines(&self.base, &active, &level.line, &current);
        let mut expanded = Vec::new();
        let (mut lines, affixes) = self.shown(lines, (level, mood, &active), options, &mut expanded);
        let principles = PromptSection::take(&mut lines, Section::Principles);
        let state = PromptSection::take(&mut lines, Section::Relationship);
        let examples = PromptSection::take(&mut lines, Section::Examples);
        let core = prompt(&lines, &affixes, Some(budget))?;
        let core_dropped = core.dropped.len();
        Ok(PromptParts {
            core: core.text,
            core_tokens: core.tokens,
            core_dropped,
            principles,
            state,
            examples,
            temperature,
        })
    }

    /// The part of [`Prepared::compile`] that is numbers and names: no prompt is written, and nothing is warned of.
    ///
    /// # Errors
    /// As [`Prepared::compile`], but for the budget.
    pub fn settings(&self, options: &CompileOptions) -> Result<Settings, Error> {
        let Resolved { active, effective, temperature, .. } = self.resolve(options, &mut Vec::new())?;
        let Effective { parameters, trace, .. } = effective;
        Ok(Settings { parameters, temperature, applied: active.applied(), trace })
    }

    /// Compiles for all eight targets, in the order of [`Target::ALL`]; `options.target` plays no part.
    ///
    /// # Errors
    /// As [`Prepared::compile`].
    pub fn compile_all(&self, options: &CompileOptions) -> Result<Vec<Compiled>, Error> {
        let compile = |target| self.compile(&CompileOptions { target, ..options.clone() });
        Target::ALL.into_iter().map(compile).collect()
    }

    /// Level, mood, and the numbers that follow from them.
    fn resolve(&self, options: &CompileOptions, warnings: &mut Vec<Warning>) -> Result<Resolved<'_>, Error> {
        let checked = options.checked()?;
        let level = self.level(options.level.as_deref(), checked.points, warnings)?;
        let mood = self.mood(options.mood.as_deref())?;
        let active = self.active(options, level, mood);
        let effective = effective(&self.template.advanced_parameters, &self.sources(&active, &checked));
        let temperature = temperature(&effective.parameters, &checked);
        Ok(Resolved { level, mood, active, effective, temperature, intensity: checked.intensity })
    }

    fn level(
        &self,
        name: Option<&str>,
        points: u8,
        warnings: &mut Vec<Warning>,
    ) -> Result<&ReadyLevel, Error> {
        let levels = levels(&self.template);
        if let Some(name) = name {
            let index = levels.iter().position(|level| level.name == name).ok_or_else(|| {
                let message = format!("there is no level \"{name}\"");
                Error::new(ErrorCode::InvalidArgument, message).at("/level")
            })?;
            return Ok(self.ready_level(index, &levels[index]));
        }
        let at = level_at(&self.template, points);
        if at.gap {
            warnings.push(Warning {
                code: WarningCode::LevelGap,
                path: "/hierarchical_config/relationship_levels".to_owned(),
                message: format!("no level holds {points} points; \"{}\" was taken", at.level.name),
            });
        }
        Ok(self.ready_level(at.index, at.level))
    }

    fn ready_level(&self, index: usize, level: &Level) -> &ReadyLevel {
        self.levels[index].get_or_init(|| ReadyLevel::new(level, index, &self.base))
    }

    fn mood(&self, name: Option<&str>) -> Result<&ReadyMood, Error> {
        let name = name.unwrap_or(self.template.default_mood());
        if !self.has_mood(name) {
            return Err(Error::new(ErrorCode::UnknownMood, format!("there is no mood \"{name}\""))
                .at("/mood")
                .hint("name a mood of mood_config.moods, or none for the default mood"));
        }
        let moods = self.defined_moods();
        let index = moods.iter().position(|mood| mood.name == name).unwrap_or(moods.len());
        Ok(self.moods[index].get_or_init(|| ReadyMood::new(name, moods.get(index), &self.base)))
    }

    fn active<'a>(&self, options: &CompileOptions, level: &'a ReadyLevel, mood: &'a ReadyMood) -> Active<'a> {
        let levels_apply = options.features.hierarchical_personality
            && self.template.hierarchical_config.as_ref().is_some_and(|config| config.enabled)
            && defined_levels(&self.template).is_some();
        let moods_apply = options.features.mood_system
            && self.template.mood_config.as_ref().is_some_and(|config| config.enabled);
        Active { level: levels_apply.then_some(&level.changes), mood: moods_apply.then_some(&mood.changes) }
    }

    /// The deltas that apply, in the order of summing.
    fn sources<'a>(&self, active: &Active<'a>, checked: &Checked<'a>) -> Vec<Source<'a>> {
        let scaled =
            self.template.mood_config.as_ref().is_some_and(|config| config.detection.scale_by_intensity);
        let mut sources = Vec::with_capacity(3);
        if let Some(level) = active.level {
            sources.push(Source { name: &level.source, deltas: &level.deltas, factor: 1.0 });
        }
        if let Some(mood) = active.mood {
            let factor = if scaled { checked.intensity } else { 1.0 };
            sources.push(Source { name: &mood.source, deltas: &mood.deltas, factor });
        }
        if let Some(deltas) = checked.mask {
            sources.push(Source { name: "mask", deltas, factor: 1.0 });
        }
        sources
    }

    fn warn_without_base(&self, parameters: &[Parameter], warnings: &mut Vec<Warning>) {
        let has_section = self.template.document.get("advanced_parameters").is_some();
        for parameter in parameters {
            warnings.push(Warning {
                code: WarningCode::NoBaseValue,
                path: if has_section { "/advanced_parameters" } else { "" }.to_owned(),
                message: format!("{} has a delta but no base value; 0.5 was taken", parameter.name()),
            });
        }
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
    /// As in [`Compiled`].
    pub trace: Vec<(Parameter, ParameterTrace)>,
}

/// The lines that depend on the numbers of the moment.
fn current_lines(mood: &ReadyMood, intensity: f64, parameters: &Parameters) -> Vec<Line> {
    let mut current = Vec::with_capacity(1 + Parameter::ALL.len());
    current.push(mood_line(&mood.text, intensity));
    for (parameter, value) in parameters.iter() {
        current.push(parameter_line(parameter, value));
    }
    current
}

/// That of the mask, or the one that follows from the effective creativity.
fn temperature(parameters: &Parameters, checked: &Checked<'_>) -> f64 {
    let creativity = parameters.get(Parameter::Creativity).unwrap_or(0.5);
    round6(checked.temperature.unwrap_or(0.1 + 0.9 * creativity))
}

/// What options come to.
struct Resolved<'a> {
    level: &'a ReadyLevel,
    mood: &'a ReadyMood,
    active: Active<'a>,
    effective: Effective,
    temperature: f64,
    intensity: f64,
}

/// The level and the mood whose modifiers apply.
struct Active<'a> {
    level: Option<&'a Changes>,
    mood: Option<&'a Changes>,
}

impl<'a> Active<'a> {
    /// Appends what level and mood add to a list; the mood only what the level does not add already.
    fn add(&self, lines: &mut Vec<&'a Line>, list: fn(&Changes) -> &Additions) {
        let level = self.level.map(list);
        if let Some(level) = level {
            lines.extend(&level.lines);
        }
        if let Some(mood) = self.mood.map(list) {
            for (line, key) in mood.lines.iter().zip(&mood.keys) {
                if level.is_none_or(|level| !level.seen.contains(key)) {
                    lines.push(line);
                }
            }
        }
    }

    fn applied(&self) -> Vec<String> {
        let mut applied = Vec::new();
        for changes in [self.level, self.mood] {
            if let Some(changes) = changes.filter(|changes| changes.has_any) {
                applied.push(changes.source.clone());
            }
        }
        applied
    }
}

/// All lines of the body in prompt order. `current` = the mood line and the parameters.
fn lines<'a>(
    base: &'a BaseLines,
    active: &Active<'a>,
    level: &'a Line,
    current: &'a [Line],
) -> Vec<&'a Line> {
    let mut lines = Vec::with_capacity(256);
    lines.extend(&base.to_tone);
    active.add(&mut lines, |changes| &changes.tone);
    lines.extend(&base.to_expressions);
    active.add(&mut lines, |changes| &changes.expressions);
    lines.extend(&base.to_rules);
    active.add(&mut lines, |changes| &changes.rules);
    lines.push(level);
    lines.extend(current);
    lines.extend(&base.rest);
    lines
}
