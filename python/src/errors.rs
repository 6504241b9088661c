//! The core's reasons as Python's exceptions.

use gatepost::Reason;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

/// The exception of this reason, of the reason's own class.
pub(crate) fn refused(py: Python<'_>, reason: Reason) -> PyErr {
    static ERROR: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    build(py, &ERROR, "error", (reason.number(),))
}

/// The exception of this reason for keys that are being loaded: a `KeySetError`.
pub(crate) fn keys_refused(py: Python<'_>, reason: Reason) -> PyErr {
    static ERROR: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    build(py, &ERROR, "key_set_error", (reason.number(),))
}

/// The exception of this reason for what surrounds a token: an `OAuthError`, or a `PolicyError`
/// where the caller is mistaken.
pub(crate) fn oauth_refused(py: Python<'_>, reason: Reason) -> PyErr {
    static ERROR: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    build(py, &ERROR, "oauth_error", (reason.number(),))
}

/// A mistake of the caller, which `detail` names: of a policy, of an algorithm's name.
pub(crate) fn misuse(py: Python<'_>, detail: &str) -> PyErr {
    static ERROR: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    build(py, &ERROR, "error", (Reason::Misuse.number(), detail))
}

/// Number, name, HTTP status, OAuth error and description of every reason.
pub(crate) fn table(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(
        py,
        Reason::ALL.map(|reason| {
            (
                reason.number(),
                reason.name(),
                reason.http_status(),
                reason.oauth_error(),
                reason.description(),
            )
        }),
    )
}

fn build<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyAny>>,
    function: &str,
    arguments: impl pyo3::call::PyCallArgs<'py>,
) -> PyErr {
    // Imported when it is first needed: that module imports this one.
    cell.import(py, "gatepost.exceptions", function)
        .and_then(|make| make.call1(arguments))
        .map_or_else(|error| error, PyErr::from_value)
}
