export function referencePages(): Promise<Record<string, string>>;
