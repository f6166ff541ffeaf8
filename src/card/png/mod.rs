//! Character cards in PNG images: the JSON as base64 in a text chunk, `ccv3` for V3 and `chara` for what came before.

mod chunk;
mod text;

use self::chunk::{Chunk, Chunks, SIGNATURE};
use self::text::{EXPORT_AGAIN, Text};
use super::convert::{Conversion, convert};
use super::export::{CardExportOptions, export};
use super::format::CardFormat;
use super::report::LossItem;
use crate::base64;
use crate::error::{Error, ErrorCode};
use crate::template::Template;

/// The keywords of cards, the one that wins first.
const KEYWORDS: [&[u8]; 2] = [b"ccv3", b"chara"];

/// Inflates raw deflate data to at most so many bytes and stops there; `None` for what is not such data. The host
/// has one anyway, for archives.
pub type Inflate<'a> = &'a dyn Fn(&[u8], usize) -> Option<Vec<u8>>;

/// A template as an image with cards in it.
#[derive(Clone, Debug, PartialEq)]
pub struct PngExport {
    /// The file.
    pub bytes: Vec<u8>,
    /// Where each part of the template went, in the V3 card: the one that counts.
    pub report: Vec<LossItem>,
}

/// Whether a file begins like a PNG.
pub fn is_png(file: &[u8]) -> bool {
    file.starts_with(SIGNATURE)
}

/// The JSON of the card in an image: that under `ccv3`, else that under `chara`; of several the first.
///
/// # Errors
/// `unsupported_format` for what is not a whole PNG or has no card, `bad_crc` for a damaged one, `too_large` for more
/// than 64 MiB, 10,000 chunks, or 16 MiB in one chunk, also after inflating.
pub fn read_png(file: &[u8], inflate: Inflate<'_>) -> Result<Vec<u8>, Error> {
    let chunks = Chunks::read(file)?;
    for keyword in KEYWORDS {
        let mut texts = chunks.list.iter().filter_map(Text::of);
        let Some(text) = texts.find(|text| text.keyword == keyword) else { continue };
        let packed = text.unpack(inflate)?;
        return base64::decode(&packed).ok_or_else(|| {
            Error::new(ErrorCode::UnsupportedFormat, "The card in the image is not valid base64.")
                .hint(EXPORT_AGAIN)
        });
    }
    let message = "There is no character card in this image.";
    Err(Error::new(ErrorCode::UnsupportedFormat, message)
        .hint("Give the image as it was downloaded: programs that edit or convert images drop the card."))
}

/// Reads the card in an image into a template.
///
/// # Errors
/// Those of [`read_png`] and of [`convert`].
pub fn convert_png(file: &[u8], inflate: Inflate<'_>) -> Result<Conversion, Error> {
    convert(&read_png(file, inflate)?)
}

/// Writes a template into an image, as a V2 and as a V3 card, so that old and new programs find one. They stand
/// before the image data; cards that were in the image go, all else in it stays byte for byte.
///
/// # Errors
/// Those of [`read_png`] for what is not a whole PNG; the image need not have a card.
pub fn export_png(template: &Template, image: &[u8]) -> Result<PngExport, Error> {
    let card = |format| export(template, CardExportOptions { format: Some(format) });
    let v3 = card(CardFormat::V3);
    let bytes = write_png(image, &card(CardFormat::V2).bytes(), &v3.bytes())?;
    Ok(PngExport { bytes, report: v3.report })
}

/// Writes the JSON of a V2 and of a V3 card into an image, as [`export_png`] does.
///
/// # Errors
/// Those of [`export_png`].
pub fn write_png(image: &[u8], v2: &[u8], v3: &[u8]) -> Result<Vec<u8>, Error> {
    let data = |keyword: &[u8], card: &[u8]| {
        let mut data = [keyword, b"\0"].concat();
        base64::encode(card, &mut data);
        (b"tEXt", data)
    };
    Chunks::read(image)?.write(|chunk| !is_card(chunk), &[data(b"chara", v2), data(b"ccv3", v3)])
}

fn is_card(chunk: &Chunk<'_>) -> bool {
    Text::of(chunk).is_some_and(|text| KEYWORDS.contains(&text.keyword))
}
