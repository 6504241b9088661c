//! `Validator`: policies and their keys.

use core::iter::zip;
use std::sync::{PoisonError, RwLock};

use gatepost::limits::{MAX_TOKEN_LEN, MEMORY};
use gatepost::mcp::{Authority, Introspection};
use gatepost::oauth::Provider;
use gatepost::{Confirmation, Reason, UnixTime, UntrustedToken};
use gatepost_hosted::SharedTokenCache;
use pyo3::prelude::*;

use crate::key_set::{KeySet, SharedKeys};
use crate::policy::Policy;
use crate::possession::PresentedToken;
use crate::token::AccessToken;
use crate::{errors, input};

/// Decides over access tokens: one policy and its keys, or with `Validator.of` several issuers.
///
/// `keys` are None until they are to be had: whatever they would have to decide is refused as
/// "keys_unavailable" until `replace_keys` brings some.
///
/// Tokens whose signature was found good are remembered, up to about `cache_size` of them and by
/// their SHA-256 digests, until they expire: their claims are judged again each time, and nothing
/// but the time it takes depends on it. With `cache_size=0` every signature is checked.
///
/// With `introspection`, the policy for opaque tokens, those are accepted as well for which its
/// issuer vouches when asked (RFC 7662). Who asks is the caller: a token that is no JSON Web Token
/// is refused as "introspection_unavailable", until the same call is made with what the endpoint
/// has answered about it. `gatepost.introspection` does that.
///
/// Safe to share between threads.
///
/// Raises PolicyError for a `cache_size` of more than 1 000 000.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Validator {
    issuers: Vec<Issuer>,
    introspection: Option<Py<Policy>>,
    cache: SharedTokenCache,
}

const MAX_CACHE_SIZE: usize = 1_000_000;

struct Issuer {
    policy: Py<Policy>,
    /// Locked for as long as it takes to copy or replace the handle, never while verifying.
    keys: RwLock<Option<SharedKeys>>,
}

#[pymethods]
impl Validator {
    #[new]
    #[pyo3(signature = (policy, keys, *, cache_size = 1000, introspection = None))]
    fn new(
        py: Python<'_>,
        policy: Py<Policy>,
        keys: Option<&KeySet>,
        cache_size: usize,
        introspection: Option<Py<Policy>>,
    ) -> PyResult<Self> {
        Self::with(py, vec![Issuer::new(policy, keys)], cache_size, introspection)
    }

