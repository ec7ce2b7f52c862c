import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../access';
import { NotFound } from '../../platform/http';
import { AccountPagesSettings } from './account-pages.settings';

/** The page runs its own script and requests this application only. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' } as const;

/** Opening the page does not redeem the token: it is in the fragment, which a browser does not send, and a click posts it. */
@ApiExcludeController()
@Public()
@Controller({ path: 'account', version: VERSION_NEUTRAL })
export class AccountPagesController {
  private readonly texts: Readonly<Record<keyof typeof TYPES, string>> | undefined;

  constructor({ enabled }: AccountPagesSettings) {
    const read = (type: keyof typeof TYPES) => readFileSync(join(__dirname, `pages/account.${type}`), 'utf8');
    if (enabled) this.texts = { html: read('html'), js: read('js'), css: read('css') };
  }

  @Get()
  page(@Res({ passthrough: true }) reply: FastifyReply): string {
    return this.file('html', reply);
  }

  @Get('account.js')
  script(@Res({ passthrough: true }) reply: FastifyReply): string {
    return this.file('js', reply);
  }

  @Get('account.css')
  style(@Res({ passthrough: true }) reply: FastifyReply): string {
    return this.file('css', reply);
  }

  private file(type: keyof typeof TYPES, reply: FastifyReply): string {
    if (!this.texts) throw new NotFound();
    reply.header('content-security-policy', POLICY).type(`${TYPES[type]}; charset=utf-8`);
    return this.texts[type];
  }
}
