import { Body, Controller, HttpCode, HttpStatus, Module, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../src/access';
import { Consumes, PlainText } from '../../src/platform/http';
import { RateLimit, rateLimitPolicy } from '../../src/platform/rate-limits';

const CONTACT = rateLimitPolicy({
  name: 'contact',
  per: 'source',
  quota: 10,
  windowSeconds: 3_600,
  longestWaitSeconds: 3_600,
});

class ContactFormRequest {
  @PlainText({ maxLength: 100 })
  readonly name: string;

  @PlainText({ maxLength: 2_000, multiline: true })
  readonly message: string;
}

/** Stands for what the application does with a message. */
export const messages: ContactFormRequest[] = [];

@ApiTags('contact')
@Public()
@Controller({ path: 'contact-form', version: '1' })
class ContactFormController {
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @Consumes('application/x-www-form-urlencoded')
  @RateLimit(CONTACT)
  @ApiOperation({
    operationId: 'sendContactForm',
    summary: 'Send the contact form',
    description: 'Takes what a form of an HTML page sends.',
  })
  @ApiNoContentResponse()
  send(@Body() message: ContactFormRequest): void {
    messages.push(message);
  }
}

@Module({ controllers: [ContactFormController] })
export class ContactFormModule {}
