import type { DynamicModule, Type } from '@nestjs/common';
import 'reflect-metadata';
import { AppModule } from '../../src/app.module';
import { ConfigModule, type SettingsClass } from '../../src/platform/config';

type Imported = Type | Partial<DynamicModule>;

/** The settings classes of the application, those of a team's modules among them. */
export const ALL_SETTINGS: readonly SettingsClass<unknown>[] = [...new Set(settingsBelow(AppModule))];

function settingsBelow(imported: Imported, seen = new Set<unknown>()): SettingsClass<unknown>[] {
  if (seen.has(imported)) return [];
  seen.add(imported);
  const {
    module,
    imports = [],
    providers = [],
  } = typeof imported === 'function' ? { module: imported } : imported;
  const declared = module ? ((Reflect.getMetadata('imports', module) as Imported[] | undefined) ?? []) : [];
  const below = [...declared, ...(imports as Imported[])].flatMap((each) => settingsBelow(each, seen));
  if (module !== ConfigModule) return below;
  const tokens = providers.map((provider) => ('provide' in provider ? provider.provide : provider));
  return [
    ...below,
    ...tokens.filter((token): token is SettingsClass<unknown> => typeof token === 'function'),
  ];
}
