//! Bundles: what is in one, that it comes back as it was, and what becomes of it under another owner or schema.

use luminoracore::bundle::Selection;
use luminoracore::engine::{CoreOptions, ImportMode, Output};
use luminoracore::json::sha256_hex;
use luminoracore::log::{Record, natural_id};
use luminoracore::{Error, ErrorCode};
use serde_json::{Value, json};

use crate::bundle_file::{BundleFile, canonical};
use crate::host::{Host, Storage, code};

const AT: &str = "2026-01-01T00:00:00.000Z";

/// Somebody of whom there is a record of every kind and type, and one that was erased.
pub(crate) fn somebody(user: &str) -> (Host, String) {
    let mut host = Host::new();
    let session = host.session(user, "alicia");
    host.send(user, &session, "My name is Diego and my dog Max died yesterday").unwrap();
    host.run(&json!({ "type": "remember", "user": user, "fact": { "key": "tea", "value": { "z": 1, "a": [2.50] } } }))
        .unwrap();
    host.run(&json!({ "type": "import-notes", "user": user, "documents": [{ "source": "tides.md", "text": "# Tides\nThe sea comes and goes." }] }))
        .unwrap();
    host.run(
        &json!({ "type": "remember", "user": user, "fact": { "key": "secret", "value": "gone for good" } }),
    )
    .unwrap();
    host.run(&json!({ "type": "forget", "user": user, "query": "gone for good" })).unwrap();
    let run = BundleFile::of(&host.core, user, 0).records("run")[0]["id"].clone();
    let others = [
        (
            "feedback",
            "feedback_1".to_owned(),
            json!({ "run": run, "created_at": AT, "rating": 5, "note": "It was good." }),
        ),
        (
            "consent",
            natural_id("consent", &[user, "own_device", "sync"], 0),
            json!({ "destination": "own_device", "purpose": "sync", "state": "granted", "granted_by": "owner", "created_at": AT }),
        ),
        (
            "proposal",
            "proposal_1".to_owned(),
            json!({ "part": "vote", "proposal": "p", "voter": "v", "choice": "approve" }),
        ),
        (
            "memory",
            natural_id("pattern", &[user, "absolute_thinking"], 0),
            json!({ "type": "pattern", "class": "absolute_thinking", "label": "All or nothing" }),
        ),
        (
            "memory",
            natural_id("tension", &[user, "autonomy", "connection"], 0),
            json!({ "type": "tension", "name": "Near and far", "axis_a": "Connection", "axis_b": "Autonomy", "origin": "user_created", "created_at": AT, "updated_at": AT }),
        ),
        (
            "of the_future",
            "x".to_owned(),
            json!({ "é": 1e21, "big": 9_007_199_254_740_993_u64, "deep": [[{ "b": 1, "a": null }]] }),
        ),
        ("widget", "w".to_owned(), json!({ "colour": "blue" })),
    ];
    for (kind, id, body) in others {
        add(
            &mut host,
            &json!({ "id": id, "owner": user, "kind": kind, "at": "001767225600000-00007-A", "schema": 1, "body": body }),
        );
    }
    (host, session)
}

pub(crate) fn add(host: &mut Host, record: &Value) {
    let records = Record::parse_all(json!([record]).to_string().as_bytes()).unwrap();
    let absorbed = host.core.absorb(records, host.now).unwrap();
    assert_eq!(absorbed.quarantined, []);
}

pub(crate) fn empty(device: u8) -> Host {
    Host::open(CoreOptions::default(), device, Storage::default())
}

#[test]
fn everything_comes_back_on_another_device() {
    let (host, _) = somebody("diego");
    let file = BundleFile::of(&host.core, "diego", host.now);
    file.verify().unwrap();
    let kinds: Vec<&str> = file.manifest["selection"]["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind.as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "consent",
            "feedback",
            "instance",
            "memory",
            "of the_future",
            "proposal",
            "run",
            "session",
            "template",
            "turn",
            "widget"
        ]
    );
    let mut other = empty(2);
    let report = file.import(&mut other.core, "diego", ImportMode::Merge, host.now).unwrap();
    assert_eq!((report.changed, report.erased), (0, 1));
    assert_eq!(report.new as usize + 1, host.core.record_count("diego"));
    // The same bytes, whenever they are exported.
    let again = BundleFile::of(&other.core, "diego", host.now + 5_000);
    assert_eq!((&again.members, again.root()), (&file.members, file.root()));
    assert_ne!(again.manifest["created_at"], file.manifest["created_at"]);
    // And the same once more changes nothing, on either side.
    for core in [&mut other.core, &mut { host }.core] {
        let report = file.import(core, "diego", ImportMode::Merge, 1_767_225_600_000).unwrap();
        assert_eq!((report.new, report.changed, report.erased, report.conflicts), (0, 0, 0, vec![]));
    }
}

