//! Whatever the tables: they are refused, or what is taken of them is read again by the strict rules of our records, and
//! coming twice they change nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::bundle::{Tables, TablesOptions};
use luminoracore::engine::{Core, CoreOptions, Environment};
use luminoracore::json::to_text;
use luminoracore::log::Record;
use luminoracore::observe::Packs;

const NOW: u64 = 1_800_000_000_000;
const TEMPLATE: &str = include_str!("../../../personalities/alicia.json");

fn core() -> Core {
    Core::open(CoreOptions::default(), Packs::empty(), &Environment { now: NOW, seed: [7; 32] })
}

fuzz_target!(|bytes: &[u8]| {
    let mut tables = Tables::new(TablesOptions { skip_invalid: true, ..TablesOptions::default() }, NOW);
    if let Err(error) = tables.push(bytes, "", None) {
        assert!(!error.message.is_empty());
        return;
    }
    tables.finish().expect("they are of anybody");
    let names: Vec<String> = tables.personalities().into_iter().map(str::to_owned).collect();
    for name in names.iter().map(|name| Some(name.as_str())).chain([None]) {
        tables.introduce(name, TEMPLATE).expect("it is bundled");
    }
    let mut core = core();
    core.settle_tables(&tables, NOW).expect("broken rows are left out");
    let mut anew = self::core();
    for user in tables.users() {
        let records = core.batch_of_tables(&tables, user, NOW);
        let stored = Record::parse_all(to_text(&records).as_bytes()).expect("we wrote it");
        core.load(records, NOW).expect("they are new");
        let absorbed = anew.absorb(stored, NOW).expect("they are new");
        assert!(absorbed.quarantined.is_empty(), "{absorbed:?}");
        assert!(core.batch_of_tables(&tables, user, NOW).is_empty(), "once is enough");
    }
});
