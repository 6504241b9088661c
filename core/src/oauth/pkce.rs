//! Proof key for code exchange ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)), with S256 alone.

use core::fmt;

use hmac::digest::CtOutput;
use sha2::digest::Output;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Reason;
use crate::text::base64url;

/// The name of the one method there is here.
const S256: &str = "S256";

/// The shortest and the longest verifier
/// ([RFC 7636, section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)).
const MIN_LEN: usize = 43;
const MAX_LEN: usize = 128;

/// The secret of a client that shows, when it redeems a code, that it is the one that asked for it.
///
/// Wiped when dropped, and never printed
/// ([RFC 7636, section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)).
///
/// ```
/// use gatepost::oauth::CodeVerifier;
///
/// let random = [7; 32]; // from the system's generator
/// let verifier = CodeVerifier::from_random(&random);
/// assert_eq!(verifier.as_str().len(), 43);
///
/// // What goes into the authorization request; the verifier goes into the token request.
/// let challenge = verifier.challenge();
/// assert_eq!((challenge.as_str().len(), challenge.method()), (43, "S256"));
/// ```
pub struct CodeVerifier {
    text: Zeroizing<[u8; MAX_LEN]>,
    len: usize,
}

impl CodeVerifier {
    /// Makes a verifier of 43 characters from 32 random bytes, which nobody else may know
    /// ([RFC 7636, section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)).
    #[must_use]
    pub fn from_random(random: &[u8; 32]) -> Self {
        let mut text = Zeroizing::new([0; MAX_LEN]);
        text.iter_mut().zip(base64url::Encoded::new(random)).for_each(|(to, from)| *to = from);
        Self { text, len: MIN_LEN }
    }

    /// Reads a `code_verifier`: 43 to 128 letters, digits, `-`, `.`, `_` and `~`
    /// ([RFC 7636, section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)).
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidCodeVerifier`].
    ///
    /// ```
    /// use gatepost::Reason;
    /// use gatepost::oauth::CodeVerifier;
    ///
    /// assert!(CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").is_ok());
    /// let short = CodeVerifier::parse("dBjftJeZ4CVP");
    /// assert_eq!(short.err(), Some(Reason::InvalidCodeVerifier));
    /// ```
    pub fn parse(verifier: &str) -> Result<Self, Reason> {
        let is_unreserved =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        if !(MIN_LEN..=MAX_LEN).contains(&verifier.len()) || !verifier.bytes().all(is_unreserved) {
            return Err(Reason::InvalidCodeVerifier);
        }
        let mut text = Zeroizing::new([0; MAX_LEN]);
        text.iter_mut().zip(verifier.bytes()).for_each(|(to, from)| *to = from);
        Ok(Self { text, len: verifier.len() })
    }

    /// The verifier, for the token request.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII has been written.
        core::str::from_utf8(self.text.get(..self.len).unwrap_or_default()).unwrap_or("")
    }

    /// The challenge that belongs to it
    /// ([RFC 7636, section 4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2)).
    #[must_use]
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge::of_hash(Sha256::digest(self.as_str()))
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier")
    }
}

/// What an authorization request says of the verifier that will redeem its code: the verifier's
/// SHA-256 ([RFC 7636, section 4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2)).
///
/// ```
/// use gatepost::Reason;
/// use gatepost::oauth::CodeChallenge;
///
/// // The parameters of an authorization request; bind the challenge to the code.
/// let challenge = CodeChallenge::from_parameters(
///     Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
///     Some("S256"),
/// )?;
/// // The parameter of the token request.
/// challenge.verify(Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))?;
/// assert_eq!(challenge.verify(None), Err(Reason::InvalidCodeVerifier));
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CodeChallenge {
    text: [u8; MIN_LEN],
    hash: Output<Sha256>,
}

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method` of an authorization request, the former
    /// 43 characters of base64url, the latter `S256`.
    ///
    /// A request without a challenge is refused, and so is one without a method, which means
    /// `plain` ([RFC 7636, section 4.3](https://www.rfc-editor.org/rfc/rfc7636#section-4.3)): an
    /// attacker who sees the request would have the verifier.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidCodeChallenge`]; answer with `invalid_request`
    /// ([RFC 7636, section 4.4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1)).
    pub fn from_parameters(challenge: Option<&str>, method: Option<&str>) -> Result<Self, Reason> {
        let (Some(challenge), Some(S256)) = (challenge, method) else {
            return Err(Reason::InvalidCodeChallenge);
        };
        let mut hash = Output::<Sha256>::default();
        match base64url::decode(challenge.as_bytes(), &mut hash) {
            // All of the hash is written.
            Ok((_, [])) => Ok(Self::of_hash(hash)),
            _ => Err(Reason::InvalidCodeChallenge),
        }
    }

    fn of_hash(hash: Output<Sha256>) -> Self {
        let mut text = [0; MIN_LEN];
        text.iter_mut().zip(base64url::Encoded::new(&hash)).for_each(|(to, from)| *to = from);
        Self { text, hash }
    }

    /// The challenge, 43 characters of base64url.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // base64url is ASCII.
        core::str::from_utf8(&self.text).unwrap_or("")
    }

    /// The `code_challenge_method`, which is `S256`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        S256
    }

    /// Checks the `code_verifier` of a token request, in time that does not depend on where it
    /// differs. There must be one: there was a challenge
    /// ([RFC 7636, section 4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)).
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidCodeVerifier`]; answer with `invalid_grant`.
    pub fn verify(&self, verifier: Option<&str>) -> Result<(), Reason> {
        let verifier = CodeVerifier::parse(verifier.ok_or(Reason::InvalidCodeVerifier)?)?;
        let presented = CtOutput::<Sha256>::new(verifier.challenge().hash);
        if presented == CtOutput::new(self.hash) {
            Ok(())
        } else {
            Err(Reason::InvalidCodeVerifier)
        }
    }
}
