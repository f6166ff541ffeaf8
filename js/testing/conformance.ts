import { arrivals } from "./conformance/arrivals.ts";
import { caches } from "./conformance/caches.ts";
import { content } from "./conformance/content.ts";
import { erasing } from "./conformance/erasing.ts";
import { merging } from "./conformance/merging.ts";
import { owners } from "./conformance/owners.ts";
import type { Rule, StorageUnderTest } from "./conformance/rule.ts";
import { scanning } from "./conformance/scanning.ts";
import { takingTexts, texts } from "./conformance/texts.ts";
import { views } from "./conformance/views.ts";

export type { StorageUnderTest };

/** One rule of the storage port, to be run by any test runner or by a page. `run` rejects when it is broken. */
export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

/**
 * Everything that an adapter of the storage port has to pass. `open` is called once for each case. Where the adapter takes
 * texts, every rule holds for those as well.
 */
export function storageConformance(open: () => Promise<StorageUnderTest>): ConformanceCase[] {
  const caseOf = (name: string, rule: Rule): ConformanceCase => ({
    name,
    async run() {
      const subject = await open();
      try {
        await rule(subject);
      } finally {
        await subject.destroy();
      }
    },
  });
  const rules = groups.flatMap(Object.entries<Rule>);
  return [
    ...[...rules, ...Object.entries(texts)].map(([name, rule]) => caseOf(name, rule)),
    ...rules.map(([name, rule]) =>
      caseOf(`as texts: ${name}`, async (subject) => {
        const taking = takingTexts(subject);
        if (taking) await rule(taking);
      }),
    ),
  ];
}

const groups = [content, merging, scanning, owners, erasing, views, arrivals, caches];
