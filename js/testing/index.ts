export { type ConformanceCase, type StorageUnderTest, storageConformance } from "./conformance.ts";
export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { type FakeEmbedder, type FakeEmbedderOptions, fakeEmbedder } from "./fake-embedder.ts";
export { seededRandom } from "./seeded-random.ts";
