// Runs in the page's own world, before the page's scripts: sees which requests the mail site makes
// to its own server and what is answered, and hands both to our script. It alters nothing: each
// request is made as the page wants it, and whatever goes wrong here ends here.
//
// The way to our script is an event of a random name, handed over once before any script of the
// page runs. What the page can do: make a real request that looks like a sent mail, which counts
// only if its own server answers 200; keep our events from arriving by making the document
// anew. What it cannot: find out the name, or send an event under it, since everything used here
// was taken before the page could put something else in its place.
(() => {
  const { apply } = Reflect;
  const { now } = Date;
  const { stringify } = JSON;
  const { CustomEvent, TextDecoder, Request, Response, Blob, URLSearchParams, URL, Headers } = globalThis;
  const { then } = Promise.prototype;
  const { dispatchEvent, addEventListener, removeEventListener } = EventTarget.prototype;
  const { decode } = TextDecoder.prototype;
  const { get: mapGet, set: mapSet } = WeakMap.prototype;
  const { clone, text: textOfRequest } = Request.prototype;
  const { clone: cloneOfResponse, text: textOfResponse } = Response.prototype;
  const { text: textOfBlob } = Blob.prototype;
  const { test } = RegExp.prototype;
  const { prototype: xhr } = XMLHttpRequest;
  const { open, send, setRequestHeader } = xhr;
  const getter = (thing, name) => Object.getOwnPropertyDescriptor(thing, name).get;
  const statusOf = getter(xhr, "status");
  const responseTextOf = getter(xhr, "responseText");
  const responseTypeOf = getter(xhr, "responseType");
  const urlOf = getter(Request.prototype, "url");
  const statusOfResponse = getter(Response.prototype, "status");
  const toText = URLSearchParams.prototype.toString;
  const origin = location.origin;
  const nativeFetch = globalThis.fetch;

  const LONGEST = 4 << 20;
  const isGmail = origin === "https://mail.google.com";
  const GMAIL = /^https:\/\/mail\.google\.com\/(mail\/)?sync\/(u\/\d+\/)?i\/s(\?|$)/;
  const OUTLOOK = /(\/service\.svc\?.*\baction=(CreateItem|UpdateItem|SendItem)\b|\/sendmail(\?|$))/i;
  const wanted = isGmail ? GMAIL : OUTLOOK;
  // Outlook's small requests carry their body in a header
  const BODY_HEADER = "x-owa-urlpostdata";

  const secret = (() => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let name = "";
    for (const byte of bytes) name += byte.toString(16).padStart(2, "0");
    return name;
  })();

  function handOver() {
    // false where our script heard it and said so
    return !apply(dispatchEvent, document, [new CustomEvent("contentlib-hello", { detail: secret, cancelable: true })]);
  }
  if (!handOver()) {
    // which of the two scripts runs first is the browser's choice
    apply(addEventListener, document, ["contentlib-ask", handOver, { once: true, capture: true }]);
    setTimeout(() => apply(removeEventListener, document, ["contentlib-ask", handOver, { capture: true }]), 0);
  }

  function tell(seen) {
    try {
      const detail = stringify({ url: seen.url, body: seen.body, status: seen.status, answer: seen.answer, started: seen.started, answered: now() });
      apply(dispatchEvent, document, [new CustomEvent(secret, { detail })]);
    } catch {
      // a page that is going away
    }
  }

  const isWanted = (url) => apply(test, wanted, [url]);
  const absolute = (url) => new URL(url, document.baseURI).href;

  // Calls `done` with the body's text, at once where it is at hand; null where it is not text.
  function withText(body, done) {
    if (body === null || body === undefined) return done(null);
    if (typeof body === "string") return done(body.length > LONGEST ? null : body);
    if (body instanceof URLSearchParams) return done(apply(toText, body, []));
    if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
      return done(body.byteLength > LONGEST ? null : apply(decode, new TextDecoder(), [body]));
    }
    if (body instanceof Blob) return body.size > LONGEST ? done(null) : after(apply(textOfBlob, body, []), done);
    return done(null);
  }

  // The page's promises are ours too: a `then` that the page put there is not called.
  function after(promise, done, failed = () => {}) {
    apply(then, promise, [(value) => { try { done(value); } catch { /* ends here */ } }, failed]);
  }

  // --- XMLHttpRequest -----------------------------------------------------------
  const requests = new WeakMap();

  function note(request, change) {
    try {
      change(apply(mapGet, requests, [request]));
    } catch {
      // ends here
    }
  }

  xhr.open = function (...given) {
    const opened = apply(open, this, given);
    try {
      const url = absolute(given[1]);
      apply(mapSet, requests, [this, isWanted(url) ? { url, header: null } : null]);
    } catch {
      // ends here
    }
    return opened;
  };

  xhr.setRequestHeader = function (...given) {
    const done = apply(setRequestHeader, this, given);
    note(this, (seen) => { if (seen && `${given[0]}`.toLowerCase() === BODY_HEADER) seen.header = decodeURIComponent(given[1]); });
    return done;
  };

  xhr.send = function (...given) {
    note(this, (seen) => { if (seen) watch(this, seen, given[0]); });
    return apply(send, this, given);
  };

  function watch(request, { url, header }, body) {
    const seen = { url, body: header, status: 0, answer: null, started: now() };
    if (header === null) withText(body, (text) => { seen.body = text; });
    apply(addEventListener, request, ["loadend", () => {
      seen.status = apply(statusOf, request, []);
      const type = apply(responseTypeOf, request, []);
      if (!isGmail && (type === "" || type === "text")) seen.answer = apply(responseTextOf, request, []);
      tell(seen);
    }, { once: true }]);
  }

  // --- fetch ----------------------------------------------------------------------
  function beforeFetch(input, init) {
    const isRequest = input instanceof Request;
    const url = absolute(isRequest ? apply(urlOf, input, []) : `${input}`);
    if (!isWanted(url)) return null;
    const seen = { url, body: null, status: 0, answer: null, started: now() };
    const header = new Headers(init?.headers ?? (isRequest ? input.headers : undefined)).get(BODY_HEADER);
    if (header !== null) seen.body = decodeURIComponent(header);
    else if (init?.body !== undefined) withText(init.body, (text) => { seen.body = text; });
    // a copy, taken before the page's own is read
    else if (isRequest) after(apply(textOfRequest, apply(clone, input, []), []), (text) => { seen.body = text; });
    return seen;
  }

  function afterFetch(seen, response) {
    seen.status = apply(statusOfResponse, response, []);
    if (isGmail) tell(seen);
    else after(apply(textOfResponse, apply(cloneOfResponse, response, []), []), (text) => tell({ ...seen, answer: text }), () => tell(seen));
  }

  globalThis.fetch = function (...given) {
    let seen = null;
    try {
      seen = beforeFetch(given[0], given[1]);
    } catch {
      // ends here
    }
    const promise = apply(nativeFetch, this, given);
    if (seen) after(promise, (response) => afterFetch(seen, response), () => tell(seen));
    return promise;
  };
})();
