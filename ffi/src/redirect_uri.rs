//! Where a server sends people, and from where it fetches, on a stranger's word.

use core::mem::MaybeUninit;
use core::net::IpAddr;
use core::ptr;

use gatepost_core::Reason;
use gatepost_core::oauth::{FetchPolicy, RedirectKind, RedirectRules, RedirectUri};

use crate::boundary::{array, status};
use crate::fill::fill;
use crate::places::{Places, room};
use crate::{GATEPOST_MAX_STRINGS, gatepost_slice};

/// `https`: a web server, or an app that claimed the URI (RFC 8252, section 7.2).
pub const GATEPOST_REDIRECT_WEB: u32 = 1;
/// `http` to this machine (RFC 8252, section 7.3).
pub const GATEPOST_REDIRECT_LOOPBACK: u32 = 2;
/// A scheme of an app's own (RFC 8252, section 7.1).
pub const GATEPOST_REDIRECT_PRIVATE_USE: u32 = 3;

/// Lets the addresses of this machine through as well (127.0.0.0/8, ::1): for a developer's
/// machine, never for a server that others reach.
pub const GATEPOST_FETCH_LOOPBACK_FOR_DEVELOPMENT: u32 = 1;

/// A redirect URI of an accepted form. It points to the text that was read.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_redirect_uri {
    /// The URI, as it was written.
    pub uri: gatepost_slice,
    /// The host, which a consent page has to show; an IPv6 address without its brackets. `ptr` is
    /// NULL where there is none, as private-use schemes may have none.
    pub host: gatepost_slice,
    /// Who receives what is sent there, a GATEPOST_REDIRECT.
    pub kind: u32,
    /// Whether it is sent to the user's own machine, where any program can receive it: a consent
    /// page should warn.
    pub is_loopback: bool,
}

/// Reads a redirect URI that somebody wants to register into `*redirect_uri`: `https`, `http` on
/// this machine's loopback, or one of the private-use schemes that the server names.
///
/// It is an absolute URI in ASCII without fragment, user information, dot segments and backslashes;
/// an encoded slash, backslash or control character in its path is refused too, and so is a host
/// that browsers read differently.
///
/// `schemes`: `count` private-use schemes in lower case, at most GATEPOST_MAX_STRINGS, or NULL.
/// gatepost_read_registration() does this itself.
///
/// Errors: GATEPOST_INVALID_REDIRECT_URI; GATEPOST_MISUSE for a NULL, too many schemes, and such as
/// are none, or are a browser's own (`javascript`, `data`, `http` and their like).
///
/// # Safety
///
/// All pointers are NULL or point to what they say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_check_redirect_uri(
    uri: gatepost_slice,
    schemes: *const gatepost_slice,
    count: usize,
    redirect_uri: *mut gatepost_redirect_uri,
) -> u32 {
    // SAFETY: the caller vouches for all pointers; nothing is written but the result.
    unsafe {
        fill(ptr::null_mut(), 0, redirect_uri, |_| {
            let mut places = room();
            let rules = redirect_rules(schemes, count, &mut places)?;
            Ok(rules.parse(uri.text_or(Reason::InvalidRedirectUri)?)?.into())
        })
    }
}

/// Refuses an address that is not one of the public Internet (RFC 6890, section 2.2), for URLs that
/// a stranger has named: a client identifier, a `jwks_uri`, a logo.
///
/// Check each address that the URL's host resolves to, connect to the one that was checked, and
/// follow no redirect: a name can resolve to something else the next time (CIMD draft -01, section
/// 6.5). IPv4 in the dress of IPv6 is judged as the IPv4 address that the packets end up at.
///
/// `address`: `length` bytes in the order of the network, 4 for IPv4 and 16 for IPv6. `flags`: 0,
/// or GATEPOST_FETCH_LOOPBACK_FOR_DEVELOPMENT.
///
/// Errors: GATEPOST_ADDRESS_REFUSED; GATEPOST_MISUSE for a NULL, another length, and bits that are
/// not defined.
///
/// # Safety
///
/// `address` is NULL or points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_require_fetchable(
    address: *const u8,
    length: usize,
    flags: u32,
) -> u32 {
    status(|| {
        // SAFETY: the caller vouches for the bytes.
        let address = unsafe { array(address, length) }?;
        let address = match (<[u8; 4]>::try_from(address), <[u8; 16]>::try_from(address)) {
            (Ok(ipv4), _) => IpAddr::from(ipv4),
            (_, Ok(ipv6)) => IpAddr::from(ipv6),
            _ => return Err(Reason::Misuse),
        };
        let policy = match flags {
            0 => FetchPolicy::new(),
            GATEPOST_FETCH_LOOPBACK_FOR_DEVELOPMENT => {
                FetchPolicy::new().with_loopback_for_development()
            }
            _ => return Err(Reason::Misuse),
        };
        policy.require_fetchable(address)
    })
}

/// The core's rules, in `places`.
///
/// # Safety
///
/// The pointer is `NULL` or points to `count` slices, and what these point to is there for `'r`.
pub(crate) unsafe fn redirect_rules<'r>(
    schemes: *const gatepost_slice,
    count: usize,
    places: &'r mut [MaybeUninit<&'r str>; GATEPOST_MAX_STRINGS],
) -> Result<RedirectRules<'r>, Reason> {
    // SAFETY: the caller vouches for the array and the bytes.
    unsafe {
        let schemes = Places::new(places).fill(array(schemes, count)?, |scheme| scheme.text())?;
        RedirectRules::new().with_private_use_schemes(schemes)
    }
}

impl From<RedirectUri<'_>> for gatepost_redirect_uri {
    fn from(uri: RedirectUri<'_>) -> Self {
        Self {
            uri: uri.as_str().into(),
            host: uri.host().into(),
            kind: match uri.kind() {
                RedirectKind::Web => GATEPOST_REDIRECT_WEB,
                RedirectKind::Loopback => GATEPOST_REDIRECT_LOOPBACK,
                RedirectKind::PrivateUse => GATEPOST_REDIRECT_PRIVATE_USE,
                // What has no number yet is none that C knows how to treat.
                _ => 0,
            },
            is_loopback: uri.is_loopback(),
        }
    }
}
