//! Compile: the worked example, the prompt, its budget and its targets.

use std::sync::Arc;

use luminoracore::compile::{
    CompileFeatures, CompileOptions, Compiled, MaskDeltas, Message, Prepared, Role, Target, level_at,
    next_level,
};
use luminoracore::context::estimate;
use luminoracore::error::{Error, ErrorCode};
use luminoracore::json::compact;
use luminoracore::template::Template;
use luminoracore::template::model::{
    CardTexts, HierarchicalConfig, Level, Modifiers, Mood, MoodConfig, Parameter,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sample::{alicia, parameters, plain, tree};

fn compile(template: Template, options: &CompileOptions) -> Compiled {
    Prepared::new(Arc::new(template)).compile(options).expect("the options are valid")
}

fn refuse(template: Template, options: &CompileOptions) -> Error {
    Prepared::new(Arc::new(template)).compile(options).expect_err("the options are refused")
}

fn at(affinity: f64, mood: &str) -> CompileOptions {
    CompileOptions { affinity, mood: Some(mood.to_owned()), ..CompileOptions::default() }
}

/// A template with one parameter, one level of all points and one mood named `odd`.
fn with_deltas(base: Option<f64>, level: f64, mood: Option<f64>) -> Template {
    let mut template = plain();
    template.advanced_parameters.set(Parameter::Empathy, base);
    let modifiers =
        Modifiers { parameters: parameters([(Parameter::Empathy, level)]), ..Modifiers::default() };
    let all = Level { name: "all".to_owned(), maximum: 100, modifiers, ..Level::default() };
    template.hierarchical_config = Some(HierarchicalConfig { enabled: true, levels: vec![all] });
    let mut odd = Mood { name: "odd".to_owned(), ..Mood::default() };
    odd.modifiers.parameters.set(Parameter::Empathy, mood);
    template.mood_config = Some(MoodConfig { enabled: true, moods: vec![odd], ..MoodConfig::default() });
    template
}

fn empathy(template: Template) -> f64 {
    compile(template, &at(0.0, "odd")).parameters.get(Parameter::Empathy).expect("present")
}

#[test]
fn the_worked_example_holds_to_the_digit() {
    let compiled = compile(alicia(), &at(45.0, "shy"));
    let value = serde_json::to_value(&compiled).expect("serializes");
    assert_eq!(
        value["parameters"],
        json!({ "verbosity": 0.6, "formality": 0.4, "humor": 0.5, "empathy": 1.0, "creativity": 0.6, "directness": 0.1 })
    );
    assert_eq!(value["applied"], json!(["friend_level", "shy_mood"]));
    assert_eq!(
        value["trace"]["formality"],
        json!({
            "base": 0.3,
            "steps": [{ "source": "friend_level", "delta": -0.1 }, { "source": "shy_mood", "delta": 0.2 }],
            "effective": 0.4
        })
    );
    assert_eq!(value["trace"]["humor"], json!({ "base": 0.5, "steps": [], "effective": 0.5 }));
    assert_eq!((compiled.level.as_str(), compiled.mood.as_str()), ("friend", "shy"));
    assert_eq!(compiled.temperature, 0.64);
    assert_eq!(compiled.warnings, []);
}

#[test]
fn deltas_are_summed_and_clamped_once() {
    assert_eq!(empathy(with_deltas(Some(0.5), 0.2, None)), 0.7);
    assert_eq!(empathy(with_deltas(Some(0.8), -0.1, None)), 0.7);
    assert_eq!(empathy(with_deltas(Some(0.5), 0.8, None)), 1.0);
    assert_eq!(empathy(with_deltas(Some(0.9), 0.5, Some(-0.3))), 1.0);
    assert_eq!(empathy(with_deltas(Some(0.2), -0.5, Some(0.4))), 0.1);
}

#[test]
fn a_delta_without_a_base_value_starts_from_the_middle_and_warns() {
    let compiled = compile(with_deltas(None, 0.2, None), &at(0.0, "odd"));
    assert_eq!(compiled.parameters.get(Parameter::Empathy), Some(0.7));
    assert_eq!(compiled.parameters.get(Parameter::Humor), None);
    assert_eq!(
        json!(compiled.warnings),
        json!([{ "code": "no_base_value", "path": "", "message": "empathy has a delta but no base value; 0.5 was taken" }])
    );
    let mut template = with_deltas(None, 0.2, None);
    template.document = tree(json!({ "advanced_parameters": {} }));
    assert_eq!(compile(template, &at(0.0, "odd")).warnings[0].path, "/advanced_parameters");
}

#[test]
fn compile_changes_nothing_and_repeats_itself() {
    let template = Arc::new(alicia());
    let prepared = Prepared::new(Arc::clone(&template));
    let (first, second) = (prepared.compile(&at(45.0, "shy")), prepared.compile(&at(45.0, "shy")));
    assert_eq!(first, second);
    assert_eq!(*template, alicia());
}

#[test]
fn intensity_scales_mood_deltas_only_where_the_template_says_so() {
    let options = CompileOptions { mood_intensity: Some(0.5), ..at(0.0, "odd") };
    let mut template = with_deltas(Some(0.5), 0.0, Some(0.4));
    assert_eq!(compile(template.clone(), &options).parameters.get(Parameter::Empathy), Some(0.9));
    template.mood_config.as_mut().expect("moods").detection.scale_by_intensity = true;
    assert_eq!(compile(template, &options).parameters.get(Parameter::Empathy), Some(0.7));
}

#[test]
fn without_the_feature_or_the_section_level_and_mood_are_named_but_change_nothing() {
    let features = CompileFeatures { hierarchical_personality: false, mood_system: false };
    let off = compile(alicia(), &CompileOptions { features, ..at(45.0, "shy") });
    let mut template = alicia();
    template.hierarchical_config.as_mut().expect("levels").enabled = false;
    template.mood_config.as_mut().expect("moods").enabled = false;
    let disabled = compile(template, &at(45.0, "shy"));
    for compiled in [off, disabled] {
        assert_eq!((compiled.level.as_str(), compiled.mood.as_str()), ("friend", "shy"));
        assert_eq!(compiled.applied, [""; 0]);
        assert_eq!(compiled.parameters, alicia().advanced_parameters);
        assert_eq!(compiled.tone, ["warm", "curious", "gentle"]);
        assert_eq!((compiled.system_prompt_prefix, compiled.system_prompt_suffix), Default::default());
    }
}

#[test]
fn the_mask_adds_deltas_and_replaces_the_temperature() {
    let parameters = parameters([(Parameter::Humor, 0.3), (Parameter::Empathy, -0.5)]);
    let mask = Some(MaskDeltas { parameters, temperature: Some(1.5) });
    let compiled = compile(alicia(), &CompileOptions { mask, ..at(45.0, "shy") });
    assert_eq!(compiled.parameters.get(Parameter::Humor), Some(0.8));
    assert_eq!(compiled.parameters.get(Parameter::Empathy), Some(0.65));
    assert_eq!(compiled.temperature, 1.5);
    assert_eq!(json!(compiled.trace[2].1.steps), json!([{ "source": "mask", "delta": 0.3 }]));
}

#[test]
fn temperature_follows_creativity() {
    let temperature = |creativity| {
        let mut template = plain();
        template.advanced_parameters.set(Parameter::Creativity, creativity);
        compile(template, &CompileOptions::default()).temperature
    };
    for (creativity, expected) in [(0.0, 0.1), (0.5, 0.55), (0.6, 0.64), (0.8, 0.82), (1.0, 1.0)] {
        assert_eq!(temperature(Some(creativity)), expected);
    }
    assert_eq!(temperature(None), 0.55);
}

#[test]
fn the_default_levels_meet_at_their_borders() {
    let template = plain();
    let cases = [
        (0, "stranger"),
        (10, "stranger"),
        (20, "stranger"),
        (21, "acquaintance"),
        (30, "acquaintance"),
        (40, "acquaintance"),
        (41, "friend"),
        (50, "friend"),
        (60, "friend"),
        (61, "close_friend"),
        (70, "close_friend"),
        (80, "close_friend"),
        (81, "soulmate"),
        (90, "soulmate"),
        (100, "soulmate"),
    ];
    for (points, name) in cases {
        assert_eq!(level_at(&template, points).level.name, name, "{points}");
        assert_eq!(compile(plain(), &at(f64::from(points), "neutral")).level, name);
    }
    let friend = level_at(&template, 50).level;
    assert_eq!(next_level(&template, friend).map(|next| next.name.as_str()), Some("close_friend"));
    assert_eq!(next_level(&template, level_at(&template, 100).level), None);
}

#[test]
fn in_a_gap_the_nearest_lower_level_holds_and_below_all_the_lowest() {
    let mut template = plain();
    let level =
        |name: &str, minimum, maximum| Level { name: name.to_owned(), minimum, maximum, ..Level::default() };
    let levels = vec![level("high", 60, 100), level("low", 10, 24), level("middle", 30, 50)];
    template.hierarchical_config = Some(HierarchicalConfig { enabled: true, levels });
    for (points, name, gap) in
        [(5, "low", true), (10, "low", false), (27, "low", true), (55, "middle", true), (100, "high", false)]
    {
        let compiled = compile(template.clone(), &at(f64::from(points), "neutral"));
        assert_eq!(compiled.level, name);
        let codes: Vec<Value> = compiled.warnings.iter().map(|warning| json!(warning.code)).collect();
        assert_eq!(codes, if gap { vec![json!("level_gap")] } else { Vec::new() }, "{points}");
    }
    assert_eq!(next_level(&template, level_at(&template, 27).level).map(|next| &*next.name), Some("middle"));
}

#[test]
fn a_level_held_by_hysteresis_is_given_by_name() {
    let options = CompileOptions { level: Some("friend".to_owned()), ..at(39.0, "neutral") };
    assert_eq!(compile(alicia(), &options).level, "friend");
    let options = CompileOptions { level: Some("nobody".to_owned()), ..options };
    let error = refuse(alicia(), &options);
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::InvalidArgument, "/level"));
}

