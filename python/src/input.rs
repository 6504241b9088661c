//! What comes from Python: text, names of algorithms and providers, the time.

use gatepost::oauth::{Provider, Scheme};
use gatepost::{Algorithm, Algorithms, Reason, UnixTime};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyFloat, PyString};

use crate::errors;

/// The bytes of a `str` or `bytes`; `None` for any other type.
///
/// Only these two, because they cannot change while they are read. Text that has no UTF-8 form,
/// because of a lone surrogate, is shown as one byte that is not UTF-8 either: the core refuses
/// it wherever it stands.
pub(crate) fn text<'a>(value: &'a Bound<'_, PyAny>) -> Option<&'a [u8]> {
    if let Ok(text) = value.cast::<PyString>() {
        Some(text.to_str().map_or(b"\xff", str::as_bytes))
    } else {
        value.cast::<PyBytes>().ok().map(|bytes| bytes.as_bytes())
    }
}

/// A `str` that a stranger may have sent. One that has no UTF-8 form, because of a lone surrogate,
/// becomes U+FFFD, which the core refuses: as an exception of its own it would take another way out
/// than what is refused.
pub(crate) fn untrusted<'a>(value: &'a Bound<'_, PyString>) -> &'a str {
    value.to_str().unwrap_or("\u{fffd}")
}

/// Each of an iterable of `str` or `bytes`, such as the values of a header.
pub(crate) fn texts(name: &str, values: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<u8>>> {
    let wrong = || wrong_type(name, "an iterable of str or bytes", values);
    let each = |value: &Bound<'_, PyAny>| text(value).map(<[u8]>::to_owned).ok_or_else(wrong);
    items(name, values)?.iter().map(each).collect()
}

/// Each of an iterable of `str` or `bytes`, which it is up to the caller to look into.
pub(crate) fn items<'py>(
    name: &str,
    values: &Bound<'py, PyAny>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let wrong = || wrong_type(name, "an iterable of str or bytes", values);
    // One text is an iterable too, of its characters.
    if text(values).is_some() {
        return Err(wrong());
    }
    values.try_iter().map_err(|_| wrong())?.collect()
}

/// The SHA-256 of a certificate.
pub(crate) fn certificate(
    py: Python<'_>,
    hash: Option<&Bound<'_, PyBytes>>,
) -> PyResult<Option<[u8; 32]>> {
    hash.map(|hash| hash.as_bytes().try_into())
        .transpose()
        .map_err(|_| errors::misuse(py, "certificate"))
}

/// Says that the argument `name` must be of these types.
pub(crate) fn wrong_type(name: &str, types: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let found = value.get_type().name().map_or_else(|_| String::new(), |name| name.to_string());
    PyTypeError::new_err(format!("{name} must be {types}, not {found}"))
}

/// A str, or a sequence of str.
pub(crate) fn one_or_more(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    match value.cast::<PyString>() {
        Ok(one) => Ok(vec![one.to_str()?.to_owned()]),
        Err(_) => value.extract(),
    }
}

/// The same, where it may be left out.
pub(crate) fn list(value: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
    value.map(one_or_more).transpose().map(Option::unwrap_or_default)
}

/// As much of `text` as shows that it has more than `most` bytes, if it has: for the core, which
/// refuses it, and so that nobody makes us copy the rest.
pub(crate) fn no_more_than(text: &[u8], most: usize) -> Vec<u8> {
    text.get(..=most).unwrap_or(text).to_owned()
}

/// The reason of this name.
pub(crate) fn reason(py: Python<'_>, name: &str) -> PyResult<Reason> {
    Reason::ALL
        .into_iter()
        .find(|known| known.name() == name)
        .ok_or_else(|| errors::misuse(py, &format!("unknown reason {name:?}")))
}

pub(crate) fn algorithm(py: Python<'_>, name: &str) -> PyResult<Algorithm> {
    Algorithm::from_name(name)
        .ok_or_else(|| errors::misuse(py, &format!("unknown algorithm {name:?}")))
}

pub(crate) fn algorithms(py: Python<'_>, names: &[String]) -> PyResult<Algorithms> {
    names.iter().map(|name| algorithm(py, name)).collect()
}

pub(crate) fn scheme(py: Python<'_>, name: &str) -> PyResult<Scheme> {
    [Scheme::Bearer, Scheme::Dpop]
        .into_iter()
        .find(|known| known.name() == name)
        .ok_or_else(|| errors::misuse(py, &format!("unknown scheme {name:?}")))
}

pub(crate) fn provider(py: Python<'_>, name: &str) -> PyResult<Provider> {
    Provider::from_name(name)
        .ok_or_else(|| errors::misuse(py, &format!("unknown provider {name:?}")))
}

/// The time that `now` says, or Python's clock where it says none.
pub(crate) fn time(py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<UnixTime> {
    static CLOCK: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let Some(now) = now else {
        // Looked up each time, so that tests can set the clock.
        let clock = CLOCK.get_or_try_init(py, || py.import("time").map(Bound::unbind))?;
        return unix_time("now", &clock.bind(py).getattr("time")?.call0()?);
    };
    unix_time("now", now)
}

/// Seconds since 1970, whole or not.
pub(crate) fn unix_time(name: &str, value: &Bound<'_, PyAny>) -> PyResult<UnixTime> {
    // Asked first: for a float, the conversion to an integer would build an exception in vain.
    if !value.is_instance_of::<PyFloat>()
        && let Ok(seconds) = value.extract::<u64>()
    {
        return Ok(UnixTime::from_secs(seconds));
    }
    let out_of_range =
        || PyValueError::new_err(format!("{name} must be a number of seconds since 1970"));
    let seconds: f64 = value.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(value.py()) { out_of_range() } else { error }
    })?;
    if (0.0..18_446_744_073_709_551_616.0).contains(&seconds) {
        #[expect(
            clippy::as_conversions,
            reason = "checked to be in range; the fraction is dropped"
        )]
        return Ok(UnixTime::from_secs(seconds as u64));
    }
    Err(out_of_range())
}

/// A number of seconds; numbers that no `u32` holds are shown as the largest, which the core
/// refuses.
pub(crate) struct Seconds(pub(crate) u32);

impl From<u32> for Seconds {
    fn from(seconds: u32) -> Self {
        Self(seconds)
    }
}

impl<'py> FromPyObject<'_, 'py> for Seconds {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.extract::<u32>() {
            Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => Ok(Self(u32::MAX)),
            seconds => seconds.map(Self),
        }
    }
}