    /// A validator for several issuers: a sequence of pairs of a policy and its keys.
    ///
    /// A token is only ever judged by the policy and the keys of the issuer it names. Without any
    /// pair, but with `introspection`, all tokens are asked about, JSON Web Tokens too.
    ///
    /// Raises PolicyError without any pair and without `introspection`, for an issuer that comes
    /// twice, and for a `cache_size` of more than 1 000 000.
    #[staticmethod]
    #[pyo3(signature = (issuers, *, cache_size = 1000, introspection = None))]
    fn of(
        py: Python<'_>,
        issuers: Vec<(Py<Policy>, Option<Py<KeySet>>)>,
        cache_size: usize,
        introspection: Option<Py<Policy>>,
    ) -> PyResult<Self> {
        let issuers = issuers
            .into_iter()
            .map(|(policy, keys)| Issuer::new(policy, keys.as_ref().map(Py::get)))
            .collect();
        let this = Self::with(py, issuers, cache_size, introspection)?;
        let mut names: Vec<&str> = this.issuers.iter().map(Issuer::name).collect();
        names.sort_unstable();
        if names.is_empty() && this.introspection.is_none() {
            return Err(errors::misuse(py, "no issuer"));
        }
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(errors::misuse(py, "an issuer comes twice"));
        }
        Ok(this)
    }

    /// The policies, in the order they were given.
    #[getter]
    fn policies(&self, py: Python<'_>) -> Vec<Py<Policy>> {
        self.issuers.iter().map(|issuer| issuer.policy.clone_ref(py)).collect()
    }

    /// Decides over one access token: str or bytes, at most 16 384 characters.
    ///
    /// `now` is in seconds since 1970, of which a fraction is dropped; `time.time()` unless given.
    /// `introspection`, str or bytes of at most 8192 bytes, is what the endpoint has answered about
    /// this token, where it was asked.
    ///
    /// Raises TokenError, of the class of the first reason that is found;
    /// InvalidIntrospectionError for an answer that says nothing, and PolicyError for one where
    /// there is no policy for it.
    #[pyo3(signature = (jwt, now = None, *, introspection = None))]
    fn validate(
        &self,
        jwt: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        introspection: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<AccessToken> {
        let py = jwt.py();
        let compact =
            input::text(jwt).ok_or_else(|| input::wrong_type("jwt", "str or bytes", jwt))?;
        let now = input::time(py, now)?;
        let asked = self.told(py, introspection)?;
        asked.decide(compact, now).map_err(|reason| self.refused(py, compact, reason))
    }

    /// Decides over many access tokens, an iterable of str or bytes: a list with an AccessToken for
    /// each, or the TokenError that `validate` would raise, in their order.
    ///
    /// All are judged at the same time `now`. Other threads of Python's run meanwhile. What is
    /// neither str nor bytes is a TypeError for all.
    ///
    /// >>> keys = KeySet.from_secret(b"a development secret of 32 bytes")
    /// >>> policy = Policy(issuer="https://as.example.com", audience="https://mcp.example.com/mcp")
    /// >>> verdicts = Validator(policy, keys).validate_many(["no token", b"a.b.c"])
    /// >>> [verdict.reason for verdict in verdicts]
    /// ['malformed', 'invalid_base64']
    #[pyo3(signature = (jwts, now = None))]
    fn validate_many(
        &self,
        jwts: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Py<PyAny>>> {
        let py = jwts.py();
        let wrong = || input::wrong_type("jwts", "an iterable of str or bytes", jwts);
        let held = input::items("jwts", jwts)?;
        let compacts: Vec<&[u8]> =
            held.iter().map(|jwt| input::text(jwt).ok_or_else(wrong)).collect::<PyResult<_>>()?;
        let now = input::time(py, now)?;
        let untold = self.told(py, None)?;
        // Neither str nor bytes can change, and each is held.
        let verdicts: Vec<_> =
            py.detach(|| compacts.iter().map(|compact| untold.decide(compact, now)).collect());
        zip(compacts, verdicts)
            .map(|(compact, verdict)| match verdict {
                Ok(token) => Ok(Py::new(py, token)?.into_any()),
                Err(reason) => Ok(self.refused(py, compact, reason).into_value(py).into_any()),
            })
            .collect()
    }

    /// Decides over one access token like `validate`, but lets in one that is bound to a key
    /// (`cnf`) as far as can be said before its bearer has shown to have that key: the result says
    /// which key that is, and becomes an AccessToken with the proof.
    ///
    /// Raises what `validate` raises.
    #[pyo3(signature = (jwt, now = None, *, introspection = None))]
    fn validate_before_proof(
        &self,
        jwt: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        introspection: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PresentedToken> {
        let py = jwt.py();
        let compact =
            input::text(jwt).ok_or_else(|| input::wrong_type("jwt", "str or bytes", jwt))?;
        let now = input::time(py, now)?;
        let asked = self.told(py, introspection)?;
        PresentedToken::of(&asked, input::no_more_than(compact, MAX_TOKEN_LEN), now)
            .map_err(|reason| self.refused(py, compact, reason))
    }

    /// Replaces the keys of an issuer; the issuer may be left out where there is only one.
    ///
    /// Validations that run meanwhile use either all old keys or all new ones. With None there are
    /// no keys any more, as when they have become too old.
    ///
    /// Raises PolicyError for an issuer that is not one of this validator.
    #[pyo3(signature = (keys, issuer = None))]
    fn replace_keys(
        &self,
        py: Python<'_>,
        keys: Option<&KeySet>,
        issuer: Option<&str>,
    ) -> PyResult<()> {
        let found = match (issuer, &self.issuers[..]) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(name), _) => self.find(name),
        };
        found.ok_or_else(|| errors::misuse(py, "unknown issuer"))?.replace_keys(keys);
        Ok(())
    }

    /// The issuer of this validator that a token names, which anybody can write into one; None
    /// where it names none, or cannot be read. It tells whose keys to fetch for a token that is
    /// refused as "key_not_found".
    fn unverified_issuer(&self, jwt: &Bound<'_, PyAny>) -> PyResult<Option<&str>> {
        let compact =
            input::text(jwt).ok_or_else(|| input::wrong_type("jwt", "str or bytes", jwt))?;
        let mut memory = [0; MEMORY];
        let issuer = UntrustedToken::parse(compact, &mut memory)
            .and_then(|token| token.unverified_issuer().map(|name| self.find(name)));
        Ok(issuer.ok().flatten().map(Issuer::name))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let names: Vec<&str> = self.issuers().collect();
        Ok(format!("Validator(issuers={})", names.into_pyobject(py)?.repr()?))
    }
}