/// What is said of something that is nowhere means nothing; all else of the bundle is taken.
#[test]
fn feedback_on_a_run_that_is_nowhere_is_left_out_and_told() {
    let (host, _) = somebody("diego");
    let file = BundleFile::of(&host.core, "diego", host.now);
    let mut dangling = file.clone();
    let mut feedback = dangling.records("feedback");
    let mut other = feedback[0].clone();
    other["id"] = json!("feedback_2");
    other["body"]["run"] = json!("run_nowhere");
    feedback.push(other);
    dangling.set_records("feedback", &feedback);
    dangling.reseal();
    for mode in [ImportMode::DryRun, ImportMode::Merge, ImportMode::Replace] {
        let mut other = empty(2);
        let report = dangling.import(&mut other.core, "diego", mode, host.now).unwrap();
        let left_out: Vec<_> = report.quarantined.iter().map(|record| (&*record.id, &*record.code)).collect();
        assert_eq!(left_out, [("feedback_2", "unknown_ref")]);
        assert_eq!(report.new as usize + 1, host.core.record_count("diego"), "{mode:?}");
        if mode != ImportMode::DryRun {
            assert_eq!(BundleFile::of(&other.core, "diego", host.now).root(), file.root());
        }
    }
    // Of a log that is replaced only what was erased stays: its runs do not count.
    let mut without_runs = file.clone();
    without_runs.set_records("run", &[]);
    without_runs.reseal();
    let (mut other, _) = somebody("diego");
    let report = without_runs.import(&mut other.core, "diego", ImportMode::Replace, other.now).unwrap();
    assert_eq!((report.quarantined.len(), report.changed), (1, 0));
    assert!(!BundleFile::of(&other.core, "diego", other.now).holds("feedback_1"));
    // Its own bundle takes the place of a log that has it: it was never counted.
    let (mut other, _) = somebody("diego");
    let mut feedback = file.records("feedback")[0].clone();
    feedback["id"] = json!("feedback_2");
    feedback["body"]["run"] = json!("run_nowhere");
    add(&mut other, &feedback);
    let own = BundleFile::of(&other.core, "diego", other.now);
    let report = own.import(&mut other.core, "diego", ImportMode::Replace, other.now).unwrap();
    assert_eq!((report.quarantined.len(), report.new, report.changed), (1, 0, 0));
    // The run is here, and not in the file.
    let mut host = host;
    dangling.set_records("run", &[]);
    let mut feedback = dangling.records("feedback");
    feedback.pop();
    feedback[0]["id"] = json!("feedback_3");
    dangling.set_records("feedback", &feedback);
    dangling.reseal();
    let report = dangling.import(&mut host.core, "diego", ImportMode::Merge, host.now).unwrap();
    assert_eq!((report.new, report.quarantined.len()), (1, 0));
}

#[test]
fn the_format_is_that_of_the_specification() {
    let (host, _) = somebody("diego");
    let file = BundleFile::of(&host.core, "diego", host.now);
    let index = std::str::from_utf8(&file.members["INDEX.jsonl"]).unwrap();
    let mut entries = Vec::new();
    for (path, member) in file.members.iter().filter(|(path, _)| path.starts_with("records/")) {
        let text = std::str::from_utf8(member).unwrap();
        assert!(text.ends_with('\n'));
        for line in text.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            assert_eq!(canonical(&record), line, "RFC 8785");
            entries.push(
                json!({ "id": record["id"], "kind": record["kind"], "sha256": sha256_hex(line.as_bytes()) }),
            );
        }
        let listed = file.manifest["members"]
            .as_array()
            .unwrap()
            .iter()
            .find(|member| member["path"] == *path)
            .unwrap();
        assert_eq!(*listed, json!({ "path": path, "bytes": member.len(), "sha256": sha256_hex(member) }));
    }
    let lines: Vec<String> = entries.iter().map(canonical).collect();
    assert_eq!(index, lines.join("\n") + "\n");
    assert_eq!(file.root(), sha256_hex(index.as_bytes()));
    assert_eq!(file.manifest["format"], "luminora.bundle/1");
    assert_eq!(
        file.manifest["privacy"],
        json!({ "contains_text": true, "contains_embeddings": false, "anonymized": false })
    );
    assert_eq!(file.manifest["record_counts"]["memory"], file.records("memory").len());
    let tombstones = file.records("memory").into_iter().filter(|record| record["erased"] == true).count();
    assert_eq!(tombstones, 1);
    assert!(!file.holds("gone for good"));
}

