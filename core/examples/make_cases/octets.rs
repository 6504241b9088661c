//! Octet strings read as unsigned numbers, most significant octet first.

/// `a + b`, as long as `a`, or `None` if it does not fit.
pub(crate) fn add(a: &[u8], b: &[u8]) -> Option<Vec<u8>> {
    assert_eq!(a.len(), b.len());
    let mut sum = vec![0; a.len()];
    let mut carry = 0;
    for index in (0..a.len()).rev() {
        let total = u16::from(a[index]) + u16::from(b[index]) + carry;
        sum[index] = total.to_le_bytes()[0];
        carry = total >> 8;
    }
    (carry == 0).then_some(sum)
}

/// `a - b`, as long as `a`; `b` must not be the larger.
pub(crate) fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    assert!(a.len() == b.len() && a >= b);
    let mut difference = vec![0; a.len()];
    let mut borrow = 0;
    for index in (0..a.len()).rev() {
        let total = 256 + u16::from(a[index]) - u16::from(b[index]) - borrow;
        difference[index] = total.to_le_bytes()[0];
        borrow = 1 - (total >> 8);
    }
    difference
}

/// The octets written in hexadecimal.
pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(c.to_digit(16).expect("a digit")).expect("small"))
        .collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
