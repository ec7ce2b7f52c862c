/** What a module is called, in kebab-case. @throws Error that says why it cannot be */
export function namesOf(plural: string | undefined): { readonly plural: string; readonly singular: string };
