import { Controller, Get, HttpStatus, Redirect, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiFoundResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../access';
import { MailSettings } from '../platform/mail';

/** Redirects password managers to the page for changing a password (W3C: A Well-Known URL for Changing Passwords). */
@ApiTags('discovery')
@Public()
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class ChangePasswordController {
  constructor(private readonly settings: MailSettings) {}

  @Get('change-password')
  @Redirect()
  @ApiOperation({
    operationId: 'findPasswordChange',
    summary: 'Find the change-password page',
    description:
      'Redirects to the page on which a user changes the password, as the well-known URL for changing passwords specifies. ' +
      'Password managers and browsers follow it. ' +
      'Set `ACCOUNT_URL` to choose the page.',
  })
  @ApiFoundResponse({ headers: { Location: { schema: { type: 'string', format: 'uri' } } } })
  changePassword(): { url: string; statusCode: number } {
    return { url: this.settings.accountUrl, statusCode: HttpStatus.FOUND };
  }
}
