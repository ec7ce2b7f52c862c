import {
  Body,
  Controller,
  DefaultValuePipe,
  Get,
  Module,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  Query,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { z } from 'zod';
import { OptionalUser, type Principal, Public } from '../../src/access';
import { PlainText, UuidParam, ValidationGroups } from '../../src/platform/http';

const TOPICS = ['billing', 'bug', 'other'];

/** A ticket needs a title and a topic. A change may leave out the title, and the topic is final. */
export class TicketRequest {
  @PlainText({ maxLength: 200 })
  @IsOptional({ groups: ['change'] })
  readonly title?: string;

  @ApiProperty({ enum: TOPICS })
  @IsIn(TOPICS, { groups: ['create'], message: `Must be one of ${TOPICS.join(', ')}.` })
  readonly topic?: string;
}

/** `title` names the schema in the OpenAPI document. */
const Feedback = z
  .strictObject({
    rating: z.int().min(1).max(5),
    text: z.string().trim().max(2_000).optional(),
    contact: z.strictObject({ email: z.email() }).optional(),
  })
  .meta({ title: 'FeedbackRequest' });

class Received {
  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly received: object;
}

class Greeting {
  @ApiProperty()
  readonly text: string;
}

@Controller({ path: 'tickets', version: '1' })
class TicketsController {
  @Post()
  @ValidationGroups('create')
  @ApiCreatedResponse({ type: Received })
  add(@Body() ticket: TicketRequest): Received {
    return { received: ticket };
  }

  @Patch(':id')
  @ValidationGroups('change')
  @ApiOkResponse({ type: Received })
  change(@Param('id', UuidParam) id: string, @Body() ticket: TicketRequest): Received {
    return { received: Object.assign(ticket, { id }) };
  }

  @Patch(':number/priority')
  @ApiOkResponse({ type: Received })
  prioritize(
    @Param('number', ParseIntPipe) number: number,
    @Body('priority', new DefaultValuePipe(3), ParseIntPipe) priority: number,
  ): Received {
    return { received: { number, priority } };
  }
}

@Public()
@Controller({ path: 'feedback', version: '1' })
class FeedbackController {
  @Post()
  @ApiCreatedResponse({ type: Received })
  add(@Body({ schema: Feedback }) feedback: z.infer<typeof Feedback>): Received {
    return { received: feedback };
  }

  @Get()
  @ApiOkResponse({ type: Received })
  list(@Query('limit', new DefaultValuePipe(20), ParseIntPipe) limit: number): Received {
    return { received: { limit } };
  }

  @Get('greeting')
  @ApiOkResponse({ type: Greeting })
  greet(@OptionalUser() user: Principal | undefined): Greeting {
    return { text: user ? `Welcome back, ${user.userId}` : 'Welcome' };
  }
}

@Module({ controllers: [TicketsController, FeedbackController] })
export class FeedbackModule {}
