//! Recall as people meet it: what was said is found again, with its reasons, and what is gone stays gone.

use luminoracore::ErrorCode;
use luminoracore::engine::{CoreOptions, Features, Output, RecallOptions, Recalled, Reply};
use luminoracore::memory::{Candidate, RetrievalWeights, retrieve};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::host::{Host, Storage, file, instructions};
use crate::sample::tree;

const DAY: u64 = 86_400_000;

fn reply(output: Output) -> Reply {
    match output {
        Output::Reply(reply) => *reply,
        other => panic!("a reply was expected, not {other:?}"),
    }
}

/// Says something that only the person says anything to.
fn say(host: &mut Host, session: &str, text: &str) -> Reply {
    host.now += 60_000;
    let send = json!({
        "type": "send", "user": "diego", "session": session, "text": text,
        "model": { "kind": "manual", "id": "manual" },
    });
    reply(host.run(&send).unwrap())
}

fn import(host: &mut Host, source: &str, text: &str, further: Value) {
    let mut note = json!({ "source": source, "text": text });
    note.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    host.run(&json!({ "type": "import-notes", "user": "diego", "documents": [note] })).unwrap();
}

fn recall_with(host: &mut Host, session: &str, query: &str, options: &Value) -> Vec<Recalled> {
    let options = RecallOptions::parse(&tree(options)).unwrap();
    host.core.recall("diego", session, query, &options, host.now).unwrap()
}

fn recall(host: &mut Host, session: &str, query: &str) -> Vec<Recalled> {
    recall_with(host, session, query, &json!({}))
}

fn texts(recalled: &[Recalled]) -> Vec<&str> {
    recalled.iter().map(|recalled| recalled.text.as_str()).collect()
}

#[test]
fn what_was_said_is_found_by_other_forms_of_its_words() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let said = say(&mut host, &session, "My sister is painting the old boats in the harbour.");
    say(&mut host, &session, "The weather is fine.");
    let found = recall(&mut host, &session, "Who painted a boat?");
    assert_eq!(found[0].id, said.user_turn.unwrap());
    assert_eq!(found[0].memory_type, "turn");
    assert_eq!(found[0].source.as_deref(), Some(session.as_str()));
    assert_eq!(found[0].matches, ["painted", "boat"]);
    let why = found[0].why;
    assert_eq!((why.signals.text, why.similarity, why.importance), (1.0, 1.0, 1.0));
    let sum = why.similarity * (1.0 + why.domain + why.recency + why.reuse) * why.importance;
    assert!((found[0].score - sum).abs() < 1e-5, "the score is what its reasons say");
    assert!(recall(&mut host, &session, "quantum chromodynamics").is_empty());
}

#[test]
fn an_answer_is_found_by_its_question() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    for (text, answer) in [
        ("Good morning!", "Good morning."),
        ("What shall we name the kitten?", "Saffron would suit her."),
        ("It will rain.", "Then stay in."),
    ] {
        say(&mut host, &session, text);
        let answer = json!({ "type": "reply", "user": "diego", "session": session, "text": answer });
        host.run(&answer).unwrap();
    }
    let found = recall(&mut host, &session, "the kitten's name");
    assert_eq!(texts(&found)[..2], ["What shall we name the kitten?", "Saffron would suit her."]);
    assert!(found[1].why.signals.context > 0.9 && found[1].matches.is_empty());
}

#[test]
fn spanish_is_found_by_spanish_rules() {
    let mut host = Host::new();
    let session = host.session("diego", "grandma_hope");
    let said = say(&mut host, &session, "Ayer fuimos a caminar por las montañas con mis primos.");
    say(&mut host, &session, "Hoy no tengo mucho que contar.");
    let found = recall(&mut host, &session, "¿Con quién caminábamos en la montaña?");
    assert_eq!(found[0].id, said.user_turn.unwrap());
    assert_eq!(found[0].matches, ["caminabamos", "montana"]);
}

#[test]
fn languages_without_spaces_are_found_by_their_characters() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let chinese = say(&mut host, &session, "我的妹妹住在北京，她喜欢喝绿茶。");
    let korean = say(&mut host, &session, "저는 서울에서 피아노를 배웠어요.");
    say(&mut host, &session, "今日は雨です。");
    assert_eq!(recall(&mut host, &session, "北京的绿茶")[0].id, chinese.user_turn.unwrap());
    assert_eq!(recall(&mut host, &session, "피아노")[0].id, korean.user_turn.unwrap());
}

