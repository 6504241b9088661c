//! What the programs share: a way to say something, to count instructions, and to see how deep the
//! stack was.
//!
//! A device would have its flash, its clock and its network in place of all this.

#![no_std]

use cortex_m::Peripherals;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_semihosting::{debug, hio};

pub mod device;
mod memory;

/// Tokens and keys of the tests.
pub mod testdata {
    include!(concat!(env!("OUT_DIR"), "/testdata.rs"));
}

/// The interrupts that the processor may call: one, as there must be one, and none is enabled.
#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
static __INTERRUPTS: [unsafe extern "C" fn(); 1] = [DefaultHandler];

unsafe extern "C" {
    fn DefaultHandler();
}

/// Bytes below the caller's that are looked at: more than any device would give.
const STACK: usize = 64 * 1024;
/// Bytes below the stack pointer that the compiler may already use where it is read.
const OWN_FRAME: usize = 128;
/// A word that the stack does not happen to hold.
const PAINT: u32 = 0xdead_beef;
/// QEMU's clock of one instruction a nanosecond, and the board's of 25 MHz.
const INSTRUCTIONS_PER_TICK: u32 = 40;

/// What one run of a function took.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Bytes of stack below the caller's.
    pub stack: usize,
    /// Instructions, to within a tick of the clock.
    pub instructions: u32,
}

/// Runs `work` and measures it.
pub fn measure(work: impl FnOnce()) -> Option<Figures> {
    let mut clock = Peripherals::take()?.SYST;
    clock.set_clock_source(SystClkSource::Core);
    clock.set_reload(0x00ff_ffff);
    clock.clear_current();
    clock.enable_counter();

    let bottom = paint();
    let before = SYST::get_current();
    run(work);
    let ticks = before.wrapping_sub(SYST::get_current()) & 0x00ff_ffff;
    Some(Figures { stack: depth(bottom), instructions: ticks.wrapping_mul(INSTRUCTIONS_PER_TICK) })
}

/// A frame of its own, below which the paint begins.
#[inline(never)]
fn run(work: impl FnOnce()) {
    work();
}

/// Paints what is below this function's frame, and returns where that begins.
#[inline(never)]
fn paint() -> usize {
    let top = stack_pointer();
    for address in (top.wrapping_sub(STACK)..top.wrapping_sub(OWN_FRAME)).step_by(4) {
        // SAFETY: RAM of which nobody holds a reference: it is below the stack pointer, and no
        // interrupt is enabled that could use it.
        unsafe { core::ptr::write_volatile(address as *mut u32, PAINT) };
    }
    top
}

/// How far below `top` something was written.
fn depth(top: usize) -> usize {
    let is_untouched = |address: &usize| {
        // SAFETY: RAM that `paint` has written.
        unsafe { core::ptr::read_volatile(*address as *const u32) == PAINT }
    };
    let painted = (top.wrapping_sub(STACK)..top.wrapping_sub(OWN_FRAME)).step_by(4);
    STACK.wrapping_sub(painted.take_while(is_untouched).count().wrapping_mul(4))
}

#[inline(always)]
fn stack_pointer() -> usize {
    cortex_m::register::msp::read() as usize & !3
}

/// Prints a line: words, and a number behind each.
pub fn print(pairs: &[(&str, u32)]) {
    let Ok(mut output) = hio::hstdout() else { return };
    for (label, number) in pairs {
        let mut digits = [b'0'; 10];
        let mut rest = *number;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let zeros = digits.iter().take(9).take_while(|digit| **digit == b'0').count();
        output.write_all(label.as_bytes()).ok();
        output.write_all(b" ").ok();
        output.write_all(digits.get(zeros..).unwrap_or(&[])).ok();
        output.write_all(b" ").ok();
    }
    output.write_all(b"\n").ok();
}

/// Ends the emulator; its exit code is 0 or 1.
pub fn exit(is_good: bool) -> ! {
    loop {
        debug::exit(if is_good { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    exit(false)
}
