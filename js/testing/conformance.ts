import { arrivals } from "./conformance/arrivals.ts";
import { caches } from "./conformance/caches.ts";
import { content } from "./conformance/content.ts";
import { erasing } from "./conformance/erasing.ts";
import { merging } from "./conformance/merging.ts";
import { owners } from "./conformance/owners.ts";
import type { Rule, StorageUnderTest } from "./conformance/rule.ts";
import { scanning } from "./conformance/scanning.ts";
import { views } from "./conformance/views.ts";

export type { StorageUnderTest };

/** One rule of the storage port, to be run by any test runner or by a page. `run` rejects when it is broken. */
export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Everything that an adapter of the storage port has to pass. `open` is called once for each case. */
export function storageConformance(open: () => Promise<StorageUnderTest>): ConformanceCase[] {
  return groups.flatMap(Object.entries<Rule>).map(([name, rule]) => ({
    name,
    async run() {
      const subject = await open();
      try {
        await rule(subject);
      } finally {
        await subject.destroy();
      }
    },
  }));
}

const groups = [content, merging, scanning, owners, erasing, views, arrivals, caches];
