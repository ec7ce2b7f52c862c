import { type DynamicModule, Module } from '@nestjs/common';
import type { MailFrame } from './mail-content';
import { MailRenderer, type MailTexts } from './mail-renderer';

/** What a module has to say of mails. */
export interface MailTextsOptions {
  /** Mails of its own, others in a further language, or ours in other words. English has every mail. */
  readonly texts?: MailTexts;
  /** Makes the HTML part of every mail, ours too. */
  readonly frame?: MailFrame;
}

/** A module that writes mails imports `MailTextsModule.of(…)`. */
@Module({})
export class MailTextsModule {
  static of({ texts = {}, frame }: MailTextsOptions): DynamicModule {
    const useFactory = (letters: MailRenderer): MailTexts => {
      letters.addTexts(texts);
      if (frame) letters.useFrame(frame);
      return texts;
    };
    return {
      module: MailTextsModule,
      providers: [{ provide: Symbol('mail texts'), useFactory, inject: [MailRenderer] }],
    };
  }
}
