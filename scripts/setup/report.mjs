// What the commands say on the terminal: one line per step, and a sign of life during long ones.

const HEARTBEAT_MS = 8_000;
const started = Date.now();

/** Prints one line of ordinary information. */
export function say(text) {
  console.log(text);
}

/** Prints one line that a reader should not overlook; nothing has failed. */
export function warn(text) {
  console.warn(`! ${text}`);
}

/** A failure that is explained to the person; it needs no stack trace. */
export class Failure extends Error {
  /**
   * @param {string} message what went wrong, in one line
   * @param {string[]} [remedies] what the reader can do about it
   */
  constructor(message, remedies = []) {
    super(message);
    this.name = "Failure";
    this.remedies = remedies;
  }
}

/**
 * Runs `work` as a named step and prints how long it took. `work` receives `progress(text)`; the newest text
 * is repeated every few seconds, so that nobody takes a long compilation for a hang.
 */
export async function step(title, work) {
  const begun = Date.now();
  let latest = "";
  console.log(`• ${title}`);
  const heartbeat = setInterval(() => {
    console.log(`  … ${seconds(begun)}${latest ? `  ${latest}` : ""}`);
  }, HEARTBEAT_MS);
  try {
    const result = await work((text) => {
      latest = text.trim().slice(0, 100);
    });
    console.log(`  done in ${seconds(begun)}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Runs the main function of a command: explains a failure and sets the exit code. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    if (error instanceof Failure) {
      console.error(`\n✗ ${error.message}`);
      for (const remedy of error.remedies) console.error(`  - ${remedy}`);
    } else {
      console.error(error);
    }
    process.exit(1);
  }
}

/** The time since this process began, as text. */
export function elapsed() {
  return seconds(started);
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
