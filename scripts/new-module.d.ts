/** What a module is called, in kebab-case. */
export function namesOf(plural: string | undefined): { readonly plural: string; readonly singular: string };
