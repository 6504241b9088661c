//! What a request asks for.

use super::headers::{Field, Name, OperationHeaders};
use super::message::Message;
use super::message_id::MessageId;
use super::named::{Target, fitting, is_removed, named, target_of};
use super::resource_uri;
use super::subscriptions::Subscriptions;
use crate::Reason;
use crate::limits::{MAX_METHOD_LEN, MAX_TARGET_LEN};
use crate::text::json::Text;

/// What a request asks an MCP server for: a method, and the tool, prompt or resource that it names.
///
/// ```
/// use gatepost::mcp::{Operation, OperationKind};
/// use gatepost::{Reason, limits};
///
/// let body = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call",
///     "params":{"name":"read_file","arguments":{"path":"/etc/motd"}}}"#;
/// let mut memory = [0; limits::OPERATION_MEMORY];
/// let operation = Operation::from_body(body, limits::MAX_MESSAGE_LEN, &mut memory)?;
/// assert_eq!(operation.kind(), OperationKind::Tool);
/// assert_eq!(operation.method(), Some("tools/call"));
/// assert_eq!(operation.name(), Some("read_file"));
/// # Ok::<(), Reason>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation<'o> {
    kind: OperationKind,
    method: Option<&'o str>,
    name: Option<&'o str>,
    is_request: bool,
    id: Option<MessageId<'o>>,
    /// The protocol version in the body.
    version: Option<Text<'o>>,
    /// What the header `Mcp-Name` may mirror where the method is none that is known to name
    /// anything.
    mirrored: [Option<Text<'o>>; 3],
    /// The resources of `subscriptions/listen`.
    subscriptions: Subscriptions<'o>,
    /// Whether the name is a template that stands in a list, which nobody asks for.
    is_listed_template: bool,
}

/// What kind of thing an [`Operation`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OperationKind {
    /// `tools/call`: the name is that of a tool.
    Tool,
    /// `prompts/get`, or `completion/complete` for a prompt: the name is that of a prompt.
    Prompt,
    /// `resources/read`, `resources/subscribe`, `resources/unsubscribe`, or `completion/complete`
    /// for a resource: the name is a URI, or the template of one, without the values that are to be
    /// filled in ([`Rule::resource`](super::Rule::resource)).
    Resource,
    /// `tasks/get`, `tasks/update`, `tasks/cancel` or `tasks/result`: the name is the identifier of
    /// a task.
    Task,
    /// Any other method: there is no name. `subscriptions/listen` names resources by the number:
    /// each is judged as `resources/subscribe` of it besides the method.
    Method,
    /// A response, which clients send in revisions before 2026-07-28: there is no method either.
    Response,
}

/// The method that names resources by the number.
const LISTEN: &str = "subscriptions/listen";

impl<'o> Operation<'o> {
    /// What a request without a body asks for: it has no method of JSON-RPC, and needs what
    /// operations need that no rule speaks of.
    pub const WITHOUT_BODY: Self = Self {
        kind: OperationKind::Response,
        method: None,
        name: None,
        is_request: false,
        id: None,
        version: None,
        mirrored: [None; 3],
        subscriptions: Subscriptions::NONE,
        is_listed_template: false,
    };

    /// A call of the tool with this name, for [`Guard::permits`](super::Guard::permits).
    #[must_use]
    pub const fn tool(name: &'o str) -> Self {
        Self::of(OperationKind::Tool, "tools/call", name)
    }

    /// The use of the prompt with this name, for [`Guard::permits`](super::Guard::permits).
    #[must_use]
    pub const fn prompt(name: &'o str) -> Self {
        Self::of(OperationKind::Prompt, "prompts/get", name)
    }

    /// The reading of the resource with this URI, for [`Guard::permits`](super::Guard::permits).
    /// The template of one is no URI, and has [`resource_template`](Self::resource_template).
    #[must_use]
    pub const fn resource(uri: &'o str) -> Self {
        Self::of(OperationKind::Resource, "resources/read", uri)
    }

