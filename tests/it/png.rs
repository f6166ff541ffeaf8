//! Character cards in PNG images: what is found, what is refused, and that everything else in an image stays.

use luminoracore::ErrorCode;
use luminoracore::card::{
    CardExportOptions, CardFormat, LossAction, convert, convert_png, export, export_png, export_with_icon,
    is_png, read_png, write_png,
};
use luminoracore::json::{self, compact};
use luminoracore::template::Template;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::host::file;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// One pixel.
const HEADER: [u8; 13] = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];

fn inflate(deflated: &[u8], limit: usize) -> Option<Vec<u8>> {
    match decompress_to_vec_with_limit(deflated, limit) {
        Ok(bytes) => Some(bytes),
        Err(error) => (error.status == TINFLStatus::HasMoreOutput).then_some(error.output),
    }
}

/// Bit by bit, unlike ours.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ ((crc & 1) * 0xedb8_8320))
    })
}

fn chunk(kind: &str, data: &[u8]) -> Vec<u8> {
    let body = [kind.as_bytes(), data].concat();
    [&(data.len() as u32).to_be_bytes(), body.as_slice(), &crc(&body).to_be_bytes()].concat()
}

/// An image with chunks before its data.
fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let pixels = compress_to_vec_zlib(&[0, 0], 6);
    let (head, tail) = (chunk("IHDR", &HEADER), [chunk("IDAT", &pixels), chunk("IEND", b"")].concat());
    [SIGNATURE, &head, &chunks.concat(), &tail].concat()
}

fn base64(text: &str) -> String {
    let mut digits = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits: String =
            (0..3).map(|index| format!("{:08b}", group.get(index).copied().unwrap_or(0))).collect();
        for place in 0..4 {
            let value = usize::from_str_radix(&bits[place * 6..place * 6 + 6], 2).unwrap();
            let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            digits.push_str(if place > group.len() { "=" } else { &alphabet[value..=value] });
        }
    }
    digits
}

fn text(keyword: &str, card: &Value) -> Vec<u8> {
    raw_text(keyword, base64(&card.to_string()).as_bytes())
}

fn raw_text(keyword: &str, text: &[u8]) -> Vec<u8> {
    chunk("tEXt", &[keyword.as_bytes(), b"\0", text].concat())
}

fn v2(name: &str) -> Value {
    json!({"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": name, "description": "Ñandú über 𝒳."}})
}

fn v3(name: &str) -> Value {
    json!({"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": name, "description": "At sea."}})
}

fn read(image: &[u8]) -> Value {
    let text = read_png(image, &inflate).unwrap_or_else(|error| panic!("{error:?}"));
    serde_json::from_slice(&text).unwrap()
}

fn refused(image: &[u8]) -> (ErrorCode, String) {
    let error = read_png(image, &inflate).unwrap_err();
    assert!(error.hint.is_some(), "{error:?}");
    (error.code, error.message.clone())
}

fn template(path: &str) -> Template {
    Template::parse(file(path).as_bytes()).unwrap()
}

/// The chunks of an image: their kinds and bytes; and what follows them.
fn chunks(image: &[u8]) -> (Vec<(String, Vec<u8>)>, Vec<u8>) {
    let mut rest = image.strip_prefix(SIGNATURE).unwrap();
    let mut list = Vec::new();
    while list.last().is_none_or(|(kind, _)| kind != "IEND") {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize + 12;
        list.push((String::from_utf8(rest[4..8].to_vec()).unwrap(), rest[..length].to_vec()));
        rest = &rest[length..];
    }
    (list, rest.to_vec())
}

#[test]
fn the_three_kinds_of_text_are_read() {
    let card = v2("Tove");
    let text64 = base64(&card.to_string());
    let packed = compress_to_vec_zlib(text64.as_bytes(), 6);
    for chunk in [
        text("chara", &card),
        text("ccv3", &card),
        chunk("zTXt", &[b"chara\0\0", packed.as_slice()].concat()),
        chunk("iTXt", &[b"chara\0\0\0en\0Figur\0", text64.as_bytes()].concat()),
        chunk("iTXt", &[b"ccv3\0\x01\0\0\0", packed.as_slice()].concat()),
        // With line breaks and without padding.
        raw_text("chara", text64.trim_end_matches('=').replace("Q", "Q\r\n").as_bytes()),
    ] {
        assert_eq!(read(&png(&[chunk])), card);
    }
    // Also after the image data.
    let mut late = png(&[]);
    late.splice(late.len() - 12..late.len() - 12, text("chara", &card));
    assert_eq!(read(&late), card);
}

