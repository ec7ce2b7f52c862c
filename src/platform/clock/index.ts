export { Clock, type ClockReading } from './clock';
export { ClockModule } from './clock.module';
export { DAY_MS, HOUR_MS } from './spans';
