// Where the catalogue lies: it may be larger than the 10 MB of the extension's storage.
const STORE = "kept";

function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("contentlib", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function within(mode, act) {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const transaction = database.transaction(STORE, mode);
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const put = (key, value) => within("readwrite", (store) => store.put(value, key));
export const take = (key) => within("readonly", (store) => store.get(key));
export const clear = (key) => within("readwrite", (store) => store.delete(key));
