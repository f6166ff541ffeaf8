export { type ConformanceCase, type StorageUnderTest, storageConformance } from "./conformance.ts";
export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { seededRandom } from "./seeded-random.ts";
