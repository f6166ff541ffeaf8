//! Whatever the text: its pieces cover it, are as long as they may be, and each is a part of it in all three units.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::memory::note::ChunkOptions;

fuzz_target!(|input: (u8, u8, &str)| {
    let (size, overlap, text) = input;
    let Ok(options) = ChunkOptions::new(size.into(), overlap.into()) else {
        assert!(overlap >= size);
        return;
    };
    let chunks = options.chunks(text);
    assert_eq!(chunks.is_empty(), text.trim().is_empty());
    let mut before: Option<([u32; 2], usize)> = None;
    for chunk in &chunks {
        let told = &text[chunk.bytes.clone()];
        let [start, end] = chunk.scalars;
        assert_eq!((end - start) as usize, told.chars().count());
        assert!(start < end && end - start <= u32::from(size));
        assert_eq!((chunk.utf16[1] - chunk.utf16[0]) as usize, told.encode_utf16().count());
        let front = &text[..chunk.bytes.start];
        assert_eq!(start as usize, front.chars().count());
        assert_eq!(chunk.utf16[0] as usize, front.encode_utf16().count());
        assert!(size == 1 || !(front.ends_with('\r') && told.starts_with('\n')));
        match before {
            None => assert_eq!(start, 0),
            Some(([earlier, end_before], bytes_before)) => {
                assert!(earlier < start && start <= end_before && end_before - start <= u32::from(overlap));
                // With more overlap, a piece may end at the pause where the one before ended.
                assert!(bytes_before < chunk.bytes.end || overlap >= size / 2);
            }
        }
        before = Some((chunk.scalars, chunk.bytes.end));
    }
    assert_eq!(before.map_or(0, |(_, end)| end), if chunks.is_empty() { 0 } else { text.len() });
});
