import { Controller, Get, Header, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../../access';
import { MailSettings } from '../../../platform/mail';
import { PasskeyEndpointsResponse, RelatedOriginsResponse } from './passkeys.dto';
import { PasskeySettings } from './passkeys.settings';

/** What browsers and password managers read about the passkeys of a domain. */
@ApiTags('discovery')
@Public()
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class PasskeyDiscoveryController {
  constructor(
    private readonly settings: PasskeySettings,
    private readonly mail: MailSettings,
  ) {}

  @Get('webauthn')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({
    operationId: 'listRelatedOrigins',
    summary: 'List the origins of the passkeys',
    description:
      'Returns the origins whose pages may use the passkeys of this domain (WebAuthn, related origins). ' +
      'Browsers read it at the RP ID, so a proxy has to serve it there where that is another host. ' +
      'Set `WEBAUTHN_ORIGINS` to choose them.',
  })
  @ApiOkResponse({ type: RelatedOriginsResponse })
  relatedOrigins(): RelatedOriginsResponse {
    return {
      origins: this.settings.origins.filter((origin) => URL.canParse(origin) && origin.startsWith('http')),
    };
  }

  @Get('passkey-endpoints')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({
    operationId: 'findPasskeyPages',
    summary: 'Find the pages for passkeys',
    description:
      'Returns the pages on which a user adds and manages passkeys (W3C, a well-known URL for passkey endpoints). ' +
      'Password managers lead users there. ' +
      'Set `ACCOUNT_URL` to choose the page.',
  })
  @ApiOkResponse({ type: PasskeyEndpointsResponse })
  endpoints(): PasskeyEndpointsResponse {
    const { accountUrl } = this.mail;
    return { enroll: accountUrl, manage: accountUrl };
  }
}
