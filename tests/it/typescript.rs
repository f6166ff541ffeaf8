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
    use luminoracore::{card, compile, engine, log::body, observe, state, template};
    check(
        "js/generated/types.ts",
        &declarations![
            luminoracore::ErrorCode,
            luminoracore::Refusal,
            template::Severity,
            template::ProblemCode,
            template::Problem,
            template::Counts,
            template::Dialect,
            template::Validation,
            template::model::Parameters,
            template::blend::Strategy,
            template::blend::BlendedSource,
            template::blend::BlendWarningCode,
            template::blend::BlendWarning,
            template::blend::BlendReport,
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
            card::CardFormat,
            card::LossAction,
            card::LossItem,
            observe::Language,
            observe::Coverage,
            observe::SentimentClass,
            observe::Sentiment,
            observe::Emotion,
            observe::Interaction,
            observe::Intent,
            observe::MoodTrigger,
            luminoracore::memory::FactCategory,
            luminoracore::memory::EpisodeType,
            luminoracore::memory::FactClass,
            luminoracore::memory::EpisodeClass,
            luminoracore::memory::MemoryChange,
            luminoracore::memory::ArchiveReason,
            observe::Topic,
            observe::FactCandidate,
            observe::EpisodeCandidate,
            observe::Observation,
            body::Role,
            body::MoodCause,
            body::MoodPeriod,
            body::Progression,
            body::SessionStatus,
            body::BlockReport,
            body::Usage,
            body::MemorySource,
            body::MemoryStatus,
            body::FactOrigin,
            body::EarlierValue,
            body::Fact,
            body::Episode,
            state::Quarantined,
            state::Absorbed,
            luminoracore::bundle::snapshot::ExportOptions,
            engine::Features,
            engine::FeatureCategories,
            engine::FeatureSummary,
            luminoracore::memory::DropReason,
            luminoracore::memory::DroppedItem,
            engine::ByRole,
            engine::ModelTokens,
            engine::TopicCount,
            engine::SentimentDirection,
            engine::ScorePoint,
            engine::SentimentSummary,
            engine::LevelPoint,
            engine::AffinityCounts,
            engine::MoodCount,
            engine::FactCounts,
            engine::MemoryCounts,
            engine::Analytics,
            engine::ExtractionReport,
            engine::Restore,
            engine::ModelRequest,
            engine::Direction,
            engine::MemoryChanged,
            engine::Forgotten,
            luminoracore::log::AppliedMigration,
            luminoracore::log::PlannedStep,
            engine::Migrations,
            engine::Event,
            engine::FactView,
            engine::EpisodeView,
            engine::MemoryView,
            engine::Archive,
            engine::NoteChange,
            engine::ImportedNote,
            engine::NoteView,
            engine::TemplateSummary,
            engine::SessionSummary,
            engine::AffinityView,
            engine::MoodView,
            engine::SessionState,
            engine::ParameterExplanation,
            engine::TurnView,
            engine::EntryPosition,
            engine::FoundEntry,
            engine::KnowledgeReport,
            engine::Preview,
            luminoracore::memory::Signals,
            engine::Why,
            engine::Recalled,
            engine::TextToEmbed,
            engine::EmbeddingProgress,
            engine::Reply,
            engine::ImportNote,
            engine::ImportReport,
            engine::BundleReport,
            engine::TablesOfUser,
            engine::TablesReport,
            engine::Output,
        ],
    );
}

#[test]
fn generated_schemas() {
    let schema = luminoracore::template::schema();
    check("schemas/template.json", &format!("{}\n", luminoracore::json::pretty(&schema)));
    let schema = luminoracore::bundle::schema();
    check("schemas/snapshot.json", &format!("{}\n", luminoracore::json::pretty(&schema)));
    for (kind, body) in luminoracore::log::body::schemas() {
        let mut schema = luminoracore::json::Map::new();
        schema.insert("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.insert("$id", format!("luminoracore/schemas/{kind}.json"));
        schema.insert("title", format!("Body of a {kind} record, version 1"));
        for (key, value) in body.as_object().unwrap() {
            schema.insert(key.as_str(), value.clone());
        }
        let text = luminoracore::json::pretty(&luminoracore::json::Value::Object(schema));
        check(&format!("schemas/{kind}.json"), &format!("{text}\n"));
    }
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
        let persona = &template.persona;
        json!({
            "key": key, "id": template.id(), "name": persona.name, "version": persona.version,
            "description": persona.description, "language": persona.language, "tags": persona.tags,
            "aliases": persona.aliases,
        })
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    let entries = serde_json::to_string_pretty(&entries).unwrap();
    check("js/generated/personalities.json", &format!("{entries}\n"));

    let urls = keys
        .iter()
        .map(|key| format!("  {key}: new URL(\"./personalities/{key}.json\", import.meta.url),\n"));
    let text = format!(
        "{HEADER}\n// Bundlers find the files by these very expressions, so each is written out.\n\n\
         /** Where the bundled personalities are, by key. */\n\
         export const personalityUrls: Readonly<Record<string, URL>> = {{\n{}}};\n",
        urls.collect::<String>()
    );
    check("js/generated/personality-urls.ts", &text);

    let imports = keys.iter().map(|key| {
        format!("import {key} from \"../../personalities/{key}.json\" with {{ type: \"json\" }};\n")
    });
    let text = format!(
        "{HEADER}\n{}\n/** The bundled personalities, by key. */\n\
         export const personalityDocuments: Readonly<Record<string, object>> = {{\n{}}};\n",
        imports.collect::<String>(),
        keys.iter().map(|key| format!("  {key},\n")).collect::<String>()
    );
    check("js/generated/personality-documents.ts", &text);
}

fn check(path: &str, text: &str) {
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(format!("{}/{path}", env!("CARGO_MANIFEST_DIR")), text).unwrap();
    }
    assert!(file(path) == text, "{path} is out of date: run `npm run generate`");
}