#[test]
fn ccv3_wins_wherever_it_stands() {
    for order in [
        [text("chara", &v2("Old")), text("ccv3", &v3("New"))],
        [text("ccv3", &v3("New")), text("chara", &v2("Old"))],
    ] {
        let conversion = convert_png(&png(&order), &inflate).unwrap();
        assert_eq!(conversion.format, CardFormat::V3);
        assert_eq!(conversion.template.persona.name, "New");
    }
    // A ccv3 without group_only_greetings is a card like any other.
    assert_eq!(read(&png(&[text("ccv3", &v3("New"))])), v3("New"));
    // Of several under one keyword the first counts.
    assert_eq!(read(&png(&[text("chara", &v2("1")), text("chara", &v2("2"))])), v2("1"));
    // Other keywords, and texts that begin alike, are no cards.
    let others =
        [text("Chara", &v2("x")), text("chara2", &v2("x")), text("char", &v2("x")), chunk("tEXt", b"chara")];
    assert!(refused(&png(&others)).1.starts_with("There is no character card"));
}

#[test]
fn what_is_damaged_says_how() {
    let good = png(&[text("chara", &v2("Tove"))]);
    let unsupported = |message: &str| (ErrorCode::UnsupportedFormat, message.to_owned());
    assert_eq!(refused(b""), unsupported("This is not a PNG image."));
    assert_eq!(refused(b"GIF89a"), unsupported("This is not a PNG image."));
    assert_eq!(refused(&png(&[])), unsupported("There is no character card in this image."));
    for length in 8..good.len() {
        let (code, message) = refused(&good[..length]);
        assert_eq!(code, ErrorCode::UnsupportedFormat, "{length}");
        assert!(message.contains("truncated"), "{length}: {message}");
    }
    let without_header = [SIGNATURE, &chunk("IEND", b"")].concat();
    assert_eq!(refused(&without_header), unsupported("The image does not begin with IHDR at byte 8."));
    let bad_base64 = "The card in the image is not valid base64.";
    assert_eq!(refused(&png(&[raw_text("chara", b"{}")])), unsupported(bad_base64));
    assert_eq!(refused(&png(&[raw_text("chara", b"abcde")])), unsupported(bad_base64));
    let damaged = "The text chunk of the card in the image is damaged.";
    for chunk in [
        chunk("zTXt", b"chara\0"),
        chunk("zTXt", b"chara\0\x01\x78\x9c\x03\0\0\0\0\x01"),
        chunk("zTXt", b"chara\0\0not deflated"),
        chunk("iTXt", b"chara\0\0"),
        chunk("iTXt", b"chara\0\0\0en\0no end"),
        chunk("iTXt", b"chara\0\x02\0\0\0e30="),
    ] {
        assert_eq!(refused(&png(&[chunk])), unsupported(damaged));
    }
    for (bytes, what) in [(b"//4=".as_slice(), "UTF-8"), (b"e30=", "neither"), (b"", "")] {
        let error = convert_png(&png(&[raw_text("chara", bytes)]), &inflate).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnsupportedFormat);
        assert!(error.hint.is_some() && error.message.contains(what), "{error:?}");
    }
}

#[test]
fn every_checksum_counts() {
    let good = png(&[text("chara", &v2("Tove"))]);
    let at = SIGNATURE.len() + 12 + HEADER.len();
    let mut bad = good.clone();
    bad[at + 20] ^= 1;
    assert_eq!(
        refused(&bad),
        (ErrorCode::BadCrc, format!("The checksum of a chunk is wrong; it begins at byte {at}."))
    );
    // Also of chunks that are not the card's.
    for position in [20, 28, good.len() - 1] {
        let mut bad = good.clone();
        bad[position] ^= 1;
        assert_eq!(refused(&bad).0, ErrorCode::BadCrc, "{position}");
    }
}

