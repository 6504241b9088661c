//! State that travels through the client: sealed for one principal, one purpose and a time.

use core::fmt;

use crate::crypto::{Message, TAG_LEN};
use crate::limits::MAX_STATE_LEN;
use crate::oauth::SealKeys;
use crate::text::base64url;
use crate::text::writer::Writer;
use crate::{AccessToken, Reason, UnixTime};

/// Seals request states and handles, and opens what comes back.
///
/// The `requestState` of a multi-round-trip request (MCP 2026-07-28), or a handle for something
/// that the server keeps, goes to the client and comes back as whatever the client likes. Sealed,
/// it can only come back as it was, from the principal it was made for, for the same purpose, in
/// time. It is no credential: the access token of each request is validated all the same, and its
/// principal is whom the state has to belong to.
///
/// It is authenticated and not encrypted (HMAC-SHA-256): the client can read what is in it, and put
/// what nobody must read behind a handle instead. That needs no randomness, where an AEAD whose
/// nonce comes twice gives its key away; and equal states have equal texts. That a state is used
/// once alone only the server's memory can see to.
///
/// ```
/// use gatepost::mcp::{StateOwner, StateScope, StateSeal};
/// use gatepost::oauth::{SealKey, SealKeys};
/// use gatepost::{Reason, UnixTime};
///
/// # let secret = [1; 32];
/// let keys = [SealKey::new(1, &secret)?];
/// let seal = StateSeal::new(SealKeys::new(&keys)?);
///
/// // From a validated token: `StateOwner::of(&token)?`.
/// let alice = StateOwner::new("https://issuer.example", Some("alice"), Some("app"))?;
/// let scope = StateScope::new(alice, "tools/call delete_file")?;
/// let until = UnixTime::from_secs(1_700_000_300);
/// let mut memory = [0; 256];
/// let text = seal.seal(&scope, b"step 2", until, &mut memory)?;
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let mut memory = [0; 256];
/// assert_eq!(seal.open(text, &scope, now, &mut memory)?, b"step 2");
///
/// let mallory = StateOwner::new("https://issuer.example", Some("mallory"), Some("app"))?;
/// let scope = StateScope::new(mallory, "tools/call delete_file")?;
/// assert_eq!(seal.open(text, &scope, now, &mut memory), Err(Reason::InvalidState));
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StateSeal<'k> {
    keys: SealKeys<'k>,
}

/// The version of the form, the number of the secret, and the time at which the state expires.
const HEAD_LEN: usize = 10;
const VERSION: u8 = 1;

/// Head and tag: groups of three bytes, so that the state begins with a character of its own.
const SEAL_LEN: usize = HEAD_LEN + TAG_LEN;
const _: () = assert!(SEAL_LEN.is_multiple_of(3));

/// What the seal is for.
const KIND: &str = "gatepost state 1";

/// Characters of the longest sealed text.
const MAX_TEXT_LEN: usize = (SEAL_LEN + MAX_STATE_LEN).div_ceil(3) * 4;

impl<'k> StateSeal<'k> {
    /// Seals with the first of `keys`, and opens what any of them has sealed.
    #[must_use]
    pub const fn new(keys: SealKeys<'k>) -> Self {
        Self { keys }
    }

