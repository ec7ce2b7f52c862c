// Runs in the pages of a browser, as what a front end or an attacker would write there.
(() => {
  const BODIES = {
    none: () => ({}),
    json: (value) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } }),
    text: (value) => ({ body: JSON.stringify(value), headers: { 'content-type': 'text/plain' } }),
    form: (value) => ({ body: new URLSearchParams(value) }),
    multipart: (value) => {
      const body = new FormData();
      for (const [name, text] of Object.entries(value)) body.append(name, text);
      return { body };
    },
    untyped: (value) => ({ body: new Blob([JSON.stringify(value)]) }),
  };

  // Some elements say nothing at all of an answer that is kept from them.
  const PATIENCE_MS = 5_000;

  const ELEMENTS = {
    img: 'src',
    script: 'src',
    iframe: 'src',
    embed: 'src',
    object: 'data',
    video: 'src',
    audio: 'src',
    stylesheet: 'href',
    prefetch: 'href',
    preload: 'href',
    modulepreload: 'href',
  };

  async function ask(method, url, json, credentials) {
    const response = await fetch(url, {
      method,
      credentials,
      ...(json && { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return { status: response.status, text, headers: Object.fromEntries(response.headers) };
  }

  /** What a script gets to know of a request: nothing where it is refused. */
  async function fetched(url, init) {
    try {
      const response = await fetch(url, init);
      const text = await response.text();
      const headers = [...response.headers].length;
      return `${response.type} ${response.status}, ${headers} headers, ${text.length} characters`;
    } catch (error) {
      return error.name;
    }
  }

  function asked(url, method, body) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.onloadend = () =>
        resolve(`${request.status} ${request.getAllResponseHeaders()}${request.responseText}`);
      request.open(method, url);
      request.withCredentials = true;
      request.send(body);
    });
  }

  /** Every mode, credentials, content type and attempt ([method, path, value]) there is; what was seen, and how often. */
  async function everyFetch(origin, attempts) {
    const seen = {};
    const note = (what) => (seen[what] = (seen[what] ?? 0) + 1);
    for (const mode of ['cors', 'no-cors', 'same-origin']) {
      for (const credentials of ['include', 'same-origin', 'omit']) {
        const inits = attempts.flatMap(([method, path, value]) =>
          (value ? Object.keys(BODIES) : ['none']).map((type) => [
            origin + path,
            { mode, credentials, method, redirect: 'follow', ...BODIES[type](value) },
          ]),
        );
        for (const what of await Promise.all(inits.map(([url, init]) => fetched(url, init)))) note(what);
      }
    }
    for (const [method, path, value] of attempts)
      note(`XMLHttpRequest: ${(await asked(origin + path, method, value && JSON.stringify(value))).trim()}`);
    return seen;
  }

  function element(kind, url) {
    const isLink = ELEMENTS[kind] === 'href';
    const made = document.createElement(isLink ? 'link' : kind);
    if (isLink) made.rel = kind;
    if (kind === 'preload') made.as = 'fetch';
    return new Promise((resolve) => {
      const told = (event) => resolve(`${kind}: ${event.type}, ${insideOf(made)}`);
      for (const type of ['load', 'error', 'loadeddata']) made.addEventListener(type, told);
      made[ELEMENTS[kind]] = url;
      document.body.append(made);
      setTimeout(() => resolve(`${kind}: nothing, ${insideOf(made)}`), PATIENCE_MS);
    });
  }

  function insideOf(made) {
    try {
      const inside =
        made.contentDocument?.body?.innerText ?? made.sheet?.cssRules.length ?? made.naturalWidth;
      return inside === undefined ? 'nothing' : String(inside);
    } catch (error) {
      return error.name;
    }
  }

  function channel(made) {
    return new Promise((resolve) => {
      for (const type of ['open', 'message', 'error'])
        made.addEventListener(type, (event) => {
          resolve(`${made.constructor.name}: ${event.type}, ${event.data ?? 'nothing'}`);
          made.close();
        });
      setTimeout(() => resolve(`${made.constructor.name}: nothing`), PATIENCE_MS);
    });
  }

  /** Whatever else makes a browser ask for an address; what each of them told the page. */
  async function everyElement(origin, path) {
    const url = origin + path;
    performance.clearResourceTimings();
    const told = await Promise.all([
      ...Object.keys(ELEMENTS).map((kind) => element(kind, `${url}?${kind}`)),
      channel(new EventSource(url, { withCredentials: true })),
      channel(new WebSocket(url.replace(/^http/, 'ws'))),
    ]);
    const timed = performance.getEntriesByType('resource').filter(({ name }) => name.startsWith(origin));
    const measured = timed.map(
      ({ responseStatus, encodedBodySize, transferSize }) => responseStatus + encodedBodySize + transferSize,
    );
    return { told, measured: Math.max(0, ...measured) };
  }

  /** What sends a body and does not wait. */
  function everyBeacon(origin, path, value) {
    for (const { body } of Object.values(BODIES).map((make) => make(value)))
      navigator.sendBeacon(origin + path, body);
    const link = document.createElement('a');
    Object.assign(link, { href: '#', ping: origin + path });
    document.body.append(link);
    link.click();
  }

  function submit(action, method, enctype, fields, target) {
    const form = document.createElement('form');
    Object.assign(form, { action, method, enctype, target });
    for (const [name, value] of fields) {
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name, value });
      form.append(input);
    }
    if (target !== '_self') {
      const frame = document.createElement('iframe');
      frame.name = target;
      document.body.append(frame);
    }
    document.body.append(form);
    // Deferred, so that the caller receives its result before the page is unloaded.
    setTimeout(() => form.submit());
  }

  const kept = () => ({
    ...Object.fromEntries([...Object.entries(localStorage), ...Object.entries(sessionStorage)]),
    cookie: document.cookie,
  });

  window.gatehouse = { ask, everyFetch, everyElement, everyBeacon, submit, kept };
})();
