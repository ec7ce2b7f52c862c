import { type Contract, resolved, type Schema } from './contract';

type Direction = 'taken' | 'given';

/** What a request may have at most of, and at least. */
const MOST = ['maxLength', 'maxItems', 'maximum'] as const;
const LEAST = ['minLength', 'minItems', 'minimum'] as const;

/** Compares the schemas of two documents: what is taken may only grow, what is given only shrink, but for problems. */
export class Shapes {
  constructor(
    private readonly released: Contract,
    private readonly present: Contract,
  ) {}

  /** Of what clients send. @param where what it is, in words */
  taken(before: Schema | undefined, after: Schema | undefined, where: string): string[] {
    return this.compare('taken', before ?? {}, after ?? {}, where, []);
  }

  /** Of what clients get. */
  given(before: Schema | undefined, after: Schema | undefined, where: string): string[] {
    return this.compare('given', before ?? {}, after ?? {}, where, []);
  }

  private compare(
    direction: Direction,
    before: Schema,
    after: Schema,
    where: string,
    seen: readonly Schema[],
  ): string[] {
    if (seen.includes(before)) return [];
    const [one, other] = [choicesIn(before, this.released), choicesIn(after, this.present)];
    const inside = [...seen, before];
    return [
      ...choiceChanges(direction, one, other, where),
      ...[...one].flatMap(([name, schema]) => {
        const same = other.get(name);
        return same
          ? this.compareOne(direction, schema, same, name ? `${where} ${name}` : where, inside)
          : [];
      }),
    ];
  }

  private compareOne(
    direction: Direction,
    before: Schema,
    after: Schema,
    where: string,
    seen: readonly Schema[],
  ): string[] {
    const items =
      before.items && after.items
        ? this.compare(direction, before.items, after.items, `${where}/*`, seen)
        : [];
    const properties = Object.entries(before.properties ?? {}).flatMap(([name, schema]) => {
      const same = after.properties?.[name];
      return same ? this.compare(direction, schema, same, `${where}/${name}`, seen) : [];
    });
    return [
      ...valueChanges(direction, before, after, where),
      ...memberChanges(direction, before, after, where),
      ...(direction === 'taken' ? boundChanges(before, after, where) : []),
      ...items,
      ...properties,
    ];
  }
}

/** What a schema may be, by the words that tell; a single problem is a choice of one. */
function choicesIn(schema: Schema, contract: Contract): Map<string, Schema> {
  const found = resolved(schema, contract);
  const choices = (found.oneOf ?? found.allOf ?? [found]).map((each) => resolved(each, contract));
  return new Map(
    choices.map((choice, index) => {
      const told = choice.properties?.[found.discriminator?.propertyName ?? 'code'];
      const word = told?.const ?? (found.discriminator ? told?.enum?.[0] : undefined);
      return [typeof word === 'string' ? word : index === 0 ? '' : String(index), choice];
    }),
  );
}

const isProblem = ({ properties }: Schema): boolean => properties?.code?.const !== undefined;

function choiceChanges(
  direction: Direction,
  before: ReadonlyMap<string, Schema>,
  after: ReadonlyMap<string, Schema>,
  where: string,
): string[] {
  const gone = [...before.keys()].filter((name) => !after.has(name));
  const isNew = [...after].filter(([name, schema]) => !before.has(name) && !isProblem(schema));
  return [
    ...gone.map((name) => `no longer ${direction === 'taken' ? 'takes' : 'answers'} ${where} ${name}`),
    ...(direction === 'given' ? isNew.map(([name]) => `may answer ${where} ${name}`) : []),
  ];
}

function valueChanges(direction: Direction, before: Schema, after: Schema, where: string): string[] {
  const [wide, narrow] = direction === 'taken' ? [before, after] : [after, before];
  const verb = direction === 'taken' ? 'no longer takes' : 'may answer';
  const types = typesOf(wide).filter((type) => narrow.type !== undefined && !typesOf(narrow).includes(type));
  const values = valuesOf(narrow);
  const others = values && (valuesOf(wide) ?? ['any value']).filter((value) => !values.includes(value));
  const words = (['format', 'pattern'] as const).filter(
    (keyword) => before[keyword] !== after[keyword] && narrow[keyword] !== undefined,
  );
  return [
    ...types.map((type) => `${verb} ${where} as ${type}`),
    ...(others ?? []).map((value) => `${verb} ${String(value)} as ${where}`),
    ...words.map((keyword) => `has another ${keyword} for ${where}`),
  ];
}

const typesOf = ({ type }: Schema): readonly string[] =>
  type === undefined ? ['anything'] : typeof type === 'string' ? [type] : type;

const valuesOf = (schema: Schema): readonly unknown[] | undefined =>
  schema.const === undefined ? schema.enum : [schema.const];

function memberChanges(direction: Direction, before: Schema, after: Schema, where: string): string[] {
  const gone = Object.keys(before.properties ?? {}).filter((name) => !(name in (after.properties ?? {})));
  const missing = (all: Schema, some: Schema) =>
    (all.required ?? []).filter((name) => !(some.required ?? []).includes(name) && !gone.includes(name));
  if (direction === 'taken')
    return [
      ...gone.map((name) => `no longer takes ${where}/${name}`),
      ...missing(after, before).map((name) => `needs ${where}/${name}`),
    ];
  return [
    ...gone.map((name) => `no longer has ${where}/${name}`),
    ...missing(before, after).map((name) => `does not always have ${where}/${name}`),
  ];
}

function boundChanges(before: Schema, after: Schema, where: string): string[] {
  const most = MOST.filter((bound) => Number(after[bound]) < Number(before[bound] ?? Infinity));
  const least = LEAST.filter((bound) => Number(after[bound]) > Number(before[bound] ?? 0));
  return [...most, ...least].map((bound) => `has a narrower ${bound} for ${where}`);
}
