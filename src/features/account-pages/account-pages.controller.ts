import { Controller, Get, Header, Headers, Param, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';
import { Public } from '../../access';
import { NotFound } from '../../platform/http';
import { AccountPages } from './account-pages.service';
import type { Asset } from './built-pages';

/** The pages run their own scripts, request this application only, and write no markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const DOCUMENT_HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'publickey-credentials-create=(self), publickey-credentials-get=(self)',
  vary: 'Accept-Encoding, Accept-Language, Cookie',
} as const;

/** The document names the assets of the running version. */
const DOCUMENT_CACHE = 'no-cache';
/** The name of an asset has a hash of its content. */
const ASSET_CACHE = 'public, max-age=31536000, immutable';

/** Opening a page does not redeem the token of a mail link: it is in the fragment, which a browser does not send. */
@ApiExcludeController()
@Public()
@Controller({ path: 'account', version: VERSION_NEUTRAL })
export class AccountPagesController {
  constructor(private readonly pages: AccountPages) {}

  @Get()
  @Header('cache-control', DOCUMENT_CACHE)
  account(
    @Headers() headers: Readonly<Record<string, string>>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    return this.page('', headers, reply);
  }

  @Get(':page')
  @Header('cache-control', DOCUMENT_CACHE)
  page(
    @Param('page') page: string,
    @Headers() headers: Readonly<Record<string, string>>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    const choice = { accepted: headers['accept-language'], cookies: headers['cookie'] };
    return send(this.pages.findDocument(page, choice), DOCUMENT_HEADERS, headers, reply);
  }

  @Get('assets/:file')
  @Header('cache-control', ASSET_CACHE)
  asset(
    @Param('file') file: string,
    @Headers() headers: Readonly<Record<string, string>>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    return send(this.pages.findAsset(file), { vary: 'Accept-Encoding' }, headers, reply);
  }
}

/** @throws NotFound where there is no asset */
function send(
  asset: Asset | undefined,
  headers: Readonly<Record<string, string>>,
  requestHeaders: Readonly<Record<string, string>>,
  reply: FastifyReply,
): Buffer {
  if (!asset) throw new NotFound();
  const { type, bytes, compressed } = asset;
  reply.headers(headers).type(type);
  const accepted = new Negotiator({ headers: requestHeaders }).encodings([...compressed.keys()]);
  const coding = [...compressed.keys()].find((each) => accepted.includes(each));
  if (coding === undefined) return bytes;
  reply.header('content-encoding', coding);
  return compressed.get(coding) ?? bytes;
}
