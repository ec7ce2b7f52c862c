import { Module } from '@nestjs/common';
import { CoreModule } from './core.module';

/** The application: Gatehouse and the modules of the team that runs it. Theirs are added here. */
@Module({ imports: [CoreModule] })
export class AppModule {}
