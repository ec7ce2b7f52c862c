export { extensionDecorator, type ExtensionDecorator, type Extension, Extensions } from './extensions';
export { ExtensionsModule } from './extensions.module';
export { lineageOf, note, noted, type Place } from './notes';
