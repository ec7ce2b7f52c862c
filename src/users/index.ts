export { AccessVersions } from './access-versions';
export { DisplayName } from './display-name';
export { EmailAddress } from './email-address';
export { User } from './user.entity';
export { UsersModule } from './users.module';
export { UsersService } from './users.service';