    /// The reading of what this template stands for
    /// ([RFC 6570](https://www.rfc-editor.org/rfc/rfc6570)), for
    /// [`Guard::permits`](super::Guard::permits) and the list of `resources/templates/list` alone.
    ///
    /// It may stand for any URI that begins like it, so rules cannot say of all at once whether
    /// they may be read. It is judged as one of those of which no rule speaks in particular: by the
    /// rule that names the template itself, or else by that for the longest beginning of its text.
    /// That a template is listed gives no access: when a resource is read, its own URI is judged.
    ///
    /// Where rules speak of resources, one has to name a template whose expressions could choose
    /// the scheme, or the host or the port of a web address, and one that has a part which rules
    /// cannot be compared with ([`matches_prefixes`](Self::matches_prefixes)).
    ///
    /// No request asks for it: [`Guard::authorize`](super::Guard::authorize) answers with
    /// [`Reason::Misuse`].
    ///
    /// ```
    /// use gatepost::mcp::Operation;
    ///
    /// let templates = ["file:///reports/{year}", "https://{host}/status"];
    /// let templates = templates.map(Operation::resource_template);
    /// assert_eq!(templates.map(|template| template.matches_prefixes()), [true, false]);
    /// ```
    #[must_use]
    pub const fn resource_template(uri_template: &'o str) -> Self {
        Self { is_listed_template: true, ..Self::resource(uri_template) }
    }

    const fn of(kind: OperationKind, method: &'static str, name: &'o str) -> Self {
        Self { kind, method: Some(method), name: Some(name), ..Self::WITHOUT_BODY }
    }