#[test]
fn times_are_understood_as_they_are_seen_from_now() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    // From Thursday, 2026-01-01 on, one a day.
    for text in ["first we swam", "then we cooked", "we read aloud", "we slept", "we sang", "we flew kites"] {
        say(&mut host, &session, text);
        host.now += DAY;
    }
    // It is Wednesday, the 7th.
    for (question, options, expected) in [
        ("What did we do yesterday?", json!({}), "we flew kites"),
        ("what happened 3 days ago", json!({}), "we slept"),
        ("What about Saturday?", json!({}), "we read aloud"),
        ("What was on January 2?", json!({}), "then we cooked"),
        ("¿Qué hicimos el domingo?", json!({ "language": "es" }), "we slept"),
        ("¿Qué hicimos ayer?", json!({ "language": "es" }), "we flew kites"),
        ("¿y el 5 de enero?", json!({ "language": "es" }), "we sang"),
    ] {
        let found = recall_with(&mut host, &session, question, &options);
        assert_eq!(found.first().map(|found| found.text.as_str()), Some(expected), "{question}");
    }
    let found = recall(&mut host, &session, "What did we do yesterday?");
    assert!(found[0].why.signals.time);
}

#[test]
fn facts_and_episodes_are_found_and_chosen_by_type_tag_and_confidence() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let remember = |host: &mut Host, key: &str, value: &str, confidence: f64, tags: Value| {
        let fact = json!({
            "category": "preferences", "key": key, "value": value, "confidence": confidence, "tags": tags,
        });
        host.run(&json!({ "type": "remember", "user": "diego", "fact": fact })).unwrap();
    };
    remember(&mut host, "favourite tea", "jasmine tea", 1.0, json!(["drinks"]));
    remember(&mut host, "second tea", "mint tea", 0.5, json!([]));
    say(
        &mut host,
        &session,
        "My grandmother died last night, we used to drink tea together. I'm heartbroken.",
    );
    let all = recall(&mut host, &session, "tea");
    let mut types: Vec<&str> = all.iter().map(|found| found.memory_type).collect();
    types.sort_unstable();
    types.dedup();
    assert_eq!(types, ["episode", "fact", "turn"]);
    let of = |host: &mut Host, options: Value| {
        texts(&recall_with(host, &session, "tea", &options))
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let facts = of(&mut host, json!({ "types": ["fact"] }));
    assert_eq!(facts.len(), 2);
    assert!(facts.contains(&"favourite tea: jasmine tea".to_owned()), "{facts:?}");
    let sure = of(&mut host, json!({ "types": ["fact"], "confidence_min": 0.8 }));
    assert_eq!(sure, ["favourite tea: jasmine tea"]);
    assert_eq!(of(&mut host, json!({ "tags": ["drinks"] })), ["favourite tea: jasmine tea"]);
    assert_eq!(of(&mut host, json!({ "limit": 1 })).len(), 1);
    assert_eq!(of(&mut host, json!({ "domains": ["kitchen"] })), [""; 0]);
}

#[test]
fn no_search_finds_more_than_the_host_allows() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    for number in 0..30 {
        say(&mut host, &session, &format!("boat number {number}"));
    }
    assert_eq!(recall(&mut host, &session, "boat").len(), 5);
    assert_eq!(recall_with(&mut host, &session, "boat", &json!({ "limit": 50 })).len(), 10);
    let options = CoreOptions { most_recalled: 3, ..CoreOptions::default() };
    let mut host = Host::open(options, 1, host.storage.clone());
    assert_eq!(recall(&mut host, &session, "boat").len(), 3);
}

#[test]
fn a_search_keeps_to_its_tokens() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    for text in ["The boat is blue.", "A boat, a boat, my kingdom for a boat that floats on every water!"] {
        say(&mut host, &session, text);
    }
    let both = recall(&mut host, &session, "boat");
    assert_eq!(both.len(), 2);
    let short = recall_with(&mut host, &session, "boat", &json!({ "tokens": 8 }));
    assert_eq!(texts(&short), ["The boat is blue."]);
    assert!(recall_with(&mut host, &session, "boat", &json!({ "tokens": 0 })).is_empty());
}

