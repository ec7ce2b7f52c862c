export { extensionDecorator, type Extension, Extensions } from './extensions';
export { ExtensionsModule } from './extensions.module';
export {
  prototypeChainOf,
  setDecoratorMetadata,
  metadataTarget,
  type DecoratorTarget,
} from './decorator-metadata';
