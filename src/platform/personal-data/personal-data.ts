import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Extension, Extensions, extensionDecorator } from '../extensions';

/** What a module keeps about its users. */
export interface PersonalDataProvider {
  /** Everything it has on the user, as JSON can say it; no secret, and no hash of one. */
  export(userId: string): Promise<unknown>;
  /** Deletes it, in the transaction that deletes the user; a throw keeps them both. */
  erase(userId: string): Promise<void>;
}

export interface PersonalDataOptions {
  /** What it is called in the export. */
  readonly section: string;
  /** The tables it answers for: a test fails for one that holds a user's id and is named by nobody. */
  readonly tables: readonly string[];
}

/** Makes a provider, a `PersonalDataProvider`, part of every export and of every deletion of an account. */
export const PersonalData = extensionDecorator<PersonalDataOptions>();

/** All of them, whichever module they are of. */
@Injectable()
export class PersonalDataRegistry implements OnModuleInit {
  constructor(private readonly extensions: Extensions) {}

  /** @throws Error where two modules call their data the same, and one would be missing in every export */
  onModuleInit(): void {
    const sections = this.providers().map(({ options }) => options.section);
    const twice = sections.find((section, index) => sections.indexOf(section) !== index);
    if (twice !== undefined) throw new Error(`two @PersonalData() providers have the section "${twice}"`);
  }

  async export(userId: string): Promise<Record<string, unknown>> {
    const sections: Record<string, unknown> = {};
    for (const { options, provider } of this.providers())
      sections[options.section] = await provider.export(userId);
    return sections;
  }

  async erase(userId: string): Promise<void> {
    for (const { provider } of this.providers()) await provider.erase(userId);
  }

  /** The tables that are answered for. */
  tables(): string[] {
    return this.providers().flatMap(({ options }) => [...options.tables]);
  }

  private providers(): readonly Extension<PersonalDataOptions, PersonalDataProvider>[] {
    return this.extensions.of(PersonalData);
  }
}
