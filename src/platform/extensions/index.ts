export { extensionDecorator, type ExtensionDecorator, type Extension, Extensions } from './extensions';
export { ExtensionsModule } from './extensions.module';