#[test]
fn what_a_limit_put_aside_is_not_found_until_it_is_restored() {
    let limits = json!({ "limits": { "max_facts": 1 } });
    let mut host = Host::open(CoreOptions::parse(&tree(limits)).unwrap(), 0, Storage::default());
    let session = host.session("diego", "alicia");
    let mut ids = Vec::new();
    for (key, value) in [("boat", "a blue boat"), ("house", "a red house")] {
        let fact = json!({ "category": "other", "key": key, "value": value });
        let output = host.run(&json!({ "type": "remember", "user": "diego", "fact": fact })).unwrap();
        let Output::Memories(changes) = output else { panic!("changes were expected") };
        ids.push(changes[0].memory.clone());
        host.now += DAY;
    }
    assert!(recall(&mut host, &session, "blue boat").is_empty());
    host.run(&json!({ "type": "restore", "user": "diego", "memory": ids[0] })).unwrap();
    assert_eq!(recall(&mut host, &session, "blue boat")[0].id, ids[0]);
}

#[test]
fn a_turn_is_told_what_it_recalls_and_says_so() {
    let mut host = Host::new();
    let first = host.session("diego", "alicia");
    let said = say(&mut host, &first, "The spare key is under the blue flowerpot.");
    host.now += 10 * DAY;
    let second = host.session("diego", "alicia");
    let answered = reply(host.send("diego", &second, "Where did I put the spare key?").unwrap());
    let told = answered.memories.iter().find(|memory| memory.memory_type == "turn").unwrap();
    assert_eq!(Some(&told.id), said.user_turn.as_ref());
    assert_eq!(told.matches, ["spare", "key"]);
    assert!(instructions(&host.prompts[0]).contains("under the blue flowerpot"));
    let run: Value = serde_json::from_str(&host.core.run("diego", &answered.run.unwrap()).unwrap()).unwrap();
    let blocks = run["blocks"].as_array().unwrap();
    let block = blocks.iter().find(|block| block["name"] == "recalled").unwrap();
    assert_eq!(block["items"], json!([told.id]));
    // It was used once now, which counts a little at the next search.
    let found = recall(&mut host, &second, "spare key");
    let again = found.iter().find(|found| found.id == told.id).unwrap();
    assert!(again.why.reuse > 0.0);
    // What stands in the history is not told twice, and small talk recalls nothing.
    assert_eq!(reply(host.send("diego", &second, "And the flowerpot?").unwrap()).memories.len(), 1);
    assert!(reply(host.send("diego", &second, "Ok, hi!").unwrap()).memories.is_empty());
}

#[test]
fn the_scripted_model_answers_with_what_it_was_told() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    say(&mut host, &session, "The spare key is under the blue flowerpot.");
    say(&mut host, &session, "Where is the spare tyre?");
    let answered = reply(host.send_scripted("diego", &session, "Where is the spare key?").unwrap());
    assert!(answered.text.contains("“The spare key is under the blue flowerpot.”"), "{}", answered.text);
    let other = reply(host.send_scripted("diego", &session, "Who wrote that song?").unwrap());
    assert!(!other.text.contains("flowerpot"));
}

#[test]
fn a_long_conversation_does_not_push_out_what_is_known() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    import(&mut host, "keys.md", "The spare key hangs behind the clock.", json!({}));
    say(&mut host, &session, "My name is Diego and I live in Lima.");
    let filler = "and so we went on and on about nothing in particular for a while ".repeat(5);
    for number in 0..80 {
        say(&mut host, &session, &format!("{number} {filler}"));
    }
    let reply = reply(host.send("diego", &session, "Where does the spare key hang?").unwrap());
    let system = &instructions(&host.prompts[0]);
    assert!(system.contains("Lima") && system.contains("behind the clock"), "{system}");
    assert!(reply.memories.iter().any(|memory| memory.memory_type == "note"));
    assert!(host.prompts[0].messages.len() > 10, "the newest turns are still there");
}

