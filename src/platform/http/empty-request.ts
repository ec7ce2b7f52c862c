import { ValidateBy, ValidateIf } from 'class-validator';

/** The body of a request that has nothing to say: `{}` or none. */
export class EmptyRequest {
  // Validation refuses a class without rules, and this one refuses every value.
  @ValidateIf((_, value) => value !== undefined)
  @ValidateBy({
    name: 'unknownProperty',
    validator: { validate: () => false, defaultMessage: () => 'Unknown property.' },
  })
  readonly nothing?: never;
}
