//! What goes into a prompt when not everything fits: the token estimate, blocks, and the choice among them.

mod assemble;
mod block;
mod estimate;

pub use assemble::{Assembly, Choices, assemble, choose};
pub use block::{Block, Content, Item};
pub use estimate::{PER_MESSAGE, estimate};
