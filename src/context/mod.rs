//! What goes into a prompt when not everything fits: the token estimate, blocks, and the choice among them.

mod block;
mod choose;
mod estimate;

pub use block::{Block, Content, Item};
pub use choose::{Choices, choose};
pub use estimate::{PER_MESSAGE, estimate};
