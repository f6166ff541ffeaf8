/** Lets others have their turn: what came in meanwhile, and the page's next frame. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    // A timer would wait for 4 ms in browsers, and promises alone let nobody in.
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
