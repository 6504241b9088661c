//! Memory for the tables of keys that are in use.

use core::fmt;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, fence};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, TryLockError, Weak};

use arc_swap::{ArcSwapOption, Guard};

use crate::arch::Ifma;

/// What keys prepare themselves with: a memory budget, and the code that the processor can run.
///
/// A key is verified with the help of tables once it has been used often enough to be worth them,
/// as long as the budget lasts. Where it does not, a key that is used more takes the place of one
/// that is used less; the others are verified without tables, slower and with the same verdicts.
/// A request never waits for a table: it makes one for its own key, or does without.
///
/// [`HostedKey::new`](crate::HostedKey::new) uses [`Tables::shared`].
///
/// ```
/// use gatepost_hosted::Tables;
///
/// let tables = Tables::new(4 << 20);
/// assert_eq!((tables.budget(), tables.used()), (4 << 20, 0));
/// tables.set_budget(1 << 20);
/// assert_eq!(tables.budget(), 1 << 20);
/// ```
#[derive(Clone)]
pub struct Tables {
    pool: Arc<Pool>,
}

/// Bytes for the tables of [`Tables::shared`] unless it is told otherwise: 64 P-256 keys.
pub const DEFAULT_BUDGET: usize = 16 << 20;

impl Tables {
    /// Tables of at most `budget` bytes altogether.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        Self::with(budget, Ifma::detect())
    }

    /// Tables of at most `budget` bytes for the portable code, whatever the processor can do.
    ///
    /// To measure and to test that code where it would not be chosen.
    #[must_use]
    pub fn portable(budget: usize) -> Self {
        Self::with(budget, None)
    }

    /// Tables for the vector code with plain integers in place of vectors: for tests of that code
    /// on any machine.
    #[cfg(any(test, feature = "internal"))]
    #[doc(hidden)]
    #[must_use]
    pub fn simulated(budget: usize) -> Self {
        Self::with(budget, Some(Ifma::simulated()))
    }

    /// The tables that the process shares, of at most [`DEFAULT_BUDGET`] bytes unless
    /// [`set_budget`](Self::set_budget) says otherwise.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Tables> = LazyLock::new(|| Tables::new(DEFAULT_BUDGET));
        &SHARED
    }

    /// How many bytes the tables may take.
    #[must_use]
    pub fn budget(&self) -> usize {
        self.pool.budget.load(Relaxed)
    }

    /// Changes how many bytes the tables may take. Where they take more, the tables of the keys
    /// that are used least are given up at once.
    pub fn set_budget(&self, bytes: usize) {
        self.pool.budget.store(bytes, Relaxed);
        fence(SeqCst);
        // Nothing under the lock can panic.
        let users = self.pool.users.lock().unwrap_or_else(PoisonError::into_inner);
        for user in self.pool.least_used(&users, self.used().saturating_sub(bytes)).0 {
            user.give_up();
        }
    }

    /// How many bytes the tables take now.
    #[must_use]
    pub fn used(&self) -> usize {
        self.pool.used.load(Relaxed)
    }

    /// Whether keys are verified with AVX-512 IFMA, for those kinds that have such code.
    #[must_use]
    pub fn uses_ifma(&self) -> bool {
        self.ifma().is_some()
    }

    pub(crate) fn ifma(&self) -> Option<Ifma> {
        self.pool.ifma
    }

    fn with(budget: usize, ifma: Option<Ifma>) -> Self {
        Self {
            pool: Arc::new(Pool {
                budget: AtomicUsize::new(budget),
                used: AtomicUsize::new(0),
                clock: AtomicU64::new(0),
                ifma,
                users: Mutex::new(Vec::new()),
            }),
        }
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables")
            .field("budget", &self.budget())
            .field("used", &self.used())
            .field("uses_ifma", &self.uses_ifma())
            .finish()
    }
}

/// The place of one key's table, and how much the key is used.
pub(crate) struct Place<T> {
    table: Arc<Held<T>>,
    pool: Arc<Pool>,
}

