//! What happens on a panic where there is no std: the program decides, and does not go on.

use core::panic::PanicInfo;

unsafe extern "C" {
    /// Supplied by the program: it reports, and resets or halts.
    safe fn gatepost_panicked();
}

#[panic_handler]
fn panic(_info: &PanicInfo<'_>) -> ! {
    gatepost_panicked();
    #[expect(clippy::empty_loop, reason = "there is nothing left to do, nor a way to sleep")]
    loop {}
}
