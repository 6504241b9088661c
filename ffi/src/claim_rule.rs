//! Claims that must have certain values, of a policy or of a guard's rule.

use core::mem::MaybeUninit;

use gatepost_core::{ClaimRule, Reason};

use crate::boundary::array;
use crate::places::Places;
use crate::{GATEPOST_MAX_STRINGS, gatepost_slice};

/// Values in all claim rules of a policy at the most.
pub const GATEPOST_MAX_CLAIM_VALUES: usize = 32;

/// The claim is an array with at least one of the values as an element. Without this bit it is a
/// string, and one of the values.
pub const GATEPOST_CLAIM_ARRAY: u32 = 1;

/// A claim that must have one of certain values, byte for byte.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_claim_rule {
    /// The name of the claim.
    pub name: gatepost_slice,
    /// The values, none of them empty.
    pub values: *const gatepost_slice,
    /// How many values there are, at least 1.
    pub value_count: usize,
    /// 0, or GATEPOST_CLAIM_ARRAY.
    pub flags: u32,
}

/// The claim rules of a policy, inline: without pointers into themselves.
#[derive(Clone, Copy)]
pub(crate) struct ClaimRules {
    rules: [Inline; GATEPOST_MAX_STRINGS],
    count: usize,
    /// Those of the first rule, then those of the second, and so on.
    values: [&'static str; GATEPOST_MAX_CLAIM_VALUES],
}

#[derive(Clone, Copy)]
struct Inline {
    name: &'static str,
    value_count: u32,
    flags: u32,
}

/// A place for the core's rules, which borrow from those above.
pub(crate) type Room<'r> = [MaybeUninit<ClaimRule<'r>>; GATEPOST_MAX_STRINGS];

impl ClaimRules {
    /// Reads an array of rules; [`rules`](Self::rules) checks what they mean.
    ///
    /// # Safety
    ///
    /// The pointer is `NULL` or points to `count` rules, whose strings stay as long as the policy
    /// is used.
    pub(crate) unsafe fn read(
        pointer: *const gatepost_claim_rule,
        count: usize,
    ) -> Result<Self, Reason> {
        let mut read = Self {
            rules: [Inline { name: "", value_count: 0, flags: 0 }; GATEPOST_MAX_STRINGS],
            count,
            values: [""; GATEPOST_MAX_CLAIM_VALUES],
        };
        let mut places = read.values.iter_mut();
        // SAFETY: the caller vouches for the arrays and the bytes.
        unsafe {
            let from = array(pointer, count)?;
            let rules = read.rules.get_mut(..from.len()).ok_or(Reason::Misuse)?;
            for (rule, from) in rules.iter_mut().zip(from) {
                let value_count = u32::try_from(from.value_count).map_err(|_| Reason::Misuse)?;
                *rule = Inline { name: from.name.text()?, value_count, flags: from.flags };
                for value in array(from.values, from.value_count)? {
                    *places.next().ok_or(Reason::Misuse)? = value.text()?;
                }
            }
        }
        Ok(read)
    }

    /// The core's rules, in `room`.
    pub(crate) fn rules<'r>(
        &'r self,
        room: &'r mut Room<'r>,
    ) -> Result<&'r [ClaimRule<'r>], Reason> {
        let mut values = self.values.as_slice();
        let rules = self.rules.get(..self.count).ok_or(Reason::Misuse)?;
        Places::new(room).fill(rules, |rule| {
            let count = usize::try_from(rule.value_count).map_err(|_| Reason::Misuse)?;
            let (own, others) = values.split_at_checked(count).ok_or(Reason::Misuse)?;
            values = others;
            claim_rule(rule.name, own, rule.flags)
        })
    }
}

/// The core's rule.
pub(crate) fn claim_rule<'r>(
    name: &'r str,
    values: &'r [&'r str],
    flags: u32,
) -> Result<ClaimRule<'r>, Reason> {
    match flags {
        0 => ClaimRule::one_of(name, values),
        GATEPOST_CLAIM_ARRAY => ClaimRule::includes(name, values),
        _ => Err(Reason::Misuse),
    }
}