#[test]
fn limits_hold_before_anything_is_kept() {
    let image =
        |length: u32| [SIGNATURE, &chunk("IHDR", &HEADER), &length.to_be_bytes(), b"tEXtchara\0"].concat();
    for (length, code) in [
        (16 << 20, ErrorCode::UnsupportedFormat),
        ((16 << 20) + 1, ErrorCode::TooLarge),
        (i32::MAX as u32, ErrorCode::TooLarge),
        (i32::MAX as u32 + 1, ErrorCode::UnsupportedFormat),
        (u32::MAX, ErrorCode::UnsupportedFormat),
    ] {
        assert_eq!(refused(&image(length)).0, code, "{length}");
    }
    let many = |count| png(&vec![chunk("tIME", b""); count]);
    assert_eq!(refused(&many(10_000 - 3)).0, ErrorCode::UnsupportedFormat);
    assert_eq!(refused(&many(10_000 - 2)).0, ErrorCode::TooLarge);
    assert_eq!(refused(&vec![0; (64 << 20) + 1]).0, ErrorCode::TooLarge);
    // 16 KB that would be 17 MB.
    let bomb = compress_to_vec_zlib(&vec![b'A'; (16 << 20) + 4], 9);
    assert!(bomb.len() < 100_000);
    assert_eq!(
        refused(&png(&[chunk("zTXt", &[b"chara\0\0", bomb.as_slice()].concat())])).0,
        ErrorCode::TooLarge
    );
    // An image that is full has no room for two more chunks.
    let tove = template("tests/cases/templates/tove.json");
    assert!(export_png(&tove, &many(10_000 - 3 - 2)).is_ok());
    assert_eq!(export_png(&tove, &many(10_000 - 3 - 1)).unwrap_err().code, ErrorCode::TooLarge);
    // Nor is a card written that would not be read.
    assert_eq!(write_png(&png(&[]), b"", &vec![0; 13 << 20]).unwrap_err().code, ErrorCode::TooLarge);
}

#[test]
fn both_cards_stand_before_the_image_data_and_all_else_stays() {
    let tove = template("tests/cases/templates/tove.json");
    let packed = compress_to_vec_zlib(b"x", 6);
    let mut image = png(&[
        chunk("pHYs", &[0; 9]),
        text("ccv3", &v3("Old")),
        chunk("zTXt", &[b"chara\0\0", packed.as_slice()].concat()),
        raw_text("Comment", b"By hand."),
        chunk("iTXt", b"chara\0\0\0\0\0"),
        chunk("vpAg", b"unknown"),
    ]);
    image.extend_from_slice(b"what follows");
    let export = export_png(&tove, &image).unwrap();
    assert!(is_png(&export.bytes));
    let (list, trailing) = chunks(&export.bytes);
    let kinds: Vec<_> = list.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["IHDR", "pHYs", "tEXt", "vpAg", "tEXt", "tEXt", "IDAT", "IEND"]);
    assert!(list[2].1[8..].starts_with(b"Comment\0"));
    assert!(list[4].1[8..].starts_with(b"chara\0"));
    assert!(list[5].1[8..].starts_with(b"ccv3\0"));
    assert_eq!(trailing, b"what follows");
    // Both cards give the template, and say which of them they are.
    let conversion = convert_png(&export.bytes, &inflate).unwrap();
    assert_eq!((conversion.format, &conversion.template), (CardFormat::V3, &tove));
    let old = png(&[list[4].1.clone()]);
    let conversion = convert_png(&old, &inflate).unwrap();
    assert_eq!((conversion.format, &conversion.template), (CardFormat::V2, &tove));
    // A second time nothing changes.
    assert_eq!(export_png(&tove, &export.bytes).unwrap(), export);
}

#[test]
fn the_older_card_says_that_decorators_were_left_out() {
    let card = json!({"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Tove", "description": "At sea.",
        "character_book": {"extensions": {}, "entries": [{"keys": ["tide"], "content": "@@depth 4\nHigh at noon.",
            "extensions": {}, "enabled": true, "insertion_order": 1, "use_regex": false}]}}});
    let conversion = convert(card.to_string().as_bytes()).unwrap();
    let export = export_png(&conversion.template, &png(&[])).unwrap();
    assert_eq!(read(&export.bytes), card);
    let (list, _) = chunks(&export.bytes);
    let old = read(&png(&[list[1].1.clone()]));
    assert_eq!(old["spec"], "chara_card_v2");
    assert_eq!(old["data"]["character_book"]["entries"][0]["content"], "High at noon.");
    assert!(old["data"]["creator_notes"].as_str().unwrap().contains("decorators"), "{old}");
    // Without any there is nothing to say.
    let plain = convert(v3("Tove").to_string().as_bytes()).unwrap().template;
    let (list, _) = chunks(&export_png(&plain, &png(&[])).unwrap().bytes);
    assert_eq!(read(&png(&[list[1].1.clone()]))["data"]["creator_notes"], "");
}

