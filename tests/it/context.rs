//! Token estimate and block assembly: the shared cases, and the laws.

use std::collections::BTreeMap;
use std::fs;

use luminoracore::Error;
use luminoracore::context::{Block, Content, Item, choose, estimate};
use luminoracore::engine::ModelRequest;
use proptest::prelude::*;
use serde_json::Value;

use crate::host::Host;

fn cases() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/minime/context-budget.json");
    serde_json::from_slice(&fs::read(path).expect("the case file is there")).expect("the case file is JSON")
}

fn tokens_of(value: &Value) -> u32 {
    u32::try_from(value["tokens"].as_u64().expect("tokens")).expect("a small number")
}

fn block_of(value: &Value) -> Block {
    let content = match value["items"].as_array() {
        None => Content::Text(String::new()),
        Some(items) => Content::Items(
            items
                .iter()
                .map(|item| Item {
                    id: item["id"].as_str().expect("id").to_owned(),
                    text: String::new(),
                    tokens: tokens_of(item),
                    score: item["score"].as_f64().expect("score"),
                })
                .collect(),
        ),
    };
    Block {
        name: value["name"].as_str().expect("name").to_owned(),
        content,
        weight: value["weight"].as_f64().expect("weight"),
        required: value["required"].as_bool().expect("required"),
        tokens: tokens_of(value),
    }
}

/// What was chosen, by the names of the blocks, in declared order.
#[derive(Debug, Default)]
struct Assembly {
    used: Vec<String>,
    dropped: Vec<String>,
    omitted: Vec<String>,
    /// For each used divisible block, the ids of the items taken.
    items: BTreeMap<String, Vec<String>>,
    tokens: u32,
}

fn assemble(blocks: &[Block], budget: u32) -> Result<Assembly, Error> {
    let choices = choose(blocks, budget)?;
    let mut assembly = Assembly { tokens: choices.tokens, ..Assembly::default() };
    for (index, block) in blocks.iter().enumerate() {
        let names = match choices.is_used(index) {
            true => &mut assembly.used,
            false if block.is_empty() => &mut assembly.omitted,
            false => &mut assembly.dropped,
        };
        names.push(block.name.clone());
        if choices.is_used(index) && matches!(block.content, Content::Items(_)) {
            assembly.items.insert(block.name.clone(), choices.items(blocks, index));
        }
    }
    Ok(assembly)
}

#[test]
fn the_shared_block_cases_hold() {
    for case in cases()["cases"].as_array().expect("cases") {
        let id = &case["id"];
        let blocks: Vec<Block> = case["blocks"].as_array().expect("blocks").iter().map(block_of).collect();
        let budget = u32::try_from(case["budget"].as_u64().expect("budget")).expect("a small number");
        let expect = &case["expect"];
        match assemble(&blocks, budget) {
            Err(error) => {
                assert_eq!(serde_json::to_value(error.code).expect("a name"), expect["error"], "{id}");
                assert_eq!(error.needed.map_or(Value::Null, Value::from), expect["needed"], "{id}");
            }
            Ok(Assembly { used, dropped, omitted, items, tokens }) => {
                assert_eq!(serde_json::json!(used), expect["used"], "{id}");
                assert_eq!(serde_json::json!(dropped), expect["dropped"], "{id}");
                assert_eq!(tokens, tokens_of(expect), "{id}");
                if let Some(expected) = expect.get("omitted") {
                    assert_eq!(&serde_json::json!(omitted), expected, "{id}");
                }
                if let Some(expected) = expect.get("items") {
                    let items: Value =
                        items.into_iter().map(|(name, ids)| (name, Value::from(ids))).collect();
                    assert_eq!(&items, expected, "{id}");
                }
            }
        }
    }
}

#[test]
fn the_shared_estimates_hold() {
    for case in cases()["estimator"].as_array().expect("estimator") {
        let tokens = u64::from(estimate(case["text"].as_str().expect("text")));
        let range = case["at_least"].as_u64().expect("at_least")..=case["at_most"].as_u64().expect("at_most");
        assert!(range.contains(&tokens), "{}: {tokens} not in {range:?}", case["id"]);
    }
}

#[test]
fn a_heading_counts_once_and_equal_scores_go_by_id() {
    let item = |id: &str| Item { id: id.to_owned(), text: String::new(), tokens: 10, score: 0.5 };
    let block = Block::divisible("facts", 0.6, 5, vec![item("c"), item("a"), item("b")]);
    let assembly = assemble(&[block], 29).expect("nothing is required");
    assert_eq!(assembly.items["facts"], ["a", "b"]);
    assert_eq!(assembly.tokens, 25);
}

#[test]
fn a_divisible_block_without_a_fitting_item_is_dropped_and_one_without_items_is_omitted() {
    let facts = Block::divisible("facts", 0.6, 5, vec![Item::new("f", 1.0, "a fact that is too long")]);
    let notes = Block::divisible("notes", 0.5, 5, Vec::new());
    let assembly = assemble(&[facts, notes], 6).expect("nothing is required");
    assert_eq!((assembly.dropped, assembly.omitted), (vec!["facts".to_owned()], vec!["notes".to_owned()]));
    assert_eq!(assembly.tokens, 0);
}