#[test]
fn a_passage_of_a_note_is_found_with_its_place() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let filler = "Ñandú 🌙 running over the plain. ".repeat(60);
    let text = format!("{filler}\n\nThe lighthouse keeper is called Ibarra.\n\n{filler}");
    import(&mut host, "coast.md", &text, json!({ "title": "Coast", "domain": "sea" }));
    import(&mut host, "other.md", "A keeper of bees.", json!({ "domain": "land", "tags": ["bees"] }));
    let found = recall(&mut host, &session, "lighthouse keeper");
    assert_eq!((found[0].memory_type, found[0].source.as_deref()), ("note", Some("coast.md")));
    assert!(found[0].text.contains("Ibarra"));
    let [start, end] = found[0].span.unwrap();
    let units: Vec<u16> = text.encode_utf16().collect();
    assert_eq!(String::from_utf16(&units[start as usize..end as usize]).unwrap(), found[0].text);
    // The domain of the question counts more; a filter leaves out the others.
    let [first, ..] = &recall_with(&mut host, &session, "keeper", &json!({ "domain": "land" }))[..] else {
        panic!()
    };
    assert_eq!((first.source.as_deref(), first.why.domain), (Some("other.md"), 0.5));
    let sea = recall_with(&mut host, &session, "keeper", &json!({ "domains": ["sea"] }));
    assert!(sea.iter().all(|found| found.source.as_deref() == Some("coast.md")) && !sea.is_empty());
    let bees = recall_with(&mut host, &session, "keeper", &json!({ "tags": ["bees"] }));
    assert_eq!(texts(&bees), ["A keeper of bees."]);
    // The title finds every passage.
    assert!(!recall_with(&mut host, &session, "coast", &json!({ "types": ["note"] })).is_empty());
    // Another text takes the place of the first, whose words are gone.
    import(&mut host, "coast.md", "Nothing but sand.", json!({}));
    assert!(recall(&mut host, &session, "lighthouse Ibarra").is_empty());
    host.run(&json!({ "type": "forget", "user": "diego", "source": "coast.md" })).unwrap();
    assert!(recall(&mut host, &session, "sand").is_empty());
}

#[test]
fn what_is_gone_or_not_to_be_used_is_not_found() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let fact = json!({ "category": "other", "key": "secret", "value": "the walnut chest" });
    host.run(&json!({ "type": "remember", "user": "diego", "fact": fact })).unwrap();
    say(&mut host, &session, "We had a picnic by the river.");
    assert_eq!(recall(&mut host, &session, "walnut chest").len(), 1);
    host.run(&json!({ "type": "forget", "user": "diego", "query": "walnut" })).unwrap();
    assert!(recall(&mut host, &session, "walnut chest").is_empty());
    let cache = host.core.recall_cache("diego", 1).unwrap();
    assert!(!cache.windows(6).any(|part| part == b"walnut"), "the index still holds the word");

    // Another personality was not told.
    let other = host.session("diego", "dr_luna");
    assert!(recall(&mut host, &other, "picnic").is_empty());
    assert_eq!(recall(&mut host, &session, "picnic").len(), 1);
    // Older than what is kept in mind.
    host.now += 91 * DAY;
    assert!(recall(&mut host, &session, "picnic").is_empty());
    let unlimited = CoreOptions::parse(&tree(json!({ "limits": { "retention_days": null } }))).unwrap();
    let mut all = Host::open(unlimited.clone(), 2, host.storage.clone());
    all.now = host.now;
    assert_eq!(recall(&mut all, &session, "picnic").len(), 1);
    // Not to be learned from.
    let mut storage = host.storage.clone();
    storage.change("turn", |body| body.insert("learn", false));
    let mut private = Host::open(unlimited, 3, storage);
    assert!(recall(&mut private, &session, "picnic").is_empty());
    // Everything.
    all.run(&json!({ "type": "erase", "user": "diego", "purge": false })).unwrap();
    let refused = all.core.recall("diego", &session, "picnic", &RecallOptions::default(), all.now);
    assert_eq!(refused.unwrap_err().code, ErrorCode::UnknownSession);
    assert_eq!(all.core.recall_cache("diego", 1), None);
}

#[test]
fn a_blank_question_is_refused() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let refused =
        host.core.recall("diego", &session, " \n", &RecallOptions::default(), host.now).unwrap_err();
    assert_eq!((refused.code, refused.path.as_str()), (ErrorCode::InvalidArgument, "/query"));
    let options = RecallOptions::parse(&tree(json!({ "types": ["fact", "dream"] }))).unwrap_err();
    assert_eq!((options.code, options.path.as_str()), (ErrorCode::InvalidArgument, "/types"));
}

