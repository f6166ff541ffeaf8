//! The WebAssembly binding: JS values, the default clock and randomness, and nothing else.
//!
//! State stays on this side. What crosses: ids, text deltas, small values, and JSON text for records and documents,
//! which the host parses or stores as it is.

mod bundle;
mod card;
mod core;
mod dialect;
mod environment;
#[cfg(feature = "measure")]
mod measure;
mod observation;
mod packs;
mod tables;
mod template;
mod value;
mod vector_index;

use wasm_bindgen::prelude::*;

/// A fifth of the size of the standard allocator, and faster.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Runs once when the module is instantiated: a panic, which is a bug of ours, says where it happened before the
/// instance dies.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&JsValue::from_str(&format!("luminoracore, please report: {panic}")));
    }));
}

/// The version of the library.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
