import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '../config';
import { Log } from './log';
import { LoggingSettings } from './logging.settings';

@Global()
@Module({ imports: [ConfigModule.of(LoggingSettings)], providers: [Log], exports: [Log] })
export class LoggingModule {}