#[test]
fn a_cache_changes_nothing_but_the_time() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    for text in ["We planted tomatoes.", "The tomatoes are ripe.", "My brother plays chess."] {
        say(&mut host, &session, text);
    }
    let expected = recall(&mut host, &session, "tomatoes");
    let cache = host.core.recall_cache("diego", 1).unwrap();
    assert_eq!(host.core.recall_cache("diego", 1), None, "the cache is up to date");
    say(&mut host, &session, "My sister collects stamps.");
    let open = |cache: &[u8]| {
        let mut host = Host::open(CoreOptions::default(), 4, Storage::default());
        host.core.read_recall_cache("diego", cache);
        host
    };
    let mut damaged = cache.clone();
    damaged[20] ^= 1;
    for (cache, unsaved) in [(&cache[..], 2), (&damaged, 8), (&[], 8)] {
        let mut fresh = open(cache);
        fresh.core.absorb(host.storage.all(), host.now).unwrap();
        fresh.now = host.now;
        assert_eq!(texts(&recall(&mut fresh, &session, "tomatoes"))[..3], texts(&expected));
        assert_eq!(texts(&recall(&mut fresh, &session, "stamps"))[0], "My sister collects stamps.");
        assert!(fresh.core.recall_cache("diego", unsaved + 3).is_none(), "more was read than was needed");
        assert_eq!(fresh.core.recall_cache("diego", 1), {
            let mut whole = open(&[]);
            whole.core.absorb(host.storage.all(), host.now).unwrap();
            whole.core.recall_cache("diego", 1)
        });
    }
}

#[test]
fn retrieval_cases() {
    let cases: Value = serde_json::from_str(&file("tests/cases/minime/retrieval.json")).unwrap();
    let most = cases["max_k"].as_u64().unwrap();
    for case in cases["cases"].as_array().unwrap() {
        let weight = |name: &str| case["weights"][name].as_f64().unwrap_or(0.0);
        let weights =
            RetrievalWeights { domain: weight("domain"), recency: weight("recency"), reuse: weight("reuse") };
        let Some(expected) = case["expect_ids"].as_array() else { continue };
        let items = case["items"].as_array().unwrap();
        let candidates: Vec<Candidate<'_>> = items
            .iter()
            .map(|item| Candidate {
                id: item["id"].as_str().unwrap(),
                similarity: item["sim"].as_f64().unwrap(),
                same_domain: item["domain"].is_string() && item["domain"] == case["query_domain"],
                age_days: item["age_days"].as_f64().unwrap_or(0.0),
                uses: item["uses"].as_u64().unwrap_or(0) as u32,
                importance: 1.0,
            })
            .collect();
        let k = case["k"].as_u64().unwrap().min(most) as usize;
        let ids: Vec<&str> =
            retrieve(&candidates, &weights, k).iter().map(|scored| candidates[scored.index].id).collect();
        let expected: Vec<&str> = expected.iter().map(|id| id.as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{}", case["id"]);
    }
}

/// Vectors of four sorts of things, and of nothing.
fn meaning(text: &str) -> Option<Vec<f32>> {
    let of = |words: [&str; 3]| f32::from(u8::from(words.iter().any(|word| text.contains(word))));
    Some(vec![
        of(["dog", "puppy", "animal"]),
        of(["ship", "boat", "sail"]),
        of(["soup", "eat", "dinner"]),
        0.1,
    ])
}

/// A host with an embedder that has embedded everything said.
fn semantic_host(texts: &[&str]) -> (Host, String) {
    let options = CoreOptions { embedder: Some("meaning".to_owned()), ..CoreOptions::default() };
    let mut host = Host::open(options, 0, Storage::default());
    host.embedder = meaning;
    let session = host.session("diego", "alicia");
    for text in texts {
        say(&mut host, &session, text);
    }
    embed(&mut host);
    (host, session)
}

fn embed(host: &mut Host) -> usize {
    let texts = host.core.texts_to_embed("diego", 100);
    let slots: Vec<u32> = texts.iter().map(|text| text.slot).collect();
    let vectors: Vec<f32> = texts.iter().flat_map(|text| meaning(&text.text).unwrap()).collect();
    if !slots.is_empty() {
        host.core.set_vectors("diego", &slots, &vectors).unwrap();
    }
    slots.len()
}

fn recall_by_meaning(host: &mut Host, session: &str, query: &str) -> Vec<Recalled> {
    let options = RecallOptions { vector: meaning(query), ..RecallOptions::default() };
    host.core.recall("diego", session, query, &options, host.now).unwrap()
}

const SAID: [&str; 4] = ["We got a puppy.", "It was windy.", "The boat leaks.", "Grandma made soup."];

#[test]
fn meaning_finds_what_shares_no_word() {
    let (mut host, session) = semantic_host(&SAID);
    assert!(recall(&mut host, &session, "animals?").is_empty());
    let found = recall_by_meaning(&mut host, &session, "animals?");
    assert_eq!(found[0].text, "We got a puppy.");
    assert!(found[0].matches.is_empty() && found[0].why.signals.meaning > 0.9);
    // What is said is embedded before it is answered, and an embedder that fails is made up for by words.
    let answered = reply(host.send("diego", &session, "Which animals do I have?").unwrap());
    assert!(answered.memories.is_empty(), "what stands in the history is told there");
    let other = host.session("diego", "alicia");
    let answered = reply(host.send("diego", &other, "Which animals do I have?").unwrap());
    assert!(texts(&answered.memories).contains(&"We got a puppy."));
    host.embedder = |_| None;
    let answered = reply(host.send("diego", &other, "Does my puppy bark?").unwrap());
    assert_eq!(answered.memories[0].text, "We got a puppy.");
    host.embedder = |_| Some(vec![1.0]);
    let answered = reply(host.send("diego", &other, "And the boat?").unwrap());
    assert_eq!(answered.memories[0].text, "The boat leaks.");
    let wrong = RecallOptions { vector: Some(vec![1.0, 0.0]), ..RecallOptions::default() };
    let refused = host.core.recall("diego", &session, "boat", &wrong, host.now).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Dimension);
}

