//! Key sets: whatever is loaded or skipped is an element of a document that `serde_json` accepts.

#![no_main]

use gatepost::{ImportOptions, KeySlot, PublicKey, Reason};
use gatepost_fuzz::facts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|set: &[u8]| {
    for symmetric in [false, true] {
        let mut options = ImportOptions::default();
        options.symmetric = symmetric;
        let mut slots = [const { None::<KeySlot<PublicKey>> }; 4];
        let mut skipped = 0;
        let loaded = gatepost::load(set, options, &mut slots, PublicKey::new, |_| skipped += 1);
        match loaded {
            Ok(count) => {
                assert_eq!(slots.iter().flatten().count(), count);
                assert!(slots[..count].iter().all(Option::is_some));
                for slot in slots.iter().flatten() {
                    assert!(symmetric || !slot.algorithm().is_symmetric());
                }
                let facts = facts(set).expect("serde_json refuses what was accepted");
                assert!(facts.is_object && facts.is_utf8 && !facts.has_duplicate);
                if let Ok(set) = serde_json::from_slice::<serde_json::Value>(set) {
                    // Equal keys share a slot.
                    let listed = set["keys"].as_array().expect("a key was loaded").len();
                    assert!(count + skipped <= listed);
                }
            }
            Err(reason) => {
                assert_ne!(reason, Reason::MemoryTooSmall);
                assert!(slots.iter().all(Option::is_none), "a refused set left keys behind");
            }
        }
    }
});