impl Validator {
    fn with(
        py: Python<'_>,
        issuers: Vec<Issuer>,
        cache_size: usize,
        introspection: Option<Py<Policy>>,
    ) -> PyResult<Self> {
        if cache_size > MAX_CACHE_SIZE {
            return Err(errors::misuse(py, "cache_size is more than 1 000 000"));
        }
        Ok(Self { issuers, introspection, cache: SharedTokenCache::new(cache_size) })
    }

    /// This validator, told what the endpoint has answered, if it was asked.
    pub(crate) fn told<'v>(
        &'v self,
        py: Python<'_>,
        introspection: Option<&'v Bound<'_, PyAny>>,
    ) -> PyResult<Told<'v>> {
        let response = input::introspection(introspection)?;
        if response.is_some() && self.introspection.is_none() {
            return Err(errors::misuse(py, "introspection, for which there is no policy"));
        }
        Ok(Told { validator: self, response })
    }

    fn decide(&self, compact: &[u8], now: UnixTime) -> Result<AccessToken, Reason> {
        let mut memory = [0; MEMORY];
        let token = if let Some((only, keys)) = self.only() {
            let keys = keys.keys().remembering(&self.cache);
            only.policy().validate(compact, keys, now, &mut memory)?
        } else {
            let token = UntrustedToken::parse(compact, &mut memory)?;
            let (issuer, keys) = self.named_by(&token)?;
            issuer.policy().accept(token, keys.keys().remembering(&self.cache), now)?
        };
        // One that is bound to a key was refused.
        Ok(AccessToken::of(&token, Confirmation::NONE))
    }

    /// Decides over a JSON Web Token but for the proof of possession.
    fn present<'t>(
        &self,
        compact: &'t [u8],
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<gatepost::PresentedToken<'t>, Reason> {
        if let Some((only, keys)) = self.only() {
            let keys = keys.keys().remembering(&self.cache);
            only.policy().validate_before_proof(compact, keys, now, memory)
        } else {
            let token = UntrustedToken::parse(compact, memory)?;
            let (issuer, keys) = self.named_by(&token)?;
            issuer.policy().accept_before_proof(token, keys.keys().remembering(&self.cache), now)
        }
    }

    /// The issuer, where there is one alone and keys of it: a token of another algorithm is refused
    /// before its claims are read.
    fn only(&self) -> Option<(&Issuer, SharedKeys)> {
        let [only] = &self.issuers[..] else { return None };
        only.keys().map(|keys| (only, keys))
    }

    /// The issuer that a token names, with its keys. What is no token, or of nobody known, is
    /// refused for that, keys or not.
    fn named_by(&self, token: &UntrustedToken<'_>) -> Result<(&Issuer, SharedKeys), Reason> {
        let issuer = self.find(token.unverified_issuer()?).ok_or(Reason::IssuerMismatch)?;
        Ok((issuer, issuer.keys().ok_or(Reason::KeysUnavailable)?))
    }

    /// The error for a token that is refused, which may be one of another kind.
    fn refused(&self, py: Python<'_>, compact: &[u8], reason: Reason) -> PyErr {
        errors::refused(py, self.provider().judge_foreign_token(compact, reason))
    }

    pub(crate) fn issuers(&self) -> impl Iterator<Item = &str> {
        let asked = self.introspection.as_ref().map(|policy| policy.get().issuer());
        let asked = asked.filter(|name| self.find(name).is_none());
        self.issuers.iter().map(Issuer::name).chain(asked)
    }

    /// The kind of authorization server that all of the policies are for: it explains tokens that
    /// name no issuer.
    pub(crate) fn provider(&self) -> Provider {
        let mut providers = self.providers();
        match providers.next() {
            Some(first) if providers.all(|other| other == first) => first,
            _ => Provider::Generic,
        }
    }

    /// Whether one of the policies can be for this kind of authorization server.
    pub(crate) fn may_be_of(&self, provider: Provider) -> bool {
        provider == Provider::Generic
            || self.providers().any(|known| known == Provider::Generic || known == provider)
    }

    fn providers(&self) -> impl Iterator<Item = Provider> {
        let policies = self.issuers.iter().map(|issuer| &issuer.policy);
        policies.chain(&self.introspection).map(|policy| policy.get().provider())
    }

    /// The audience that the tokens of `issuer` have to name, unless `resource` is one.
    pub(crate) fn audience_other_than(&self, issuer: &str, resource: &str) -> Option<&str> {
        let audiences = self.find(issuer)?.policy.get().audiences();
        if audiences.iter().any(|known| known == resource) {
            return None;
        }
        audiences.first().map(|audience| &audience[..])
    }

    fn find(&self, name: &str) -> Option<&Issuer> {
        self.issuers.iter().find(|issuer| issuer.name() == name)
    }
}