#[test]
fn nobody_has_an_empty_bundle() {
    let file = BundleFile::of(&Host::new().core, "nobody", 0);
    file.verify().unwrap();
    assert_eq!(file.root(), sha256_hex(b""));
    let report = file.import(&mut Host::new().core, "nobody", ImportMode::Merge, 0).unwrap();
    assert_eq!(report.new, 0);
    for reserved in ["", "luminora:library"] {
        assert_eq!(
            Host::new().core.export_bundle(reserved, Selection::Bundle).unwrap_err().code,
            ErrorCode::InvalidOwner
        );
    }
}

#[test]
fn a_part_stands_on_its_own_feet() {
    let (mut host, first) = somebody("diego");
    let second = host.session("diego", "dr_luna");
    host.now += 60_000;
    let from = host.now;
    host.send("diego", &second, "What is a tide?").unwrap();
    let of_all = BundleFile::of(&host.core, "diego", host.now);
    let instance = |session: &str| host.core.session("diego", session).unwrap().instance;

    let file =
        BundleFile::chosen(&host.core, "diego", Selection::Instance(instance(&second)), host.now).unwrap();
    file.verify().unwrap();
    assert_eq!(file.manifest["selection"]["type"], "instance");
    assert_eq!(file.records("turn").len(), 2);
    assert!(file.records("turn").iter().all(|turn| turn["body"]["session"] == second.as_str()));
    assert_eq!(
        (file.records("template").len(), file.records("session").len(), file.records("instance").len()),
        (1, 1, 1)
    );
    // What is known of the person, and what was erased; nothing of the other relationship.
    let of = |file: &BundleFile, kind: &str| {
        file.records("memory").into_iter().filter(|memory| memory["body"]["type"] == kind).count()
    };
    assert_eq!((of(&file, "fact"), of(&file, "note"), of(&file, "episode")), (of(&of_all, "fact"), 1, 0));
    assert!(of(&of_all, "episode") > 0);
    assert!(file.records("memory").iter().any(|memory| memory["erased"] == true));
    assert!(file.records("consent").is_empty() && file.records("feedback").is_empty());
    let with =
        BundleFile::chosen(&host.core, "diego", Selection::Instance(instance(&first)), host.now).unwrap();
    assert_eq!((with.records("feedback").len(), of(&with, "episode")), (1, of(&of_all, "episode")));

    for since in [luminoracore::timestamp::format(from), format!("{:015}-00000-A", from - 1)] {
        let options = crate::sample::tree(json!({ "since": since }));
        let file =
            BundleFile::chosen(&host.core, "diego", Selection::parse(&options).unwrap(), host.now).unwrap();
        assert_eq!((file.records("turn").len(), file.records("template").len()), (2, 1));
        // It can be talked on where there was nothing.
        let mut other = empty(3);
        file.import(&mut other.core, "diego", ImportMode::Merge, host.now).unwrap();
        other.now = host.now;
        assert!(matches!(other.send("diego", &second, "And now?").unwrap(), Output::Reply(_)));
    }
    for (options, path) in [
        (json!({ "since": "yesterday" }), "/since"),
        (json!({ "since": AT, "instance": "i" }), "/since"),
        (json!({ "until": AT }), "/until"),
    ] {
        assert_eq!(Selection::parse(&crate::sample::tree(options)).unwrap_err().path, path);
    }
    let unknown = host.core.export_bundle("diego", Selection::Instance("nobody".to_owned()));
    assert_eq!(unknown.unwrap_err().path, "/instance");
}