#[test]
fn a_card_with_a_picture_gives_the_template_that_it_was_written_from() {
    let assets = |card: &json::Value| -> Value {
        serde_json::from_str(&compact(card.pointer("/data/assets").unwrap())).unwrap()
    };
    let main =
        json!({"type": "icon", "uri": "embeded://assets/icon/images/main.png", "name": "main", "ext": "png"});
    let mut with_assets = v3("Tove");
    let other = json!({"type": "background", "uri": "ccdefault:", "name": "main", "ext": "png"});
    with_assets["data"]["assets"] =
        json!([{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}, other]);
    let converted = |card: &Value| convert(card.to_string().as_bytes()).unwrap().template;
    for (template, others) in [
        (template("tests/cases/templates/tove.json"), vec![]),
        (converted(&v2("Tove")), vec![]),
        (converted(&v3("Tove")), vec![]),
        (converted(&with_assets), vec![other]),
    ] {
        let written = export_with_icon(&template, "png");
        assert_eq!(written.format, CardFormat::V3);
        let mut expected = vec![main.clone()];
        expected.extend(others);
        assert_eq!(assets(&written.card), json!(expected));
        let back = convert(&written.bytes()).unwrap();
        assert_eq!(compact(&back.template.document), compact(&template.document));
        assert_eq!(export_with_icon(&back.template, "png").card, written.card);
        // What others add is still kept.
        let mut edited: Value = serde_json::from_slice(&written.bytes()).unwrap();
        edited["data"]["assets"].as_array_mut().unwrap().push(json!({"type": "x-new", "uri": "ccdefault:"}));
        let back = convert(edited.to_string().as_bytes()).unwrap();
        assert!(back.report.iter().any(|item| item.action == LossAction::KeptOpaque));
        let again = export(&back.template, CardExportOptions { format: Some(CardFormat::V3) });
        assert_eq!(compact(&again.card), edited.to_string());
    }
}

/// Chunks that a PNG may have, also such as are nearly cards.
fn any_chunks() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let kind = prop::sample::select(vec!["tEXt", "zTXt", "iTXt", "eXIf", "IDAT", "prVt"]);
    let keyword = prop::sample::select(vec![
        "",
        "chara",
        "chara\0",
        "ccv3\0",
        "ccv3\0\0\0",
        "Title\0",
        "chara\0\x01\0\0\0",
    ]);
    let data = prop::collection::vec(any::<u8>(), 0..30);
    let chunk = (kind, keyword, data)
        .prop_map(|(kind, keyword, data)| chunk(kind, &[keyword.as_bytes(), &data].concat()));
    prop::collection::vec(chunk, 0..8)
}

proptest! {
    #[test]
    fn what_is_written_is_read_and_nothing_else_changes(
        list in any_chunks(),
        trailing in prop::collection::vec(any::<u8>(), 0..20),
        name in "[A-Za-z ñ𝒳]{1,20}",
    ) {
        let mut image = png(&list);
        image.extend_from_slice(&trailing);
        let card = v3(&name);
        let template = convert(card.to_string().as_bytes()).unwrap().template;
        let export = export_png(&template, &image).unwrap();
        prop_assert_eq!(read(&export.bytes), card);
        let others = |image: &[u8]| {
            let (mut list, trailing) = chunks(image);
            list.retain(|(kind, bytes)| {
                let is_text = ["tEXt", "zTXt", "iTXt"].contains(&kind.as_str());
                let data = &bytes[8..bytes.len() - 4];
                !(is_text && (data.starts_with(b"chara\0") || data.starts_with(b"ccv3\0")))
            });
            (list, trailing)
        };
        prop_assert_eq!(others(&export.bytes), others(&image));
        prop_assert_eq!(export_png(&template, &export.bytes).unwrap(), export);
    }

    #[test]
    fn whatever_the_bytes_nothing_panics(
        list in any_chunks(),
        position in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut image = png(&list);
        let position = position.index(image.len());
        image[position] = byte;
        if let Ok(text) = read_png(&image, &inflate) {
            let _ = convert(&text);
        }
    }
}
