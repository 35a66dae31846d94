// Runs in each page before the page's own scripts. Takes the secret that the observer in the page
// hands over (see page/observe.js), keeps what it hears, and loads the rest.
(() => {
  const heard = [];
  let listen = (told) => { if (heard.length < 100) heard.push(told); };

  function hello(event) {
    event.stopImmediatePropagation();
    event.preventDefault(); // tells the observer that it was heard
    document.removeEventListener("contentlib-hello", hello, true);
    document.addEventListener(event.detail, (event) => listen(JSON.parse(event.detail)), true);
  }
  document.addEventListener("contentlib-hello", hello, true);
  document.dispatchEvent(new CustomEvent("contentlib-ask"));
  // the observer runs beside this script, before the page's own: who comes later is not it
  setTimeout(() => document.removeEventListener("contentlib-hello", hello, true), 0);

  const api = globalThis.browser ?? globalThis.chrome;
  import(api.runtime.getURL("content/main.js")).then(({ start }) => {
    start((handle) => {
      listen = handle;
      heard.splice(0).forEach(handle);
    });
  });
})();
