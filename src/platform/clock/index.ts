export { Clock, type ClockReading } from './clock';
export { ClockModule } from './clock.module';
