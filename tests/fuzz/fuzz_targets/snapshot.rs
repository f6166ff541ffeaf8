//! Whatever the file: it is imported or refused, and what was imported can be exported and imported again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::Error;
use luminoracore::bundle::snapshot::ExportOptions;
use luminoracore::engine::{Command, Core, CoreOptions, EffectResult, Environment, Output};
use luminoracore::observe::Packs;

const NOW: u64 = 1_800_000_000_000;

fn import(source: &str, seed: u8) -> Result<(Core, String, String), Error> {
    let environment = Environment { now: NOW, seed: [seed; 32] };
    let mut core = Core::open(CoreOptions::default(), Packs::empty(), &environment);
    let command = Command::ImportSnapshot {
        user: None,
        source: source.to_owned(),
        restore: Default::default(),
        on_conflict: Default::default(),
        allow_modified: true,
        template: None,
    };
    let step = core.dispatch(command, &environment);
    let done = match step.done {
        Some(done) => done,
        None => core.resume(step.op, EffectResult::Stored, NOW).done.expect("a batch was stored"),
    };
    match done {
        Ok(Output::Import(report)) => Ok((core, report.user, report.session)),
        Ok(_) => panic!("an import gives a report"),
        Err(error) => Err(error),
    }
}

fuzz_target!(|source: &str| {
    let Ok((core, user, session)) = import(source, 1) else { return };
    let export = |core: &Core, user: &str, session: &str| {
        core.export_snapshot(user, session, ExportOptions::default(), NOW).expect("it was imported")
    };
    let file = export(&core, &user, &session);
    let (core, user, session) = import(&file, 2).expect("it was exported");
    assert_eq!(export(&core, &user, &session), file);
});
