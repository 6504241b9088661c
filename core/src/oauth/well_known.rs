//! Where metadata documents are found: well-known URLs
//! ([RFC 8615](https://www.rfc-editor.org/rfc/rfc8615)).

use core::fmt::{self, Write};

use crate::Reason;
use crate::text::bytes;
use crate::text::uri::Uri;
use crate::text::writer::Writer;

/// The well-known URL of a metadata document.
///
/// It is put together where it is written or compared, from the identifier as it was configured:
/// nothing of that is normalised. `Display` writes it, as [`write`](Self::write) does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WellKnownUrl<'u> {
    origin: &'u str,
    /// The part of the identifier's path that stands before the name.
    before: &'u str,
    name: &'static str,
    path: &'u str,
    query: Option<&'u str>,
}

pub(super) const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";
pub(super) const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";

/// The URLs at which a client looks for the metadata of the MCP server at `resource`, in this
/// order: the path-inserted one, and where `resource` has a path or a query, the one at the root.
///
/// `resource` is the URL of the MCP endpoint: `https` (or `http` on this machine), without a
/// fragment. They are tried where no challenge names a `resource_metadata`; where one does, that
/// URL is the only one
/// ([RFC 9728, section 3.1](https://www.rfc-editor.org/rfc/rfc9728#section-3.1); MCP 2026-07-28,
/// "Protected Resource Metadata Discovery Requirements").
///
/// # Errors
///
/// [`Reason::Misuse`] where `resource` is no such URL.
///
/// ```
/// let urls = gatepost::oauth::resource_metadata_urls("https://example.com/public/mcp")?;
/// let urls: Vec<_> = urls.map(|url| url.to_string()).collect();
/// assert_eq!(urls, [
///     "https://example.com/.well-known/oauth-protected-resource/public/mcp",
///     "https://example.com/.well-known/oauth-protected-resource",
/// ]);
/// # Ok::<(), gatepost::Reason>(())
/// ```
pub fn resource_metadata_urls(
    resource: &str,
) -> Result<impl Iterator<Item = WellKnownUrl<'_>> + Clone, Reason> {
    let inserted = WellKnownUrl::of_resource(resource)?;
    let root = WellKnownUrl { path: "", query: None, ..inserted };
    Ok([Some(inserted), (root != inserted).then_some(root)].into_iter().flatten())
}

/// The URLs at which a client looks for the metadata of the authorization server `issuer`, in this
/// order: those of OAuth, then those of OpenID Connect.
///
/// An issuer with a path has three: both documents with their name inserted before the path, and
/// that of OpenID Connect with its name behind it. One without has two. A slash that ends the
/// issuer is left out
/// ([RFC 8414, sections 3.1 and 5](https://www.rfc-editor.org/rfc/rfc8414#section-3.1); MCP
/// 2026-07-28, "Authorization Server Metadata Discovery"). What is found is read by
/// [`ServerMetadata::parse`](super::ServerMetadata::parse), which demands this same `issuer`.
///
/// # Errors
///
/// [`Reason::Misuse`] where `issuer` is no `https` URL (or `http` on this machine), or has a user,
/// a query or a fragment.
///
/// ```
/// let urls = gatepost::oauth::server_metadata_urls("https://auth.example.com/tenant1")?;
/// let urls: Vec<_> = urls.map(|url| url.to_string()).collect();
/// assert_eq!(urls, [
///     "https://auth.example.com/.well-known/oauth-authorization-server/tenant1",
///     "https://auth.example.com/.well-known/openid-configuration/tenant1",
///     "https://auth.example.com/tenant1/.well-known/openid-configuration",
/// ]);
/// # Ok::<(), gatepost::Reason>(())
/// ```
pub fn server_metadata_urls(
    issuer: &str,
) -> Result<impl Iterator<Item = WellKnownUrl<'_>> + Clone, Reason> {
    let Uri { origin, path, .. } = issuer_uri(issuer).ok_or(Reason::Misuse)?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let inserted = |name| WellKnownUrl { origin, before: "", name, path, query: None };
    let behind = WellKnownUrl { before: path, path: "", ..inserted(OPENID_CONFIGURATION) };
    let urls = [
        Some(inserted(AUTHORIZATION_SERVER)),
        Some(inserted(OPENID_CONFIGURATION)),
        (!path.is_empty()).then_some(behind),
    ];
    Ok(urls.into_iter().flatten())
}

impl<'u> WellKnownUrl<'u> {
    /// The place of the metadata of `resource`.
    pub(super) fn of_resource(resource: &'u str) -> Result<Self, Reason> {
        let uri = Uri::parse(resource).filter(Uri::is_secure).ok_or(Reason::Misuse)?;
        if uri.fragment.is_some() || uri.has_dot_segments() {
            return Err(Reason::Misuse);
        }
        // Only the slash that ends the host goes: one that ends a longer path is part of the name.
        let path = if uri.path == "/" { "" } else { uri.path };
        let Uri { origin, query, .. } = uri;
        Ok(Self { origin, before: "", name: PROTECTED_RESOURCE, path, query })
    }

    /// Writes the URL into the front of `memory`.
    ///
    /// # Errors
    ///
    /// [`Reason::MemoryTooSmall`].
    pub fn write<'m>(&self, memory: &'m mut [u8]) -> Result<&'m str, Reason> {
        let mut writer = Writer::new(memory);
        write!(writer, "{self}").map_err(|_| Reason::MemoryTooSmall)?;
        writer.finish().map(|(text, _)| text)
    }

    /// Whether `target`, a request's target in the origin-form or the absolute-form
    /// ([RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)), asks for
    /// this document, on whatever host. One slash more or less at the end does not count: some
    /// clients drop it.
    pub(super) fn is_asked_for_by(&self, target: &str) -> bool {
        let Some((path, query)) = path_and_query(target) else { return false };
        let behind = path.strip_prefix(self.before).and_then(|rest| rest.strip_prefix(self.name));
        query == self.query
            && behind.is_some_and(|path| without_slash(path) == without_slash(self.path))
    }
}

impl fmt::Display for WellKnownUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [self.origin, self.before, self.name, self.path] {
            f.write_str(part)?;
        }
        match self.query {
            None => Ok(()),
            Some(query) => write!(f, "?{query}"),
        }
    }
}

impl fmt::Debug for WellKnownUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Whether `target` is `path`, without a query.
pub(super) fn is_target(target: &str, path: &str) -> bool {
    path_and_query(target).is_some_and(|(asked, query)| {
        query.is_none() && without_slash(asked) == without_slash(path)
    })
}

/// An issuer: `https`, or `http` on this machine, without a query or a fragment
/// ([RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
pub(super) fn issuer_uri(issuer: &str) -> Option<Uri<'_>> {
    let uri = Uri::parse(issuer).filter(Uri::is_secure)?;
    (uri.query.is_none() && uri.fragment.is_none()).then_some(uri)
}

fn path_and_query(target: &str) -> Option<(&str, Option<&str>)> {
    if !target.starts_with('/') {
        return Uri::parse(target).map(|uri| (uri.path, uri.query));
    }
    Some(match bytes::split_at_first(target, b'?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    })
}

fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}
