//! `RequestHead` and `Operation`: what a request is, and what it asks for.

use gatepost::limits::{MAX_MESSAGE_LEN, OPERATION_MEMORY};
use gatepost::mcp::{OperationHeaders, OperationKind};
use gatepost::oauth::Header;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use self_cell::self_cell;

use crate::message::{Message, MessageId};
use crate::{errors, input};

/// What a server knows of a request before it reads the body.
///
/// `target` is the path with the query, as it stands in the request line. `headers` are all of
/// them, pairs of a name and a value, in any order. `certificate` is the SHA-256 of the client's
/// certificate, from the TLS layer of this connection and never from a header. Text is str or
/// bytes.
///
/// Raises PolicyError for a certificate's hash that has not 32 bytes.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct RequestHead {
    method: String,
    target: String,
    headers: Headers,
    certificate: Option<[u8; 32]>,
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;
type Borrowed<'h> = Vec<Header<'h>>;

self_cell!(
    /// Headers beside the core's view of them, which is a slice.
    struct Headers {
        owner: Pairs,
        #[covariant]
        dependent: Borrowed,
    }
);

#[pymethods]
impl RequestHead {
    #[new]
    #[pyo3(signature = (method, target, headers, certificate = None))]
    fn new(
        method: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
        headers: &Bound<'_, PyAny>,
        certificate: Option<&Bound<'_, PyBytes>>,
    ) -> PyResult<Self> {
        let certificate = input::certificate(method.py(), certificate)?;
        let pairs = headers.try_iter()?.map(|pair| pair_of(&pair?)).collect::<PyResult<Pairs>>()?;
        Ok(Self {
            method: line_part("method", method)?,
            target: line_part("target", target)?,
            headers: Headers::new(pairs, |pairs| {
                pairs.iter().map(|(name, value)| Header { name, value }).collect()
            }),
            certificate,
        })
    }

    #[getter]
    fn method(&self) -> &str {
        &self.method
    }

    #[getter]
    fn target(&self) -> &str {
        &self.target
    }

    /// The SHA-256 of the client's certificate, if it showed one.
    #[getter]
    fn certificate<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.certificate.map(|hash| PyBytes::new(py, &hash))
    }

    /// The values of the headers with this name, in any case, without white space around them.
    fn values<'py>(&self, py: Python<'py>, name: &str) -> Vec<Bound<'py, PyBytes>> {
        self.borrowed().values(name).map(|value| PyBytes::new(py, value)).collect()
    }

    fn __repr__(&self) -> &'static str {
        // Headers hold tokens, targets whatever a client puts there.
        "RequestHead(...)"
    }
}

impl RequestHead {
    /// The core's view of this head.
    pub(crate) fn borrowed(&self) -> gatepost::oauth::RequestHead<'_> {
        gatepost::oauth::RequestHead {
            method: &self.method,
            target: &self.target,
            headers: self.headers.borrow_dependent(),
            certificate: self.certificate,
        }
    }
}

/// A part of the request line. What is not UTF-8 becomes U+FFFD, which stands in no method and no
/// target that anything is compared with.
fn line_part(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let text = input::text(value).ok_or_else(|| input::wrong_type(name, "str or bytes", value))?;
    Ok(String::from_utf8_lossy(text).into_owned())
}

fn pair_of(pair: &Bound<'_, PyAny>) -> PyResult<(Vec<u8>, Vec<u8>)> {
    let wrong = || PyTypeError::new_err("headers must be pairs of str or bytes");
    let items: Vec<Bound<'_, PyAny>> = pair.extract().map_err(|_: PyErr| wrong())?;
    let [name, value] = &items[..] else { return Err(wrong()) };
    match (input::text(name), input::text(value)) {
        (Some(name), Some(value)) => Ok((name.to_owned(), value.to_owned())),
        _ => Err(wrong()),
    }
}

