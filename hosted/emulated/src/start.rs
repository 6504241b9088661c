//! From the first instruction of a processor to 64-bit code.

use core::arch::global_asm;

// The processor begins at 0xfffffff0 with 16-bit code. Long mode needs a table of segments and one
// of pages: the first GiB and the fourth, in which this is, are one page each. Everything may be
// written and run.
global_asm!(
    r#"
    .code16
    .section .reset, "ax"
begin:
    cli
    // Address line 20, which a PC may begin without.
    mov al, 2
    out 0x92, al
    // Physical address extension; SSE and its exceptions; XSAVE.
    mov eax, 0x40620
    mov cr4, eax
    mov eax, offset page_map
    mov cr3, eax
    // EFER: system calls, long mode.
    mov ecx, 0xc0000080
    mov eax, 0x101
    xor edx, edx
    wrmsr
    // Paging, FPU errors as exceptions, an FPU, protection; caches on.
    mov eax, 0x80000033
    mov cr0, eax
    // Where the segments are is at the end of this segment.
    lgdtd cs:[0xfff4]
    // A far jump to 64-bit code.
    .byte 0x66, 0xea
    .long start
    .word 8

    .org 0xff0
    .global reset
reset:
    jmp begin
    .org 0xff4
    .word 23
    .long segments
    .org 0x1000

    .code64
    .section .start, "ax"
start:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    // XCR0: x87, SSE, AVX, and the three parts of AVX-512.
    xor ecx, ecx
    mov eax, 0xe7
    xor edx, edx
    xsetbv
    fninit
    lea rsp, [rip + stack_end]
    call main
    ud2

    .section .data.start, "aw"
    .balign 4096
page_map:
    .quad page_directories + 3
    .fill 511, 8, 0
page_directories:
    .quad 0x83, 0, 0, 0xc0000083
    .fill 508, 8, 0
segments:
    .quad 0
    // 64-bit code, and data.
    .quad 0x00af9b000000ffff
    .quad 0x00cf93000000ffff

    .section .bss.start, "aw", @nobits
    .balign 16
    .skip 0x10000
    .global stack_end
stack_end:
    "#
);
