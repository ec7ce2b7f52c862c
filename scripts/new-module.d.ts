/** The text of `src/app.module.ts` with one module more. */
export function withModule(text: string, names: { readonly plural: string }): string;