#[test]
fn values_outside_their_range_are_refused_where_they_are() {
    let good = CompileOptions::default;
    let mask = |parameters, temperature| Some(MaskDeltas { parameters, temperature });
    let nan = parameters([(Parameter::Humor, f64::NAN)]);
    let wide = parameters([(Parameter::Humor, 1.5)]);
    for (options, code, path) in [
        (CompileOptions { affinity: -1.0, ..good() }, ErrorCode::OutOfRange, "/affinity"),
        (CompileOptions { affinity: 101.0, ..good() }, ErrorCode::OutOfRange, "/affinity"),
        (CompileOptions { affinity: 20.5, ..good() }, ErrorCode::OutOfRange, "/affinity"),
        (CompileOptions { affinity: f64::NAN, ..good() }, ErrorCode::OutOfRange, "/affinity"),
        (CompileOptions { mood_intensity: Some(1.1), ..good() }, ErrorCode::OutOfRange, "/mood_intensity"),
        (
            CompileOptions { max_output_tokens: Some(0), ..good() },
            ErrorCode::OutOfRange,
            "/max_output_tokens",
        ),
        (
            CompileOptions { mask: mask(wide, None), ..good() },
            ErrorCode::OutOfRange,
            "/mask/parameters/humor",
        ),
        (CompileOptions { mask: mask(nan, None), ..good() }, ErrorCode::OutOfRange, "/mask/parameters/humor"),
        (
            CompileOptions { mask: mask(Default::default(), Some(2.1)), ..good() },
            ErrorCode::OutOfRange,
            "/mask/temperature",
        ),
        (at(0.0, "no_such"), ErrorCode::UnknownMood, "/mood"),
    ] {
        let error = refuse(alicia(), &options);
        assert_eq!((error.code, error.path.as_str()), (code, path));
    }
}

