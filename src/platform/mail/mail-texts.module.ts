import { type DynamicModule, Module } from '@nestjs/common';
import type { MailFrame } from './mail-content';
import { MailRenderer, type MailTexts } from './mail-renderer';
import type { MailType } from './mail-type';

export interface MailTextsOptions {
  readonly types?: readonly MailType[];
  /** Texts for mail types of other modules: another wording, or a further language. */
  readonly texts?: MailTexts;
  /** Makes the HTML part of every mail of the application. */
  readonly frame?: MailFrame;
}

/** Declares mail types and texts: a module that sends mails imports `MailTextsModule.of(…)`. */
@Module({})
export class MailTextsModule {
  static of({ types = [], texts = {}, frame }: MailTextsOptions): DynamicModule {
    const useFactory = (renderer: MailRenderer): true => {
      for (const type of types) renderer.declareType(type);
      renderer.addTexts(texts);
      if (frame) renderer.useFrame(frame);
      return true;
    };
    return {
      module: MailTextsModule,
      providers: [{ provide: Symbol('mail texts'), useFactory, inject: [MailRenderer] }],
    };
  }
}
