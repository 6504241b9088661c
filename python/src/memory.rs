//! Memory for what the core writes.

use gatepost::Reason;

/// What `write` answers once its memory, which grows, is enough.
pub(crate) fn growing<T>(
    mut write: impl FnMut(&mut [u8]) -> Result<T, Reason>,
) -> Result<T, Reason> {
    let mut memory = vec![0; 1024];
    loop {
        match write(&mut memory) {
            // What is written is finite, and a few times as long as what Python holds already.
            Err(Reason::MemoryTooSmall) => memory.resize(memory.len().saturating_mul(2), 0),
            outcome => return outcome,
        }
    }
}