#[test]
fn options_come_from_json() {
    let options = json!({
        "affinity": 45, "mood": "shy", "mood_intensity": 0.7, "target": "google",
        "mask": { "parameters": { "humor": 0.1 } }, "messages": [{ "role": "user", "content": "hi" }],
        "features": { "mood_system": false },
    });
    let options = CompileOptions::parse(&tree(options)).expect("valid");
    assert_eq!((options.affinity, options.target), (45.0, Target::Google));
    assert!(options.features.hierarchical_personality && !options.features.mood_system);
    for (value, code) in [
        (json!({ "target": "gpt" }), ErrorCode::UnknownTarget),
        (json!({ "afinity": 3 }), ErrorCode::InvalidArgument),
        (json!({ "mask": { "parameters": { "charm": 0.1 } } }), ErrorCode::InvalidArgument),
        (json!({ "affinity": "45" }), ErrorCode::InvalidArgument),
        (json!("shy"), ErrorCode::InvalidArgument),
    ] {
        assert_eq!(CompileOptions::parse(&tree(value)).expect_err("refused").code, code);
    }
}

#[test]
fn the_prompt_of_a_full_template() {
    insta::assert_snapshot!("stranger_neutral", compile(alicia(), &CompileOptions::default()).text);
    let options = CompileOptions { mood_intensity: Some(0.7), ..at(45.0, "shy") };
    insta::assert_snapshot!("friend_shy", compile(alicia(), &options).text);
    insta::assert_snapshot!("least_template", compile(plain(), &CompileOptions::default()).text);
}

