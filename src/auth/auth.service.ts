import { Injectable, Logger } from '@nestjs/common';
import { InvalidToken, type Principal } from '../access';
import { PasswordsService } from '../passwords';
import { Clock } from '../platform/clock';
import type { ClientInfo } from '../platform/http';
import { type OpenSession, SessionsService } from '../sessions';
import { Tokens } from '../tokens';
import { type User, UsersService } from '../users';
import type { LoginResponse, TokenResponse } from './auth.dto';
import { InvalidCredentials, InvalidRefreshToken } from './auth.errors';
import { AuthSettings } from './auth.settings';
import { DeviceTokens } from './device-tokens';

/** What somebody may present to sign out; each ends its own session. */
export interface PresentedCredentials {
  readonly accessToken?: string | undefined;
  readonly refreshToken?: string | undefined;
}

/** The flows of signing in and staying so. */
@Injectable()
export class AuthService {
  private readonly logger = new Logger('Auth');

  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly tokens: Tokens,
    private readonly clock: Clock,
    private readonly devices: DeviceTokens,
    private readonly settings: AuthSettings,
  ) {}

  /**
   * The user who has this address and password and may sign in.
   * @param email in its normal form
   * @throws InvalidCredentials otherwise, after the same work whatever the reason
   */
  async authenticate(email: string, password: string): Promise<User> {
    const user = await this.users.findByEmail(email);
    const signsIn = user !== null && this.maySignIn(user);
    const matches = await this.passwords.verify(user?.id ?? null, password, { signsIn });
    if (!signsIn || !matches) throw new InvalidCredentials();
    return user;
  }

  /** @param deviceToken what the device was given at an earlier sign-in, where it says so */
  async logIn(user: User, client: ClientInfo, deviceToken: string | undefined): Promise<LoginResponse> {
    const tokens = this.tokensFor(await this.sessions.open(user, ['pwd'], client));
    return Object.assign(tokens, { deviceToken: this.devices.renew(user.id, deviceToken) });
  }

  /** @throws InvalidRefreshToken whatever the reason */
  async refresh(refreshToken: string, client: ClientInfo): Promise<TokenResponse> {
    const rotation = await this.sessions.rotate(refreshToken, client);
    if ('session' in rotation) return this.tokensFor(rotation.session);
    if (rotation.outcome === 'reused') {
      const { sessionId, userId } = rotation;
      this.logger.warn(
        { sessionId, userId },
        'an earlier refresh token was used again: the session was ended',
      );
    }
    throw new InvalidRefreshToken();
  }

  /**
   * A fresh sign-in within the same session.
   * @throws InvalidCredentials where the password is wrong, InvalidToken where the session is over
   */
  async reauthenticate(
    { userId, sessionId, tokenId }: Principal,
    password: string,
    client: ClientInfo,
  ): Promise<TokenResponse> {
    if (!(await this.passwords.verify(userId, password, { signsIn: true }))) throw new InvalidCredentials();
    const session = await this.sessions.renew(sessionId, tokenId, client);
    if (!session) throw new InvalidToken();
    return this.tokensFor(session);
  }

  /** Ends the session of every credential that is genuine, however old, and says nothing of the others. */
  async logOut({ accessToken, refreshToken }: PresentedCredentials): Promise<void> {
    const sessionId = accessToken && (await this.sessionOf(accessToken));
    if (sessionId) await this.sessions.end(sessionId);
    if (refreshToken) await this.sessions.endByRefreshToken(refreshToken);
  }

  private maySignIn({ status, emailVerified }: User): boolean {
    return status === 'active' && (emailVerified || !this.settings.requireVerifiedEmail);
  }

  private async sessionOf(accessToken: string): Promise<string | undefined> {
    try {
      return (await this.tokens.verifyGenuine(accessToken)).sid;
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }

  private tokensFor(session: OpenSession): TokenResponse {
    const { token, expiresInSeconds } = this.tokens.signAccess({
      userId: session.userId,
      sessionId: session.id,
      tokenId: session.tokenId,
      issuedAt: session.issuedAt,
      authenticatedAt: session.authenticatedAt,
      methods: session.methods,
      roles: [],
      accessVersion: session.accessVersion,
      notAfter: session.endsAt,
    });
    return {
      accessToken: token,
      tokenType: 'Bearer',
      expiresIn: expiresInSeconds,
      refreshToken: session.refreshToken,
      refreshExpiresIn: Math.round((session.refreshExpiresAt.getTime() - this.clock.nowMs()) / 1_000),
    };
  }
}
