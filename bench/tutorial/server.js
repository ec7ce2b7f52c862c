'use strict';

// The tutorial's design: users in an array, HS256 with a secret string, a refresh token that is another signed token.
require('reflect-metadata');
const { randomUUID } = require('node:crypto');
const common = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { JwtModule, JwtService } = require('@nestjs/jwt');
const { AuthGuard, PassportModule, PassportStrategy } = require('@nestjs/passport');
const bcrypt = require('bcryptjs');
const { ExtractJwt, Strategy } = require('passport-jwt');

const SECRET = randomUUID();
const users = [];

class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: SECRET });
  }

  async validate({ sub, email }) {
    return { id: sub, email };
  }
}
common.Injectable()(JwtStrategy);

class AuthController {
  constructor(jwt) {
    this.jwt = jwt;
  }

  async register({ email, password }) {
    users.push({ id: randomUUID(), email, hash: await bcrypt.hash(password, 10) });
    return {};
  }

  async logIn({ email, password }) {
    const user = users.find((each) => each.email === email);
    if (!user || !(await bcrypt.compare(password, user.hash))) throw new common.UnauthorizedException();
    return this.tokensOf(user);
  }

  async refresh({ refreshToken }) {
    const { sub, email } = await this.jwt.verifyAsync(refreshToken);
    return this.tokensOf({ id: sub, email });
  }

  profile({ user }) {
    return user;
  }

  async tokensOf({ id, email }) {
    const claims = { sub: id, email };
    return {
      accessToken: await this.jwt.signAsync(claims, { expiresIn: '15m' }),
      refreshToken: await this.jwt.signAsync(claims, { expiresIn: '7d' }),
    };
  }
}

function handler(name, route, parameter, ...more) {
  const descriptor = Object.getOwnPropertyDescriptor(AuthController.prototype, name);
  for (const decorate of [route, ...more]) decorate(AuthController.prototype, name, descriptor);
  parameter(AuthController.prototype, name, 0);
}
handler('register', common.Post('register'), common.Body());
handler('logIn', common.Post('login'), common.Body(), common.HttpCode(200));
handler('refresh', common.Post('refresh'), common.Body(), common.HttpCode(200));
handler('profile', common.Get('profile'), common.Req(), common.UseGuards(AuthGuard('jwt')));
common.Inject(JwtService)(AuthController, undefined, 0);
common.Controller('auth')(AuthController);

class TutorialModule {}
common.Module({
  imports: [PassportModule, JwtModule.register({ secret: SECRET })],
  controllers: [AuthController],
  providers: [JwtStrategy],
})(TutorialModule);

async function main() {
  const app = await NestFactory.create(TutorialModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  process.send?.(app.getHttpServer().address());
}

void main();