/// How often a key is verified without a table before it gets one. Making one of P-256 takes about
/// as long as it saves in so many verifications, 740 µs and 48 µs each where it was measured: if it is
/// not used any more afterwards, about twice the time was spent that was necessary.
const WORTH_IT: u32 = 16;

impl<T: Send + Sync + 'static> Place<T> {
    pub(crate) fn new(tables: &Tables) -> Self {
        let table = Held {
            table: ArcSwapOption::empty(),
            without: AtomicU32::new(0),
            uses: AtomicU64::new(0),
            epoch: AtomicU64::new(tables.pool.epoch()),
        };
        Self { table: Arc::new(table), pool: Arc::clone(&tables.pool) }
    }

    /// The table, if there is one.
    pub(crate) fn table(&self) -> Guard<Option<Arc<Table<T>>>> {
        self.table.table.load()
    }

    /// Counts a signature that was found good, with a table or without; whether it is time for one.
    ///
    /// Bad signatures are not counted: whoever can send those could otherwise have tables made, and
    /// others given up for them.
    pub(crate) fn count_use(&self, had_table: bool) -> bool {
        self.table.count_use(self.pool.epoch());
        if had_table {
            return false;
        }
        self.pool.clock.fetch_add(1, Relaxed);
        // Exactly one thread sees the number at which it is time.
        let without = self.table.without.fetch_add(1, Relaxed).wrapping_add(1);
        without.is_multiple_of(WORTH_IT)
    }

    /// Makes the table of `bytes` bytes, if there is none and room for it; whether there is one now.
    pub(crate) fn prepare(&self, bytes: usize, make: impl FnOnce() -> Option<T>) -> bool {
        if self.table.bytes() > 0 {
            return true;
        }
        let Some(room) = self.pool.room(bytes, &self.table) else { return false };
        let Some(value) = make() else { return false };
        self.table.table.store(Some(Arc::new(Table { value, room })));
        // A lower budget that was set meanwhile found no table here to be given up. Of two fences one
        // is first: either the budget is seen here, or the table there.
        fence(SeqCst);
        if self.pool.used.load(Relaxed) > self.pool.budget.load(Relaxed) {
            self.table.give_up();
            return false;
        }
        true
    }
}

/// A table, and the room it takes of the budget until the last who uses it is done.
pub(crate) struct Table<T> {
    pub(crate) value: T,
    room: Room,
}

struct Held<T> {
    table: ArcSwapOption<Table<T>>,
    /// Verifications without a table.
    without: AtomicU32,
    /// Verifications, those before `epoch` halved with every epoch that has begun since.
    uses: AtomicU64,
    epoch: AtomicU64,
}

impl<T: Send + Sync> Held<T> {
    /// Threads that count at the same time may lose a use, or halve those of another epoch: that
    /// changes who gets a table, and nothing else.
    fn count_use(&self, epoch: u64) {
        if self.epoch.load(Relaxed) != epoch {
            self.uses.store(self.usage(epoch), Relaxed);
            self.epoch.store(epoch, Relaxed);
        }
        self.uses.fetch_add(1, Relaxed);
    }
}

/// What a pool wants of a place.
trait User: Send + Sync {
    /// Bytes of its table.
    fn bytes(&self) -> usize;
    /// Verifications as of this epoch.
    fn usage(&self, epoch: u64) -> u64;
    fn give_up(&self);
}

impl<T: Send + Sync> User for Held<T> {
    fn bytes(&self) -> usize {
        self.table.load().as_ref().map_or(0, |table| table.room.bytes)
    }

    fn usage(&self, epoch: u64) -> u64 {
        let epochs = epoch.saturating_sub(self.epoch.load(Relaxed));
        self.uses.load(Relaxed) >> epochs.min(63)
    }

    fn give_up(&self) {
        self.table.store(None);
    }
}

struct Pool {
    budget: AtomicUsize,
    used: AtomicUsize,
    /// Counts the verifications without a table: time, as far as it matters here. It stands still
    /// while every key in use has a table, and so costs nothing then.
    clock: AtomicU64,
    ifma: Option<Ifma>,
    /// Those that have, or had, a table.
    users: Mutex<Vec<Weak<dyn User>>>,
}

