//! The kinds of key that are measured.

use std::sync::LazyLock;

use gatepost::{P256Table, ParsedKey, PreparedP256, PublicKey, Reason, TableEntry};
use gatepost_hosted::{DEFAULT_BUDGET, HostedKey, Tables};

use crate::paths::kept;

/// What kind of key a path verifies with: its name, and how one is made.
///
/// A new kind of key is one more function here.
#[derive(Clone, Copy, Debug)]
pub struct KeyKind<F> {
    /// What bars and charts know it by.
    pub id: &'static str,
    /// What it is, for people.
    pub name: &'static str,
    /// Makes one.
    pub make: F,
}

/// What makes a key of a type.
pub type Make<K> = fn(&ParsedKey<'_>) -> Result<K, Reason>;

/// The one that the core brings: small, without a table.
pub const PORTABLE: KeyKind<Make<PublicKey>> =
    KeyKind { id: "portable", name: "portable", make: PublicKey::new };

/// The width of the windows of [`PREPARED`], in bits.
const WIDTH: usize = 8;

type Table = P256Table<WIDTH, Vec<TableEntry>>;

/// A P-256 key with a table of 256 KiB.
pub type Prepared = PreparedP256<'static, WIDTH, WIDTH, Vec<TableEntry>, Vec<TableEntry>>;

/// The portable code for ES256 with tables.
pub const PREPARED: KeyKind<Make<Prepared>> =
    KeyKind { id: "prepared", name: "portable, with a table", make: prepared };

fn prepared(key: &ParsedKey<'_>) -> Result<Prepared, Reason> {
    static GENERATOR: LazyLock<Result<Table, Reason>> =
        LazyLock::new(|| Table::generator(memory()));
    let generator = GENERATOR.as_ref().map_err(|reason| *reason)?;
    Ok(PreparedP256::new(Table::new(key, memory())?, generator))
}

fn memory() -> Vec<TableEntry> {
    vec![TableEntry::default(); Table::LEN]
}

/// What servers use, with the fastest code that this processor can run, and with tables within a
/// budget of their own.
#[must_use]
pub fn hosted() -> KeyKind<impl Fn(&ParsedKey<'_>) -> Result<HostedKey, Reason> + Copy> {
    let tables = Tables::new(DEFAULT_BUDGET);
    match tables.uses_ifma() {
        true => of_tables("ifma", "HostedKey, AVX-512 IFMA", tables),
        false => of_tables("hosted", "HostedKey, portable", tables),
    }
}

/// The same with the code for processors without AVX-512 IFMA, whatever this one has.
#[must_use]
pub fn hosted_portable() -> KeyKind<impl Fn(&ParsedKey<'_>) -> Result<HostedKey, Reason> + Copy> {
    of_tables("hosted", "HostedKey, portable", Tables::portable(DEFAULT_BUDGET))
}

fn of_tables(
    id: &'static str,
    name: &'static str,
    tables: Tables,
) -> KeyKind<impl Fn(&ParsedKey<'_>) -> Result<HostedKey, Reason> + Copy> {
    let tables: &'static Tables = kept(tables);
    KeyKind { id, name, make: move |key: &ParsedKey<'_>| HostedKey::with_tables(key, tables) }
}
