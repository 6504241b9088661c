//! Linux's system calls, as far as tests make any: memory and output. There are no files and no
//! threads: a test program that cannot have a thread for each test runs them one after the other.

use core::arch::{asm, global_asm};
use core::slice;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::layout::{MAPPED, PROGRAM};
use crate::ports;

/// Has the instruction SYSCALL call [`system_call`].
pub(crate) fn accept() {
    // Its segments, the handler, and that the direction flag is clear.
    set_register(0xc000_0081, 8 << 32);
    set_register(0xc000_0082, system_call_entry as *const () as u64);
    set_register(0xc000_0084, 0x400);
}

/// Where the memory begins that the program gets by `brk`.
pub(crate) fn set_program_end(end: usize) {
    BREAK.store(end, Relaxed);
}

static BREAK: AtomicUsize = AtomicUsize::new(0);
static NEXT_MAPPED: AtomicUsize = AtomicUsize::new(MAPPED.start);

// SAFETY: the label below, of which only the address is taken.
unsafe extern "C" {
    fn system_call_entry();
}

// All registers but RAX, RCX and R11 have to stay, and so has what is below the stack pointer.
global_asm!(
    r#"
    .section .text.system_call, "ax"
    .global system_call_entry
system_call_entry:
    mov [rip + program_stack], rsp
    lea rsp, [rip + stack_end]
    push rcx
    push r11
    push r9
    push r8
    push r10
    push rdx
    push rsi
    push rdi
    fxsave64 [rip + registers]
    mov rdi, rax
    mov rsi, rsp
    call system_call
    fxrstor64 [rip + registers]
    pop rdi
    pop rsi
    pop rdx
    pop r10
    pop r8
    pop r9
    popfq
    pop rcx
    mov rsp, [rip + program_stack]
    jmp rcx

    .section .bss.system_call, "aw", @nobits
    .balign 16
registers:
    .skip 512
program_stack:
    .skip 8
    "#
);

// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
extern "C" fn system_call(number: usize, arguments: &[usize; 6]) -> isize {
    let [a, b, c, d, ..] = *arguments;
    match number {
        READ => 0,
        WRITE => {
            // SAFETY: the program has these bytes.
            ports::write(unsafe { slice::from_raw_parts(b as *const u8, c) });
            c as isize
        }
        BRK => {
            // It never shrinks: what is new has to be zero.
            if a > BREAK.load(Relaxed) && a <= PROGRAM.end {
                BREAK.store(a, Relaxed);
            }
            BREAK.load(Relaxed) as isize
        }
        MMAP => {
            // Memory, and no file; not at an address that the program wants.
            if d & 0x20 == 0 || d & 0x10 != 0 { NOT_SUPPORTED } else { map(b) }
        }
        MREMAP => {
            let (len, new_len) = (b, c);
            let new = map(new_len);
            if new > 0 {
                // SAFETY: the program has the first, and nobody the second.
                unsafe {
                    core::ptr::copy_nonoverlapping(a as *const u8, new as *mut u8, len.min(new_len))
                };
            }
            new
        }
        CLOCK_GETTIME => {
            // SAFETY: reads a counter.
            let ticks = unsafe { core::arch::x86_64::_rdtsc() };
            // SAFETY: the program has a place for the time.
            unsafe { (b as *mut [u64; 2]).write([ticks / 1_000_000_000, ticks % 1_000_000_000]) };
            0
        }
        ARCH_PRCTL if a == SET_FS => {
            set_register(0xc000_0100, b as u64);
            0
        }
        GETRANDOM => {
            // The same in each run.
            // SAFETY: the program has these bytes.
            unsafe { slice::from_raw_parts_mut(a as *mut u8, b) }.fill(0x5a);
            b as isize
        }
        EXIT | EXIT_GROUP => ports::end_emulation(a),
        GETPID | GETTID | SET_TID_ADDRESS => 1,
        // Its own standard streams; signals, of which there are none; memory that is not given back;
        // nobody waits.
        CLOSE | POLL | MPROTECT | MUNMAP | MADVISE | SIGACTION | SIGPROCMASK | SIGALTSTACK
        | FUTEX | SET_ROBUST_LIST | PRCTL | SCHED_YIELD => 0,
        OPEN | OPENAT | STAT | NEWFSTATAT | STATX | READLINK | READLINKAT | ACCESS => NO_FILE,
        CLONE | CLONE3 => TRY_AGAIN,
        IOCTL => NO_TERMINAL,
        RSEQ | PRLIMIT | SCHED_GETAFFINITY | GETCWD => NOT_SUPPORTED,
        _ => {
            ports::print(format_args!("machine: system call {number} {arguments:x?}\n"));
            NOT_SUPPORTED
        }
    }
}

/// Memory that is zero. What is given back is not used again.
fn map(len: usize) -> isize {
    let len = len.next_multiple_of(4096);
    let address = NEXT_MAPPED.load(Relaxed);
    if len > MAPPED.end - address {
        return NO_MEMORY;
    }
    NEXT_MAPPED.store(address + len, Relaxed);
    address as isize
}

fn set_register(number: u32, value: u64) {
    // SAFETY: the registers that are set here concern what this module says.
    unsafe {
        asm!("wrmsr", in("ecx") number, in("eax") value as u32, in("edx") (value >> 32) as u32);
    }
}

const READ: usize = 0;
const WRITE: usize = 1;
const OPEN: usize = 2;
const CLOSE: usize = 3;
const STAT: usize = 4;
const POLL: usize = 7;
const MMAP: usize = 9;
const MPROTECT: usize = 10;
const MUNMAP: usize = 11;
const BRK: usize = 12;
const SIGACTION: usize = 13;
const SIGPROCMASK: usize = 14;
const IOCTL: usize = 16;
const ACCESS: usize = 21;
const SCHED_YIELD: usize = 24;
const MREMAP: usize = 25;
const MADVISE: usize = 28;
const GETPID: usize = 39;
const CLONE: usize = 56;
const EXIT: usize = 60;
const GETCWD: usize = 79;
const READLINK: usize = 89;
const SIGALTSTACK: usize = 131;
const PRCTL: usize = 157;
const ARCH_PRCTL: usize = 158;
const GETTID: usize = 186;
const FUTEX: usize = 202;
const SCHED_GETAFFINITY: usize = 204;
const SET_TID_ADDRESS: usize = 218;
const CLOCK_GETTIME: usize = 228;
const EXIT_GROUP: usize = 231;
const OPENAT: usize = 257;
const NEWFSTATAT: usize = 262;
const READLINKAT: usize = 267;
const SET_ROBUST_LIST: usize = 273;
const PRLIMIT: usize = 302;
const GETRANDOM: usize = 318;
const STATX: usize = 332;
const RSEQ: usize = 334;
const CLONE3: usize = 435;

/// What `arch_prctl` is asked for.
const SET_FS: usize = 0x1002;

/// Linux's numbers of errors, negative.
const NO_FILE: isize = -2;
const TRY_AGAIN: isize = -11;
const NO_MEMORY: isize = -12;
const NO_TERMINAL: isize = -25;
const NOT_SUPPORTED: isize = -38;
