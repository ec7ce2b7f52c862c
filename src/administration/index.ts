export { AdministrationModule } from './administration.module';
export { FirstAdmin } from './first-admin';
