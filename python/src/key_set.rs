//! `KeySet`: keys, loaded and checked.

use std::sync::Arc;

use gatepost::limits::{MAX_KEYS, MEMORY};
use gatepost::{ImportOptions, Keys, ParsedKey, PublicKey, Reason};
use gatepost_hosted::HostedKey;
use pyo3::exceptions::PyRecursionError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::{errors, input};

/// The keys of one issuer.
///
/// Made by `from_jwks`, `from_pem` or `from_secret`, which check every key; `len()` is the number
/// of keys that can be used.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct KeySet {
    slots: Arc<Slots>,
    skipped: Vec<SkippedKey>,
}

type KeySlot<K = HostedKey> = gatepost::KeySlot<K>;
type Slots = Vec<Option<KeySlot>>;

#[pymethods]
impl KeySet {
    /// Loads the JWK Set that an issuer publishes (RFC 7517, section 5): str, bytes or dict.
    ///
    /// At most 1 MiB and 1000 keys. A key that cannot be used is left out and listed in
    /// `skipped`; if none can be used, the whole set is refused. With `allow_symmetric` the set
    /// must hold symmetric keys and nothing else.
    ///
    /// Raises KeySetError.
    #[staticmethod]
    #[pyo3(signature = (jwks, allow_symmetric = false))]
    fn from_jwks(jwks: &Bound<'_, PyAny>, allow_symmetric: bool) -> PyResult<Self> {
        let py = jwks.py();
        let dumped;
        let text = if let Ok(dict) = jwks.cast::<PyDict>() {
            dumped = dump(dict)?;
            input::text(&dumped)
        } else {
            input::text(jwks)
        };
        let text = text.ok_or_else(|| input::wrong_type("jwks", "str, bytes or dict", jwks))?;
        py.detach(|| load(text, allow_symmetric)).map_err(|reason| errors::keys_refused(py, reason))
    }

    /// Loads one public key: PEM as str or bytes (SubjectPublicKeyInfo or PKCS#1).
    ///
    /// Without `algorithm`, an RSA key is for RS256 and any other for the one of its curve.
    ///
    /// Raises KeySetError, or PolicyError for an unknown algorithm.
    #[staticmethod]
    #[pyo3(signature = (pem, algorithm = None, kid = None))]
    fn from_pem(
        pem: &Bound<'_, PyAny>,
        algorithm: Option<&str>,
        kid: Option<&str>,
    ) -> PyResult<Self> {
        let py = pem.py();
        let text = input::text(pem).ok_or_else(|| input::wrong_type("pem", "str or bytes", pem))?;
        let algorithm = algorithm.map(|name| input::algorithm(py, name)).transpose()?;
        Self::of_one(KeySlot::from_pem(text, algorithm, kid, HostedKey::new), py)
    }

    /// Loads one shared secret, at least as long as the hash: 32, 48 or 64 bytes.
    ///
    /// `secret` is the bytes themselves, not their base64url form.
    ///
    /// Raises KeySetError, or PolicyError for an unknown algorithm.
    #[staticmethod]
    #[pyo3(signature = (secret, algorithm = "HS256", kid = None))]
    fn from_secret(
        secret: &Bound<'_, PyBytes>,
        algorithm: &str,
        kid: Option<&str>,
    ) -> PyResult<Self> {
        let py = secret.py();
        let algorithm = input::algorithm(py, algorithm)?;
        Self::of_one(KeySlot::from_secret(secret.as_bytes(), algorithm, kid, HostedKey::new), py)
    }

    /// The keys that were left out, each with its reason.
    #[getter]
    fn skipped(&self) -> Vec<SkippedKey> {
        self.skipped.clone()
    }

