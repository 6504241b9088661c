//! The little that a statically linked test program needs of an operating system, on a processor
//! that a program emulates: enough for `cargo test`'s own programs, unchanged.
//!
//! The emulator puts this program and the test program's arguments into memory, as its
//! configuration (`bochsrc`) says, and starts at [`start`]. The test program itself is what the
//! [`disk`] holds. There is no interrupt, no second process and no second thread. What the test
//! program writes goes to the serial port, and at its end the emulator ends.

#![no_std]
#![no_main]

mod disk;
mod faults;
mod layout;
mod memory;
mod ports;
mod program;
mod start;
mod system_calls;

use core::panic::PanicInfo;

/// What `start` jumps to, with all of the processor's features in use.
// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    ports::prepare();
    faults::catch();
    system_calls::accept();
    disk::read(layout::FILE);
    program::run()
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    ports::print(format_args!("machine: {info}\n"));
    ports::end_emulation(101)
}
