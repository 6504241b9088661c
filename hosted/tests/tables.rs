//! Tables in use: how many there are, what they cost, and that verdicts do not depend on them.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use gatepost::{Algorithm, KeyMaterial, ParsedKey, Reason, VerifyingKey};
use gatepost_hosted::{HostedKey, Tables};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};

/// Bytes of a P-256 key's table.
const TABLE: usize = 256 << 10;

#[test]
fn a_thousand_keys_cost_no_more_than_the_budget() {
    let tables = Tables::portable(3 * TABLE);
    let keys: Vec<_> = (1..=1000).map(|number| Key::new(number, &tables)).collect();
    for key in &keys {
        assert_eq!(key.verify(), Ok(()));
    }
    assert_eq!(tables.used(), 0, "a key that is used once needs no table");
    for key in keys.iter().take(5) {
        for _ in 0..40 {
            assert_eq!(key.verify(), Ok(()));
            assert_eq!(key.verify_another_message(), Err(Reason::InvalidSignature));
            assert!(tables.used() <= tables.budget());
        }
    }
    assert_eq!(tables.used(), 3 * TABLE);
    drop(keys);
    assert_eq!(tables.used(), 0);
}

#[test]
fn bad_signatures_do_not_make_tables() {
    let tables = Tables::portable(3 * TABLE);
    let key = Key::new(7, &tables);
    for _ in 0..200 {
        assert_eq!(key.verify_another_message(), Err(Reason::InvalidSignature));
    }
    assert_eq!(tables.used(), 0);
}

#[test]
fn a_table_can_be_made_beforehand() {
    let tables = Tables::portable(TABLE);
    let (one, other) = (Key::new(1, &tables), Key::new(2, &tables));
    assert!(one.key.prepare() && one.key.prepare());
    assert!(!other.key.prepare(), "there is no room for two");
    assert_eq!(tables.used(), TABLE);
    for key in [one, other] {
        assert_eq!(key.verify(), Ok(()));
        assert_eq!(key.verify_another_message(), Err(Reason::InvalidSignature));
    }
}

#[test]
fn threads_that_share_too_small_a_budget_get_right_verdicts() {
    let tables = Tables::portable(2 * TABLE);
    let keys: Vec<_> = (1..=6).map(|number| Key::new(number, &tables)).collect();
    let most = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for first in 0..4 {
            let (keys, tables, most) = (&keys, &tables, &most);
            scope.spawn(move || {
                for turn in 0..600 {
                    // Each thread has favourites, and they change.
                    let key = &keys[(first + turn / 150 + turn % 2) % keys.len()];
                    assert_eq!(key.verify(), Ok(()));
                    assert_eq!(key.verify_another_message(), Err(Reason::InvalidSignature));
                    most.fetch_max(tables.used(), Relaxed);
                }
            });
        }
    });
    assert_eq!(most.into_inner(), 2 * TABLE);
}

struct Key {
    key: HostedKey,
    signature: [u8; 64],
}

impl Key {
    /// That of the private key with this number.
    fn new(number: u16, tables: &Tables) -> Self {
        let mut private = [0; 32];
        private[30..].copy_from_slice(&number.to_be_bytes());
        let signer = SigningKey::from_slice(&private).unwrap();
        let point = signer.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        let material =
            KeyMaterial::P256 { x: x.first_chunk().unwrap(), y: y.first_chunk().unwrap() };
        let parsed = ParsedKey::new(Algorithm::Es256, material).unwrap();
        let signature: Signature = signer.sign(b"message");
        Self {
            key: HostedKey::with_tables(&parsed, tables).unwrap(),
            signature: signature.to_bytes().into(),
        }
    }

    fn verify(&self) -> Result<(), Reason> {
        self.key.verify(Algorithm::Es256, b"message", None, &self.signature)
    }

    fn verify_another_message(&self) -> Result<(), Reason> {
        self.key.verify(Algorithm::Es256, b"another", None, &self.signature)
    }
}
