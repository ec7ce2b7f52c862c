const { base = '', name = '', logo = '' } = document.documentElement.dataset;

/** What the server writes into the page: the path of PUBLIC_URL, APP_NAME and the address of the logo, if any. */
export const SITE = { base, name, logo } as const;
