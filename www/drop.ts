import { byId } from "./dom.ts";

/** What takes the files that are dropped on the page. */
export interface DropTarget {
  /** Whether a file is welcome now. */
  ready(): boolean;
  open(files: readonly File[]): void;
}

// Browsers tell at least this often, in milliseconds, that something is dragged over the page. That it has left, or that
// the drag was given up, they tell in different ways, or not at all.
const pulse = 600;

/** Lets files be dropped anywhere on the page, and shows that they can be. */
export function takeDrops(target: DropTarget): void {
  const sign = byId("drop-sign", HTMLParagraphElement);
  let silence: ReturnType<typeof setTimeout> | undefined;
  const show = (visible: boolean) => {
    sign.hidden = !visible;
    clearTimeout(silence);
    if (visible) silence = setTimeout(show, pulse, false);
  };
  addEventListener("dragover", (event) => {
    if (!isOurs(event)) return show(false);
    // Also where it is not welcome: else the browser would leave the page for the file.
    event.preventDefault();
    const ready = target.ready();
    if (event.dataTransfer) event.dataTransfer.dropEffect = ready ? "copy" : "none";
    show(ready);
  });
  addEventListener("drop", (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    show(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0 && target.ready()) target.open(files);
  });
}

/** Whether files are dragged, and not over a place that takes files itself. */
function isOurs({ dataTransfer, target }: DragEvent): boolean {
  const isElsewhere =
    target instanceof Element && target.closest('input[type="file"], [data-takes-files]') !== null;
  return !isElsewhere && dataTransfer !== null && dataTransfer.types.includes("Files");
}
