//! The chunks of a PNG: length, kind, data, checksum, one after the other behind a signature.

use crate::decimal::push_whole;
use crate::error::{Error, ErrorCode};

/// How every PNG begins.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The largest file.
const FILE_LIMIT: usize = 64 << 20;
/// The most data of a chunk, also of what it inflates to.
pub(super) const CHUNK_LIMIT: usize = 16 << 20;
/// The most chunks of a file.
const COUNT_LIMIT: usize = 10_000;

/// The limits, in words.
const LIMITS: &str = "An image with a card has at most 64 MiB and 10,000 chunks of at most 16 MiB each.";

/// A chunk whose checksum is right.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub(super) kind: [u8; 4],
    pub(super) data: &'a [u8],
    /// All of it, length and checksum included.
    pub(super) bytes: &'a [u8],
}

/// A file, taken apart.
pub(super) struct Chunks<'a> {
    /// From `IHDR` to `IEND`.
    pub(super) list: Vec<Chunk<'a>>,
    /// What follows the image; some programs put something there.
    pub(super) trailing: &'a [u8],
}

impl<'a> Chunks<'a> {
    /// Takes a file apart.
    ///
    /// # Errors
    /// `unsupported_format` for what is not a whole PNG, `too_large` for what is above a limit, `bad_crc` for a wrong
    /// checksum.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, Error> {
        if file.len() > FILE_LIMIT {
            return Err(Error::new(ErrorCode::TooLarge, "The file has more than 64 MiB.").hint(LIMITS));
        }
        let Some(mut rest) = file.strip_prefix(SIGNATURE) else {
            return Err(Error::new(ErrorCode::UnsupportedFormat, "This is not a PNG image.")
                .hint("Give the bytes of a PNG file."));
        };
        let mut list = Vec::new();
        loop {
            let at = file.len() - rest.len();
            if list.len() == COUNT_LIMIT {
                return Err(refused(
                    ErrorCode::TooLarge,
                    "The image has more than 10,000 chunks: one more begins",
                    at,
                ));
            }
            let (chunk, after) = read_chunk(rest, at)?;
            if list.is_empty() && chunk.kind != *b"IHDR" {
                return Err(refused(ErrorCode::UnsupportedFormat, "The image does not begin with IHDR", at));
            }
            list.push(chunk);
            rest = after;
            if chunk.kind == *b"IEND" {
                return Ok(Self { list, trailing: rest });
            }
        }
    }

    /// The file with other chunks: those for which `keep` holds, and `new` before the image data.
    ///
    /// # Errors
    /// `too_large` for what could not be read again.
    pub(super) fn write(
        &self,
        keep: impl Fn(&Chunk<'_>) -> bool,
        new: &[(&[u8; 4], Vec<u8>)],
    ) -> Result<Vec<u8>, Error> {
        let mut file = SIGNATURE.to_vec();
        let mut count = new.len();
        let is_giant = new.iter().any(|(_, data)| data.len() > CHUNK_LIMIT);
        let mut new = new.iter();
        for chunk in self.list.iter().filter(|chunk| keep(chunk)) {
            // An image without data is not one, but it is not for us to say.
            if matches!(&chunk.kind, b"IDAT" | b"IEND") {
                for (kind, data) in new.by_ref() {
                    write_chunk(kind, data, &mut file);
                }
            }
            file.extend_from_slice(chunk.bytes);
            count += 1;
        }
        file.extend_from_slice(self.trailing);
        if is_giant || count > COUNT_LIMIT || file.len() > FILE_LIMIT {
            return Err(
                Error::new(ErrorCode::TooLarge, "There is no room for a card in this image.").hint(LIMITS)
            );
        }
        Ok(file)
    }
}

/// The chunk with which `rest` begins, and what follows it.
fn read_chunk(rest: &[u8], at: usize) -> Result<(Chunk<'_>, &[u8]), Error> {
    let truncated =
        || refused(ErrorCode::UnsupportedFormat, "The image is truncated: it ends inside a chunk", at);
    let Some((head, body)) = rest.split_first_chunk::<8>() else { return Err(truncated()) };
    let [a, b, c, d, kind @ ..] = *head;
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if !kind.iter().all(u8::is_ascii_alphabetic) || length > i32::MAX as usize {
        return Err(refused(ErrorCode::UnsupportedFormat, "The image is damaged: no chunk begins", at));
    }
    if length > CHUNK_LIMIT {
        return Err(refused(ErrorCode::TooLarge, "A chunk of the image has more than 16 MiB", at));
    }
    let Some((data, after)) = body.split_at_checked(length) else { return Err(truncated()) };
    let Some((checksum, after)) = after.split_first_chunk::<4>() else { return Err(truncated()) };
    if crc(crc(0, &kind), data) != u32::from_be_bytes(*checksum) {
        return Err(refused(ErrorCode::BadCrc, "The checksum of a chunk is wrong; it begins", at));
    }
    let bytes = rest.get(..12 + length).unwrap_or_default();
    Ok((Chunk { kind, data, bytes }, after))
}

fn write_chunk(kind: &[u8; 4], data: &[u8], file: &mut Vec<u8>) {
    file.extend_from_slice(&(data.len() as u32).to_be_bytes());
    file.extend_from_slice(kind);
    file.extend_from_slice(data);
    file.extend_from_slice(&crc(crc(0, kind), data).to_be_bytes());
}

/// An error at a byte of the file.
fn refused(code: ErrorCode, what: &str, at: usize) -> Error {
    let mut message = [what, " at byte "].concat();
    push_whole(&mut message, at as u64);
    message.push('.');
    let is_damaged = code != ErrorCode::TooLarge;
    let hint = if is_damaged { "The file was damaged on its way. Get it once more." } else { LIMITS };
    Error::new(code, message).hint(hint)
}

/// The CRC-32 of bytes that follow others whose CRC-32 is known; 0 is that of none.
fn crc(before: u32, bytes: &[u8]) -> u32 {
    // Four bits at a time: a table for eight would be most of this file.
    const TABLE: [u32; 16] = [
        0x0000_0000,
        0x1db7_1064,
        0x3b6e_20c8,
        0x26d9_30ac,
        0x76dc_4190,
        0x6b6b_51f4,
        0x4db2_6158,
        0x5005_713c,
        0xedb8_8320,
        0xf00f_9344,
        0xd6d6_a3e8,
        0xcb61_b38c,
        0x9b64_c2b0,
        0x86d3_d2d4,
        0xa00a_e278,
        0xbdbd_f21c,
    ];
    let mut crc = !before;
    for byte in bytes {
        crc ^= u32::from(*byte);
        crc = crc >> 4 ^ TABLE[(crc & 15) as usize];
        crc = crc >> 4 ^ TABLE[(crc & 15) as usize];
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc_32() {
        assert_eq!(crc(0, b"123456789"), 0xcbf4_3926);
        assert_eq!(crc(crc(0, b"1234"), b"56789"), 0xcbf4_3926);
        assert_eq!(crc(0, b"IEND"), 0xae42_6082);
    }
}
