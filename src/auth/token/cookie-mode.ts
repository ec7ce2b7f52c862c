import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ACCESS_COOKIE,
  bearerTokenOf,
  cookieOf,
  DEVICE_COOKIE,
  REFRESH_COOKIE,
  CsrfProtection,
  setCookie,
} from '../../access';
import type { ClientInfo } from '../../platform/http';
import type { CookieResponse, LoginResponse, TokenResponse } from '../auth.dto';
import { InvalidRefreshToken } from '../auth.errors';
import { AuthService, type PresentedCredentials } from '../auth.service';

const YEAR_SECONDS = 365 * 86_400;

/** Tokens in cookies that no script can read, for front ends of this site; none of them ever stands in a body. */
@Injectable()
export class CookieMode {
  constructor(
    private readonly auth: AuthService,
    private readonly csrf: CsrfProtection,
  ) {}

  /** Gives a sign-in to the browser; the session its cookies were of before would be left without anybody to end it. */
  async begin(request: FastifyRequest, reply: FastifyReply, tokens: LoginResponse): Promise<CookieResponse> {
    await this.auth.logOut(this.presented(request));
    setDeviceCookie(reply, tokens.deviceToken);
    return this.hand(reply, tokens);
  }

  /** @throws InvalidRefreshToken where there is no cookie, or one that can never work again: that is taken away */
  async refresh(request: FastifyRequest, reply: FastifyReply, client: ClientInfo): Promise<CookieResponse> {
    const isBearer = bearerTokenOf(request) !== undefined;
    const { refreshToken } = isBearer ? {} : this.presented(request);
    if (refreshToken === undefined) throw new InvalidRefreshToken();
    try {
      return this.hand(reply, await this.auth.refresh(refreshToken, client));
    } catch (error) {
      if (error instanceof InvalidRefreshToken) this.clear(reply);
      throw error;
    }
  }

  async logOut(request: FastifyRequest, reply: FastifyReply, inBody: string | undefined): Promise<void> {
    const inCookies = this.presented(request);
    await this.auth.logOut(inCookies);
    await this.auth.logOut({ refreshToken: inBody });
    if (inCookies.accessToken !== undefined || inCookies.refreshToken !== undefined) this.clear(reply);
  }

  /** Sets the cookies, and leaves for the body what is no secret. */
  hand(reply: FastifyReply, { accessToken, refreshToken, ...rest }: TokenResponse): CookieResponse {
    const { expiresIn, refreshExpiresIn } = rest;
    setCookie(reply, ACCESS_COOKIE, accessToken, expiresIn);
    setCookie(reply, REFRESH_COOKIE, refreshToken, refreshExpiresIn);
    return { tokenType: 'Cookie', expiresIn, refreshExpiresIn };
  }

  /**
   * What the browser attached.
   * @throws CrossSiteRequest where a page that may not made it do so
   */
  private presented(request: FastifyRequest): PresentedCredentials {
    const accessToken = cookieOf(request, ACCESS_COOKIE);
    const refreshToken = cookieOf(request, REFRESH_COOKIE);
    if (accessToken !== undefined || refreshToken !== undefined) this.csrf.assertAllowed(request);
    return { accessToken, refreshToken };
  }

  private clear(reply: FastifyReply): void {
    setCookie(reply, ACCESS_COOKIE, '', 0);
    setCookie(reply, REFRESH_COOKIE, '', 0);
  }
}

export function setDeviceCookie(reply: FastifyReply, deviceToken: string): void {
  setCookie(reply, DEVICE_COOKIE, deviceToken, YEAR_SECONDS);
}
