//! What a guard is told, and the core's guard that borrows from it.

use std::sync::Arc;

use gatepost::limits::MAX_SCOPES;
use gatepost::mcp::Rules;
use gatepost::oauth::{Provider, ResourceMetadata};
use gatepost::{Reason, Strings};
use pyo3::prelude::*;
use self_cell::self_cell;

use crate::dpop::{Dpop, ProofStore};
use crate::legacy::Legacy;
use crate::rule::Rule;

/// The most rules that a guard has.
pub(crate) const MAX_RULES: usize = 512;

/// What a guard is told when it is made.
pub(crate) struct Configuration {
    pub(crate) resource: String,
    pub(crate) authorization_servers: Vec<String>,
    pub(crate) scopes_supported: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) documentation: Option<String>,
    pub(crate) policy_uri: Option<String>,
    pub(crate) tos_uri: Option<String>,
    pub(crate) binds_to_certificates: bool,
    pub(crate) hierarchy: Vec<(String, String)>,
    pub(crate) base_scopes: Vec<String>,
    /// `None` for any.
    pub(crate) origins: Option<Vec<String>>,
    pub(crate) provider: Provider,
    pub(crate) max_message_len: usize,
    pub(crate) legacy: Legacy,
    pub(crate) dpop: Option<Py<Dpop>>,
}

/// A configuration, which guards share, and the rules of one of them.
pub(crate) struct Configured {
    pub(crate) shared: Arc<Configuration>,
    pub(crate) rules: Vec<Py<Rule>>,
}

/// What the core's guard borrows from.
pub(crate) struct Compiled<'c> {
    metadata: ResourceMetadata<'c>,
    rules: Rules<'c, MAX_RULES, MAX_SCOPES>,
}

/// The core's guard, of which there are two types.
pub(crate) enum Borrowed<'c> {
    Plain(gatepost::mcp::Guard<'c>),
    Dpop(gatepost::mcp::Guard<'c, &'c ProofStore>),
}

/// Calls the core's guard, whichever it is.
macro_rules! with_guard {
    ($guard:expr, |$it:ident| $call:expr) => {
        match $guard {
            $crate::configuration::Borrowed::Plain($it) => $call,
            $crate::configuration::Borrowed::Dpop($it) => $call,
        }
    };
}
pub(crate) use with_guard;

self_cell!(
    pub(crate) struct CompiledCell {
        owner: Configured,
        #[covariant]
        dependent: Compiled,
    }
);

self_cell!(
    pub(crate) struct GuardCell {
        owner: CompiledCell,
        #[covariant]
        dependent: Borrowed,
    }
);

impl GuardCell {
    /// Says which part makes no sense, if one does not.
    pub(crate) fn of(configured: Configured) -> Result<Self, &'static str> {
        let compiled = CompiledCell::try_new(configured, Configured::compile)?;
        Self::try_new(compiled, CompiledCell::guard)
    }

    pub(crate) fn configured(&self) -> &Configured {
        self.borrow_owner().borrow_owner()
    }
}

impl Configured {
    /// Says which part makes no sense, if one does not.
    fn compile(&self) -> Result<Compiled<'_>, &'static str> {
        let Self { shared: it, rules } = self;
        let part = |name| move |_: Reason| name;
        let issuers = Strings::from(&it.authorization_servers[..]);
        let mut metadata = ResourceMetadata::new(&it.resource, issuers)
            .map_err(part("resource or authorization_servers"))?
            .with_scopes_supported(Strings::from(&it.scopes_supported[..]))
            .map_err(part("scopes_supported"))?;
        if let Some(name) = &it.name {
            metadata = metadata.with_name(name).map_err(part("name"))?;
        }
        if let Some(url) = &it.documentation {
            metadata = metadata.with_documentation(url).map_err(part("documentation"))?;
        }
        if let Some(url) = &it.policy_uri {
            metadata = metadata.with_policy(url).map_err(part("policy_uri"))?;
        }
        if let Some(url) = &it.tos_uri {
            metadata = metadata.with_terms_of_service(url).map_err(part("tos_uri"))?;
        }
        if it.binds_to_certificates {
            metadata = metadata.with_certificate_binding();
        }
        if let Some(dpop) = &it.dpop {
            metadata = dpop.get().advertise(metadata).map_err(part("dpop"))?;
        }
        let hierarchy: Vec<_> =
            it.hierarchy.iter().map(|(broad, narrow)| (&broad[..], &narrow[..])).collect();
        let rules: Vec<_> = rules.iter().map(|rule| rule.get().borrowed()).collect();
        let rules = Rules::new(&rules, &hierarchy, &it.base_scopes[..])
            .map_err(part("rules, hierarchy or base_scopes"))?;
        Ok(Compiled { metadata, rules })
    }
}

impl CompiledCell {
    fn guard(&self) -> Result<Borrowed<'_>, &'static str> {
        let (configuration, compiled) = (&self.borrow_owner().shared, self.borrow_dependent());
        let mut guard = gatepost::mcp::Guard::new(&compiled.metadata)
            .map_err(|_| "the metadata is too long")?
            .with_rules(compiled.rules.view())
            .with_provider(configuration.provider)
            .with_max_message_len(configuration.max_message_len);
        guard = match &configuration.legacy {
            Legacy::OfProvider(None) => guard,
            Legacy::OfProvider(Some(audience)) => {
                guard.with_legacy_audience(audience).map_err(|_| "the issuer or the audience")?
            }
            Legacy::Nothing => guard.without_legacy_metadata(),
            Legacy::Document(document) => guard.with_legacy_metadata(document.get().borrowed()),
        };
        let guard = match &configuration.origins {
            Some(origins) => guard.with_origins(&origins[..]).map_err(|_| "origins")?,
            None => guard.with_any_origin(),
        };
        match &configuration.dpop {
            Some(dpop) => dpop
                .get()
                .guard(guard, &configuration.resource)
                .map(Borrowed::Dpop)
                .map_err(|_| "dpop"),
            None => Ok(Borrowed::Plain(guard)),
        }
    }
}