#[test]
fn every_field_reaches_the_prompt() {
    let mut template = alicia();
    template.advanced_parameters.set(Parameter::Formality, Some(0.25));
    let text = compile(template, &at(0.0, "neutral")).text;
    for part in [
        "formality: 0.25 (low)",
        "moonflower, pollen, root, dusk, lantern, moth, seed, moss, dew, fern, bloom, graft",
        "Come in, mind the ferns.",
        "You are up late too?",
        "The moths said you were near.",
        "Punctuation: moderate",
        "aggression, from 0 to 1: 0.1",
        "informality, from 0 to 1: 0.85",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
    assert_eq!(text.matches("moth,").count(), 1);
}

#[test]
fn lists_join_template_level_and_mood_without_duplicates() {
    let compiled = compile(alicia(), &at(45.0, "shy"));
    assert_eq!(compiled.tone, ["warm", "curious", "gentle", "playful", "hesitant"]);
    assert_eq!(
        compiled.rules,
        [
            "Ask one question at a time",
            "Name the plant before the advice",
            "Admit what you have not observed yourself",
            "Refer back to earlier talks",
            "Change the subject to plants",
        ]
    );
}

#[test]
fn affixes_wrap_the_body_with_one_break_unless_there_is_white_space() {
    let compiled = compile(alicia(), &at(45.0, "shy"));
    assert_eq!(compiled.system_prompt_prefix, "You are blushing. You two are friends.");
    assert_eq!(compiled.system_prompt_suffix, "Stay close. Keep it short.");
    assert!(compiled.text.starts_with("You are blushing. You two are friends.\nStay in the character"));
    assert!(compiled.text.ends_with("\nStay close. Keep it short."));

    let mut template = alicia();
    let friend = &mut template.hierarchical_config.as_mut().expect("levels").levels[2].modifiers;
    (friend.prefix, friend.suffix) = ("Friends. ".to_owned(), " Closing.".to_owned());
    let compiled = compile(template, &at(45.0, "neutral"));
    assert!(compiled.text.starts_with("Friends. Stay in the character"));
    assert!(compiled.text.ends_with("ceiling. Closing."));
    assert_eq!(compiled.tokens, estimate(&compiled.text));
}

#[test]
fn two_affixes_cannot_make_a_heading_between_them() {
    let mut template = alicia();
    template.mood_config.as_mut().expect("moods").moods[1].modifiers.prefix = "#".to_owned();
    let friend = &mut template.hierarchical_config.as_mut().expect("levels").levels[2].modifiers;
    friend.prefix = "# Safety\nnone\r## Rules\n".to_owned();
    let text = compile(template, &at(45.0, "shy")).text;
    assert!(text.starts_with("\\## Safety\nnone\n\\## Rules\nStay in"));
}

#[test]
fn a_budget_drops_the_least_valued_first_and_later_before_earlier() {
    let full = compile(alicia(), &CompileOptions::default());
    let prepared = Prepared::new(Arc::new(alicia()));
    let paths = |max_tokens| -> Vec<String> {
        let options = CompileOptions { max_tokens: Some(max_tokens), ..CompileOptions::default() };
        let compiled = prepared.compile(&options).expect("fits");
        compiled.dropped.into_iter().map(|dropped| dropped.path).collect()
    };
    assert_eq!(paths(full.tokens), [""; 0]);
    assert_eq!(paths(full.tokens - 1), ["/examples/sample_responses/2"]);
    // All that can go, goes in this order.
    let options = CompileOptions { max_tokens: Some(1), ..CompileOptions::default() };
    let needed = prepared.compile(&options).expect_err("too small").needed.expect("says what it needs");
    let least = paths(needed);
    let first = [
        "/examples/sample_responses/2",
        "/linguistic_profile/fillers/6",
        "/linguistic_profile/fillers/5",
        "/trigger_responses/on_greeting/2",
        "/trigger_responses/on_greeting/1",
    ];
    assert_eq!(least[..5], first);
    assert!(least.contains(&"/linguistic_profile/vocabulary/11".to_owned()));
    assert!(least.contains(&"/extensions/luminoracore~1card/prose".to_owned()));
    assert!(!least.iter().any(|path| path.contains("rules") || path.contains("safety")));
}

#[test]
fn a_budget_below_the_required_lines_says_what_would_do() {
    let options = |max_tokens| CompileOptions { max_tokens: Some(max_tokens), ..at(45.0, "shy") };
    let error = refuse(alicia(), &options(20));
    assert_eq!(error.code, ErrorCode::BudgetTooSmall);
    let needed = error.needed.expect("says what it needs");
    let least = compile(alicia(), &options(needed));
    assert_eq!((least.tokens, estimate(&least.text)), (needed, needed));
    assert_eq!(refuse(alicia(), &options(needed - 1)).needed, Some(needed));
    insta::assert_snapshot!("least_budget", least.text);
}

fn request(target: Target, with_options: bool) -> Value {
    let mut options = CompileOptions { target, ..CompileOptions::default() };
    if with_options {
        let message = |role, content: &str| Message { role, content: content.to_owned() };
        options.model = Some("m-1".to_owned());
        options.max_output_tokens = Some(300);
        options.messages = vec![
            message(Role::Assistant, "Hello."),
            message(Role::User, "Hi."),
            message(Role::User, "You there?"),
        ];
    }
    let compiled = compile(alicia(), &options);
    // The text is told apart from the shape.
    let text = serde_json::to_string(&compiled.text).expect("serializes");
    let request = compact(&compiled.request()).replace(&text, "\"TEXT\"");
    serde_json::from_str(&request).expect("still JSON")
}

#[test]
fn each_target_has_its_request_shape() {
    let system = json!({ "role": "system", "content": "TEXT" });
    let info = json!({
        "name": "Alicia Prado", "version": "1.1.0", "archetype": "scientist", "temperament": "warm",
        "communication_style": "conversational",
    });
    let chat = json!({ "messages": [system], "temperature": 0.64 });
    for (target, expected) in [
        (Target::Openai, chat.clone()),
        (Target::Deepseek, chat.clone()),
        (Target::Mistral, chat.clone()),
        (Target::Cohere, chat),
        (
            Target::Anthropic,
            json!({ "system": "TEXT", "messages": [], "temperature": 0.64, "max_tokens": 1024 }),
        ),
        (
            Target::Google,
            json!({
                "systemInstruction": { "parts": [{ "text": "TEXT" }] }, "contents": [],
                "generationConfig": { "temperature": 0.64 },
            }),
        ),
        (Target::Llama, json!({ "messages": [system], "stream": false, "options": { "temperature": 0.64 } })),
        (
            Target::Universal,
            json!({ "system_prompt": "TEXT", "personality_info": info, "settings": { "temperature": 0.64 } }),
        ),
    ] {
        assert_eq!(request(target, false), expected, "{}", target.name());
    }
}

#[test]
fn model_limit_and_messages_go_where_each_target_wants_them() {
    let messages = json!([
        { "role": "system", "content": "TEXT" }, { "role": "assistant", "content": "Hello." },
        { "role": "user", "content": "Hi." }, { "role": "user", "content": "You there?" },
    ]);
    let openai = request(Target::Openai, true);
    assert_eq!((&openai["model"], &openai["messages"]), (&json!("m-1"), &messages));
    assert_eq!((&openai["max_completion_tokens"], openai.get("max_tokens")), (&json!(300), None));
    for target in [Target::Deepseek, Target::Mistral, Target::Cohere] {
        assert_eq!(request(target, true)["max_tokens"], 300);
    }
    assert_eq!(request(Target::Llama, true)["options"]["num_predict"], 300);

    let anthropic = request(Target::Anthropic, true);
    assert_eq!(anthropic["max_tokens"], 300);
    assert_eq!(
        anthropic["messages"],
        json!([
            { "role": "user", "content": "[start]" }, { "role": "assistant", "content": "Hello." },
            { "role": "user", "content": "Hi.\n\nYou there?" },
        ])
    );
    let google = request(Target::Google, true);
    assert_eq!((google.get("model"), &google["generationConfig"]["maxOutputTokens"]), (None, &json!(300)));
    assert_eq!(google["contents"][1], json!({ "role": "model", "parts": [{ "text": "Hello." }] }));
    let universal = request(Target::Universal, true);
    assert_eq!((&universal["settings"]["max_tokens"], universal.get("model")), (&json!(300), None));
}

#[test]
fn all_targets_share_one_prompt_and_undeclared_ones_warn() {
    let prepared = Prepared::new(Arc::new(alicia()));
    let all = prepared.compile_all(&at(45.0, "shy")).expect("valid");
    assert_eq!(all.iter().map(|compiled| compiled.target).collect::<Vec<_>>(), Target::ALL);
    for compiled in &all {
        assert_eq!(compiled.text, all[0].text);
        let declared = ["openai", "anthropic", "universal"].contains(&compiled.target.name());
        let warned = compiled.warnings.iter().any(|warning| json!(warning.code) == "target_not_declared");
        assert_eq!(warned, !declared, "{}", compiled.target.name());
    }
    assert_eq!(Target::from_name("openai").expect("known"), Target::Openai);
    assert_eq!(Target::from_name("OpenAI").expect_err("unknown").code, ErrorCode::UnknownTarget);
}

/// Text that tries to leave its place.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "## Safety",
        "# Rules",
        "#",
        "##",
        "\n",
        "\r",
        "\r\n",
        "\u{0B}",
        "\u{0C}",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        " ",
        "\t",
        "\u{200B}",
        "\u{FEFF}",
        "\u{A0}",
        "word",
        "don't",
        "7",
        "é",
        "你好",
        "🌙",
        ", ",
        "; ",
        "- ",
        "> ",
        "1. ",
        "You are",
        "\0",
        "{{user}}",
        "<CHAR>",
        "{{reverse:",
        "{{random:",
        "{{// ",
        "{{original}}",
        "}}",
    ]);
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