/// Verifications without a table in which what was before comes to count half.
const EPOCH: u64 = 8192;

impl Pool {
    fn epoch(&self) -> u64 {
        self.clock.load(Relaxed) / EPOCH
    }

    /// Room for a table of `bytes` bytes, for `user`, or `None` where others need it more or
    /// somebody else is looking for room right now.
    ///
    /// Whose table is given up must have been used at most half as often, less what a table has to be
    /// worth. So keys that are used alike do not take turns in making tables, though chance makes
    /// one of them look busier than another for a while.
    fn room<T: Send + Sync + 'static>(
        self: &Arc<Self>,
        bytes: usize,
        user: &Arc<Held<T>>,
    ) -> Option<Room> {
        let mut users = match self.users.try_lock() {
            Ok(users) => users,
            Err(TryLockError::Poisoned(users)) => users.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        users.retain(|user| user.strong_count() > 0);
        let budget = self.budget.load(Relaxed);
        if bytes > budget {
            return None;
        }
        let missing = self.used.load(Relaxed).saturating_add(bytes).saturating_sub(budget);
        if missing > 0 {
            let (least_used, usage) = self.least_used(&users, missing);
            let needed = usage.saturating_mul(2).saturating_add(WORTH_IT.into());
            if user.usage(self.epoch()) < needed {
                return None;
            }
            for user in least_used {
                user.give_up();
            }
        }
        // `None` also where what was given up is still used by somebody.
        let room = self.reserve(bytes)?;
        let user: Weak<Held<T>> = Arc::downgrade(user);
        if !users.iter().any(|known| known.ptr_eq(&(user.clone() as Weak<dyn User>))) {
            users.push(user);
        }
        Some(room)
    }

    /// Those whose tables are used least and take `bytes` bytes together, or all; and how much they
    /// are used together.
    fn least_used(&self, users: &[Weak<dyn User>], bytes: usize) -> (Vec<Arc<dyn User>>, u64) {
        let epoch = self.epoch();
        let mut with_table: Vec<_> = users
            .iter()
            .filter_map(Weak::upgrade)
            .filter(|user| user.bytes() > 0)
            .map(|user| (user.usage(epoch), user))
            .collect();
        with_table.sort_unstable_by_key(|(usage, _)| *usage);
        let (mut given_up, mut total) = (0_usize, 0_u64);
        let mut least = Vec::new();
        for (usage, user) in with_table {
            if given_up >= bytes {
                break;
            }
            given_up = given_up.saturating_add(user.bytes());
            total = total.saturating_add(usage);
            least.push(user);
        }
        (least, total)
    }

    fn reserve(self: &Arc<Self>, bytes: usize) -> Option<Room> {
        let budget = self.budget.load(Relaxed);
        self.used
            .fetch_update(Relaxed, Relaxed, |used| {
                used.checked_add(bytes).filter(|used| *used <= budget)
            })
            .ok()?;
        Some(Room { pool: Arc::clone(self), bytes })
    }
}

