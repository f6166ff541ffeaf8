// The bundled personalities, and moods that most people see in a colour; every other name gets a hue of its own.
const chosen: Readonly<Record<string, number>> = {
  Alicia: 152,
  "Abuela Esperanza": 48,
  "Dr. Luna": 278,
  shy: 5,
  cheerful: 80,
  alegre: 80,
  thrilled: 55,
  inspired: 320,
  sad: 250,
  preocupada: 240,
  nostalgica: 300,
  focused: 195,
};

/** An angle on the OKLCH hue circle, the same every time for one name. Lightness and chroma are the style sheet's. */
export function hueOf(name: string): number {
  const known = chosen[name];
  if (known !== undefined) return known;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % 360;
}
