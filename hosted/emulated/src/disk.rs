//! The disk, whose content is the test program: ATA without interrupts, 28 bits for a sector.

use core::arch::asm;
use core::ops::Range;

use crate::ports::{input, output};

/// Reads the whole disk.
pub(crate) fn read(to: Range<usize>) {
    command(IDENTIFY, 0, 1);
    let mut identity = [0; 256];
    read_sector(identity.as_mut_ptr());
    let sectors = usize::from(identity[60]) | usize::from(identity[61]) << 16;
    assert!(sectors > 0 && sectors <= to.len() / 512, "a disk of {sectors} sectors");
    for sector in 0..sectors {
        // 256 with a command, which is what a count of zero says.
        if sector % 256 == 0 {
            command(READ, sector, (sectors - sector).min(256) as u8);
        }
        read_sector((to.start + sector * 512) as *mut u16);
    }
}

const PORTS: u16 = 0x1f0;
const STATUS: u16 = PORTS + 7;
const CONTROL: u16 = 0x3f6;

const IDENTIFY: u8 = 0xec;
const READ: u8 = 0x20;

fn command(command: u8, sector: usize, count: u8) {
    while input(STATUS) & 0x80 != 0 {}
    // No interrupts.
    output(CONTROL, 2);
    let [low, middle, high, top, ..] = sector.to_le_bytes();
    for (port, byte) in (PORTS + 2..).zip([count, low, middle, high, 0xe0 | top, command]) {
        output(port, byte);
    }
}

/// Waits for the data of a sector.
fn read_sector(to: *mut u16) {
    loop {
        match input(STATUS) & 0x89 {
            0x08 => break,
            status if status & 0x81 == 1 => panic!("an error of the disk"),
            _ => {}
        }
    }
    // SAFETY: both callers have a place of 512 bytes.
    unsafe { asm!("rep insw", in("dx") PORTS, inout("rdi") to => _, inout("rcx") 256 => _) };
}
