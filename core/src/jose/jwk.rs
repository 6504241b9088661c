//! JSON Web Keys ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517),
//! [RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6),
//! [RFC 8037, section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2)).

use zeroize::Zeroizing;

use super::{Algorithm, KeyMaterial, ParsedKey};
use crate::Reason;
use crate::limits::{
    MAX_JWK_SET_LEN, MAX_KEY_ID_LEN, MAX_KEY_MEMBERS, MAX_LISTED_NAMES, MAX_RSA_BITS,
    MAX_SECRET_LEN, NAME_LEN,
};
use crate::text::base64url;
use crate::text::json::{self, Array, Known, Members, Text, Value};

/// How a JSON Web Key Set is read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ImportOptions {
    /// The algorithm of RSA keys that name none: [`Algorithm::Rs256`] unless set.
    pub rsa_algorithm: Algorithm,
    /// Whether the set holds symmetric keys, and nothing else; `false` unless set.
    ///
    /// A published set has no symmetric keys: whoever can read it could sign.
    pub symmetric: bool,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { rsa_algorithm: Algorithm::Rs256, symmetric: false }
    }
}

const KTY: usize = 0;
const CRV: usize = 1;
const X: usize = 2;
const Y: usize = 3;
const N: usize = 4;
const E: usize = 5;
const K: usize = 6;
const ALG: usize = 7;
const USE: usize = 8;
const KEY_OPS: usize = 9;
const KID: usize = 10;
const PRIVATE: [usize; 7] = [11, 12, 13, 14, 15, 16, 17];
const MEMBERS: usize = 18;
static NAMES: Known<MEMBERS> = Known::new([
    "kty", "crv", "x", "y", "n", "e", "k", "alg", "use", "key_ops", "kid", "d", "p", "q", "dp",
    "dq", "qi", "oth",
]);
static SET: Known<1> = Known::new(["keys"]);

/// Room for the numbers of a key: a modulus and its exponent.
const NUMBERS_LEN: usize = {
    let rsa = MAX_RSA_BITS / 8 + 8;
    if rsa > MAX_SECRET_LEN { rsa } else { MAX_SECRET_LEN }
};

/// One key of a set, its members found.
pub(crate) struct Jwk<'a> {
    members: Members<'a, MEMBERS>,
}

impl<'a> Jwk<'a> {
    /// Reads the keys of a set one by one, as they come. An error of `each` ends the reading.
    ///
    /// # Errors
    ///
    /// What `each` returns; the reasons of the JSON reader; [`Reason::TooLarge`] beyond
    /// [`MAX_JWK_SET_LEN`]; [`Reason::InvalidJson`] without an array of objects called `keys`.
    pub(crate) fn read_set(
        set: &'a [u8],
        mut each: impl FnMut(Self) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        let text = set.get(..MAX_JWK_SET_LEN).unwrap_or(set);
        let names = &mut [0; MAX_KEY_MEMBERS * NAME_LEN];
        let mut is_of_each = false;
        let read = json::object_with_elements(text, &SET, names, 0, |key| {
            each(Self::read(key.as_bytes())?).inspect_err(|_| is_of_each = true)
        });
        let members = match read {
            Err(Reason::MemoryTooSmall) if !is_of_each => return Err(Reason::TooLarge),
            // Cut off at the limit: the text ends too early, or nobody has read its end.
            Ok(_) | Err(Reason::InvalidJson) if text.len() < set.len() => {
                return Err(Reason::TooLarge);
            }
            read => read?,
        };
        match members.value(0) {
            Some(Value::Array(_)) => Ok(()),
            _ => Err(Reason::InvalidJson),
        }
    }

    /// Finds the members of one key.
    pub(super) fn read(key: &'a [u8]) -> Result<Self, Reason> {
        let names = &mut [0; MAX_KEY_MEMBERS * NAME_LEN];
        match json::object(key, &NAMES, names) {
            Ok(members) => Ok(Self { members }),
            Err(Reason::MemoryTooSmall) => Err(Reason::TooLarge),
            Err(reason) => Err(reason),
        }
    }

    /// Whether the key is a shared secret.
    pub(crate) fn is_symmetric(&self) -> bool {
        self.members.value(KTY).and_then(Value::as_text).is_some_and(|kty| kty == "oct")
    }

