export function replaceFolder(fresh: string, folder: string, last?: readonly string[]): void;
