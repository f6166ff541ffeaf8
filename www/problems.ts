import type { Problem, Severity } from "luminoracore";
import { create } from "./dom.ts";

const severities: readonly Severity[] = ["error", "warning", "suggestion"];

/** How many errors and warnings there are, in words: `2 errors, 1 warning`. */
export function counted(problems: readonly Problem[]): string {
  return severities
    .slice(0, 2)
    .map((severity) => amount(problems, severity))
    .filter((text) => text !== "")
    .join(", ");
}

/** All problems of a document: errors first, then warnings; suggestions fold away. */
export function problemList(problems: readonly Problem[]): HTMLElement[] {
  const suggestions = problems.filter(({ severity }) => severity === "suggestion");
  const grave = severities
    .slice(0, 2)
    .flatMap((wanted) => problems.filter(({ severity }) => severity === wanted));
  return [
    ...(grave.length > 0 ? [create("ul", { class: "problems" }, ...grave.map(item))] : []),
    ...(suggestions.length > 0
      ? [
          create(
            "details",
            {},
            create("summary", { text: amount(problems, "suggestion") }),
            create("ul", { class: "problems" }, ...suggestions.map(item)),
          ),
        ]
      : []),
  ];
}

function amount(problems: readonly Problem[], wanted: Severity): string {
  const count = problems.filter(({ severity }) => severity === wanted).length;
  return count === 0 ? "" : `${count} ${wanted}${count === 1 ? "" : "s"}`;
}

function item({ severity, path, message, hint }: Problem): HTMLLIElement {
  return create(
    "li",
    { class: `problem problem-${severity}` },
    create("p", { class: "problem-head" }, create("strong", { text: severity }), place(path)),
    create("p", { text: message }),
    ...(hint ? [create("p", { class: "muted", text: advice(hint) })] : []),
  );
}

function place(path: string): HTMLElement {
  return path === ""
    ? create("span", { class: "muted", text: "the whole document" })
    : create("code", { text: path });
}

/** A hint is the word that was probably meant, or says what to do. */
function advice(hint: string): string {
  return hint.includes(" ") ? hint : `Did you mean “${hint}”?`;
}