impl Authority for Validator {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<gatepost::PresentedToken<'t>, Reason> {
        self.present(compact.as_bytes(), now, memory)
    }
}

/// A validator, and what an introspection endpoint has answered, where it was asked.
#[derive(Clone, Copy)]
pub(crate) struct Told<'v> {
    validator: &'v Validator,
    response: Option<&'v [u8]>,
}

impl Told<'_> {
    fn decide(&self, compact: &[u8], now: UnixTime) -> Result<AccessToken, Reason> {
        if self.validator.introspection.is_none() {
            return self.validator.decide(compact, now);
        }
        let mut memory = [0; MEMORY];
        let token = self.present(compact, now, &mut memory)?.into_unbound()?;
        Ok(AccessToken::of(&token, Confirmation::NONE))
    }

    /// Decides over a token but for the proof of possession.
    pub(crate) fn present<'t>(
        &self,
        token: &'t [u8],
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<gatepost::PresentedToken<'t>, Reason> {
        let Some(policy) = &self.validator.introspection else {
            return self.validator.present(token, now, memory);
        };
        if token.len() > MAX_TOKEN_LEN {
            return Err(Reason::TooLarge);
        }
        let token = str::from_utf8(token).map_err(|_| Reason::Malformed)?;
        let mut introspection = Introspection::new(*policy.get().borrowed());
        if !self.validator.issuers.is_empty() {
            introspection = introspection.with_jwts(self.validator);
        }
        if let Some(response) = self.response {
            introspection = introspection.with_response(response);
        }
        introspection.validate(token, now, memory)
    }
}

impl Authority for Told<'_> {
    fn validate<'t>(
        &self,
        compact: &'t str,
        now: UnixTime,
        memory: &'t mut [u8],
    ) -> Result<gatepost::PresentedToken<'t>, Reason> {
        self.present(compact.as_bytes(), now, memory)
    }
}

impl Issuer {
    fn new(policy: Py<Policy>, keys: Option<&KeySet>) -> Self {
        Self { policy, keys: RwLock::new(keys.map(KeySet::shared)) }
    }

    fn name(&self) -> &str {
        self.policy.get().issuer()
    }

    fn policy(&self) -> &gatepost::Policy<'_> {
        self.policy.get().borrowed()
    }

    fn keys(&self) -> Option<SharedKeys> {
        // Nothing that can panic happens under the lock.
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace_keys(&self, keys: Option<&KeySet>) {
        let keys = keys.map(KeySet::shared);
        let old = {
            let mut current = self.keys.write().unwrap_or_else(PoisonError::into_inner);
            core::mem::replace(&mut *current, keys)
        };
        // Freed outside of the lock.
        drop(old);
    }
}
