//! Numbers and slices out of foreign bytes. Everything that would reach past the end is `photo_broken`.

use foundation::Result;

use crate::fault::broken;

/// `len` bytes from `at`.
pub(crate) fn slice(bytes: &[u8], at: usize, len: usize) -> Result<&[u8]> {
    at.checked_add(len).and_then(|end| bytes.get(at..end)).ok_or_else(|| broken("it ends too early"))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    let mut out = [0; N];
    out.copy_from_slice(slice(bytes, at, N)?);
    Ok(out)
}

/// One byte.
pub(crate) fn u8(bytes: &[u8], at: usize) -> Result<u8> {
    array::<1>(bytes, at).map(|[b]| b)
}

/// Two bytes, the higher first.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Result<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

/// Four bytes, the highest first.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Result<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// Two bytes, the lower first.
pub(crate) fn le16(bytes: &[u8], at: usize) -> Result<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// Three bytes, the lowest first.
pub(crate) fn le24(bytes: &[u8], at: usize) -> Result<u32> {
    array(bytes, at).map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
}

/// Four bytes, the lowest first.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Result<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}
