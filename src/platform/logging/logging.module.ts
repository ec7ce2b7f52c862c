import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config';
import { Log } from './log';
import { LogSink, standardOutput } from './log-sink';
import { LoggingSettings } from './logging.settings';

@Global()
@Module({
  imports: [ConfigModule.forFeature(LoggingSettings)],
  providers: [Log, { provide: LogSink, useFactory: standardOutput, inject: [LoggingSettings] }],
  exports: [Log],
})
export class LoggingModule {}
