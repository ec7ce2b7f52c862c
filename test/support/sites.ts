import type { Certificate } from './certificate';

/** Who is concerned, by origin. */
export interface Sites {
  /** The application's own. */
  readonly own: string;
  /** A page of that origin. */
  readonly home: string;
  /** A front end of another origin of the same site, which CORS_ORIGINS has. */
  readonly app: string;
  /** Another origin of the same site, which it does not have. */
  readonly sibling: string;
  readonly stranger: string;
}

export const BY_NAME: Sites = {
  own: 'https://auth.example.test',
  home: 'https://auth.example.test/app/',
  app: 'https://app.example.test',
  sibling: 'https://evil.example.test',
  stranger: 'https://attacker.test',
};

/** The site of a host is the same whatever the port; an address is no part of it. */
export function byPort(own: number, [app, sibling, stranger]: readonly number[]): Sites {
  return {
    own: `http://localhost:${own}`,
    home: `http://localhost:${own}/docs`,
    app: `http://localhost:${app}`,
    sibling: `http://localhost:${sibling}`,
    stranger: `http://127.0.0.1:${stranger}`,
  };
}

/** Cookies that a server of another origin would plant, by where they are given out. */
export const PLANTED: Readonly<Record<string, string>> = {
  'for-the-domain': '__Host-access=tossed; Domain=example.test; Secure; Path=/',
  'for-its-own-host': '__Host-access=tossed; Secure; Path=/',
  'for-a-path': '__Host-access=tossed; Secure; Path=/v1',
  'for-the-domain-and-a-path': '__Host-access=tossed; Domain=example.test; Secure; Path=/v1/users',
  'in-other-letters': '__HOST-access=tossed; Domain=example.test; Secure; Path=/',
  'without-a-name': '=__Host-access=tossed; Domain=example.test; Secure; Path=/',
  'after-a-comma': 'a=b, __Host-access=tossed; Domain=example.test; Secure; Path=/',
  'after-a-no-break-space': '\u00a0__Host-access=tossed; Domain=example.test; Secure; Path=/',
  'under-another-name': '__Secure-access=tossed; Domain=example.test; Secure; Path=/',
};

const PAGE = `
  location = /null {
    default_type text/html;
    add_header Content-Security-Policy 'sandbox allow-scripts allow-forms';
    return 200 '<!doctype html><title>A page</title><body>';
  }
  location = /redirected { return 307 $arg_to; }
  location / { default_type text/html; return 200 '<!doctype html><title>A page</title><body>'; }`;

/** Pages of everybody but the application, without TLS. */
export const pagesOn = (ports: readonly number[]): string =>
  ports.map((port) => `server { listen 127.0.0.1:${port}; ${PAGE} }`).join('\n');

/** All of them by name and with TLS, the application on a port of this machine. What reaches the application is logged. */
export function withTls(port: number, instance: number, { file, key }: Certificate): string {
  const planting = Object.entries(PLANTED).map(
    ([where, cookie]) => `location = /${where} { add_header Set-Cookie '${cookie}'; return 204; }`,
  );
  return `
  log_format asked '$request_method $request_uri $status $http_sec_fetch_site $http_sec_fetch_mode $http_sec_fetch_dest $http_origin $cookies';
  map $http_cookie $cookies { default 'with cookies'; '' 'without cookies'; }
  ssl_certificate ${file};
  ssl_certificate_key ${key};
  server {
    listen 127.0.0.1:${port} ssl;
    server_name auth.example.test;
    access_log asked.log asked;
    location /app/ { default_type text/html; return 200 '<!doctype html><title>A page</title><body>'; }
    location / {
      proxy_pass http://127.0.0.1:${instance};
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
  server {
    listen 127.0.0.1:${port} ssl default_server;
    server_name _;
    ${planting.join('\n')}
    ${PAGE}
  }`;
}
