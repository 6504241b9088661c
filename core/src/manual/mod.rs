//! Why things are as they are: prose without code.
//!
//! * [`attacks`]: what has been done to token validators, and where it stops here.
//! * [`defaults`]: what is strict, what is not, and why.
//! * [`arithmetic`]: what a mistake in the numbers could and could not cause.
//! * [`adding_an_algorithm`]: what a new signature algorithm touches.
//! * `mcp`: what the MCP specification asks, where it is done, and which test proves it.

pub mod adding_an_algorithm;
pub mod arithmetic;
pub mod attacks;
pub mod defaults;
#[cfg(feature = "mcp")]
pub mod mcp;
