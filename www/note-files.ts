import type { NoteDocument } from "luminoracore";

/** Files that are taken as notes, and the names of those that are not. */
export interface NoteFiles {
  readonly documents: readonly NoteDocument[];
  readonly refused: readonly string[];
}

/** The files that people keep notes in. Other texts (a program, a table) are cut where nobody would pause. */
const kinds = /\.(md|markdown|txt|text)$/i;

const longestTitle = 200;

/** Reads files as notes: the name is the source, and a first heading the title. */
export async function readNotes(files: readonly File[]): Promise<NoteFiles> {
  const taken = files.filter(({ name }) => kinds.test(name));
  const refused = files.filter((file) => !taken.includes(file)).map(({ name }) => name);
  const documents = await Promise.all(
    taken.map(async (file) => {
      const title = headingOf(await file.slice(0, 4096).text());
      return { source: file.name, text: file, ...(title && { title }) };
    }),
  );
  return { documents, refused };
}

/** The heading that a text begins with, when it does. */
export function headingOf(text: string): string | undefined {
  const [, heading] = /^\uFEFF?\s*#\s+(.+?)[#\s]*(?:\r?\n|$)/.exec(text) ?? [];
  return heading?.slice(0, longestTitle);
}