#[test]
fn replacing_leaves_what_is_in_the_bundle_and_what_was_erased() {
    let (mut host, session) = somebody("diego");
    let before = BundleFile::of(&host.core, "diego", host.now);
    host.now += 1_000;
    host.run(&json!({ "type": "forget", "user": "diego", "query": "tea" })).unwrap();
    host.send("diego", &session, "One more thing that will not stay.").unwrap();
    let undo = BundleFile::of(&host.core, "diego", host.now);

    let dry = before.import(&mut host.core, "diego", ImportMode::DryRun, host.now).unwrap();
    assert_eq!((dry.new, dry.changed, dry.erased), (0, 0, 0), "merging would change nothing");
    before.import(&mut host.core, "diego", ImportMode::Replace, host.now).unwrap();
    let after = BundleFile::of(&host.core, "diego", host.now);
    assert!(!after.holds("will not stay") && after.holds("Max died"));
    assert!(!after.holds("\"tea\""), "what was erased here stays so");
    assert_eq!(after.records("memory").iter().filter(|memory| memory["erased"] == true).count(), 2);

    undo.import(&mut host.core, "diego", ImportMode::Replace, host.now).unwrap();
    assert_eq!(BundleFile::of(&host.core, "diego", host.now).members, undo.members);
}

#[test]
fn a_record_that_says_two_things_under_one_clock_is_refused_and_told() {
    let (mut host, _) = somebody("diego");
    let before = BundleFile::of(&host.core, "diego", host.now);
    let mut file = before.clone();
    let mut turns = file.records("turn");
    turns[0]["body"]["text"] = "What I never said".into();
    file.set_records("turn", &turns);
    file.reseal();
    let error = file.import(&mut host.core, "diego", ImportMode::Merge, host.now).unwrap_err();
    assert_eq!(error.code, ErrorCode::Integrity);
    let id = turns[0]["id"].as_str().unwrap();
    assert!(error.message.contains(id), "{}", error.message);
    assert_eq!(BundleFile::of(&host.core, "diego", host.now), before);
    let report = file.import(&mut host.core, "diego", ImportMode::DryRun, host.now).unwrap();
    assert_eq!(report.conflicts, [id]);
}

#[test]
fn records_from_the_future_are_left_out_and_told() {
    let (mut host, _) = somebody("diego");
    let mut file = BundleFile::of(&host.core, "diego", host.now);
    let mut turns = file.records("turn");
    turns[1]["at"] = format!("{:015}-00000-Z", host.now + 24 * 3_600_000 + 1).into();
    turns[1]["body"]["text"] = "From tomorrow".into();
    file.set_records("turn", &turns);
    file.reseal();
    for mode in [ImportMode::DryRun, ImportMode::Merge, ImportMode::Replace] {
        let report = file.import(&mut host.core, "diego", mode, host.now).unwrap();
        let [left_out] = &report.quarantined[..] else { panic!("{report:?}") };
        assert_eq!(
            (left_out.id.as_str(), left_out.code.as_str()),
            (turns[1]["id"].as_str().unwrap(), "clock")
        );
    }
    assert!(!BundleFile::of(&host.core, "diego", host.now).holds("From tomorrow"));
}

