//! What moves lanes and looks at none: the same for whatever is in them.

use core::array::from_fn;

pub(super) fn select<T: Copy>(lanes: u8, a: [T; 8], b: [T; 8]) -> [T; 8] {
    from_fn(|i| if lanes >> i & 1 == 1 { b[i] } else { a[i] })
}

pub(super) fn permute<T: Copy>(index: [i64; 8], a: [T; 8]) -> [T; 8] {
    index.map(|lane| a[lane as usize])
}

pub(super) fn permute_two<T: Copy>(index: [i64; 8], a: [T; 8], b: [T; 8]) -> [T; 8] {
    index.map(|lane| if lane < 8 { a[lane as usize] } else { b[lane as usize - 8] })
}

pub(super) fn interleave_even<T: Copy>(a: [T; 8], b: [T; 8]) -> [T; 8] {
    permute_two([0, 8, 2, 10, 4, 12, 6, 14], a, b)
}

pub(super) fn interleave_odd<T: Copy>(a: [T; 8], b: [T; 8]) -> [T; 8] {
    permute_two([1, 9, 3, 11, 5, 13, 7, 15], a, b)
}

pub(super) fn low_halves<T: Copy>(a: [T; 8], b: [T; 8]) -> [T; 8] {
    permute_two([0, 1, 2, 3, 8, 9, 10, 11], a, b)
}

pub(super) fn high_halves<T: Copy>(a: [T; 8], b: [T; 8]) -> [T; 8] {
    permute_two([4, 5, 6, 7, 12, 13, 14, 15], a, b)
}
