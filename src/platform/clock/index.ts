export { Clock, type Mark } from './clock';
export { ClockModule } from './clock.module';
