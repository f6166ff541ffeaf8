//! Knowledge in a turn, as data: `tests/cases/knowledge/turns.json` says what is known and said, and what of it is
//! shown. The suites in Node and in a browser run the same file through the public API.

use luminoracore::context::{PER_MESSAGE, estimate};
use luminoracore::engine::{Output, Preview};
use luminoracore::json::to_text;
use luminoracore::knowledge::{PreparedKnowledge, Said};
use luminoracore::template::Template;
use luminoracore::text::Macros;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::host::{Host, file, finish, text};

#[derive(Deserialize)]
struct Case {
    name: String,
    knowledge: Value,
    policy: Option<Value>,
    #[serde(default)]
    user: Option<String>,
    /// What the person and the personality said before.
    #[serde(default)]
    said: Vec<(String, String)>,
    text: String,
    /// Entries as `index position`, those that are not in the prompt with `dropped` behind.
    entries: Vec<String>,
    /// Code and path.
    #[serde(default)]
    warnings: Vec<(String, String)>,
    /// Role and text of every message.
    messages: Option<Vec<(String, String)>>,
    /// What the system text has.
    #[serde(default)]
    contains: Vec<String>,
    /// What it has not.
    #[serde(default)]
    lacks: Vec<String>,
}

/// Tove, with another knowledge.
fn document(knowledge: &Value, policy: Option<&Value>) -> String {
    let mut document: Value = serde_json::from_str(&file("tests/cases/templates/tove.json")).unwrap();
    document["knowledge"] = knowledge.clone();
    if let Some(policy) = policy {
        document["policy"] = policy.clone();
    }
    document.to_string()
}

fn described(entry: &Value) -> String {
    let mut words = vec![entry["entry"].to_string(), entry["position"].as_str().unwrap().to_owned()];
    words.extend(entry.get("depth").map(Value::to_string));
    words.extend(entry.get("role").and_then(Value::as_str).map(str::to_owned));
    if entry["used"] == json!(false) {
        words.push("dropped".to_owned());
    }
    words.join(" ")
}

