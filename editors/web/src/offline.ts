// The service worker: what the page loads is kept by the name of its build, so that it works without a network and starts at once.

const worker = self as unknown as ServiceWorkerGlobalScope;
const home = new URL("./", worker.location.href);

worker.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT.name);
    // what the page has just loaded comes from the browser's own cache; one that fails must not keep the others from being kept
    const names = ["./", ...KEPT.files];
    await Promise.all(names.map((name) => cache.add(new URL(name, home).href)));
    await worker.skipWaiting();
  })());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("einsight-") && name !== KEPT.name) await caches.delete(name);
    await worker.clients.claim();
  })());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(home.href)) return;
  event.respondWith((async () => {
    const cache = await caches.open(KEPT.name);
    const found = await cache.match(request, { ignoreSearch: true });
    if (found) return found;
    const answer = await fetch(request);
    // packages that are fetched later are kept once they were needed
    if (answer.ok && request.url.startsWith(`${home.href}engine/`)) await cache.put(request, answer.clone());
    return answer;
  })());
});
