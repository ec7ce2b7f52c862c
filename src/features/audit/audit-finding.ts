/** The kind of tampering, as far as the trail shows it. */
export type AuditFindingKind =
  'altered' | 'personal-altered' | 'inserted' | 'removed' | 'reordered' | 'truncated' | 'rewritten' | 'head';

/** The first place where the trail differs from what was written. */
export interface AuditFinding {
  readonly kind: AuditFindingKind;
  /** The id of the event; null for a range of rows. */
  readonly id: string | null;
  /** Null for a row that is not in the chain yet. */
  readonly first: number | null;
  /** The same as `first` for one row. */
  readonly last: number | null;
  readonly message: string;
}

const WORDS: Readonly<Record<AuditFindingKind, string>> = {
  altered: 'is not as it was written',
  'personal-altered': 'has personal data beside it that is not what was written',
  inserted: 'was not written by this application',
  removed: 'was removed',
  reordered: 'is genuine, but stands in the place of another',
  truncated: 'was cut off at the end',
  rewritten: 'has another history than the checkpoint says',
  head: 'is not where the head of the chain says that it ends',
};

export function findingAt(
  kind: AuditFindingKind,
  row: { id: string; sequence: number | null },
): AuditFinding {
  const { id, sequence } = row;
  const place = sequence === null ? 'The unsealed row' : `Row ${sequence},`;
  return { kind, id, first: sequence, last: sequence, message: `${place} ${id}, ${WORDS[kind]}.` };
}

export function findingIn(kind: AuditFindingKind, first: number, last: number): AuditFinding {
  const place = first === last ? `Row ${first}` : `Every row from ${first} to ${last}`;
  return { kind, id: null, first, last, message: `${place} ${WORDS[kind]}.` };
}
