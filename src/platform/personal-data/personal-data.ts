import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Extension, Extensions, extensionDecorator } from '../extensions';

/** Exports and erases the data of a module about a user. */
export interface PersonalDataProvider {
  /**
   * @returns all data of the module about the user, as JSON, without secrets and their hashes. An async iterable (`inPages`) becomes an
   * array that is sent item by item: for any number of items
   */
  export(userId: string): Promise<unknown> | AsyncIterable<unknown>;
  /** Deletes it, in the transaction that deletes the user; a throw keeps them both. `deleteInBatches` where there may be any number of rows. */
  erase(userId: string): Promise<void>;
}

export interface PersonalDataOptions {
  /** The property name in the export. */
  readonly section: string;
  /** The tables it covers: a test fails for a table with a user's id that no provider covers. */
  readonly tables: readonly string[];
}

/** In characters: one write to the connection for many small items. */
const PIECE_LENGTH = 16_384;

/** Makes a provider, a `PersonalDataProvider`, part of every export and of every deletion of an account. */
export const PersonalData = extensionDecorator<PersonalDataOptions>();

/** Exports and erases the personal data of all modules. */
@Injectable()
export class PersonalDataRegistry implements OnModuleInit {
  constructor(private readonly extensions: Extensions) {}

  /** @throws Error where two providers have the same section: one would be missing in every export */
  onModuleInit(): void {
    const sections = this.providers().map(({ options }) => options.section);
    const twice = sections.find((section, index) => sections.indexOf(section) !== index);
    if (twice !== undefined) throw new Error(`Two @PersonalData() providers have the section "${twice}".`);
  }

  /**
   * @returns the sections as one JSON object, in pieces, so that memory use is constant
   * @throws what a provider throws before its first item; a later failure ends the text early, which then is not valid JSON
   */
  async export(userId: string): Promise<AsyncIterable<string>> {
    const sections: [name: string, content: unknown][] = [];
    for (const { options, provider } of this.providers())
      sections.push([options.section, await provider.export(userId)]);
    return jsonOf(sections);
  }

  async erase(userId: string): Promise<void> {
    for (const { provider } of this.providers()) await provider.erase(userId);
  }

  /** @returns the tables that providers cover */
  tables(): string[] {
    return this.providers().flatMap(({ options }) => [...options.tables]);
  }

  private providers(): readonly Extension<PersonalDataOptions, PersonalDataProvider>[] {
    return this.extensions.of(PersonalData);
  }
}

async function* jsonOf(
  sections: readonly (readonly [name: string, content: unknown])[],
): AsyncGenerator<string> {
  let before = '{';
  for (const [name, content] of sections) {
    yield `${before}${JSON.stringify(name)}:`;
    if (isIterable(content)) yield* arrayOf(content);
    else yield JSON.stringify(content ?? null);
    before = ',';
  }
  yield sections.length > 0 ? '}' : '{}';
}

async function* arrayOf(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let piece = '[';
  let before = '';
  for await (const item of items) {
    piece += before + JSON.stringify(item ?? null);
    before = ',';
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]`;
}

function isIterable(content: unknown): content is AsyncIterable<unknown> {
  return typeof content === 'object' && content !== null && Symbol.asyncIterator in content;
}
