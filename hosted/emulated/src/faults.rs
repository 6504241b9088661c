//! What the processor cannot do ends the emulation with a message.

use core::arch::{asm, global_asm};
use core::ptr::addr_of_mut;

use crate::ports;

/// Has each of the 32 exceptions call [`fault`].
pub(crate) fn catch() {
    let entries = addr_of_mut!(TABLE);
    let handlers = fault_handlers as *const () as usize;
    for number in 0..32 {
        let address = handlers + number * 16;
        let (low, middle, high) = (address & 0xffff, address >> 16 & 0xffff, address >> 32);
        // Present, an interrupt gate, to the segment of code.
        let gate = low | 8 << 16 | 0x8e00 << 32 | middle << 48;
        // SAFETY: nothing else uses the table before it is loaded.
        unsafe { (*entries)[number] = [gate as u64, high as u64] };
    }
    let limit = (size_of::<[[u64; 2]; 32]>() - 1) as u64;
    let location = [(limit << 48), entries as u64];
    // SAFETY: ten bytes from the seventh: the limit and the address.
    unsafe { asm!("lidt [{}]", in(reg) location.as_ptr().cast::<u8>().add(6)) };
}

static mut TABLE: [[u64; 2]; 32] = [[0; 2]; 32];

// SAFETY: the label below, of which only the address is taken.
unsafe extern "C" {
    fn fault_handlers();
}

// Each has 16 bytes.
global_asm!(
    r#"
    .section .text.faults, "ax"
    .balign 16
    .global fault_handlers
fault_handlers:
    .set number, 0
    .rept 32
    .balign 16
    mov edi, offset number
    .set number, number + 1
    mov rsi, rsp
    jmp fault_on_own_stack
    .endr
fault_on_own_stack:
    lea rsp, [rip + stack_end]
    call fault
    "#
);

// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
extern "C" fn fault(number: usize, stack: *const [usize; 3]) -> ! {
    let address: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, cr2", out(reg) address) };
    // SAFETY: the processor has just put at least these there.
    let stack = unsafe { *stack };
    ports::print(format_args!(
        "machine: exception {number}, at or about {stack:x?}; last page fault at {address:x}\n"
    ));
    ports::end_emulation(102)
}