#[test]
fn what_a_turn_is_shown() {
    let cases: Vec<Case> = serde_json::from_str(&file("tests/cases/knowledge/turns.json")).unwrap();
    assert!(cases.len() > 50);
    for Case {
        name,
        knowledge,
        policy,
        user,
        said,
        text: message,
        entries,
        warnings,
        messages,
        contains,
        lacks,
    } in cases
    {
        let user = user.as_deref().unwrap_or("diego");
        let mut host = Host::new();
        let session = host.session_of(user, &document(&knowledge, policy.as_ref()));
        for (words, answer) in said {
            host.model = Box::new(move |_| Some(vec![text(&answer), finish()]));
            host.send(user, &session, &words).unwrap();
        }
        let preview = host.core.preview(user, &session, &message, host.now).unwrap();
        let preview: Value = serde_json::from_str(&to_text(&preview)).unwrap();
        let found: Vec<String> =
            preview["knowledge"]["entries"].as_array().unwrap().iter().map(described).collect();
        assert_eq!(found, entries, "{name}");
        let found: Vec<(&str, &str)> = preview["knowledge"]["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| (warning["code"].as_str().unwrap(), warning["path"].as_str().unwrap()))
            .collect();
        let warnings: Vec<(&str, &str)> = warnings.iter().map(|(code, path)| (&**code, &**path)).collect();
        assert_eq!(found, warnings, "{name}");
        // The block says the same, and the turn has the prompt that was announced.
        let block = preview["blocks"].as_array().unwrap().iter().find(|block| block["name"] == "knowledge");
        let dropped = entries.iter().filter(|entry| entry.ends_with("dropped")).count();
        assert_eq!(block.is_some(), !entries.is_empty(), "{name}");
        if let Some(block) = block {
            assert_eq!(block["items"].as_array().unwrap().len(), entries.len() - dropped, "{name}");
            assert_eq!(block["dropped"], json!(dropped), "{name}");
        }
        host.send(user, &session, &message).unwrap();
        let prompt = host.prompts.last().unwrap();
        assert_eq!(json!(prompt.system), preview["system"], "{name}");
        let told = format!("{}{}", prompt.system, preview["context"].as_str().unwrap());
        for text in contains {
            assert!(told.contains(&text), "{name}: {text} in {told}");
        }
        for text in lacks {
            assert!(!told.contains(&text), "{name}: {text} in {told}");
        }
        if let Some(messages) = messages {
            // But for what is told before every reply.
            let said = prompt.messages.iter().filter(|message| message.content != preview["context"]);
            let found: Value = serde_json::from_str(&to_text(&said.collect::<Vec<_>>())).unwrap();
            let expected: Vec<Value> =
                messages.iter().map(|(role, content)| json!({ "role": role, "content": content })).collect();
            assert_eq!(found, json!(expected), "{name}");
        }
    }
}

#[test]
fn a_tight_budget_takes_the_entries_that_are_wanted_most() {
    let entry = |text: &str, priority: u32| json!({ "keys": ["k"], "content": text, "priority": priority });
    let long = "word ".repeat(40);
    let knowledge = json!([entry(&format!("A {long}"), 1), entry(&format!("B {long}"), 3), entry("C", 2)]);
    let mut host = Host::new();
    let whole = {
        let session = host.session_of("whole", &document(&knowledge, None));
        host.core.preview("whole", &session, "k", host.now).unwrap()
    };
    // Everything fits in the default budget. Examples weigh less; with their tokens and 30 more gone, one of the long
    // entries goes, the one wanted least.
    let examples: u32 =
        whole.blocks.iter().filter(|block| block.name == "examples").map(|block| block.tokens).sum();
    let limit = whole.tokens - examples - 30;
    let policy = json!({ "max_context_tokens": limit });
    let session =
        host.session_of("tight", &document(&knowledge, Some(&policy)).replace("Tove Brandt", "Ann"));
    let preview = host.core.preview("tight", &session, "k", host.now).unwrap();
    let block = |preview: &Preview| preview.blocks.iter().find(|block| block.name == "knowledge").cloned();
    assert_eq!(block(&whole).unwrap().items, ["0", "1", "2"]);
    let block = block(&preview).unwrap();
    assert_eq!((block.items, block.dropped), (vec!["1".to_owned(), "2".to_owned()], 1));
    assert!(preview.tokens <= limit);
    assert!(!preview.context.contains("- A word") && preview.context.contains("- B word"));
    // What the block is said to cost is what it costs.
    let sum: u32 = preview.blocks.iter().map(|block| block.tokens).sum();
    assert_eq!(sum, preview.tokens);
    let run = match host.send("tight", &session, "k").unwrap() {
        Output::Reply(reply) => host.core.run("tight", reply.run.as_deref().unwrap()).unwrap(),
        other => panic!("a reply was expected, not {other:?}"),
    };
    let run: Value = serde_json::from_str(&run).unwrap();
    let recorded = run["blocks"].as_array().unwrap().iter().find(|block| block["name"] == "knowledge");
    assert_eq!(recorded.unwrap()["items"], json!(["1", "2"]));
}

#[test]
fn what_is_said_to_be_the_cost_is_what_the_prompt_costs() {
    let knowledge = json!([
        { "keys": ["k"], "content": "# One\n\ntwo  three\n", "position": "before_char" },
        { "keys": ["k"], "content": "four\r\n  five six" },
        { "keys": ["k"], "content": "@@depth 1\nseven" },
    ]);
    let mut host = Host::new();
    let session = host.session_of("diego", &document(&knowledge, None));
    host.send("diego", &session, "k").unwrap();
    let prompt = host.prompts.last().unwrap();
    let preview = host.core.preview("diego", &session, "k", host.now).unwrap();
    let messages: u32 = prompt.messages.iter().map(|message| estimate(&message.content) + PER_MESSAGE).sum();
    let history: u32 =
        preview.blocks.iter().filter(|block| block.name == "history").map(|block| block.tokens).sum();
    // The dry run is one exchange further on, and its persona block counts as one message.
    assert_eq!(preview.tokens, estimate(&preview.system) + PER_MESSAGE + messages + history);
}

/// Anything that an entry may hold.
fn any_entry() -> impl Strategy<Value = Value> {
    let word = || "(storm|tide|lamp|k1|k2|café|\\{\\{user\\}\\}|/st.rm/i|\\(|a\\*\\*|[a-c]{1,3})";
    let decorator = "(@@(depth|scan_depth|activate_only_after|activate_only_every|role|position|additional_keys|\
        exclude_keys|activate|dont_activate|keep_activate_after_match|dont_activate_after_match|\
        ignore_on_max_context|other)( (0|1|2|5|x|system|user|assistant|before_desc|storm|k1,k2))?\n){0,3}";
    let content =
        (decorator, "(storm|tide|k1|k2|\\{\\{random:a,b\\}\\}|\\{\\{hidden_key:k2\\}\\}| |# x|\n){0,8}");
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let numbers = (-3_i32..3, proptest::option::of(-3_i32..3));
    (
        proptest::collection::vec(word(), 0..3),
        proptest::collection::vec(word(), 0..2),
        content,
        flags,
        numbers,
    )
        .prop_map(|(keys, secondary, (decorators, content), flags, (order, priority))| {
            let (selective, constant, case_sensitive, use_regex, whole, before) = flags;
            let mut entry = json!({
                "keys": keys, "secondary_keys": secondary, "content": decorators + &content,
                "selective": selective, "constant": constant, "case_sensitive": case_sensitive,
                "use_regex": use_regex, "extensions": { "match_whole_words": whole },
                "position": if before { "before_char" } else { "after_char" }, "insertion_order": order,
            });
            if let Some(priority) = priority {
                entry["priority"] = json!(priority);
            }
            entry
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_known_and_said_budgets_are_kept(
        entries in proptest::collection::vec(any_entry(), 0..8),
        said in proptest::collection::vec("(storm|tide|k1|lamp|caf\u{e9}| ){1,4}", 1..12),
        (scan_depth, token_budget, recursive) in (0_u32..6, 0_u32..30, any::<bool>()),
        seed in any::<u64>(),
    ) {
        let knowledge = json!({
            "entries": entries, "scan_depth": scan_depth, "token_budget": token_budget, "recursive": recursive,
        });
        let template = Template::parse(document(&knowledge, None).as_bytes()).unwrap();
        let knowledge = PreparedKnowledge::new(&template);
        let said: Vec<Said> = said
            .iter()
            .enumerate()
            .map(|(index, text)| Said { by_personality: index % 2 == 1, text })
            .collect();
        let macros = Macros { character: "Ada", user: "storm", seed, place: 1 };
        let selection = knowledge.select(&said, macros);
        prop_assert_eq!(&knowledge.select(&said, macros), &selection);
        // As many turns as it says that it reaches are enough.
        let near = said.get(..knowledge.reach().max(1)).unwrap_or(&said);
        prop_assert_eq!(&knowledge.select(near, macros), &selection);
        prop_assert!(selection.kept.iter().map(|selected| selected.tokens).sum::<u32>() <= token_budget);
        let orders: Vec<i64> = selection
            .kept
            .iter()
            .map(|selected| entries[selected.entry]["insertion_order"].as_i64().unwrap())
            .collect();
        prop_assert!(orders.is_sorted());
        let mut texts: Vec<&str> = selection.kept.iter().map(|selected| &*selected.text).collect();
        texts.sort_unstable();
        texts.dedup();
        prop_assert_eq!(texts.len(), selection.kept.len());
    }
}
