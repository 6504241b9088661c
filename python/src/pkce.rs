//! `CodeVerifier` and `CodeChallenge`: proof key for code exchange (RFC 7636).

use gatepost::Reason;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyString};

use crate::{errors, input};

/// The secret of a client that shows, when it redeems a code, that it is the one that asked for it
/// (RFC 7636). Made by `generate`, or by `parse` from the text that was kept.
///
///     >>> verifier = CodeVerifier.generate()
///     >>> len(verifier.text)
///     43
///     >>> verifier.challenge().method
///     'S256'
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct CodeVerifier(gatepost::oauth::CodeVerifier);

#[pymethods]
impl CodeVerifier {
    /// A new verifier of 43 characters, from Python's `secrets`.
    #[staticmethod]
    fn generate(py: Python<'_>) -> PyResult<Self> {
        static TOKEN_BYTES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let random = TOKEN_BYTES.import(py, "secrets", "token_bytes")?.call1((32,))?;
        match random.cast::<PyBytes>()?.as_bytes().try_into() {
            Ok(random) => Ok(Self(gatepost::oauth::CodeVerifier::from_random(random))),
            Err(_) => Err(PyRuntimeError::new_err("secrets.token_bytes(32) has not given 32")),
        }
    }

    /// Reads a verifier: 43 to 128 letters, digits, "-", ".", "_" and "~".
    ///
    /// Raises InvalidCodeVerifierError.
    #[staticmethod]
    fn parse(verifier: &Bound<'_, PyString>) -> PyResult<Self> {
        gatepost::oauth::CodeVerifier::parse(input::untrusted(verifier))
            .map(Self)
            .map_err(|reason| errors::oauth_refused(verifier.py(), reason))
    }

    /// The verifier, for the token request; a secret until then.
    #[getter]
    pub(crate) fn text(&self) -> &str {
        self.0.as_str()
    }

    /// The challenge that belongs to it, for the authorization request.
    fn challenge(&self) -> CodeChallenge {
        CodeChallenge(self.0.challenge())
    }

    fn __repr__(&self) -> &'static str {
        "CodeVerifier(...)"
    }
}

/// What an authorization request says of the verifier that will redeem its code: the verifier's
/// SHA-256 (RFC 7636, section 4.2).
///
/// An authorization server reads it with `from_parameters`, keeps it with the code, and calls
/// `verify` when the code is redeemed.
///
///     >>> challenge = CodeChallenge.from_parameters(
///     ...     "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "S256"
///     ... )
///     >>> challenge.verify("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
///     >>> challenge.verify(None)
///     Traceback (most recent call last):
///         ...
///     gatepost.exceptions.InvalidCodeVerifierError: the code verifier is not valid
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct CodeChallenge(gatepost::oauth::CodeChallenge);

#[pymethods]
impl CodeChallenge {
    /// Reads the parameters `code_challenge`, 43 characters of base64url, and
    /// `code_challenge_method`, which must be "S256": a request without a method means "plain",
    /// and is refused as one without a challenge is.
    ///
    /// Raises InvalidCodeChallengeError.
    #[staticmethod]
    #[pyo3(signature = (code_challenge, code_challenge_method))]
    fn from_parameters(
        py: Python<'_>,
        code_challenge: Option<&Bound<'_, PyString>>,
        code_challenge_method: Option<&Bound<'_, PyString>>,
    ) -> PyResult<Self> {
        let challenge = code_challenge.map(input::untrusted);
        let method = code_challenge_method.map(input::untrusted);
        gatepost::oauth::CodeChallenge::from_parameters(challenge, method)
            .map(Self)
            .map_err(|reason| errors::oauth_refused(py, reason))
    }

    /// The challenge, 43 characters of base64url.
    #[getter]
    pub(crate) fn text(&self) -> &str {
        self.0.as_str()
    }

    /// The `code_challenge_method`, which is "S256".
    #[getter]
    fn method(&self) -> &'static str {
        self.0.method()
    }

    /// Checks the parameter `code_verifier` of a token request, in time that does not depend on
    /// where it differs. None, where there was none, is refused.
    ///
    /// Raises InvalidCodeVerifierError.
    #[pyo3(signature = (code_verifier))]
    fn verify(&self, py: Python<'_>, code_verifier: Option<&Bound<'_, PyString>>) -> PyResult<()> {
        self.0
            .verify(code_verifier.map(input::untrusted))
            .map_err(|reason: Reason| errors::oauth_refused(py, reason))
    }

    fn __repr__(&self) -> String {
        format!("CodeChallenge(text='{}')", self.0.as_str())
    }
}
