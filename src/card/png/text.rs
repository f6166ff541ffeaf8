//! The texts that a PNG carries under a keyword: `tEXt`, `zTXt` (deflated) and `iTXt` (UTF-8, perhaps deflated).

use std::borrow::Cow;

use super::Inflate;
use super::chunk::{CHUNK_LIMIT, Chunk};
use crate::error::{Error, ErrorCode};

/// What to do about a card that cannot be unpacked.
pub(super) const EXPORT_AGAIN: &str = "Export the card once more from the program that it comes from.";

/// A text chunk, still packed.
pub(super) struct Text<'a> {
    /// Its keyword.
    pub(super) keyword: &'a [u8],
    kind: [u8; 4],
    /// What follows the keyword and its zero.
    rest: &'a [u8],
}

impl<'a> Text<'a> {
    /// The text that a chunk is, if it is one.
    pub(super) fn of(chunk: &Chunk<'a>) -> Option<Self> {
        let kind = chunk.kind;
        if !matches!(&kind, b"tEXt" | b"zTXt" | b"iTXt") {
            return None;
        }
        let (keyword, rest) = split_at_zero(chunk.data)?;
        Some(Self { keyword, kind, rest })
    }

    /// The text.
    ///
    /// # Errors
    /// `unsupported_format` for what breaks the rules of its kind, `too_large` for what inflates to more than 16 MiB.
    pub(super) fn unpack(&self, inflate: Inflate<'_>) -> Result<Cow<'a, [u8]>, Error> {
        match &self.kind {
            b"zTXt" => {
                let packed = self.rest.strip_prefix(&[0]).ok_or_else(damaged)?;
                unpack(packed, inflate)
            }
            b"iTXt" => {
                let ([flag, method], rest) = self.rest.split_first_chunk::<2>().ok_or_else(damaged)?;
                // A language and the keyword in it.
                let (_, rest) = split_at_zero(rest).ok_or_else(damaged)?;
                let (_, rest) = split_at_zero(rest).ok_or_else(damaged)?;
                match (flag, method) {
                    (0, _) => Ok(rest.into()),
                    (1, 0) => unpack(rest, inflate),
                    _ => Err(damaged()),
                }
            }
            _ => Ok(self.rest.into()),
        }
    }
}

/// What a zlib stream holds: two bytes, deflated data, a checksum of four. The chunk has one of its own.
fn unpack(stream: &[u8], inflate: Inflate<'_>) -> Result<Cow<'static, [u8]>, Error> {
    let ([method, flags], rest) = stream.split_first_chunk::<2>().ok_or_else(damaged)?;
    let (deflated, _) = rest.split_last_chunk::<4>().ok_or_else(damaged)?;
    // 8 is deflate; bit 5 of the flags names a dictionary, which nobody has.
    if method & 15 != 8 || flags & 32 != 0 || u16::from_be_bytes([*method, *flags]) % 31 != 0 {
        return Err(damaged());
    }
    let text = inflate(deflated, CHUNK_LIMIT + 1).ok_or_else(damaged)?;
    if text.len() > CHUNK_LIMIT {
        return Err(Error::new(ErrorCode::TooLarge, "The card in the image inflates to more than 16 MiB.")
            .hint(EXPORT_AGAIN));
    }
    Ok(text.into())
}

fn split_at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let zero = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..zero)?, bytes.get(zero + 1..)?))
}

fn damaged() -> Error {
    Error::new(ErrorCode::UnsupportedFormat, "The text chunk of the card in the image is damaged.")
        .hint(EXPORT_AGAIN)
}