#[test]
fn weights_that_are_no_usable_number_are_refused() {
    for weight in [f64::NAN, f64::INFINITY, -0.1] {
        let error = assemble(&[Block::optional("a", weight, "text")], 10).expect_err("refused");
        assert_eq!(serde_json::json!(error.code), "invalid_weight");
        assert_eq!(error.path, "/0/weight");
    }
}

fn any_block(name: String) -> impl Strategy<Value = Block> {
    let items = prop::collection::vec((0_u32..40, 0_u8..4), 0..6);
    (any::<bool>(), 0_u8..5, 0_u32..60, prop::option::of(items)).prop_map(
        move |(required, weight, tokens, items)| match items {
            None => Block {
                name: name.clone(),
                content: Content::Text(String::new()),
                weight: f64::from(weight),
                required,
                tokens,
            },
            Some(items) => {
                let items = items.into_iter().enumerate().map(|(index, (tokens, score))| Item {
                    id: format!("{index}"),
                    text: String::new(),
                    tokens,
                    score: f64::from(score),
                });
                Block { required, ..Block::divisible(name.clone(), f64::from(weight), 3, items.collect()) }
            }
        },
    )
}

fn any_blocks() -> impl Strategy<Value = Vec<Block>> {
    (0_usize..8)
        .prop_flat_map(|count| (0..count).map(|index| any_block(format!("b{index}"))).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn the_estimate_is_additive_over_lines(lines in prop::collection::vec("[a-z0-9 \t.,é你🌙]{0,30}", 1..6)) {
        let breaks = u32::try_from(lines.len()).expect("few") - 1;
        let sum: u32 = lines.iter().map(|line| estimate(line)).sum();
        prop_assert_eq!(estimate(&lines.join("\n")), sum + breaks);
    }

    #[test]
    fn the_estimate_covers_every_visible_character(text in "\\PC{0,60}") {
        // The most that any tokenizer of bytes can save on letters is four to one.
        let visible = text.chars().filter(|character| !character.is_whitespace()).count();
        prop_assert!(estimate(&text) as usize * 4 >= visible);
    }

    #[test]
    fn an_assembly_keeps_within_its_budget_and_names_every_block_once(
        blocks in any_blocks(), budget in 0_u32..200,
    ) {
        let required: u32 = blocks.iter().filter(|b| b.required && !b.is_empty()).map(|b| b.tokens).sum();
        match assemble(&blocks, budget) {
            Err(error) => {
                prop_assert_eq!(error.needed, Some(required));
                prop_assert!(required > budget);
            }
            Ok(assembly) => {
                prop_assert!(assembly.tokens <= budget && assembly.tokens >= required);
                let mut named = [&assembly.used[..], &assembly.dropped, &assembly.omitted].concat();
                named.sort();
                let all: Vec<String> = blocks.iter().map(|block| block.name.clone()).collect();
                prop_assert_eq!(named, all);
                for block in &blocks {
                    prop_assert!(!block.required || !assembly.dropped.contains(&block.name));
                }
            }
        }
    }
}

/// What of two prompts a provider has read already: everything up to the first difference.
fn common(before: &ModelRequest, after: &ModelRequest) -> (usize, usize) {
    let text = |request: &ModelRequest| {
        let messages =
            request.messages.iter().map(|message| format!("\n{:?}: {}", message.role, message.content));
        request.system.clone() + &messages.collect::<String>()
    };
    let (before, after) = (text(before), text(after));
    let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    (same, after.len())
}

#[test]
fn a_prompt_begins_as_the_one_before_it() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let sayings = [
        "My name is Diego and I live in Lima.",
        "You're pretty",
        "I walked along the river for an hour, and there was nobody but a heron and me.",
        "My sister Ana paints boats in the harbour, blue ones mostly.",
        "What do you remember of my sister?",
        "That was a terrible day at work, everything went wrong from the morning on.",
        "Do you know what a heron is?",
    ];
    for round in 0..140 {
        host.now += 4 * 60_000;
        host.send("diego", &session, &format!("{} ({round})", sayings[round % sayings.len()])).unwrap();
    }
    let shares = |from: usize, to: usize| {
        let pairs = host.prompts[from..to].windows(2).map(|pair| common(&pair[0], &pair[1]));
        let (same, all) = pairs.fold((0, 0), |(same, all), (a, b)| (same + a, all + b));
        same as f64 / all as f64
    };
    let (early, late) = (shares(5, 40), shares(60, 140));
    println!(
        "the same in front: {:.1} % in a young conversation, {:.1} % in a long one",
        100.0 * early,
        100.0 * late
    );
    assert!(early > 0.7 && late > 0.7, "{early} {late}");
    // A history that is cut moves its beginning seldom.
    let beginnings: Vec<&str> =
        host.prompts[60..].iter().map(|prompt| prompt.messages[0].content.as_str()).collect();
    let moved = beginnings.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!((1..=beginnings.len() / 4).contains(&moved), "{moved}");
}
