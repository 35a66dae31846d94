// Files on their way into a mail: hashed where they are picked, dropped or pasted. The hash is
// compared within the browser; the bytes go nowhere.
import { hashOfFile } from "../lib/hashing.js";

// Calls `picked(composer or null, { name, size, sha256 })` for each.
export function watchFiles(composers, picked) {
  let last = null; // a page may pick files through a field that stands outside the composer

  async function take(files, node) {
    const composer = composers.of(node) ?? (last?.isThere() ? last : composers.all().at(-1)) ?? null;
    for (const file of [...(files ?? [])]) {
      const sha256 = await hashOfFile(file);
      if (sha256) picked(composer, { name: file.name, size: file.size, sha256 });
    }
  }

  addEventListener("focusin", (event) => { last = composers.of(event.target) ?? last; }, true);
  addEventListener("pointerdown", (event) => { last = composers.of(event.target) ?? last; }, true);
  addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "file") take(event.target.files, event.target);
  }, true);
  addEventListener("drop", (event) => take(event.dataTransfer?.files, event.target), true);
  addEventListener("paste", (event) => take(event.clipboardData?.files, event.target), true);
}
