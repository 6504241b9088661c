//! The metadata of a client as JSON: asked for, registered, or published.

use serde::{Serialize, Serializer};

use crate::access::StringList;
use crate::text::writer::{Writer, json};
use crate::{Reason, Strings};

/// What is not there is left out.
#[derive(Serialize)]
pub(super) struct ClientDocument<'d, L: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_id: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_id_issued_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_secret: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_secret_expires_at: Option<u64>,
    pub(super) redirect_uris: L,
    pub(super) application_type: &'static str,
    pub(super) token_endpoint_auth_method: &'static str,
    pub(super) grant_types: &'static [&'static str],
    pub(super) response_types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_name: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_uri: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) logo_uri: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contacts: Option<L>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tos_uri: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy_uri: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jwks_uri: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) software_id: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) software_version: Option<&'d str>,
}

impl<L: Serialize> ClientDocument<'_, L> {
    /// Writes the document into the front of `memory`, and `jwks`, which is JSON already, at its
    /// end.
    pub(super) fn write<'m>(
        &self,
        jwks: Option<&str>,
        memory: &'m mut [u8],
    ) -> Result<&'m str, Reason> {
        let Some(jwks) = jwks else { return json(self, memory).map(|(document, _)| document) };
        let (document, _) = json(self, &mut *memory)?;
        // Over the brace that closes the object.
        let end = document.len().saturating_sub(1);
        let mut writer = Writer::new(memory.get_mut(end..).unwrap_or_default());
        for part in [",\"jwks\":", jwks, "}"] {
            writer.push(part);
        }
        let (added, _) = writer.finish()?;
        let len = end.saturating_add(added.len());
        let written = memory.get(..len).and_then(|written| core::str::from_utf8(written).ok());
        written.ok_or(Reason::MemoryTooSmall)
    }
}

/// The value of `grant_types`.
pub(super) const fn grant_types(may_refresh: bool) -> &'static [&'static str] {
    if may_refresh { &["authorization_code", "refresh_token"] } else { &["authorization_code"] }
}

/// An array of strings that were read.
pub(super) struct Read<'d>(pub(super) StringList<'d>);

impl Serialize for Read<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// An array of strings that were configured.
pub(super) struct Configured<'d>(pub(super) Strings<'d>);

impl Serialize for Configured<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}
