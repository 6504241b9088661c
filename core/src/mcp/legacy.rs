//! Which document, if any, clients of the MCP revision 2025-03-26 are given.

use crate::oauth::{LegacyServerMetadata, Provider, ResourceMetadata};

#[derive(Clone, Copy)]
pub(super) enum Legacy<'g> {
    /// That of the provider, where it has one, for this audience or else the resource.
    OfProvider(Option<&'g str>),
    Nothing,
    Document(&'g LegacyServerMetadata<'g>),
}

impl<'g> Legacy<'g> {
    pub(super) fn document(
        self,
        provider: Provider,
        metadata: &'g ResourceMetadata<'g>,
    ) -> Option<LegacyServerMetadata<'g>> {
        match self {
            Self::Nothing => None,
            Self::Document(document) => Some(document.clone()),
            Self::OfProvider(audience) => {
                let audience = audience.unwrap_or(metadata.resource());
                let mut issuers = metadata.authorization_servers().iter();
                // There is room for one in the document.
                let (Some(issuer), None) = (issuers.next(), issuers.next()) else { return None };
                let document = provider.legacy_metadata(issuer, audience).ok()??;
                document.with_scopes_supported(metadata.scopes_supported()).ok()
            }
        }
    }
}