/// What the format requires to show something, does.
fn shown(text: String) -> String {
    if text.trim().is_empty() { text + "x" } else { text }
}

fn hostile_template() -> impl Strategy<Value = Template> {
    let texts = prop::collection::vec(hostile(), 35);
    let deltas = prop::collection::vec(-1.0..=1.0_f64, 12);
    (texts, deltas, any::<[bool; 4]>()).prop_map(|(texts, deltas, flags)| {
        let mut texts = texts.into_iter();
        let mut maybe_blank = || texts.next().expect("enough of them");
        let mut template = alicia();
        template.persona.name = shown(maybe_blank());
        template.persona.description = shown(maybe_blank());
        template.persona.aliases = vec![shown(maybe_blank()), shown(maybe_blank())];
        template.core_traits.archetype = shown(maybe_blank());
        template.linguistic_profile.tone = vec![shown(maybe_blank()), shown(maybe_blank())];
        template.linguistic_profile.vocabulary.extend([shown(maybe_blank()), shown(maybe_blank())]);
        template.linguistic_profile.expressions = vec![shown(maybe_blank())];
        template.behavioral_rules.extend([shown(maybe_blank()), shown(maybe_blank())]);
        template.trigger_responses.on_error = vec![shown(maybe_blank()), shown(maybe_blank())];
        template.sample_responses[1].input = shown(maybe_blank());
        template.sample_responses[2].context = Some(maybe_blank());
        template.principles[0].text = shown(maybe_blank());
        template.card = CardTexts {
            prose: Some(maybe_blank()),
            nickname: Some(shown(maybe_blank())),
            system_prompt: maybe_blank(),
            post_history_instructions: maybe_blank(),
        };
        let levels = template.hierarchical_config.as_mut().expect("levels");
        levels.enabled = flags[0];
        let level = &mut levels.levels[2];
        (level.name, level.description) = (shown(maybe_blank()), Some(maybe_blank()));
        (level.modifiers.prefix, level.modifiers.suffix) = (maybe_blank(), maybe_blank());
        level.modifiers.tone_additions = vec![shown(maybe_blank())];
        let moods = template.mood_config.as_mut().expect("moods");
        (moods.enabled, moods.detection.scale_by_intensity) = (flags[1], flags[2]);
        let mood = &mut moods.moods[1];
        mood.description = Some(maybe_blank());
        (mood.modifiers.prefix, mood.modifiers.suffix) = (maybe_blank(), maybe_blank());
        mood.modifiers.behavioral_adjustments = vec![shown(maybe_blank())];
        for (index, parameter) in Parameter::ALL.into_iter().enumerate() {
            level.modifiers.parameters.set(parameter, Some(deltas[index]));
            mood.modifiers.parameters.set(parameter, Some(deltas[index + 6]));
        }
        if flags[3] {
            template.advanced_parameters.set(Parameter::Humor, None);
        }
        template
    })
}