/// What a request asks for: where a Guard says so, it is let in to do that.
///
/// `kind` is "tool", "prompt", "resource", "task", "method" for any other method, or "response"
/// for what is no request at all, as a GET.
#[pyclass(frozen, module = "gatepost")]
pub(crate) struct Operation {
    #[pyo3(get)]
    kind: &'static str,
    /// The method of JSON-RPC.
    #[pyo3(get)]
    method: Option<String>,
    /// The name of the tool or the prompt, the URI of the resource, the identifier of the task.
    #[pyo3(get)]
    name: Option<String>,
    /// Whether the message is a request, which is answered: it has a method and an id.
    #[pyo3(get)]
    is_request: bool,
    id: Option<MessageId>,
    /// What it was read from, unless a guard has done so and compared the headers with it.
    message: Option<Message>,
}

impl From<&gatepost::mcp::Operation<'_>> for Operation {
    fn from(operation: &gatepost::mcp::Operation<'_>) -> Self {
        let kind = match operation.kind() {
            OperationKind::Tool => "tool",
            OperationKind::Prompt => "prompt",
            OperationKind::Resource => "resource",
            OperationKind::Task => "task",
            OperationKind::Response => "response",
            _ => "method",
        };
        Self {
            kind,
            method: operation.method().map(str::to_owned),
            name: operation.name().map(str::to_owned),
            is_request: operation.is_request(),
            id: operation.id().and_then(MessageId::of),
            message: None,
        }
    }
}

#[pymethods]
impl Operation {
    /// Reads what the body of a request asks for, for those who use no Guard: one JSON-RPC message
    /// in UTF-8, str or bytes, of at most `limit` bytes.
    ///
    /// The caller has to look at `Content-Type` and `Content-Encoding`: in another charset, or
    /// decompressed, the same bytes may ask for something else.
    ///
    /// Raises MessageTooLargeError, InvalidMessageError, BatchRefusedError, InvalidRequestError.
    ///
    /// >>> body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file"}}'
    /// >>> operation = Operation.from_body(body)
    /// >>> operation.kind, operation.name, operation.id
    /// ('tool', 'read_file', MessageId(1))
    #[staticmethod]
    #[pyo3(signature = (body, limit = MAX_MESSAGE_LEN), text_signature = "(body, limit=4194304)")]
    fn from_body(body: &Bound<'_, PyAny>, limit: usize) -> PyResult<Self> {
        let message = Message::read(body, limit)?;
        let this = Self::from(message.borrow_dependent());
        Ok(Self { message: Some(message), ..this })
    }

    /// Reads what a request asks for from the headers of its head alone, before there is a body;
    /// None where they do not say it, or its protocol version is none whose servers compare them
    /// with the body.
    ///
    /// It is what a client says, and may differ from the body: that is to be read too, and
    /// compared.
    #[staticmethod]
    fn from_headers(py: Python<'_>, head: &RequestHead) -> PyResult<Option<Self>> {
        let headers = OperationHeaders::from(&head.borrowed());
        gatepost::mcp::Operation::from_headers(&headers, &mut [0; OPERATION_MEMORY])
            .map(|operation| operation.as_ref().map(Self::from))
            .map_err(|reason| errors::refused(py, reason))
    }

    /// Checks that the headers of the head say what the body says that the operation was read from
    /// (MCP 2026-07-28, Streamable HTTP, "Server Validation").
    ///
    /// Raises HeaderMismatchError, and PolicyError for an operation that `from_body` has not made:
    /// of what a Guard lets in, the guard has compared them.
    fn check_headers(&self, py: Python<'_>, head: &RequestHead) -> PyResult<()> {
        let message =
            self.message.as_ref().ok_or_else(|| errors::misuse(py, "no body was read"))?;
        let headers = OperationHeaders::from(&head.borrowed());
        message
            .borrow_dependent()
            .check_headers(&headers)
            .map_err(|reason| errors::refused(py, reason))
    }

    /// The id of the message, if it has one of at most 64 bytes: for `error_body`.
    #[getter]
    fn id(&self) -> Option<MessageId> {
        self.id.clone()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (py, this) = (slf.py(), slf.get());
        let method = this.method.as_deref().into_pyobject(py)?.repr()?;
        let name = this.name.as_deref().into_pyobject(py)?.repr()?;
        Ok(format!("Operation(kind='{}', method={method}, name={name})", this.kind))
    }
}
