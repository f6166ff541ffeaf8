/** What an archive consists of: a header before each member, and a directory at the end. */
export const LOCAL = 0x04034b50;
export const CENTRAL = 0x02014b50;
export const END = 0x06054b50;
/** 1980-01-01, the first day that the format knows. */
export const DATE = 0x21;

/** Most members. */
export const memberLimit = 10_000;
/** Most bytes of all members together. */
export const inflatedLimit = 1 << 30;
/** How much larger a member may be than it is packed. */
export const ratioLimit = 200;
