import { getMetadataStorage, ValidationTypes } from 'class-validator';

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** The rules of class-validator that apply to a class in groups; all of them without groups. */
export function rulesOf(type: unknown, groups: readonly string[] = []): readonly Rule[] {
  if (typeof type !== 'function') return [];
  return getMetadataStorage().getTargetValidationMetadatas(type, '', groups.length > 0, false, [...groups]);
}

export function hasRules(type: unknown): boolean {
  return rulesOf(type).length > 0;
}

/** The properties that may be sent in groups, and whether each may be absent. */
export function propertiesOf(
  type: unknown,
  groups: readonly string[],
): ReadonlyMap<string, { readonly isOptional: boolean }> {
  const rules = rulesOf(type, groups);
  return new Map(
    rules.map(({ propertyName }) => [
      propertyName,
      { isOptional: rules.some((rule) => rule.propertyName === propertyName && isConditional(rule)) },
    ]),
  );
}

/** A property that may be absent and has no other rule: every value passes. */
export function propertyWithoutRule(type: unknown, groups: readonly string[]): string | undefined {
  const rules = rulesOf(type, groups);
  const bare = rules.find(({ propertyName }) =>
    rules.every((rule) => rule.propertyName !== propertyName || isConditional(rule)),
  );
  return bare?.propertyName;
}

/** `@IsOptional()` and `@ValidateIf()`. */
function isConditional({ type }: Rule): boolean {
  return type === ValidationTypes.CONDITIONAL_VALIDATION;
}
