import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  Body,
  Controller,
  Headers,
  HttpCode,
  HttpStatus,
  Injectable,
  Module,
  Post,
  RawBody,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../src/access';
import { Clock } from '../../src/platform/clock';
import { ConfigModule, type Environment } from '../../src/platform/config';
import { DomainError } from '../../src/platform/errors';
import { ApiProblems, BodyLimit, PlainText } from '../../src/platform/http';

/** A signature is valid for so long, so that a recorded request cannot be sent again later. */
const TOLERANCE_SECONDS = 300;
const SIGNATURE = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

/** `WEBHOOK_SECRET`: the secret that the payment service signs its requests with. */
export class WebhookSettings {
  readonly secret: string | undefined;

  constructor(environment: Environment) {
    this.secret = environment.string('WEBHOOK_SECRET');
  }
}

export class InvalidSignature extends DomainError {
  static override readonly kind = 'forbidden';
  static override readonly code = 'invalid-signature';

  constructor() {
    super('The signature is missing, wrong or too old.');
  }
}

class PaymentEvent {
  @PlainText({ maxLength: 100 })
  readonly id: string;

  @PlainText({ maxLength: 100 })
  readonly type: string;
}

/** Verifies `t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>" in hex>` over the bytes that were sent. */
@Injectable()
class WebhookSignature {
  constructor(
    private readonly settings: WebhookSettings,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidSignature */
  assertValid(bytes: Buffer, header: string | undefined): void {
    const { secret } = this.settings;
    const [, seconds, signature] = SIGNATURE.exec(header ?? '') ?? [];
    if (!secret || !seconds || !signature) throw new InvalidSignature();
    const expected = createHmac('sha256', secret).update(`${seconds}.`).update(bytes).digest();
    const age = Math.abs(this.clock.nowMs() / 1_000 - Number(seconds));
    if (!timingSafeEqual(Buffer.from(signature, 'hex'), expected) || age > TOLERANCE_SECONDS)
      throw new InvalidSignature();
  }
}

@ApiTags('payments')
@Public()
@Controller({ path: 'webhooks/payments', version: '1' })
class PaymentWebhooksController {
  constructor(private readonly signature: WebhookSignature) {}

  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @BodyLimit({ bytes: 256 * 1024 })
  @ApiOperation({
    operationId: 'receivePaymentEvent',
    summary: 'Receive an event of the payment service',
    description: 'Called by the payment service with a signature of the body.',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidSignature)
  receive(
    @Headers('x-signature') header: string | undefined,
    @RawBody() bytes: Buffer,
    @Body() event: PaymentEvent,
  ): void {
    this.signature.assertValid(bytes, header);
    received.push(event.id);
  }
}

/** Stands for what the application does with an event; a service sends an event again, so act on each `id` once. */
export const received: string[] = [];

@Module({
  imports: [ConfigModule.forFeature(WebhookSettings)],
  controllers: [PaymentWebhooksController],
  providers: [WebhookSignature],
})
export class PaymentWebhooksModule {}
