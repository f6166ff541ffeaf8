//! The TypeScript declarations of everything that crosses the boundary, and the index of the bundled personalities.
//! Checked for drift; `UPDATE_GENERATED=1` writes them anew.

use luminoracore::template::Template;
use serde_json::json;
use ts_rs::{Config, TS};

use crate::host::file;

const HEADER: &str = "// Generated from the Rust types: `npm run generate`. Do not edit.\n";

macro_rules! declarations {
    ($($type:ty),* $(,)?) => {{
        let config = Config::new().with_large_int("number");
        let mut text = HEADER.to_owned();
        $(
            text.push('\n');
            text.push_str(&<$type as TS>::docs().unwrap_or_default());
            text.push_str("export ");
            text.push_str(&<$type as TS>::decl(&config));
            text.push('\n');
        )*
        text
    }};
}

#[test]
fn generated_types() {
    use luminoracore::{compile, context, engine, log::body, observe, state, template};
    check(
        "js/generated/types.ts",
        &declarations![
            luminoracore::ErrorCode,
            luminoracore::Refusal,
            template::Severity,
            template::ProblemCode,
            template::Problem,
            template::Counts,
            template::Validation,
            template::model::Parameters,
            compile::Target,
            compile::Role,
            compile::Message,
            compile::MaskDeltas,
            compile::CompileFeatures,
            compile::Section,
            compile::Step,
            compile::ParameterTrace,
            compile::Dropped,
            compile::WarningCode,
            compile::Warning,
            compile::Compiled,
            context::Assembly,
            observe::Language,
            observe::Coverage,
            observe::SentimentClass,
            observe::Sentiment,
            observe::Emotion,
            observe::Interaction,
            observe::Intent,
            observe::MoodTrigger,
            observe::Observation,
            body::Role,
            body::MoodCause,
            body::MoodPeriod,
            body::Progression,
            body::SessionStatus,
            body::BlockReport,
            body::Usage,
            state::Quarantined,
            state::Absorbed,
            luminoracore::bundle::snapshot::ExportOptions,
            engine::Features,
            engine::Restore,
            engine::ModelRequest,
            engine::Direction,
            engine::Event,
            engine::TemplateSummary,
            engine::SessionSummary,
            engine::AffinityView,
            engine::MoodView,
            engine::SessionState,
            engine::TurnView,
            engine::Preview,
            engine::Reply,
            engine::ImportNote,
            engine::ImportReport,
            engine::Output,
        ],
    );
}

#[test]
fn generated_personalities() {
    let folder = format!("{}/personalities", env!("CARGO_MANIFEST_DIR"));
    let mut keys: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".json")?.to_owned()))
        .collect();
    keys.sort();
    let entries = keys.iter().map(|key| {
        let template = Template::parse(file(&format!("personalities/{key}.json")).as_bytes()).unwrap();
        let persona = template.persona;
        json!({
            "key": key, "id": template.id, "name": persona.name, "version": persona.version,
            "description": persona.description, "language": persona.language, "tags": persona.tags,
            "aliases": persona.aliases,
        })
    });
    let entries = serde_json::to_string_pretty(&entries.collect::<Vec<_>>()).unwrap();
    let text = format!(
        "{HEADER}\nimport type {{ TemplateSummary }} from \"./types.ts\";\n\n/** The personalities that the package brings along; `key` is the name of the file. */\n\
         export const bundledPersonalities: readonly (TemplateSummary & {{ key: string; aliases: string[] }})[] = {entries};\n"
    );
    check("js/generated/personalities.ts", &text);
}

fn check(path: &str, text: &str) {
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(format!("{}/{path}", env!("CARGO_MANIFEST_DIR")), text).unwrap();
    }
    assert!(file(path) == text, "{path} is out of date: run `npm run generate`");
}
