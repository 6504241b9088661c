//! A device with one key and one policy.

use core::hint::black_box;

use gatepost::{
    AccessToken, Algorithm, KeyMaterial, KeySlot, Keys, ParsedKey, Policy, PublicKey, Reason,
    UnixTime,
};

use crate::testdata::{AUDIENCE, ISSUER};
use crate::{exit, measure, print};

/// Memory for the decoded token. What a longer one needs is refused by name.
const MEMORY: usize = 1024;

/// Prepares the key and validates tokens: one as it is, measured; one whose signature is spoiled;
/// one that is too old.
pub fn run(
    algorithm: Algorithm,
    key_id: &str,
    numbers: KeyMaterial<'_>,
    token: &str,
    now: u64,
) -> ! {
    let key = ParsedKey::new(algorithm, black_box(numbers)).and_then(|key| PublicKey::new(&key));
    let slot = key.and_then(|key| KeySlot::from_key(key, algorithm, Some(key_id)));
    let (Ok(slot), Ok(policy)) = (slot, Policy::new(ISSUER, AUDIENCE)) else { exit(false) };
    let token = token.as_bytes();
    let device = Device { key: [Some(slot)], policy };
    let mut memory = [0; MEMORY];
    let mut verdict = None;
    let figures = measure(|| verdict = Some(device.decide(black_box(token), now, &mut memory)));
    let accepted = verdict == Some(0);
    if let Some(figures) = figures {
        print(&[("stack", figures.stack as u32), ("instructions", figures.instructions)]);
    }

    let bytes = with_another_signature(token);
    let other = bytes.get(..token.len()).unwrap_or(&[]);
    let refused = device.decide(other, now, &mut memory) == Reason::InvalidSignature.number();
    let late = now.wrapping_add(100_000);
    let expired = device.decide(token, late, &mut memory) == Reason::Expired.number();
    print(&[
        ("accepted", accepted.into()),
        ("refused", refused.into()),
        ("expired", expired.into()),
    ]);
    exit(accepted && refused && expired)
}

/// The token with another first character of its signature.
fn with_another_signature(token: &[u8]) -> [u8; MEMORY] {
    let mut bytes = [0; MEMORY];
    let mut dots = 0;
    for (place, byte) in bytes.iter_mut().zip(token) {
        let is_first = dots == 2;
        dots += u8::from(*byte == b'.') + u8::from(is_first);
        *place = if is_first { *byte ^ 1 } else { *byte };
    }
    bytes
}

struct Device {
    key: [Option<KeySlot>; 1],
    policy: Policy<'static>,
}

impl Device {
    /// The number of the reason, or 0.
    #[inline(never)]
    fn decide(&self, token: &[u8], now: u64, memory: &mut [u8]) -> u16 {
        match self.validate(token, UnixTime::from_secs(now), memory) {
            Ok(token) => u16::from(token.subject().is_none()),
            Err(reason) => reason.number(),
        }
    }

    fn validate<'t>(
        &self,
        token: &'t [u8],
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<AccessToken<'t>, Reason> {
        self.policy.validate(token, Keys::from(&self.key[..]), now, memory)
    }
}