    /// The subscriptions to single resources that the operation is made of.
    pub(crate) fn subscriptions(&self) -> impl Iterator<Item = Self> + use<'o> {
        self.subscriptions
            .iter()
            .map(|uri| Self::of(OperationKind::Resource, "resources/subscribe", uri))
    }

    /// Whether the name is the second one that FastMCP has for a tool: twelve hexadecimal digits, `_`
    /// and the tool's own name, since version 4 with `__` before them. Anybody can compute it, and
    /// the tool may be listed by yet another name.
    pub(super) fn is_fastmcp_hash(&self) -> bool {
        let name = self.name.filter(|_| self.kind == OperationKind::Tool).unwrap_or("");
        let hash = name.strip_prefix("__").unwrap_or(name).split_once('_');
        hash.is_some_and(|(digits, name)| {
            let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            digits.len() == 12 && digits.bytes().all(is_digit) && !name.is_empty()
        })
    }

    /// Reads what the body of a request asks for: one JSON-RPC message in UTF-8, of at most `limit`
    /// bytes (usually [`MAX_MESSAGE_LEN`](crate::limits::MAX_MESSAGE_LEN)).
    ///
    /// Only the members that decide are read: `method` and `params`, in there `name`, `uri`,
    /// `taskId`, `ref`, `notifications` and the protocol version in `_meta`, in `ref` its `type`,
    /// `name` and `uri`, and in `notifications` its `resourceSubscriptions`. Each may stand once in
    /// its object, and no other name beside it that differs only in case: servers run the last of
    /// several, and some take names without regard to case. What lies deeper is skipped, but has to
    /// be JSON with at most [`MAX_MESSAGE_DEPTH`](crate::limits::MAX_MESSAGE_DEPTH) objects and arrays
    /// open: servers that take more than JSON, such as comments, would see its end elsewhere. Only what never moves an
    /// end is not judged: names that stand twice, surrogates that stand alone, and in arrays and
    /// objects `NaN` and `Infinity`. A message without a method has to be a response. An `id` of
    /// null is refused in all but errors, whose sender could not read the request (JSON-RPC 2.0,
    /// section 5).
    ///
    /// Servers decode a body by the `charset` of its `Content-Type`.
    /// [`Guard::read_operation`](super::Guard::read_operation) looks at it; where no guard does, the
    /// caller has to: in another charset than UTF-8, the same bytes may ask for something else. The
    /// same goes for `Content-Encoding`.
    ///
    /// Strings with escapes are decoded into `memory`, of which
    /// [`OPERATION_MEMORY`](crate::limits::OPERATION_MEMORY) bytes are always enough.
    ///
    /// # Errors
    ///
    /// [`Reason::MessageTooLarge`], [`Reason::BatchRefused`] for an array,
    /// [`Reason::InvalidMessage`] for what is no JSON, [`Reason::InvalidRequest`] for what is no
    /// such message, or lacks what its method has to name, [`Reason::MemoryTooSmall`]. Methods that
    /// the revision in the body has removed need to name nothing: the server says that it has none.
    pub fn from_body(body: &'o [u8], limit: usize, memory: &'o mut [u8]) -> Result<Self, Reason> {
        Self::read(body, limit, memory).map_err(|(reason, _)| reason)
    }

    /// Like [`from_body`](Self::from_body), and says the `id` of a message that was read whole and
    /// refused.
    pub(super) fn read(
        body: &'o [u8],
        limit: usize,
        memory: &'o mut [u8],
    ) -> Result<Self, (Reason, Option<MessageId<'o>>)> {
        if body.len() > limit {
            return Err((Reason::MessageTooLarge, None));
        }
        let mut message = Message::read(body).map_err(|reason| (reason, None))?;
        let is_request = message.method.is_some() && message.id.is_some();
        let (id, memory) = match message.id.take() {
            Some(id) => MessageId::short(id, memory).map_err(|reason| (reason, None))?,
            None => (None, memory),
        };
        let operation = Self::of_message(message, memory).map_err(|reason| (reason, id))?;
        Ok(Self { is_request, id, ..operation })
    }

    /// What a message asks for, its `id` aside.
    fn of_message(message: Message<'o>, memory: &'o mut [u8]) -> Result<Self, Reason> {
        let Message { method, params, .. } = message;
        let texts = [params.name, params.uri, params.task_id];
        let mirrored = texts.map(|text| text.and_then(fitting));
        let response = Self {
            kind: OperationKind::Response,
            method: None,
            name: None,
            version: params.version,
            mirrored,
            ..Self::WITHOUT_BODY
        };
        let Some(method) = method else { return Ok(response) };
        let (method, memory) = decode(method, MAX_METHOD_LEN, memory)?;
        let (kind, name) = match target_of(method) {
            Some((target, _)) => match named(target, &params) {
                Some((kind, name)) => (kind, Some(decode(name, MAX_TARGET_LEN, memory)?.0)),
                None if is_removed(method, params.version) && params.uri.is_none() => {
                    (OperationKind::Method, None)
                }
                None => return Err(Reason::InvalidRequest),
            },
            None if method == LISTEN => {
                let subscriptions = match params.subscriptions {
                    Some(member) => fitting(member).ok_or(Reason::InvalidRequest)?,
                    None => Subscriptions::NONE,
                };
                let subscriptions = subscriptions.decode(memory)?;
                let (kind, method) = (OperationKind::Method, Some(method));
                return Ok(Self { kind, method, subscriptions, ..response });
            }
            None => (OperationKind::Method, None),
        };
        Ok(Self { kind, method: Some(method), name, ..response })
    }

    /// Reads what a request asks for from its headers alone, before there is a body; `None` where
    /// they do not say it, or where the protocol version is none whose servers compare them with
    /// the body (2026-07-28 or later).
    ///
    /// It is what a client says, and may differ from the body: once that is there, it is to be read
    /// with [`from_body`](Self::from_body) and compared with
    /// [`check_headers`](Self::check_headers). A name in Base64 is decoded into `memory`, of which
    /// [`OPERATION_MEMORY`](crate::limits::OPERATION_MEMORY) bytes are always enough.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`].
    ///
    /// ```
    /// use gatepost::limits;
    /// use gatepost::mcp::{Operation, OperationHeaders};
    ///
    /// let value = |text: &'static str| [text.as_bytes()];
    /// let headers =
    ///     OperationHeaders::new(value("2026-07-28"), value("tools/call"), value("read_file"));
    /// let mut memory = [0; limits::OPERATION_MEMORY];
    /// let operation = Operation::from_headers(&headers, &mut memory)?;
    /// assert_eq!(operation.and_then(|operation| operation.name()), Some("read_file"));
    /// # Ok::<(), gatepost::Reason>(())
    /// ```
    pub fn from_headers(
        headers: &OperationHeaders<'o>,
        memory: &'o mut [u8],
    ) -> Result<Option<Self>, Reason> {
        let (true, Field::Once(method)) = (headers.are_compared(), headers.method) else {
            return Ok(None);
        };
        if method.is_empty() || method.len() > MAX_METHOD_LEN {
            return Ok(None);
        }
        let mut operation =
            Self { kind: OperationKind::Method, method: Some(method), ..Self::WITHOUT_BODY };
        let Some((target, _)) = target_of(method) else { return Ok(Some(operation)) };
        let Field::Once(name) = headers.name else { return Ok(None) };
        operation.kind = match target {
            Target::Tool => OperationKind::Tool,
            Target::Prompt => OperationKind::Prompt,
            Target::Resource => OperationKind::Resource,
            Target::Task => OperationKind::Task,
            // The header does not say which of the two.
            Target::Reference => return Ok(None),
        };
        let Some(name) = Name::parse(name) else { return Ok(None) };
        if name.bytes().count() > MAX_TARGET_LEN {
            return Ok(None);
        }
        operation.name = match name {
            Name::Plain(name) => Some(name),
            Name::Base64(_) => {
                let mut len = 0_usize;
                for byte in name.bytes() {
                    *memory.get_mut(len).ok_or(Reason::MemoryTooSmall)? = byte;
                    len = len.saturating_add(1);
                }
                core::str::from_utf8(memory.get(..len).unwrap_or(&[])).ok()
            }
        };
        Ok(operation.name.is_some().then_some(operation))
    }

    /// Checks that the headers of the request say what its body says, whose operation this is
    /// (MCP 2026-07-28, Streamable HTTP, "Server Validation").
    ///
    /// The headers that are there have to agree, each once; a version only with a body that names
    /// one, since what is to be said of one that does not is up to the server. In a request of
    /// version 2026-07-28 or later, or of an unknown one, `Mcp-Method` has to be there, and for
    /// `tools/call`, `prompts/get` and `resources/read` `Mcp-Name`; earlier ones, notifications and
    /// responses may lack them.
    ///
    /// # Errors
    ///
    /// [`Reason::HeaderMismatch`].
    ///
    /// ```
    /// use gatepost::mcp::{Operation, OperationHeaders};
    /// use gatepost::{Reason, limits};
    ///
    /// let body = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete"}}"#;
    /// let mut memory = [0; limits::OPERATION_MEMORY];
    /// let operation = Operation::from_body(body, limits::MAX_MESSAGE_LEN, &mut memory)?;
    /// let headers = OperationHeaders::new([], [&b"tools/call"[..]], [&b"read"[..]]);
    /// assert_eq!(operation.check_headers(&headers), Err(Reason::HeaderMismatch));
    /// # Ok::<(), Reason>(())
    /// ```
    pub fn check_headers(&self, headers: &OperationHeaders<'_>) -> Result<(), Reason> {
        headers.check_version(self.version)?;
        let are_required = self.is_request && headers.are_required();
        let method_agrees = match headers.method {
            Field::Once(method) => self.method == Some(method),
            Field::Absent => !are_required,
            Field::Unusable => false,
        };
        let name_agrees = match headers.name {
            Field::Once(name) => Name::parse(name).is_some_and(|name| self.is_named(name)),
            Field::Absent => !are_required || !self.has_to_name(),
            Field::Unusable => false,
        };
        if method_agrees && name_agrees { Ok(()) } else { Err(Reason::HeaderMismatch) }
    }

    fn is_named(&self, name: Name<'_>) -> bool {
        match (self.kind, self.name) {
            (_, Some(own)) => match name {
                Name::Plain(name) => own == name,
                Name::Base64(_) => own.bytes().eq(name.bytes()),
            },
            // An extension may name something as those of the specification do.
            (OperationKind::Method, None) => self.mirrored.iter().flatten().any(|text| {
                let bytes = text.chars().flat_map(|c| {
                    let mut bytes = [0; 4];
                    let len = c.encode_utf8(&mut bytes).len();
                    bytes.into_iter().take(len)
                });
                bytes.eq(name.bytes())
            }),
            _ => false,
        }
    }

    fn has_to_name(&self) -> bool {
        self.method.and_then(target_of).is_some_and(|(_, has_header)| has_header)
    }

    /// Whether it is what stands in a list alone, and no request's.
    pub(super) const fn is_listed_template(&self) -> bool {
        self.is_listed_template
    }

    /// What kind of thing the operation is about.
    #[must_use]
    pub const fn kind(&self) -> OperationKind {
        self.kind
    }

    /// The method, up to 128 bytes; none of a response.
    #[must_use]
    pub const fn method(&self) -> Option<&'o str> {
        self.method
    }

    /// The name of the tool or prompt, the URI of the resource or the identifier of the task, up
    /// to 4096 bytes without NUL; none of other methods.
    #[must_use]
    pub const fn name(&self) -> Option<&'o str> {
        self.name
    }

    /// Whether the message is a request, which is answered: it has a method and an `id`.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        self.is_request
    }

    /// The `id`, if there is one of at most 64 bytes in the body.
    #[must_use]
    pub const fn id(&self) -> Option<MessageId<'o>> {
        self.id
    }

    /// Whether patterns may be compared with the beginning of the name: always but for a resource
    /// whose URI could be taken for another one.
    ///
    /// That is what is no URI ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)), or what a server
    /// could change before it looks for the resource, by the
    /// [URL standard](https://url.spec.whatwg.org/) or as a path of a file. Of any scheme, those are
    /// segments without content or of dots and spaces alone, encoded slashes, question marks and
    /// number signs, escapes that need not be, a user, an IPv6 address, capitals in scheme or host,
    /// an empty port or one with zeros before it; of `http`, `https`, `ws`, `wss` and `ftp` also the
    /// usual port, no path, no host, and a host that ends with a dot or is an address in another
    /// form than `127.0.0.1`; of `file` all but `file:///path`, and short names such as
    /// `LONGNA~1.TXT`. The expressions of a template are good in `completion/complete` and in
    /// [`resource_template`](Self::resource_template) alone.
    #[must_use]
    pub fn matches_prefixes(&self) -> bool {
        match (self.kind, self.name) {
            (OperationKind::Resource, Some(uri)) => {
                let is_completed = self.method == Some("completion/complete");
                resource_uri::is_normal(uri, is_completed || self.is_listed_template)
            }
            _ => true,
        }
    }
}

/// The decoded string, and the memory that was not needed.
///
/// NUL is refused: a server that keeps strings as C does would see another one.
fn decode<'o>(
    text: Text<'o>,
    most: usize,
    memory: &'o mut [u8],
) -> Result<(&'o str, &'o mut [u8]), Reason> {
    if text.is_longer_than(most) {
        return Err(Reason::InvalidRequest);
    }
    let (text, memory) = text.decode_or_borrow(memory)?;
    if text.contains('\0') { Err(Reason::InvalidRequest) } else { Ok((text, memory)) }
}