#[test]
fn what_is_not_embedded_yet_is_found_by_its_words() {
    let (mut host, session) = semantic_host(&SAID);
    say(&mut host, &session, "My sister sails a yacht.");
    let progress = host.core.embedding_progress("diego");
    assert!(progress.total > progress.done);
    let found = recall_by_meaning(&mut host, &session, "a yacht");
    assert_eq!(found[0].text, "My sister sails a yacht.");
    assert_eq!(embed(&mut host) as u32, progress.total - progress.done);
    assert_eq!(embed(&mut host), 0, "nothing is embedded twice");
    let progress = host.core.embedding_progress("diego");
    assert_eq!(progress.total, progress.done);
    // What nobody may learn from, and what is erased, is not sent anywhere.
    host.storage.change("turn", |body| body.insert("learn", false));
    let options = CoreOptions { embedder: Some("meaning".to_owned()), ..CoreOptions::default() };
    let mut private = Host::open(options, 1, host.storage.clone());
    let turns = private.core.texts_to_embed("diego", 100);
    assert!(turns.iter().all(|text| !SAID.contains(&text.text.as_str())), "{turns:?}");
    assert_eq!(host.core.set_vectors("diego", &[0, 1], &[1.0; 3]).unwrap_err().code, ErrorCode::Dimension);
}

#[test]
fn vectors_are_kept_by_text_and_embedder() {
    let (mut host, session) = semantic_host(&SAID);
    let expected = recall_by_meaning(&mut host, &session, "animals?");
    let cache = host.core.vector_cache("diego", 1).unwrap();
    assert_eq!(host.core.vector_cache("diego", 1), None);
    let open = |host: &Host, embedder: &str, cache: &[u8]| {
        let options = CoreOptions { embedder: Some(embedder.to_owned()), ..CoreOptions::default() };
        let mut again = Host::open(options, 5, host.storage.clone());
        again.core.read_vector_cache("diego", cache);
        again.now = host.now;
        again
    };
    let mut again = open(&host, "meaning", &cache);
    assert!(again.core.texts_to_embed("diego", 100).is_empty());
    assert_eq!(recall_by_meaning(&mut again, &session, "animals?"), expected);
    for (embedder, cache) in [("another", &cache[..]), ("meaning", &cache[1..]), ("meaning", &[])] {
        assert!(!open(&host, embedder, cache).core.texts_to_embed("diego", 100).is_empty());
    }
    // Forgotten: no vector of it is left.
    let before = host.core.embedding_progress("diego");
    host.run(&json!({ "type": "remember", "user": "diego", "fact": { "key": "pet", "value": "a puppy" } }))
        .unwrap();
    assert_eq!(embed(&mut host), 1);
    host.run(&json!({ "type": "forget", "user": "diego", "query": "pet puppy" })).unwrap();
    assert_eq!(host.core.embedding_progress("diego"), before);
}

