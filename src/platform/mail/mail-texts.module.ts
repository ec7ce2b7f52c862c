import { type DynamicModule, Module } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { MailTextsOptions } from './mail-renderer';

class DeclaredMails {
  constructor(readonly options: MailTextsOptions) {}
}

/** Declares mail types and texts: a module that sends mails imports `MailTextsModule.of(…)`. */
@Module({})
export class MailTextsModule {
  static of(options: MailTextsOptions): DynamicModule {
    return {
      module: MailTextsModule,
      providers: [{ provide: Symbol('mail texts'), useValue: new DeclaredMails(options) }],
    };
  }
}

/** @returns what the modules of an application declare; values exist before any provider is created */
export function declaredMails(modules: ModulesContainer): MailTextsOptions[] {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  return providers.flatMap(({ instance }: { readonly instance?: unknown }) =>
    instance instanceof DeclaredMails ? [instance.options] : [],
  );
}
