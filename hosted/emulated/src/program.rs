//! The test program: an ELF file for fixed addresses, that needs no other.

use core::arch::asm;
use core::slice;

use crate::layout::{ARGUMENTS, FILE, PROGRAM, STACK};
use crate::system_calls;

/// Puts the program where its headers say and jumps to its beginning.
///
/// What it finds on its stack is in the System V ABI for AMD64, section 3.4.1: the number of
/// arguments, the arguments, the environment, and what the system has to say.
pub(crate) fn run() -> ! {
    let header = bytes(FILE.start, 64);
    assert!(header.starts_with(b"\x7fELF"), "the program is no ELF file");
    let (entry, headers) = (word(header, 24), word(header, 32));
    let (header_len, count) = (half(header, 54), half(header, 56));

    let mut end = PROGRAM.start;
    for i in 0..count {
        let header = bytes(FILE.start + headers + i * header_len, header_len);
        if word(header, 0) & 0xffff_ffff != LOAD {
            continue;
        }
        let (offset, address) = (word(header, 8), word(header, 16));
        let (len, memory_len) = (word(header, 32), word(header, 40));
        assert!(address >= PROGRAM.start && address + memory_len <= PROGRAM.end, "no place");
        // SAFETY: the program's part of memory, in which there is nothing yet.
        unsafe { slice::from_raw_parts_mut(address as *mut u8, len) }
            .copy_from_slice(bytes(FILE.start + offset, len));
        end = end.max(address + memory_len);
    }
    system_calls::set_program_end(end.next_multiple_of(4096));

    let mut stack = Stack { next: STACK.end - 0x10_0000 };
    let start = stack.next;
    let mut strings = bytes(ARGUMENTS.start, ARGUMENTS.len()).split(|byte| *byte == 0);
    stack.push(0);
    let mut count = 0;
    // Each string ends with a zero, and each of the lists with an empty string.
    for string in strings.by_ref().take_while(|string| !string.is_empty()) {
        stack.push(string.as_ptr() as usize);
        count += 1;
    }
    stack.push(0);
    for string in strings.take_while(|string| !string.is_empty()) {
        stack.push(string.as_ptr() as usize);
    }
    stack.push(0);
    // Where its headers are, for unwinding; a page's size; its beginning; some random bytes.
    let first = bytes(FILE.start + headers, header_len);
    let headers = if word(first, 0) & 0xffff_ffff == HEADERS { word(first, 16) } else { 0 };
    let said = [(3, headers), (4, header_len), (5, half(header, 56)), (6, 4096), (9, entry)];
    for (kind, value) in said.into_iter().chain([(23, 0), (25, ARGUMENTS.start), (0, 0)]) {
        stack.push(kind);
        stack.push(value);
    }
    // SAFETY: the start is in the program's part of memory.
    unsafe { (start as *mut usize).write(count) };

    // SAFETY: the program was loaded; nothing of here is used afterwards but by system calls, which
    // have a stack of their own.
    unsafe {
        asm!("mov rsp, {}", "xor edx, edx", "xor ebp, ebp", "jmp {}", in(reg) start, in(reg) entry,
            options(noreturn))
    }
}

/// A part of the program to load.
const LOAD: usize = 1;
/// The headers themselves.
const HEADERS: usize = 6;

struct Stack {
    next: usize,
}

impl Stack {
    fn push(&mut self, word: usize) {
        assert!(self.next < STACK.end, "too many arguments");
        // SAFETY: in the part of memory for the stack.
        unsafe { (self.next as *mut usize).write(word) };
        self.next += 8;
    }
}

/// What the emulator has put into memory.
fn bytes(address: usize, len: usize) -> &'static [u8] {
    // SAFETY: all of the first GiB can be read, and nothing writes to this part of it.
    unsafe { slice::from_raw_parts(address as *const u8, len) }
}

fn word(bytes: &[u8], at: usize) -> usize {
    usize::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

fn half(bytes: &[u8], at: usize) -> usize {
    u16::from_le_bytes([bytes[at], bytes[at + 1]]).into()
}
