import { Luminora, memoryStorage, scriptedModel } from "luminoracore";
import { fakeClock, seededRandom } from "luminoracore/testing";
import { expect, it } from "vitest";

const user = "Diego # <b>";

/** What a text would have to hold to look like a part of the document. */
const hostile = [
  "# A heading",
  "> a quotation\n\n# and out of it",
  "```\ncode\n```",
  "~~~",
  "    an indented block",
  "\ta tab",
  "---",
  "===",
  "***",
  "- a list",
  "+ another",
  "1. first",
  "2) second",
  "<script>alert(1)</script> &amp; <!-- hidden",
  "[a link](http://x.invalid) ![image](y) [^1]",
  "| a | table |\n|---|---|",
  "**bold** _em_ `code` ~~gone~~ $x$ \\*",
  "line\r\nline\rline\u2028line\u0085# line",
  "\u0007\u001bbell",
];

async function talked(replies: readonly string[], texts: readonly string[]): Promise<string> {
  const model = scriptedModel({ replies });
  const luminora = await Luminora.open({
    storage: memoryStorage(),
    model,
    clock: fakeClock(),
    random: seededRandom(3),
  });
  const session = await luminora.createSession({ template: "alicia", user, title: "# Title | `x`" });
  for (const text of texts) await session.send(text);
  await luminora.remember({ key: "tea", value: { "# z": 1, a: ["\n# b"] } }, { user });
  await luminora.importNotes(texts.join("\n"), {
    user,
    source: "# notes.md",
    title: "Notes\n# two",
    tags: ["#a"],
  });
  const markdown = await luminora.exportMarkdown({ user });
  expect(await luminora.exportMarkdown({ user }), "the same again").toBe(markdown);
  await luminora.close();
  return markdown;
}

it("markdown: says who, what is known, and what was said, in order", async () => {
  const markdown = await talked(["Good to hear."], ["My name is Diego and my dog Max died yesterday"]);
  const headings = markdown.split("\n").filter((line) => line.startsWith("#"));
  expect(headings).toEqual([
    "# Diego \\# \\<b\\>",
    "## What is known",
    "## Notes",
    "### Notes \\# two",
    "## Alicia",
    "### What happened",
    "### Conversation of 2026-01-01: \\# Title \\| \\`x\\`",
  ]);
  expect(markdown).toContain("- **personal info, name**: Diego (told once, last on 2026-01-01");
  expect(markdown).toContain("- Closeness: ");
  expect(markdown).toMatch(
    /\*\*Diego \\# \\<b\\>\*\*, 2026-01-01 \d\d:\d\d UTC\n\n> My name is Diego and my dog Max died yesterday\n/,
  );
  expect(markdown).toMatch(/\*\*Alicia\*\*, 2026-01-01 \d\d:\d\d UTC\n\n> Good to hear\.\n/);
});

it("markdown: no text looks like a part of the document", async () => {
  const markdown = await talked(hostile, hostile);
  const plain = await talked(
    hostile.map(() => "x"),
    hostile.map(() => "y"),
  );
  const shape = (text: string) => {
    const known = /^(#{1,3} |As of |From |- \*\*|- (Closeness|Mood): |\*\*|.* \(Version |>( |$)|$)/;
    const lines = text.split("\n");
    for (const line of lines) expect(line).toMatch(known);
    return lines.filter((line) => line.startsWith("#") || /^\*\*/.test(line)).length;
  };
  // What was learned differs, and what was said is quoted: as many headings and speakers as where nobody tried.
  expect(shape(markdown) - markdown.split("### What happened").length).toBe(
    shape(plain) - plain.split("### What happened").length,
  );
  // In a quotation nothing begins, and nothing is marked up.
  for (const line of markdown.split("\n").filter((line) => line.startsWith(">"))) {
    const text = line.slice(1).replaceAll("&nbsp;", "").trim();
    expect(text).not.toMatch(/^([#>+=-]|\d+[.)])/);
    expect(text.replace(/\\./g, "")).not.toMatch(/[\\`*_{}[\]<>#|~&$]/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none is left
    expect(line).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u0085\u2028]/);
  }
  expect(markdown).toContain("> \\# A heading");
});
