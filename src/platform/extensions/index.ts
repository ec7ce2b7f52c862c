export { type Extension, Extensions } from './extensions';
export { ExtensionsModule } from './extensions.module';
