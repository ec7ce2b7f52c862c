import { Controller, Module, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentUser } from '../../src/access';
import { DomainError } from '../../src/platform/errors';
import { ApiProblems } from '../../src/platform/http';

const PROJECTS_OF_A_PLAN = 3;

/** The plan of the user includes no further project. */
export class ProjectQuotaReached extends DomainError {
  static override readonly kind = 'conflict';
  static override readonly code = 'project-quota-reached';
  static override readonly status = 402;
  static override readonly title = 'No projects left';
  static readonly example = () => new ProjectQuotaReached(3);
  override readonly members;

  constructor(limit: number) {
    super(`The plan includes ${limit} projects, and all of them are used. Delete one, or change the plan.`);
    this.members = { limit };
  }
}

class ProjectResponse {
  @ApiProperty({ type: 'integer', example: 1 })
  readonly number: number;
}

@ApiTags('projects')
@Controller({ path: 'projects', version: '1' })
class ProjectsController {
  private readonly added = new Map<string, number>();

  @Post()
  @ApiOperation({
    operationId: 'addProject',
    summary: 'Add a project',
    description: 'Adds a project of the signed-in user and returns its number.',
  })
  @ApiCreatedResponse({ type: ProjectResponse })
  @ApiProblems(ProjectQuotaReached)
  add(@CurrentUser() { userId }: Caller): ProjectResponse {
    const number = (this.added.get(userId) ?? 0) + 1;
    if (number > PROJECTS_OF_A_PLAN) throw new ProjectQuotaReached(PROJECTS_OF_A_PLAN);
    this.added.set(userId, number);
    return { number };
  }
}

@Module({ controllers: [ProjectsController] })
export class ProjectsModule {}
