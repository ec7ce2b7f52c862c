/** The text of each page by its path, before it is formatted. */
export function draftPages(): Record<string, string>;
