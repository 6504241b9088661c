//! A strict JSON reader: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) exactly, in UTF-8,
//! with no member named twice in any object.
//!
//! [`scan`] checks a whole document in one pass, not recursive, and finds the members that the
//! caller knows by name. What it has passed can be walked with the views of [`value`], which
//! need no error path of their own.

mod cursor;
mod members;
mod names;
mod number;
mod open;
mod scan;
#[cfg(feature = "mcp")]
mod skim;
#[cfg(feature = "mcp")]
mod skip;
mod steps;
mod string;
mod value;

pub(crate) use members::{Kinds, Members, Outline};
pub(crate) use names::Known;
pub use number::Number;
pub(crate) use scan::{object, object_with_elements};
#[cfg(feature = "mcp")]
pub(crate) use skim::Skim;
pub use string::Text;
pub use value::{Array, Elements, Entries, Object, Value};
