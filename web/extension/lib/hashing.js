// SHA-256 in hexadecimal, by the browser's own cryptography.

// It hashes only what lies in memory whole. Gmail takes 25 MB, Outlook 112: longer files become
// links to a drive there, so that nothing is missed above this.
export const LONGEST_FILE = 128 * 1024 * 1024;
export const PREFIX_LENGTH = 16;

async function hexOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const hashOfText = (text) => hexOf(new TextEncoder().encode(text));

let busy = Promise.resolve();

// The hash of a file, or null for one too long. One file at a time is held in memory.
export function hashOfFile(file) {
  if (file.size === 0 || file.size > LONGEST_FILE) return Promise.resolve(null);
  const hashed = busy.then(async () => hexOf(await file.arrayBuffer()));
  busy = hashed.catch(() => {});
  return hashed.catch(() => null); // a folder that was dropped, a file gone meanwhile
}
