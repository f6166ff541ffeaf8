// What a bundle may hold; checked before it is written, and before anything of it is read.

/** Most members. */
export const memberLimit = 10_000;
/** Most bytes of all members together. */
export const inflatedLimit = 1 << 30;
/** How much larger a member may be than it is packed. */
export const ratioLimit = 200;
