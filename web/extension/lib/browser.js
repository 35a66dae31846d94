// The one file that touches the browser's extension interface; everything else asks here.
// The exception is `content/start.js`, a classic script that has to find this module first.
const api = globalThis.browser ?? globalThis.chrome;

export const addressOf = (path) => api.runtime.getURL(path);
export const version = () => api.runtime.getManifest().version;

// --- asking the background ----------------------------------------------------
export class Refused extends Error {
  constructor({ code, message }) {
    super(message);
    this.code = code;
  }
}

// Raises Refused with the background's code; `gone` where the extension was replaced meanwhile.
export async function ask(name, told = {}) {
  let answer;
  try {
    answer = await api.runtime.sendMessage({ ...told, name });
  } catch {
    throw new Refused({ code: "gone", message: "The extension was updated. Reload this page." });
  }
  if (answer?.problem) throw new Refused(answer.problem);
  return answer?.result ?? null;
}

// `handle(told, who)` answers with a promise; `who.isOurs` for our own pages, else `who.origin`.
export function onAsked(handle) {
  api.runtime.onMessage.addListener((told, sender, answer) => {
    handle(told, whoAsks(sender)).then(
      (result) => answer({ result: result ?? null }),
      (problem) => answer({ problem: { code: problem.code ?? "failed", message: problem.message } }),
    );
    return true; // keeps the answer's way open
  });
}

function whoAsks(sender) {
  const origin = originOf(sender.origin ?? sender.url);
  return { origin, isOurs: origin === originOf(addressOf("")) && origin !== null };
}

function originOf(address) {
  try {
    const url = new URL(address);
    return url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
  } catch {
    return null;
  }
}

// --- keeping --------------------------------------------------------------------
export async function kept(key, otherwise = null) {
  return (await api.storage.local.get(key))[key] ?? otherwise;
}

export const keep = (key, value) => api.storage.local.set({ [key]: value });
export const drop = (...keys) => api.storage.local.remove(keys);

export function onKept(handle) {
  api.storage.onChanged.addListener((changes, area) => {
    if (area === "local") handle(Object.keys(changes));
  });
}

// --- waking up ------------------------------------------------------------------
export const wakeAt = (name, when) => api.alarms.create(name, { when });

export async function wakeEvery(name, minutes) {
  // made anew at each start it would never be due in a browser that is closed every evening
  const there = await api.alarms.get(name);
  if (there?.periodInMinutes !== minutes) api.alarms.create(name, { periodInMinutes: minutes });
}

export const sleepOn = (name) => api.alarms.clear(name);
export const onWake = (handle) => api.alarms.onAlarm.addListener((alarm) => handle(alarm.name));

export function onStart(handle) {
  api.runtime.onStartup.addListener(handle);
  api.runtime.onInstalled.addListener(handle);
}

// --- reaching the library ---------------------------------------------------------
const pattern = (origin) => {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`; // a pattern takes no port
};

export const mayReach = (origin) => api.permissions.contains({ origins: [pattern(origin)] });
export const askToReach = (origin) => api.permissions.request({ origins: [pattern(origin)] });
export const onReachable = (handle) => api.permissions.onAdded.addListener(handle);

export async function reachNoMore(origin) {
  // a host that the manifest names cannot be given back
  await api.permissions.remove({ origins: [pattern(origin)] }).catch(() => false);
}

// --- the button in the browser's bar -------------------------------------------------
export async function showBadge({ text, title, colour }) {
  await api.action.setBadgeText({ text });
  await api.action.setTitle({ title });
  if (text) await api.action.setBadgeBackgroundColor({ color: colour });
}

// --- tests ----------------------------------------------------------------------------
// What tests have set: nothing in an extension that was installed from a store.
export async function testing() {
  const self = await api.management?.getSelf?.();
  return self?.installType === "development" ? kept("testing", {}) : {};
}

export function inWords() {
  const agent = navigator.userAgent;
  const [, name, major] = /(Firefox|Edg|Chrome)\/(\d+)/.exec(agent) ?? [null, "Browser", ""];
  return `${{ Edg: "Edge", Chrome: "Chromium" }[name] ?? name} ${major}`.trim();
}