    /// The key's identifier, decoded into `memory`.
    pub(crate) fn key_id<'m>(
        &self,
        memory: &'m mut [u8; MAX_KEY_ID_LEN],
    ) -> Result<Option<&'m str>, Reason>
    where
        'a: 'm,
    {
        let Some(text) = self.text(KID)? else { return Ok(None) };
        let (key_id, _) = text.copy_to(memory).map_err(|_| Reason::InvalidKey)?;
        Ok(Some(key_id))
    }

    /// Reads the numbers and hands them to `use_key`.
    pub(crate) fn parse<T>(
        &self,
        options: ImportOptions,
        use_key: impl FnOnce(&ParsedKey<'_>) -> Result<T, Reason>,
    ) -> Result<T, Reason> {
        let kty = self.text(KTY)?.ok_or(Reason::InvalidKey)?;
        let is_symmetric = self.is_symmetric();
        if !(is_symmetric || kty == "RSA" || kty == "EC" || kty == "OKP") {
            return Err(Reason::UnsupportedKey);
        }
        let is_private = PRIVATE.iter().any(|member| self.members.value(*member).is_some());
        if is_private || !is_symmetric && self.members.value(K).is_some() {
            return Err(Reason::PrivateKey);
        }
        self.require_verification()?;
        if is_symmetric && !options.symmetric {
            return Err(Reason::KeyNotForVerification);
        }
        let algorithm = match self.text(ALG)? {
            Some(name) => Some(algorithm(name).ok_or(Reason::UnsupportedKey)?),
            None => None,
        };

        // Wiped when dropped: it may hold a secret.
        let mut memory = Zeroizing::new([0; NUMBERS_LEN]);
        let material = if is_symmetric {
            let (secret, _) = self.number(K, &mut *memory)?;
            KeyMaterial::Symmetric(secret)
        } else if kty == "RSA" {
            let (modulus, memory) =
                self.number(N, &mut *memory).map_err(|reason| match reason {
                    Reason::MemoryTooSmall => Reason::UnsupportedKey,
                    reason => reason,
                })?;
            // Base64urlUInt: "MUST utilize the minimum number of octets".
            if modulus.first() == Some(&0) {
                return Err(Reason::InvalidKey);
            }
            if modulus.len() > MAX_RSA_BITS / 8 {
                // It may have left no room for the exponent.
                return Err(Reason::UnsupportedKey);
            }
            let (exponent, _) = self.number(E, memory)?;
            if exponent.first() == Some(&0) {
                return Err(Reason::InvalidKey);
            }
            KeyMaterial::Rsa { modulus, exponent }
        } else {
            self.point(&kty, &mut *memory)?
        };
        use_key(&ParsedKey::with_default(algorithm, material, options.rsa_algorithm)?)
    }

    fn point<'m>(&self, kty: &Text<'_>, memory: &'m mut [u8]) -> Result<KeyMaterial<'m>, Reason> {
        let crv = self.text(CRV)?.ok_or(Reason::InvalidKey)?;
        if *kty == "OKP" {
            if crv != "Ed25519" {
                return Err(Reason::UnsupportedKey);
            }
            let (x, _) = self.number(X, memory)?;
            return Ok(KeyMaterial::Ed25519(sized(x)?));
        }
        if crv != "P-256" && crv != "P-384" {
            return Err(Reason::UnsupportedKey);
        }
        let (x, memory) = self.number(X, memory)?;
        let (y, _) = self.number(Y, memory)?;
        if crv == "P-256" {
            Ok(KeyMaterial::P256 { x: sized(x)?, y: sized(y)? })
        } else {
            Ok(KeyMaterial::P384 { x: sized(x)?, y: sized(y)? })
        }
    }

    /// Refuses what `use` and `key_ops` keep for other purposes
    /// ([RFC 7517, sections 4.2 and 4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.2)).
    fn require_verification(&self) -> Result<(), Reason> {
        if self.text(USE)?.is_some_and(|purpose| purpose != "sig") {
            return Err(Reason::KeyNotForVerification);
        }
        match self.members.value(KEY_OPS) {
            None => Ok(()),
            Some(Value::Array(operations)) => require_verify(operations),
            Some(_) => Err(Reason::InvalidKey),
        }
    }

    fn text(&self, member: usize) -> Result<Option<Text<'a>>, Reason> {
        match self.members.value(member) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Reason::InvalidKey),
        }
    }

    /// Decodes a base64url member into the front of `memory`; returns it and the rest.
    fn number<'m>(
        &self,
        member: usize,
        memory: &'m mut [u8],
    ) -> Result<(&'m [u8], &'m mut [u8]), Reason> {
        let text = self.text(member)?.and_then(Text::as_str).ok_or(Reason::InvalidKey)?;
        match base64url::decode(text.as_bytes(), memory) {
            Ok((number, memory)) => Ok((number, memory)),
            Err(Reason::MemoryTooSmall) if member == N => Err(Reason::MemoryTooSmall),
            Err(_) => Err(Reason::InvalidKey),
        }
    }
}

fn require_verify(operations: Array<'_>) -> Result<(), Reason> {
    if !operations.holds_distinct_strings(MAX_LISTED_NAMES) {
        return Err(Reason::InvalidKey);
    }
    let verifies =
        operations.elements().filter_map(Value::as_text).any(|operation| operation == "verify");
    if verifies { Ok(()) } else { Err(Reason::KeyNotForVerification) }
}

fn algorithm(name: Text<'_>) -> Option<Algorithm> {
    Algorithm::from_name(name.as_str()?)
}

fn sized<const LEN: usize>(bytes: &[u8]) -> Result<&[u8; LEN], Reason> {
    bytes.try_into().map_err(|_| Reason::InvalidKey)
}