    /// Verifies a compact JWS (RFC 7515, section 7.1) and returns its payload, whatever that is.
    ///
    /// The signature must be by one of `algorithms` and by the key that the header names. No
    /// claim is looked at, so this does not make an access token acceptable: `Validator` does.
    ///
    /// Raises TokenError.
    fn verify_signature<'py>(
        &self,
        compact: &Bound<'py, PyAny>,
        algorithms: Vec<String>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = compact.py();
        let text = input::text(compact)
            .ok_or_else(|| input::wrong_type("compact", "str or bytes", compact))?;
        let algorithms = input::algorithms(py, &algorithms)?;
        let mut memory = [0; MEMORY];
        self.keys()
            .verify_signature(text, algorithms, &mut memory)
            .map(|payload| PyBytes::new(py, payload))
            .map_err(|reason| errors::refused(py, reason))
    }

    fn __len__(&self) -> usize {
        self.slots.iter().flatten().count()
    }

    fn __repr__(&self) -> String {
        format!("KeySet(keys={}, skipped={})", self.__len__(), self.skipped.len())
    }
}

impl KeySet {
    /// The keys, for as long as the caller wants them.
    pub(crate) fn shared(&self) -> SharedKeys {
        SharedKeys(Arc::clone(&self.slots))
    }

    fn of_one(slot: Result<KeySlot, Reason>, py: Python<'_>) -> PyResult<Self> {
        let slot = slot.map_err(|reason| errors::keys_refused(py, reason))?;
        Ok(Self { slots: Arc::new(vec![Some(slot)]), skipped: Vec::new() })
    }

    fn keys(&self) -> Keys<'_, HostedKey> {
        Keys::from(&self.slots[..])
    }
}

/// Keys that outlive the `KeySet` they are from.
#[derive(Clone)]
pub(crate) struct SharedKeys(Arc<Slots>);

impl SharedKeys {
    pub(crate) fn keys(&self) -> Keys<'_, HostedKey> {
        Keys::from(&self.0[..])
    }
}

/// A key of a set that cannot be used.
///
/// `index` is its place in the set, from 0.
#[pyclass(frozen, module = "gatepost")]
#[derive(Clone)]
pub(crate) struct SkippedKey {
    #[pyo3(get)]
    index: usize,
    #[pyo3(get)]
    kid: Option<String>,
    reason: Reason,
}

#[pymethods]
impl SkippedKey {
    /// The name of the reason, such as "unsupported_key".
    #[getter]
    fn reason(&self) -> &'static str {
        self.reason.name()
    }

    /// The number of the reason.
    #[getter]
    fn number(&self) -> u16 {
        self.reason.number()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let this = slf.get();
        let kid = this.kid.as_deref().into_pyobject(slf.py())?.repr()?;
        let (reason, number) = (this.reason(), this.number());
        Ok(format!(
            "SkippedKey(index={}, kid={kid}, reason='{reason}', number={number})",
            this.index
        ))
    }
}

fn dump<'py>(dict: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
    let py = dict.py();
    py.import("json")?.call_method1("dumps", (dict,)).map_err(|error| {
        if error.is_instance_of::<PyRecursionError>(py) {
            errors::keys_refused(py, Reason::TooDeep)
        } else {
            error
        }
    })
}

fn load(jwks: &[u8], allow_symmetric: bool) -> Result<KeySet, Reason> {
    let mut options = ImportOptions::default();
    if allow_symmetric {
        options.symmetric = true;
    }
    // Counted first, in slots without keys.
    let mut counted = empty_slots::<()>(MAX_KEYS);
    let only_check = |key: &ParsedKey<'_>| PublicKey::new(key).map(|_| ());
    let count = gatepost::load(jwks, options, &mut counted, only_check, |_| ())?;

    let mut slots = empty_slots(count);
    let mut skipped = Vec::new();
    gatepost::load(jwks, options, &mut slots, HostedKey::new, |key| {
        skipped.push(SkippedKey {
            index: key.index,
            kid: key.key_id.map(str::to_owned),
            reason: key.reason,
        });
    })?;
    Ok(KeySet { slots: Arc::new(slots), skipped })
}

fn empty_slots<K>(count: usize) -> Vec<Option<KeySlot<K>>> {
    (0..count).map(|_| None).collect()
}
