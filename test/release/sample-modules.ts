import type { Repository } from '../support/repository';

/** A module with a table, an error and a guarded route that lists the rows. */
export interface SampleModule {
  /** Plural, in lower case. */
  readonly name: string;
  /** The 13 digits that order its migration. */
  readonly timestamp: string;
}

/** Writes the module and adds it to the imports of a module of `src`. */
export function addSampleModule(
  repository: Repository,
  { name, timestamp }: SampleModule,
  module: string,
): void {
  const named = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const files = {
    [`src/${name}/index.ts`]: `export { ${named}Module } from './${name}.module';\n`,
    [`src/${name}/${name}.controller.ts`]: controllerOf(name, named),
    [`src/${name}/${name}.module.ts`]: moduleOf(name, named, timestamp),
    [`src/${name}/migrations/${timestamp}-create-${name}.ts`]: migrationOf(name, named, timestamp),
  };
  for (const [path, text] of Object.entries(files)) repository.write(path, text);
  repository.replace(module, '\n\n/**', `\nimport { ${named}Module } from './${name}';\n\n/**`);
  repository.replace(module, 'imports: [', `imports: [${named}Module, `);
}

function controllerOf(name: string, named: string): string {
  return `import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermissions } from '../access';
import { Database } from '../platform/database';
import { DomainError } from '../platform/errors';
import { ApiProblems } from '../platform/http';

export class ${named}Closed extends DomainError {
  static override readonly kind = 'conflict';
  static override readonly code = '${name}-closed';
}

@ApiTags('${name}')
@Controller({ path: '${name}', version: '1' })
export class ${named}Controller {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ operationId: 'list${named}', summary: 'List ${name}', description: 'Returns the text of every row.' })
  @ApiOkResponse({ type: [String] })
  @ApiProblems(${named}Closed)
  @RequirePermissions('${name}:read')
  async list(): Promise<string[]> {
    const rows = await this.database.query<{ text: string }>({ text: 'SELECT text FROM ${name} ORDER BY text' });
    return rows.map(({ text }) => text);
  }
}
`;
}

function moduleOf(name: string, named: string, timestamp: string): string {
  return `import { Module } from '@nestjs/common';
import { AccessModule, PermissionsModule } from '../access';
import { DatabaseModule } from '../platform/database';
import { Create${named}${timestamp} } from './migrations/${timestamp}-create-${name}';
import { ${named}Controller } from './${name}.controller';

@Module({
  imports: [
    AccessModule,
    PermissionsModule.of({ '${name}:read': 'See the ${name}' }),
    DatabaseModule.forFeature([], [Create${named}${timestamp}]),
  ],
  controllers: [${named}Controller],
})
export class ${named}Module {}
`;
}

function migrationOf(name: string, named: string, timestamp: string): string {
  return `import { SqlMigration } from '../../platform/database';

export class Create${named}${timestamp} extends SqlMigration {
  override readonly statements = ['CREATE TABLE ${name} (text text PRIMARY KEY)'];
}
`;
}
