import { promises } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * `node:fs/promises` over a disk whose machine can stop before any step that changes it. It knows what of the files
 * and of the names in folders has been synced, and so what a power cut may leave.
 *
 * @param real the functions of the system
 */
export function crashingDisk<Functions extends object>(real: Functions): Functions & { disk: Disk } {
  const system = real as unknown as typeof import("node:fs/promises");
  const disk = new Disk();
  const step = disk.step.bind(disk);
  const functions = {
    async open(path: string, flags?: string | number, mode?: number) {
      const creates = flags === "wx";
      return creates
        ? await step(async () => watched(await system.open(path, flags, mode), path, disk.create(path)))
        : watched(await disk.look(() => system.open(path, flags, mode)), path, disk.at(path));
    },
    async writeFile(path: string, data: string | Uint8Array, options?: object) {
      await step(async () => {
        await system.writeFile(path, data, options);
        disk.create(path).write(Buffer.from(data));
      });
    },
    link: (from: string, to: string) => step(() => system.link(from, to).then(() => disk.link(from, to))),
    rename: (from: string, to: string) =>
      step(() =>
        system.rename(from, to).then(() => {
          disk.link(from, to);
          disk.remove(from);
        }),
      ),
    rm: (path: string, options?: object) =>
      step(() => system.rm(path, options).then(() => disk.remove(path))),
    mkdir: (path: string, options: { recursive: true }) =>
      step(async () => {
        const first = await system.mkdir(path, options);
        for (let made = path; first && made.length >= first.length; made = dirname(made))
          disk.create(made, true);
        return first;
      }),
    async symlink(target: string, path: string) {
      await step(() => system.symlink(target, path));
      const file = disk.create(path);
      file.write(Buffer.from(target));
      // It is a part of the name.
      file.sync();
    },
    readlink: (path: string) => disk.look(() => system.readlink(path)),
    lstat: (path: string) => disk.look(() => system.lstat(path)),
    readFile: (...input: Parameters<typeof system.readFile>) => disk.look(() => system.readFile(...input)),
    readdir: (path: string) => disk.look(() => system.readdir(path)),
    stat: (path: string) => disk.look(() => system.stat(path)),
  };

  function watched(handle: Awaited<ReturnType<typeof system.open>>, path: string, file: File | undefined) {
    const { write, writeFile } = handle;
    return Object.assign(handle, {
      write: (data: Buffer) =>
        disk.step(
          async () => {
            file?.write(data);
            return await (write as (data: Buffer) => Promise<object>).call(handle, data);
          },
          async () => {
            const half = data.subarray(0, data.length / 2);
            file?.write(half);
            await (write as (data: Buffer) => Promise<object>).call(handle, half);
          },
        ),
      writeFile: (data: Buffer) =>
        step(async () => {
          file?.write(Buffer.from(data));
          await writeFile.call(handle, data);
        }),
      sync: () =>
        step(async () => {
          // The system itself need not do it, which takes time.
          if (!file || file.isFolder) return disk.syncFolder(path);
          await disk.beforeSync();
          file.sync();
        }),
    });
  }
  return { ...real, ...functions, disk };
}

/** What a crash leaves: all that was done, or only what was synced, of the names and of the contents. */
export interface Leaving {
  readonly names: "all" | "synced";
  readonly contents: "all" | "synced";
}

class File {
  readonly isFolder: boolean;
  #written: Buffer = Buffer.alloc(0);
  #synced: Buffer = Buffer.alloc(0);

  constructor(isFolder: boolean) {
    this.isFolder = isFolder;
  }

  write(data: Uint8Array): void {
    this.#written = Buffer.concat([this.#written, data]);
  }

  sync(): void {
    this.#synced = this.#written;
  }

  left({ contents }: Leaving): Buffer {
    return contents === "all" ? this.#written : this.#synced;
  }
}

/** The state of the disk, and when it stops. */
export class Disk {
  /** Called before each step, with its number; a promise is waited for. */
  before: (step: number) => unknown = () => {};
  /** Called before the content of a file is synced, which fails when it throws; a promise is waited for. */
  beforeSync: () => unknown = () => {};
  #steps = 0;
  #stopsAt = Number.POSITIVE_INFINITY;
  #tears = false;
  #tore = false;
  #names = new Map<string, File>();
  #synced = new Map<string, File>();

  /** Begins with an empty disk that stops before the step of this number, or in the middle of it where it can. */
  begin({ stopsAt = Number.POSITIVE_INFINITY, tears = false } = {}): void {
    this.#steps = 0;
    this.#stopsAt = stopsAt;
    this.#tears = tears;
    this.#tore = false;
    this.#names = new Map();
    this.#synced = new Map();
    this.before = () => {};
    this.beforeSync = () => {};
  }

  get steps(): number {
    return this.#steps;
  }

  /** Whether the last step was left in the middle. */
  get tore(): boolean {
    return this.#tore;
  }

  /** Writes what is left of `folder` after a crash to another one. */
  async leave(folder: string, to: string, leaving: Leaving): Promise<void> {
    const names = leaving.names === "all" ? this.#names : this.#synced;
    await promises.mkdir(to);
    if (!names.get(folder)?.isFolder) return;
    for (const [path, file] of names)
      if (dirname(path) === folder && !file.isFolder) {
        const left = join(to, relative(folder, path));
        await promises.writeFile(left, file.left(leaving));
        // A machine takes a while to start again, a process does not.
        if (leaving.names === "synced" || leaving.contents === "synced") await promises.utimes(left, 0, 0);
      }
  }

  async step<T>(work: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> {
    const number = ++this.#steps;
    await this.before(number);
    if (number === this.#stopsAt && this.#tears && half) {
      await half();
      this.#tore = true;
    }
    if (number >= this.#stopsAt) throw new Error("the machine has stopped");
    return await work();
  }

  async look<T>(work: () => Promise<T>): Promise<T> {
    if (this.#steps >= this.#stopsAt) throw new Error("the machine has stopped");
    return await work();
  }

  create(path: string, isFolder = false): File {
    const file = new File(isFolder);
    this.#names.set(path, file);
    return file;
  }

  at(path: string): File | undefined {
    return this.#names.get(path);
  }

  link(from: string, to: string): void {
    const file = this.#names.get(from);
    if (file) this.#names.set(to, file);
  }

  remove(path: string): void {
    this.#names.delete(path);
  }

  syncFolder(folder: string): void {
    for (const path of new Set([...this.#names.keys(), ...this.#synced.keys()])) {
      if (dirname(path) !== folder) continue;
      const file = this.#names.get(path);
      if (file) this.#synced.set(path, file);
      else this.#synced.delete(path);
    }
  }
}