#[test]
fn without_semantic_search_nothing_is_embedded() {
    let features = Features { semantic_search: false, ..Features::ALL };
    let options = CoreOptions { features, embedder: Some("meaning".to_owned()), ..CoreOptions::default() };
    let mut host = Host::open(options, 0, Storage::default());
    host.embedder = |_| panic!("nothing is embedded");
    let session = host.session("diego", "alicia");
    say(&mut host, &session, "We got a puppy.");
    assert!(host.core.texts_to_embed("diego", 10).is_empty());
    assert!(recall_by_meaning(&mut host, &session, "animals?").is_empty());
    host.send("diego", &session, "Which animals?").unwrap();
}

#[derive(Clone, Debug)]
enum Deed {
    Say(String),
    Remember(u8, String),
    Forget(u8),
    Note(u8, String),
    ForgetNote(u8),
    Search(String),
    /// So many records more are indexed.
    Index(usize),
    Sync,
}

fn deed() -> impl Strategy<Value = Deed> {
    let words = || "(boat|tea|rain|river|key|tree|winter|summer)( (boat|tea|rain|river|key|tree)){0,3}";
    prop_oneof![
        4 => words().prop_map(Deed::Say),
        2 => (0..4_u8, words()).prop_map(|(key, value)| Deed::Remember(key, value)),
        1 => (0..4_u8).prop_map(Deed::Forget),
        2 => (0..3_u8, words()).prop_map(|(source, text)| Deed::Note(source, text)),
        1 => (0..3_u8).prop_map(Deed::ForgetNote),
        2 => words().prop_map(Deed::Search),
        2 => (1..4_usize).prop_map(Deed::Index),
        1 => Just(Deed::Sync),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn after_any_history_the_index_is_that_of_a_fresh_start(
        deeds in proptest::collection::vec(deed(), 1..24),
    ) {
        let mut host = Host::new();
        let session = host.session("diego", "alicia");
        for deed in deeds {
            match deed {
                Deed::Say(text) => drop(say(&mut host, &session, &text)),
                Deed::Remember(key, value) => {
                    let fact = json!({ "category": "other", "key": format!("thing {key}"), "value": value });
                    host.run(&json!({ "type": "remember", "user": "diego", "fact": fact })).unwrap();
                }
                Deed::Forget(key) => {
                    let query = format!("thing {key}");
                    host.run(&json!({ "type": "forget", "user": "diego", "query": query })).unwrap();
                }
                Deed::Note(source, text) => import(&mut host, &format!("{source}.md"), &text, json!({})),
                Deed::ForgetNote(source) => {
                    let source = format!("{source}.md");
                    host.run(&json!({ "type": "forget", "user": "diego", "source": source })).unwrap();
                }
                Deed::Search(words) => drop(recall(&mut host, &session, &words)),
                Deed::Index(most) => drop(host.core.index_some("diego", most)),
                // The same records once more, as from another tab.
                Deed::Sync => drop(host.core.absorb(host.storage.all(), host.now).unwrap()),
            }
        }
        let mut fresh = Host::open(CoreOptions::default(), 9, host.storage.clone());
        fresh.now = host.now;
        while fresh.core.index_some("diego", 2) {}
        for words in ["boat", "tea rain", "river key tree", "thing winter"] {
            prop_assert_eq!(recall(&mut host, &session, words), recall(&mut fresh, &session, words));
        }
        // Whether or not a cache would want it: one that has never met anything is not written.
        prop_assert_eq!(host.core.recall_cache("diego", 0), fresh.core.recall_cache("diego", 0));
    }
}