#[test]
fn under_another_owner_natural_ids_and_what_names_them_follow() {
    let (host, session) = somebody("diego");
    let file = BundleFile::of(&host.core, "diego", host.now);
    let mut other = empty(4);
    file.import(&mut other.core, "ana", ImportMode::Merge, host.now).unwrap();
    let moved = BundleFile::of(&other.core, "ana", host.now);
    moved.verify().unwrap();
    assert_eq!(moved.manifest["record_counts"], file.manifest["record_counts"]);
    let ids = |file: &BundleFile, kind: &str| -> Vec<String> {
        file.records(kind).iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    let alicia = natural_id("instance", &["ana", "Alicia"], 0);
    assert_eq!(ids(&moved, "instance"), [alicia.as_str()]);
    assert_eq!(moved.records("session")[0]["body"]["instance"], alicia.as_str());
    assert_eq!((ids(&moved, "turn"), ids(&moved, "run")), (ids(&file, "turn"), ids(&file, "run")));
    let memory = |kind: &str| {
        moved.records("memory").into_iter().find(|memory| memory["body"]["type"] == kind).unwrap()
    };
    assert_eq!(memory("episode")["body"]["instance"], alicia.as_str());
    assert_eq!(memory("tension")["id"], natural_id("tension", &["ana", "autonomy", "connection"], 0));
    assert_eq!(memory("pattern")["id"], natural_id("pattern", &["ana", "absolute_thinking"], 0));
    assert_eq!(ids(&moved, "consent"), [natural_id("consent", &["ana", "own_device", "sync"], 0)]);
    // Sources stay, and the conversation goes on.
    assert_eq!(
        memory("episode")["body"]["sources"],
        file.records("memory").iter().find(|memory| memory["body"]["type"] == "episode").unwrap()["body"]["sources"]
    );
    other.now = host.now;
    other.send("ana", &session, "Do you know my name?").unwrap();
    assert_eq!(code(other.send("diego", &session, "And mine?")), ErrorCode::UnknownSession);
    // Back again it is what it was.
    let mut back = empty(5);
    moved.import(&mut back.core, "diego", ImportMode::Merge, host.now).unwrap();
    assert_eq!(BundleFile::of(&back.core, "diego", host.now).members, file.members);
}

#[test]
fn what_an_owner_erased_stays_so_under_another_one() {
    let (mut host, _) = somebody("diego");
    let before = BundleFile::of(&host.core, "diego", host.now);
    host.now += 1_000;
    host.run(&json!({ "type": "forget", "user": "diego", "query": "tea" })).unwrap();
    let after = BundleFile::of(&host.core, "diego", host.now);
    for order in [[&before, &after], [&after, &before]] {
        let mut other = empty(6);
        for file in order {
            file.import(&mut other.core, "ana", ImportMode::Merge, host.now).unwrap();
        }
        assert!(!BundleFile::of(&other.core, "ana", host.now).holds("\"tea\""));
    }
}

#[test]
fn nothing_of_the_anonymous_owner_may_leave() {
    let mut host = Host::new();
    let at = "001767225600000-00000-A";
    add(
        &mut host,
        &json!({ "id": "memory_1", "owner": "ana", "kind": "memory", "at": at, "schema": 1, "body": { "type": "fact", "category": "preferences", "key": "tea", "value": 1, "first_mentioned": AT, "origin": "user", "visibility": "sync_full_public" } }),
    );
    let file = BundleFile::of(&host.core, "ana", host.now);
    file.import(&mut host.core, "anonymous", ImportMode::Merge, host.now).unwrap();
    assert!(!BundleFile::of(&host.core, "anonymous", host.now).holds("sync_full_public"));
}

#[test]
fn older_schemas_are_migrated_before_they_are_merged() {
    use luminoracore::log::Migration;
    const STEPS: &[Migration] = &[Migration {
        name: "vote_says",
        kind: "proposal",
        from: 1,
        description: "The choice of a vote is called `says`.",
        rules: "choice -> says",
        up: |body| match body.remove("choice") {
            Some(choice) => {
                body.insert("says", choice);
                Ok(())
            }
            None => Err(Error::new(ErrorCode::InvalidRecord, "there is no choice").at("/choice")),
        },
        down: None,
    }];
    let (host, _) = somebody("diego");
    let file = BundleFile::of(&host.core, "diego", host.now);
    let mut other = empty(7);
    file.import_with(STEPS, &mut other.core, "diego", ImportMode::Merge, host.now).unwrap();
    let migrated = BundleFile::of(&other.core, "diego", host.now);
    let [vote] = &migrated.records("proposal")[..] else { panic!() };
    assert_eq!((&vote["schema"], &vote["body"]["says"]), (&json!(2), &json!("approve")));
    assert_eq!(vote["at"], file.records("proposal")[0]["at"]);
    // The newer shape is refused where it is not known, with both versions, and before anything else.
    let error = migrated.import(&mut empty(8).core, "diego", ImportMode::Merge, host.now).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::SchemaNewer, "MANIFEST.json#/schema_versions"));
    assert!(error.message.contains("schema 2") && error.message.contains("up to 1"), "{}", error.message);
    // What a step refuses, nothing is taken of.
    let mut broken = file.clone();
    let mut votes = broken.records("proposal");
    votes[0]["body"].as_object_mut().unwrap().remove("choice");
    broken.set_records("proposal", &votes);
    broken.reseal();
    let mut other = empty(9);
    let error = broken.import_with(STEPS, &mut other.core, "diego", ImportMode::Merge, host.now).unwrap_err();
    assert_eq!(
        (error.code, error.path.as_str()),
        (ErrorCode::InvalidRecord, "records/proposal.jsonl#/0/choice")
    );
    assert_eq!(other.core.record_count("diego"), 0);
}