    /// Seals `state`, of at most [`MAX_STATE_LEN`] bytes, until `expires_at`.
    ///
    /// The text is base64url: four characters for three bytes, for 42 bytes more than `state` has.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLarge`] for a longer state; [`Reason::MemoryTooSmall`].
    pub fn seal<'m>(
        &self,
        scope: &StateScope<'_>,
        state: &[u8],
        expires_at: UnixTime,
        memory: &'m mut [u8],
    ) -> Result<&'m str, Reason> {
        if state.len() > MAX_STATE_LEN {
            return Err(Reason::TooLarge);
        }
        let id = self.keys.first_id();
        let [a, b, c, d, e, f, g, h] = expires_at.as_secs().to_be_bytes();
        let head = [VERSION, id, a, b, c, d, e, f, g, h];
        let tag = scope.with_message(&head, state, |message| self.keys.tag(id, message));
        let tag = tag.ok_or(Reason::Misuse)?;
        let mut writer = Writer::new(memory);
        let mut sealed = [0; SEAL_LEN];
        for (to, from) in sealed.iter_mut().zip(head.iter().chain(&tag)) {
            *to = *from;
        }
        writer.push_base64url(&sealed);
        writer.push_base64url(state);
        writer.finish().map(|(text, _)| text)
    }

    /// Opens a sealed text: the state as it was sealed, in `memory`, which has to have room for
    /// three quarters of the text.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidState`] for what was not sealed here, for another owner, purpose or
    /// context, or with a secret that is gone; [`Reason::StateExpired`]; [`Reason::MemoryTooSmall`].
    pub fn open<'m>(
        &self,
        text: &str,
        scope: &StateScope<'_>,
        now: UnixTime,
        memory: &'m mut [u8],
    ) -> Result<&'m [u8], Reason> {
        if text.len() > MAX_TEXT_LEN {
            return Err(Reason::InvalidState);
        }
        let sealed = match base64url::decode(text.as_bytes(), memory) {
            Ok((sealed, _)) => &*sealed,
            Err(Reason::MemoryTooSmall) => return Err(Reason::MemoryTooSmall),
            Err(_) => return Err(Reason::InvalidState),
        };
        let (head, rest) = sealed.split_first_chunk::<HEAD_LEN>().ok_or(Reason::InvalidState)?;
        let (tag, state) = rest.split_first_chunk::<TAG_LEN>().ok_or(Reason::InvalidState)?;
        let [VERSION, id, expires_at @ ..] = *head else { return Err(Reason::InvalidState) };
        if !scope.with_message(head, state, |message| self.keys.is_tag(id, message, tag)) {
            return Err(Reason::InvalidState);
        }
        if now >= UnixTime::from_secs(u64::from_be_bytes(expires_at)) {
            return Err(Reason::StateExpired);
        }
        Ok(state)
    }
}

/// Whom a state belongs to: the principal of a validated token.
///
/// A user with two clients is two owners: what one client was given, the other cannot use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StateOwner<'o> {
    issuer: &'o str,
    subject: Option<&'o str>,
    client_id: Option<&'o str>,
}

impl<'o> StateOwner<'o> {
    /// The principal of this token.
    ///
    /// # Errors
    ///
    /// [`Reason::MissingClaim`] for a token that names neither subject nor client.
    pub fn of(token: &AccessToken<'o>) -> Result<Self, Reason> {
        Self::new(token.issuer(), token.subject(), token.client_id())
    }

    /// The principal of these names, as the token has them.
    ///
    /// # Errors
    ///
    /// [`Reason::MissingClaim`] where neither subject nor client is there, or the issuer is empty:
    /// it would be everybody's state.
    pub fn new(
        issuer: &'o str,
        subject: Option<&'o str>,
        client_id: Option<&'o str>,
    ) -> Result<Self, Reason> {
        let is_there = |name: Option<&str>| name.is_some_and(|name| !name.is_empty());
        if issuer.is_empty() || !is_there(subject) && !is_there(client_id) {
            return Err(Reason::MissingClaim);
        }
        Ok(Self { issuer, subject, client_id })
    }
}

impl fmt::Debug for StateOwner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Who it is stays out of logs.
        f.debug_struct("StateOwner").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// What a state is good for: its owner, a purpose and a context. All have to be the same when it is
/// opened.
#[derive(Clone, Copy, Debug)]
pub struct StateScope<'s> {
    owner: StateOwner<'s>,
    purpose: &'s str,
    context: &'s [u8],
}

impl<'s> StateScope<'s> {
    /// For this owner and this purpose, a text of the server's own that names what the state is
    /// used for, such as the method and the tool.
    ///
    /// # Errors
    ///
    /// [`Reason::Misuse`] for an empty purpose.
    pub const fn new(owner: StateOwner<'s>, purpose: &'s str) -> Result<Self, Reason> {
        if purpose.is_empty() {
            return Err(Reason::Misuse);
        }
        Ok(Self { owner, purpose, context: &[] })
    }

    /// Ties it to a context as well: bytes that the server has again when the state comes back,
    /// such as a digest of the request's arguments, so that it fits no other request.
    #[must_use]
    pub const fn with_context(self, context: &'s [u8]) -> Self {
        Self { context, ..self }
    }

    /// Hands `seal` what is authenticated. Each part counts with its length, and one that is absent
    /// differs from one that is empty.
    fn with_message<T>(
        &self,
        head: &[u8; HEAD_LEN],
        state: &[u8],
        seal: impl FnOnce(&Message<'_>) -> T,
    ) -> T {
        let StateOwner { issuer, subject, client_id } = self.owner;
        let presence = [u8::from(subject.is_some()), u8::from(client_id.is_some())];
        let parts = [
            &presence[..],
            issuer.as_bytes(),
            subject.unwrap_or("").as_bytes(),
            client_id.unwrap_or("").as_bytes(),
            self.purpose.as_bytes(),
            self.context,
            head,
            state,
        ];
        seal(&Message { kind: KIND, parts: &parts })
    }
}
