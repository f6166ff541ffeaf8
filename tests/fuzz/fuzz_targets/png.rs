//! Whatever the image: what a card is written into gives that card, all else in it stays byte for byte, and a second
//! time nothing changes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::card::{convert, read_png, write_png};
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const KINDS: [&[u8; 4]; 6] = [b"tEXt", b"zTXt", b"iTXt", b"IDAT", b"eXIf", b"prVt"];
const STARTS: [&[u8]; 6] =
    [b"", b"chara\0", b"ccv3\0", b"chara\0\0\x78\x9c", b"ccv3\0\x01\0\0\0\x78\x9c", b"Title\0"];
fn inflate(deflated: &[u8], limit: usize) -> Option<Vec<u8>> {
    match decompress_to_vec_with_limit(deflated, limit) {
        Ok(bytes) => Some(bytes),
        Err(error) => (error.status == TINFLStatus::HasMoreOutput).then_some(error.output),
    }
}

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // Nobody guesses a checksum: the same bytes as chunks.
    let image = image_of(bytes);
    assert!(write_png(&image, b"2", b"3").is_ok());
    check(&image);
});

fn check(image: &[u8]) {
    let card = read_png(image, &inflate);
    if let Ok(text) = &card {
        let _ = convert(text);
    }
    // Any bytes will do for a card.
    let v3 = image.get(..40).unwrap_or_default();
    let Ok(written) = write_png(image, b"", v3) else {
        assert!(card.is_err(), "what is read can be written into");
        return;
    };
    assert_eq!(read_png(&written, &inflate).expect("a card"), v3);
    assert_eq!(others(&written), others(image));
    assert_eq!(write_png(&written, b"", v3).expect("an image"), written);
}

/// One chunk for each run of bytes: kind, start and length, then as many as that.
fn image_of(bytes: &[u8]) -> Vec<u8> {
    let mut image = SIGNATURE.to_vec();
    push(b"IHDR", &[0; 13], &mut image);
    let mut rest = bytes;
    while let [kind, start, length, after @ ..] = rest {
        let (data, after) = after.split_at(usize::from(*length).min(after.len()));
        let data = [STARTS[usize::from(*start) % STARTS.len()], data].concat();
        push(KINDS[usize::from(*kind) % KINDS.len()], &data, &mut image);
        rest = after;
    }
    push(b"IEND", b"", &mut image);
    image.extend_from_slice(rest);
    image
}

fn push(kind: &[u8; 4], data: &[u8], image: &mut Vec<u8>) {
    let body = [kind, data].concat();
    image.extend_from_slice(&(data.len() as u32).to_be_bytes());
    image.extend_from_slice(&body);
    let crc = body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ ((crc & 1) * 0xedb8_8320))
    });
    image.extend_from_slice(&(!crc).to_be_bytes());
}

/// The chunks that are not cards, and what follows the last one.
fn others(image: &[u8]) -> Vec<&[u8]> {
    let mut rest = &image[SIGNATURE.len()..];
    let mut list = Vec::new();
    loop {
        let length = u32::from_be_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
        let (chunk, after) = rest.split_at(length + 12);
        rest = after;
        let (kind, data) = (&chunk[4..8], &chunk[8..8 + length]);
        let is_card = data.starts_with(b"chara\0") || data.starts_with(b"ccv3\0");
        if !(is_card && [b"tEXt", b"zTXt", b"iTXt"].iter().any(|text| kind == *text)) {
            list.push(chunk);
        }
        if kind == b"IEND" {
            list.push(rest);
            return list;
        }
    }
}