#[test]
fn a_log_that_changes_meanwhile_is_exported_anew() {
    let (mut host, session) = somebody("diego");
    let mut writer = host.core.export_bundle("diego", Selection::Bundle).unwrap();
    host.core.next_piece(&mut writer).unwrap();
    host.send("diego", &session, "Hi").unwrap();
    assert_eq!(host.core.next_piece(&mut writer).unwrap_err().code, ErrorCode::InvalidOperation);
}

#[test]
fn facts_that_an_episode_goes_with_are_named_under_another_owner_too() {
    let (host, _) = somebody("diego");
    let file = BundleFile::of(&host.core, "diego", host.now);
    let mut other = empty(7);
    file.import(&mut other.core, "ana", ImportMode::Merge, host.now).unwrap();
    let memories = BundleFile::of(&other.core, "ana", host.now).records("memory");
    let episode = memories.iter().find(|memory| memory["body"]["type"] == "episode").unwrap();
    let related = episode["body"]["related_facts"].as_array().unwrap();
    assert!(!related.is_empty());
    for id in related {
        assert!(memories.iter().any(|memory| memory["id"] == *id), "{id}");
    }
}

#[test]
fn a_long_history_in_a_baseline_can_be_exported() {
    let (mut host, _) = somebody("diego");
    let mut instance = BundleFile::of(&host.core, "diego", host.now).records("instance")[0].clone();
    let mut session = BundleFile::of(&host.core, "diego", host.now).records("session")[0].clone();
    let change = json!({ "date": AT, "points": 40, "level": "friend", "delta": 1, "kind": "positive", "reasons": ["positive"] });
    let period =
        json!({ "mood": "neutral", "intensity": 1, "started_at": AT, "ended_at": AT, "cause": "trigger" });
    let at = "001767225600000-00009-A";
    instance["at"] = json!(at);
    instance["body"]["baseline"] =
        json!({ "at": at, "affinity": { "points": 40, "progression_history": vec![change; 15_000] } });
    session["at"] = json!(at);
    session["body"]["baseline"] = json!({ "at": at, "mood": { "current": "neutral", "started_at": AT, "history": vec![period; 15_000] } });
    for record in [&instance, &session] {
        assert!(record.to_string().len() > 1 << 20);
        add(&mut host, record);
    }
    let file = BundleFile::of(&host.core, "diego", host.now);
    file.verify().unwrap();
    let mut other = empty(8);
    file.import(&mut other.core, "diego", ImportMode::Merge, host.now).unwrap();
    assert_eq!(BundleFile::of(&other.core, "diego", host.now).root(), file.root());
}

#[test]
fn a_dry_run_says_what_merging_would_do() {
    let (host, session) = somebody("diego");
    let mut file = BundleFile::of(&host.core, "diego", host.now);
    let turn = file.records("turn").iter().find(|turn| turn["body"]["role"] == "user").unwrap()["id"].clone();
    let mut late = file.records("run")[0].clone();
    late["id"] = json!("run_late");
    drop(host);
    // Another device wrote a run for a turn, and another turn, before it heard that they are erased here.
    let (mut further, _) = somebody("diego");
    add(&mut further, &late);
    let mut said = file.records("turn")[0].clone();
    said["id"] = json!("turn_late");
    add(&mut further, &said);
    file = BundleFile::of(&further.core, "diego", further.now);
    for query in [turn, json!(session)] {
        let (mut here, _) = somebody("diego");
        here.now += 1_000;
        here.run(&json!({ "type": "forget", "user": "diego", "query": query })).unwrap();
        let dry = file.import(&mut here.core, "diego", ImportMode::DryRun, here.now).unwrap();
        let merged = file.import(&mut here.core, "diego", ImportMode::Merge, here.now).unwrap();
        assert_eq!(dry, merged, "{query}");
    }
}