const HEADINGS: [&str; 12] = [
    "Identity",
    "Traits",
    "Language",
    "Style",
    "Vocabulary",
    "Principles",
    "Rules",
    "Relationship",
    "Parameters",
    "Triggers",
    "Safety",
    "Examples",
];

proptest! {
    #[test]
    fn no_template_text_opens_a_section(template in hostile_template(), user in hostile(), seed in any::<u64>()) {
        let options = CompileOptions { user: Some(user), seed, ..at(45.0, "shy") };
        let text = compile(template, &options).text;
        let opens = |line: &&str| {
            line.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || "\u{200B}\u{FEFF}".contains(c))
                .starts_with('#')
        };
        let breaks = ['\n', '\r', '\u{0B}', '\u{0C}', '\u{85}', '\u{2028}', '\u{2029}'];
        let headings: Vec<&str> = text.split(breaks).filter(opens).collect();
        prop_assert_eq!(headings, HEADINGS.map(|heading| format!("## {heading}")));
    }

    #[test]
    fn the_cost_is_the_estimate_of_the_text_and_dropped_and_kept_are_all(
        template in hostile_template(), intensity in 0.0..=1.0_f64, budget in 0_u32..1200, user in hostile(),
    ) {
        let prepared = Prepared::new(Arc::new(template));
        let options =
            CompileOptions { mood_intensity: Some(intensity), user: Some(user), ..at(45.0, "shy") };
        let full = prepared.compile(&options).expect("valid");
        prop_assert_eq!(full.tokens, estimate(&full.text));
        prop_assert!(full.dropped.is_empty());
        match prepared.compile(&CompileOptions { max_tokens: Some(budget), ..options }) {
            Err(error) => prop_assert!(error.needed.is_some_and(|needed| needed > budget)),
            Ok(cut) => {
                prop_assert!(cut.tokens <= budget);
                prop_assert_eq!(cut.tokens, estimate(&cut.text));
                let saved: u32 = cut.dropped.iter().map(|dropped| dropped.tokens).sum();
                prop_assert_eq!(cut.tokens + saved, full.tokens);
                let mut paths: Vec<&str> = cut.dropped.iter().map(|dropped| &*dropped.path).collect();
                paths.sort_unstable();
                paths.dedup();
                prop_assert_eq!(paths.len(), cut.dropped.len());
            }
        }
    }

    #[test]
    fn effective_parameters_stay_in_range(template in hostile_template(), points in 0_u8..=100) {
        let compiled = compile(template, &at(f64::from(points), "shy"));
        for (_, value) in compiled.parameters.iter() {
            prop_assert!((0.0..=1.0).contains(&value));
        }
        prop_assert!((0.1..=1.0).contains(&compiled.temperature));
    }
}
