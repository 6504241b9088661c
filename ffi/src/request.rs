//! Requests: their slices, as the core wants them.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ops::Range;
use core::{ptr, slice};

use gatepost_core::Reason;
use gatepost_core::oauth::{Header, RequestHead};

use crate::boundary::{self, addresses, array, require_apart, shared};
use crate::gatepost_slice;

/// A header of a request or of a response.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_header {
    /// The name; in a request in any case.
    pub name: gatepost_slice,
    /// The value; in a request as it came.
    pub value: gatepost_slice,
}

/// What a server knows of a request before it reads the body.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gatepost_request_head {
    /// The method, such as POST.
    pub method: gatepost_slice,
    /// The path and the query, as they stand in the request line (RFC 9112, section 3.2.1).
    pub target: gatepost_slice,
    /// All headers, in any order. A name may come several times.
    pub headers: *const gatepost_header,
    /// How many headers there are.
    pub header_count: usize,
    /// The SHA-256, 32 bytes, of the client's certificate in DER, where it showed one in the TLS
    /// handshake of this connection (RFC 8705, section 3); else NULL. It comes from the TLS layer,
    /// and never from a header that a client can send.
    pub certificate: *const u8,
}

/// A request, and the memory that is left over.
pub(crate) struct Request<'a> {
    pub(crate) head: RequestHead<'a>,
    pub(crate) memory: &'a mut [u8],
}

impl<'a> Request<'a> {
    /// Reads a request; its headers, as the core wants them, take the front of the memory. The
    /// memory has to be apart from all of the request and from `others`.
    ///
    /// # Safety
    ///
    /// The pointers are `NULL`, or point to what they say, which nobody else changes during `'a`;
    /// nobody else uses the memory.
    pub(crate) unsafe fn read(
        head: *const gatepost_request_head,
        memory: *mut c_void,
        length: usize,
        others: &[Range<usize>],
    ) -> Result<Self, Reason> {
        // SAFETY: the caller vouches for the head, and for what it points to.
        let (head, headers) = unsafe {
            let head = shared(head)?;
            (head, array(head.headers, head.header_count)?)
        };
        let place = addresses(memory.cast(), length);
        let of = |slice: gatepost_slice| addresses(slice.ptr, slice.len);
        let parts = [
            addresses(ptr::from_ref(head).cast(), size_of_val(head)),
            addresses(headers.as_ptr().cast(), size_of_val(headers)),
            addresses(head.certificate, if head.certificate.is_null() { 0 } else { 32 }),
            of(head.method),
            of(head.target),
        ];
        let of_headers = headers.iter().flat_map(|header| [of(header.name), of(header.value)]);
        for part in parts.into_iter().chain(of_headers).chain(others.iter().cloned()) {
            require_apart(&place, &part)?;
        }
        // SAFETY: the caller vouches for the pointers, and the memory is apart from all others.
        unsafe {
            let (places, memory) = places(boundary::memory(memory, length)?, headers.len())?;
            for (place, header) in places.iter_mut().zip(headers) {
                place.write(Header { name: header.name.bytes()?, value: header.value.bytes()? });
            }
            let head = RequestHead {
                method: text_or_nothing(head.method)?,
                target: text_or_nothing(head.target)?,
                // Each of them was just written.
                headers: &*(ptr::from_ref(places) as *const [Header<'a>]),
                certificate: match head.certificate.is_null() {
                    true => None,
                    false => Some(head.certificate.cast::<[u8; 32]>().read()),
                },
            };
            Ok(Self { head, memory })
        }
    }
}

/// A method or a target; what is not UTF-8 is none that means anything here, and no mistake of the
/// caller's: it is what the client sent.
///
/// # Safety
///
/// That of [`bytes`](gatepost_slice::bytes).
unsafe fn text_or_nothing<'a>(slice: gatepost_slice) -> Result<&'a str, Reason> {
    // SAFETY: the caller vouches for the bytes.
    let bytes = unsafe { slice.bytes() }?;
    Ok(core::str::from_utf8(bytes).unwrap_or(""))
}

type Places<'a> = (&'a mut [MaybeUninit<Header<'a>>], &'a mut [u8]);

/// Sets apart places for `count` headers.
fn places<'a>(memory: &'a mut [u8], count: usize) -> Result<Places<'a>, Reason> {
    if count == 0 {
        return Ok((&mut [], memory));
    }
    let gap = memory.as_ptr().align_offset(align_of::<Header<'a>>());
    let len = count.checked_mul(size_of::<Header<'a>>()).ok_or(Reason::MemoryTooSmall)?;
    let (_, memory) = memory.split_at_mut_checked(gap).ok_or(Reason::MemoryTooSmall)?;
    let (places, memory) = memory.split_at_mut_checked(len).ok_or(Reason::MemoryTooSmall)?;
    // SAFETY: the bytes are aligned and as many as `count` headers have, they are borrowed for
    // `'a`, and what they hold does not matter.
    Ok((unsafe { slice::from_raw_parts_mut(places.as_mut_ptr().cast(), count) }, memory))
}
