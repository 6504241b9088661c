//! What is where in the first GiB, as `bochsrc` and `layout.x` say too.

use core::ops::Range;

/// The test program, where it says that it wants to be, and behind it what it asks for by `brk`.
pub(crate) const PROGRAM: Range<usize> = 0x20_0000..0x0e00_0000;
/// Its stack.
pub(crate) const STACK: Range<usize> = 0x0e00_0000..0x1000_0000;
/// What it asks for by `mmap`.
pub(crate) const MAPPED: Range<usize> = 0x1000_0000..0x3000_0000;
/// Its file.
pub(crate) const FILE: Range<usize> = 0x3000_0000..0x3800_0000;
/// Its arguments and variables: see [`program`](crate::program).
pub(crate) const ARGUMENTS: Range<usize> = 0x3810_0000..0x3820_0000;
