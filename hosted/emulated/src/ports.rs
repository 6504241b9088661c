//! Ports: the serial one, and the one that ends the emulator.

use core::arch::asm;
use core::fmt::{self, Write};

/// Bytes of eight bits, which is not what the serial port begins with.
pub(crate) fn prepare() {
    output(SERIAL + 3, 3);
}

/// Writes to the serial port, byte by byte.
pub(crate) fn write(bytes: &[u8]) {
    for byte in bytes {
        // Until it can take one.
        while input(SERIAL + 5) & 0x20 == 0 {}
        output(SERIAL, *byte);
    }
}

pub(crate) fn print(arguments: fmt::Arguments<'_>) {
    // `write_str` gives no error.
    let _ = Serial.write_fmt(arguments);
}

/// Writes how the program ended, where whoever started the emulator looks for it.
pub(crate) fn end_emulation(status: usize) -> ! {
    print(format_args!("machine: exit status {status}\n"));
    // The last byte has to leave the port.
    while input(SERIAL + 5) & 0x40 == 0 {}
    for byte in b"Shutdown" {
        output(BOCHS, *byte);
    }
    loop {
        // SAFETY: stops the processor.
        unsafe { asm!("cli", "hlt") }
    }
}

const SERIAL: u16 = 0x3f8;
/// Ends Bochs, if the word comes.
const BOCHS: u16 = 0x8900;

struct Serial;

impl Write for Serial {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write(text.as_bytes());
        Ok(())
    }
}

pub(crate) fn output(port: u16, byte: u8) {
    // SAFETY: these ports change no memory.
    unsafe { asm!("out dx, al", in("dx") port, in("al") byte, options(nomem, nostack)) }
}

pub(crate) fn input(port: u16) -> u8 {
    let byte;
    // SAFETY: as above.
    unsafe { asm!("in al, dx", in("dx") port, out("al") byte, options(nomem, nostack)) }
    byte
}