/// Part of the budget, given back when dropped.
struct Room {
    pool: Arc<Pool>,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.pool.used.fetch_sub(self.bytes, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uses the key once, with `make` for a table if it is time; whether there was one.
    fn use_with(place: &Place<u32>, make: impl FnOnce() -> Option<u32>) -> bool {
        let had_table = place.table().is_some();
        if place.count_use(had_table) {
            place.prepare(100, make);
        }
        had_table
    }

    fn use_once(place: &Place<u32>) -> bool {
        use_with(place, || Some(7))
    }

    fn use_often(place: &Place<u32>, times: u32) -> bool {
        (0..times).fold(false, |_, _| use_once(place))
    }

    #[test]
    fn a_key_gets_a_table_when_it_was_used_often_enough_to_be_worth_it() {
        let tables = Tables::portable(1000);
        let place = Place::new(&tables);
        assert!(!use_often(&place, WORTH_IT - 1));
        assert_eq!(tables.used(), 0);
        assert!(!use_once(&place));
        assert_eq!(tables.used(), 100);
        assert!(use_once(&place));
        let table = place.table();
        assert_eq!(table.as_ref().map(|table| table.value), Some(7));
        drop(table);
        drop(place);
        assert_eq!(tables.used(), 0);
    }

    #[test]
    fn a_table_that_cannot_be_made_costs_nothing() {
        let tables = Tables::portable(1000);
        let place = Place::<u32>::new(&tables);
        for _ in 0..5 * WORTH_IT {
            assert!(!use_with(&place, || None));
            assert!(place.table().is_none());
        }
        assert_eq!(tables.used(), 0);
    }

    /// In turns and at random: each table that is made beyond the first ones is one that was given
    /// up for nothing.
    #[test]
    fn keys_that_are_used_alike_do_not_take_turns_in_making_tables() {
        for (keys, room) in [(2, 1), (11, 10), (65, 64), (128, 64), (300, 64), (1000, 64)] {
            for is_random in [false, true] {
                let tables = Tables::portable(room * 100);
                let places: Vec<_> = (0..keys).map(|_| Place::new(&tables)).collect();
                let (mut made, mut state) = (0, 1_u64);
                for turn in 0..400_000 {
                    // Knuth's linear congruence, whose upper half is random enough.
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let next = if is_random { (state >> 33) as usize } else { turn };
                    use_with(&places[next % keys], || {
                        made += 1;
                        Some(7)
                    });
                    assert!(tables.used() <= tables.budget());
                }
                assert_eq!(tables.used(), tables.budget());
                assert!(made <= room + room / 16, "{keys} keys, room for {room}: {made} tables");
            }
        }
    }

    #[test]
    fn a_key_that_is_used_more_takes_the_place_of_one_that_is_used_less() {
        let tables = Tables::portable(1000);
        let old: Vec<_> = (0..10).map(|_| Place::new(&tables)).collect();
        for place in &old {
            assert!(use_often(place, 100 * WORTH_IT));
        }
        // Nobody uses the old ones any more: the new ones get in, sooner or later, one by one.
        let new: Vec<_> = (0..10).map(|_| Place::new(&tables)).collect();
        for _ in 0..400 * WORTH_IT {
            new.iter().for_each(|place| _ = use_once(place));
            assert!(tables.used() <= 1000);
        }
        assert!(new.iter().all(use_once));
        assert!(!old.iter().any(use_once));
    }

    #[test]
    fn a_lower_budget_holds_at_once_and_a_table_in_use_stays_until_it_is_let_go() {
        let tables = Tables::portable(1000);
        let (one, other) = (Place::new(&tables), Place::new(&tables));
        assert!(use_often(&one, 2 * WORTH_IT) && use_often(&other, 2 * WORTH_IT));
        let in_use = one.table();
        tables.set_budget(0);
        assert!(in_use.is_some());
        assert_eq!(tables.used(), 100);
        drop(in_use);
        assert_eq!(tables.used(), 0);
        assert!(!use_often(&one, 5 * WORTH_IT) && !use_often(&other, 5 * WORTH_IT));
        tables.set_budget(100);
        assert!(use_often(&one, 2 * WORTH_IT));
        assert!(!use_often(&other, WORTH_IT));
    }

    #[test]
    fn a_table_that_a_lower_budget_overtakes_is_given_up() {
        let tables = Tables::portable(1000);
        let place = Place::new(&tables);
        assert!(!place.prepare(100, || {
            tables.set_budget(0);
            Some(7)
        }));
        assert_eq!(tables.used(), 0);
    }

    #[test]
    fn while_one_key_makes_its_table_others_are_verified_without() {
        let tables = Tables::portable(1000);
        let (one, other) = (Place::new(&tables), Place::new(&tables));
        assert!(!use_often(&one, WORTH_IT - 1));
        use_with(&one, || {
            // Both would wait for ever if anything were locked meanwhile.
            assert!(!use_once(&one));
            assert!(use_often(&other, WORTH_IT + 1));
            Some(7)
        });
        assert!(use_once(&one));
    }
}
