//! `MessageId`, `error_body`, and the message that an operation was read from.

use gatepost::limits::{MAX_MESSAGE_ID_LEN, OPERATION_MEMORY};
use gatepost::mcp::Operation;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBool, PyBytes, PyInt, PyString};
use self_cell::{MutBorrow, self_cell};

use crate::memory::growing;
use crate::{errors, input};

/// The `id` of a JSON-RPC message, by which an answer is known: an int or a str, of at most 64
/// bytes. That of a message that was read is kept as it was written there.
///
/// Raises PolicyError for a longer one.
#[pyclass(frozen, eq, hash, module = "gatepost")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct MessageId {
    is_number: bool,
    text: String,
}

#[pymethods]
impl MessageId {
    #[new]
    fn new(id: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = match id.cast::<PyString>() {
            Ok(text) => Ok(text.to_str()?.to_owned()),
            Err(_) if !id.is_instance_of::<PyInt>() || id.is_instance_of::<PyBool>() => {
                return Err(input::wrong_type("id", "int or str", id));
            }
            Err(_) => id.extract().map(|number: i128| number.to_string()),
        };
        match text {
            Ok(text) if text.len() <= MAX_MESSAGE_ID_LEN => {
                Ok(Self { is_number: id.is_instance_of::<PyInt>(), text })
            }
            _ => Err(errors::misuse(id.py(), "id")),
        }
    }

    /// Whether it is a number, and no string.
    #[getter]
    fn is_number(&self) -> bool {
        self.is_number
    }

    /// The number as JSON, or the string itself.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(match self.is_number {
            true => format!("MessageId({})", self.text),
            false => format!("MessageId({})", PyString::new(py, &self.text).repr()?),
        })
    }
}

impl MessageId {
    pub(crate) fn of(id: gatepost::mcp::MessageId<'_>) -> Option<Self> {
        let (is_number, text) = match id {
            gatepost::mcp::MessageId::Number(text) => (true, text),
            gatepost::mcp::MessageId::String(text) => (false, text),
            _ => return None,
        };
        Some(Self { is_number, text: text.to_owned() })
    }

    fn borrowed(&self) -> gatepost::mcp::MessageId<'_> {
        match self.is_number {
            true => gatepost::mcp::MessageId::Number(&self.text),
            false => gatepost::mcp::MessageId::String(&self.text),
        }
    }
}

/// The JSON-RPC error that answers a message that was refused for the reason with this name, such
/// as "header_mismatch": the body of a response, application/json.
///
/// `id` is that of the message, where it is known, such as `Operation.id`.
///
/// Raises PolicyError for an unknown name.
///
/// >>> error_body("header_mismatch", MessageId(7))
/// b'{"jsonrpc":"2.0","id":7,"error":{"code":-32020,"message":"the headers do not agree with the body"}}'
#[pyfunction]
#[pyo3(signature = (reason, id = None))]
pub(crate) fn error_body<'py>(
    py: Python<'py>,
    reason: &str,
    id: Option<&MessageId>,
) -> PyResult<Bound<'py, PyBytes>> {
    let reason = input::reason(py, reason)?;
    let id = id.map(MessageId::borrowed);
    growing(|memory| {
        let body = gatepost::mcp::error_body(reason, id, memory)?;
        Ok(PyBytes::new(py, body.as_bytes()))
    })
    .map_err(|reason| errors::refused(py, reason))
}

self_cell!(
    /// A body, and what it asks for.
    pub(crate) struct Message {
        owner: Body,
        #[covariant]
        dependent: Operation,
    }
);

pub(crate) struct Body {
    text: Text,
    memory: MutBorrow<[u8; OPERATION_MEMORY]>,
}

/// The text of a `str` or `bytes`, as [`input::text`] sees it, without a copy: it may be long.
enum Text {
    Bytes(PyBackedBytes),
    Str(PyBackedStr),
    Surrogates,
}

impl Message {
    /// Reads the message in `body`.
    pub(crate) fn read(body: &Bound<'_, PyAny>, limit: usize) -> PyResult<Self> {
        let text = match (body.cast::<PyBytes>(), body.cast::<PyString>()) {
            (Ok(bytes), _) => Text::Bytes(bytes.clone().into()),
            (_, Ok(text)) => text.clone().try_into().map_or(Text::Surrogates, Text::Str),
            _ => return Err(input::wrong_type("body", "str or bytes", body)),
        };
        let owner = Body { text, memory: MutBorrow::new([0; OPERATION_MEMORY]) };
        Self::try_new(owner, |body| {
            let text = match &body.text {
                Text::Bytes(bytes) => bytes,
                Text::Str(text) => text.as_bytes(),
                Text::Surrogates => b"\xff",
            };
            Operation::from_body(text, limit, body.memory.borrow_mut())
        })
        .map_err(|reason| errors::refused(body.py(), reason))
    }
}
